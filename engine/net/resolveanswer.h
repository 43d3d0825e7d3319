// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/resolvercache.h"

#include <cerrno>

namespace portlight {

// How a lookup ended, under nginx's numbers: a DNS response's code, or an errno.
enum class ResolveState : int {
    Ok = 0,
    FormatError = 1,
    ServerFailure = 2,
    HostNotFound = 3,
    Unimplemented = 4,
    Refused = 5,
    TimedOut = ETIMEDOUT,
};

// "3: Host not found", as nginx writes it (ngx_resolver_strerror).
QByteArray describeResolveState(ResolveState state);

// localhost and the names below it (RFC 6761 §6.3).
bool isLocalhostName(QByteArrayView name);

struct ResolvedAddress {
    SocketAddress address; // port 0, or that of the service's instance
    // Of services only:
    QByteArray target;
    quint16 priority = 0;
    quint16 weight = 1;
};

// What a name was resolved to, or why it was not.
struct ResolveAnswer {
    // An instance of a service that gave no address.
    struct LostTarget {
        QByteArray target;
        ResolveState state = ResolveState::Ok;
    };

    ResolveState state = ResolveState::Ok;
    QByteArray name; // that was asked for: lower case, without a dot at its end
    std::vector<ResolvedAddress> addresses;
    std::vector<LostTarget> lostTargets;
    SteadyTime validUntil; // of a failure as well: when to ask again

    // "shop.test could not be resolved (3: Host not found)"
    QByteArray logText() const;
};

class ResolveObserver
{
public:
    virtual ~ResolveObserver() = default;
    // At the end of a turn of the loop. May destroy the query, the resolver and everything else.
    virtual void resolved(const ResolveAnswer &answer) = 0;
};

} // namespace portlight
