// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/cidr.h"

#include <array>
#include <optional>
#include <span>

namespace portlight {

// An address without a port, as a key for networks. IPv6 addresses that stand for IPv4 ones are these. A value.
struct IpAddress {
    enum class Family : quint8 { None, Inet, Inet6 }; // None: a unix socket, or a text that is no address

    Family family = Family::None;
    std::array<quint8, 16> bytes{}; // network order; the first 4 for Inet

    static IpAddress inet(const quint8 *four);
    static IpAddress inet6(const quint8 *sixteen);
    // "192.0.2.1", "2001:db8::1": ngx_parse_addr. Nothing for any other text.
    static std::optional<IpAddress> parse(QByteArrayView text);
    // The same, a port and brackets allowed: ngx_parse_addr_port.
    static std::optional<IpAddress> parseWithPort(QByteArrayView text);

    bool isIn(std::span<const Cidr> networks) const;
    friend bool operator==(const IpAddress &, const IpAddress &) = default;
};

// The address that a chain of proxies tells in its X-Forwarded-For fields (in the order they came), taken from the end
// while the address so far is one of `proxies`; one step, or as many as there are when `recursive`
// (ngx_http_get_forwarded_addr).
IpAddress forwardedAddress(IpAddress address, std::span<const QByteArrayView> fields, std::span<const Cidr> proxies,
                           bool recursive);

} // namespace portlight
