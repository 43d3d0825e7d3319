// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QByteArray>

#include <netinet/in.h>

#include <limits>
#include <optional>
#include <vector>

namespace portlight {

// Types of records and of questions (RFC 1035 §3.2.2, RFC 3596, RFC 2782, RFC 6672).
enum class DnsType : quint16 { A = 1, Cname = 5, Aaaa = 28, Srv = 33, Dname = 39 };

// Where one instance of a service is (RFC 2782).
struct DnsService {
    QByteArray target; // lower case, no dot at its end; empty: the service is not there
    quint16 priority = 0;
    quint16 weight = 1; // nginx takes 0 for 1
    quint16 port = 0;
};

// What the answer section of a DNS message says about one question. Sans I/O.
struct DnsAnswer {
    static constexpr size_t AddressesMax = 1024; // more are dropped, as are more services
    static constexpr size_t ServicesMax = 256;

    int code = 0;              // RCODE, 0: no error
    bool hasRecords = false;   // of whatever type
    bool hasCanonical = false; // a CNAME record stands there
    std::vector<in_addr> addresses4;
    std::vector<in6_addr> addresses6;
    std::vector<DnsService> services;                  // the lowest priority value first
    QByteArray canonicalName;                          // of the last CNAME: to be asked for when no address came along
    quint32 ttl = std::numeric_limits<quint32>::max(); // seconds, of the record that lives shortest
    std::optional<quint16> unexpectedType;             // of a record that was passed over

    bool hasData() const { return !addresses4.empty() || !addresses6.empty() || !services.empty() || hasCanonical; }
};

// Takes a response to the question for `type` apart (RFC 1035 §4); the errors are nginx's (ngx_resolver_process_a,
// _srv). Whether it is the response to what was asked has been checked before.
Result<DnsAnswer> parseDnsAnswer(QByteArrayView message, DnsType type);

} // namespace portlight
