// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/dnsanswer.h"
#include "net/socketaddress.h"

#include <QHash>

#include <chrono>
#include <functional>
#include <list>

namespace portlight {

using SteadyTime = std::chrono::steady_clock::time_point;

// Below `bound`, which is at least 1.
using RandomBelow = std::function<quint32(quint32 bound)>;

// A question for addresses, or for the instances of a service.
struct ResolverKey {
    QByteArray name; // lower case, without a dot at its end
    bool isService = false;
    friend bool operator==(const ResolverKey &, const ResolverKey &) = default;
};

inline size_t qHash(const ResolverKey &key, size_t seed = 0)
{
    return qHashMulti(seed, key.name, key.isService);
}

// What is known of one name: addresses, or services, or the name to ask for instead.
struct ResolverEntry {
    std::vector<in_addr> addresses4;
    std::vector<in6_addr> addresses6;
    std::vector<DnsService> services;
    QByteArray canonicalName;
    SteadyTime validUntil;

    bool hasAddresses() const { return !addresses4.empty() || !addresses6.empty(); }
    // In the order in which they came, IPv4 first; port 0.
    std::vector<SocketAddress> addresses() const;
    // Each family from a random place on, and all of them at a random place: nginx's order for what it knew already
    // (ngx_resolver_export).
    std::vector<SocketAddress> rotatedAddresses(const RandomBelow &random) const;
};

// Names that were looked up, until their time is over or nobody asks any more. Sans I/O, the time comes in. Owned by a
// Resolver.
class ResolverCache
{
public:
    static constexpr size_t EntriesMax = 4096; // the one that was not asked for longest makes room
    static constexpr std::chrono::seconds UnusedMax{30};
    static constexpr int ExpiredPerStore = 2; // looked at whenever something is stored

    // Null when nothing is known that still holds. Valid until the next call.
    const ResolverEntry *find(const ResolverKey &key, SteadyTime now);
    const ResolverEntry &store(const ResolverKey &key, ResolverEntry entry, SteadyTime now);
    size_t size() const { return m_uses.size(); }

private:
    struct Use {
        ResolverKey key;
        ResolverEntry entry;
        SteadyTime lastUse;
    };
    using Uses = std::list<Use>;
    void drop(Uses::iterator use);
    void dropUnused(SteadyTime now);

    Uses m_uses; // the last used first
    QHash<ResolverKey, Uses::iterator> m_byKey;
};

} // namespace portlight
