// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/resolvercache.h"

#include <cstring>

namespace portlight {

namespace {

SocketAddress toAddress(const in_addr &address)
{
    sockaddr_in raw{};
    raw.sin_family = AF_INET;
    raw.sin_addr = address;
    return SocketAddress::fromRaw(reinterpret_cast<const sockaddr *>(&raw), sizeof raw);
}

SocketAddress toAddress(const in6_addr &address)
{
    sockaddr_in6 raw{};
    raw.sin6_family = AF_INET6;
    raw.sin6_addr = address;
    return SocketAddress::fromRaw(reinterpret_cast<const sockaddr *>(&raw), sizeof raw);
}

// One family from `start` on, into places from `place` on, both going round.
template<typename Address>
void placeRotated(std::vector<SocketAddress> &all, size_t &place, const std::vector<Address> &family, size_t start)
{
    for (size_t i = 0; i < family.size(); ++i) {
        all[place] = toAddress(family[(start + i) % family.size()]);
        place = (place + 1) % all.size();
    }
}

} // namespace

std::vector<SocketAddress> ResolverEntry::addresses() const
{
    std::vector<SocketAddress> all;
    all.reserve(addresses4.size() + addresses6.size());
    for (const in_addr &address : addresses4)
        all.push_back(toAddress(address));
    for (const in6_addr &address : addresses6)
        all.push_back(toAddress(address));
    return all;
}

std::vector<SocketAddress> ResolverEntry::rotatedAddresses(const RandomBelow &random) const
{
    std::vector<SocketAddress> all(addresses4.size() + addresses6.size());
    if (all.empty())
        return all;
    size_t place = random(quint32(all.size()));
    if (!addresses4.empty())
        placeRotated(all, place, addresses4, random(quint32(addresses4.size())));
    if (!addresses6.empty())
        placeRotated(all, place, addresses6, random(quint32(addresses6.size())));
    return all;
}

const ResolverEntry *ResolverCache::find(const ResolverKey &key, SteadyTime now)
{
    const auto known = m_byKey.constFind(key);
    if (known == m_byKey.constEnd())
        return nullptr;
    const Uses::iterator use = *known;
    if (now >= use->entry.validUntil)
        return nullptr;
    use->lastUse = now;
    m_uses.splice(m_uses.begin(), m_uses, use);
    return &use->entry;
}

const ResolverEntry &ResolverCache::store(const ResolverKey &key, ResolverEntry entry, SteadyTime now)
{
    dropUnused(now);
    if (const auto known = m_byKey.constFind(key); known != m_byKey.constEnd())
        drop(*known);
    if (m_uses.size() >= EntriesMax)
        drop(std::prev(m_uses.end()));
    m_uses.push_front({key, std::move(entry), now});
    m_byKey.insert(key, m_uses.begin());
    return m_uses.front().entry;
}

void ResolverCache::drop(Uses::iterator use)
{
    m_byKey.remove(use->key);
    m_uses.erase(use);
}

void ResolverCache::dropUnused(SteadyTime now)
{
    for (int i = 0; i < ExpiredPerStore && !m_uses.empty(); ++i) {
        if (now - m_uses.back().lastUse <= UnusedMax)
            return;
        drop(std::prev(m_uses.end()));
    }
}

} // namespace portlight
