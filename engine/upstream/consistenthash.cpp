// SPDX-License-Identifier: GPL-3.0-or-later
#include "upstream/consistenthash.h"

#include "upstream/crc32.h"

#include <QtEndian>

#include <algorithm>

namespace portlight {

namespace {

// HOST \0 PORT of an address as it was written; the port is empty where none was written, and for unix sockets.
Crc32 hashOfServer(QByteArrayView server)
{
    QByteArrayView port;
    if (server.size() >= 5 && qstrnicmp(server.data(), 5, "unix:", 5) == 0) {
        server = server.sliced(5);
    } else {
        qsizetype digits = 0;
        while (digits < server.size() && server[server.size() - digits - 1] >= '0'
               && server[server.size() - digits - 1] <= '9')
            ++digits;
        if (digits < server.size() && server[server.size() - digits - 1] == ':') {
            port = server.last(digits);
            server = server.chopped(digits + 1);
        }
    }
    Crc32 crc;
    crc.add(server).add(QByteArrayView("\0", 1)).add(port);
    return crc;
}

void addPoints(PeerTable &table, size_t index)
{
    const Crc32 base = hashOfServer(table.peers[index]->config().server);
    const qint64 count = table.peers[index]->weight() * ConsistentHash::PointsOfWeight;
    quint32 previous = 0;
    for (qint64 i = 0; i < count; ++i) {
        char bytes[4];
        qToLittleEndian(previous, bytes);
        Crc32 crc = base;
        previous = crc.add(QByteArrayView(bytes, 4)).value();
        table.ring.push_back({previous, table.servers[index]});
    }
}

} // namespace

// ngx_http_upstream_update_chash
void ConsistentHash::prepare(PeerTable &table) const
{
    table.ring.reserve(size_t(table.primaries.totalWeight * PointsOfWeight));
    for (size_t i = table.primaries.begin; i < table.primaries.end; ++i)
        addPoints(table, i);
    // Of two servers' points at one place the first server's counts.
    const auto byPlace = [](const RingPoint &a, const RingPoint &b) {
        return a.hash != b.hash ? a.hash < b.hash : a.server < b.server;
    };
    std::sort(table.ring.begin(), table.ring.end(), byPlace);
    const auto sameHash = [](const RingPoint &a, const RingPoint &b) { return a.hash == b.hash; };
    table.ring.erase(std::unique(table.ring.begin(), table.ring.end(), sameHash), table.ring.end());
}

// ngx_http_upstream_init_chash_peer: the first point at or behind the key's hash.
void ConsistentHash::begin(PeerSelection &selection) const
{
    const std::vector<RingPoint> &ring = table(selection).ring;
    const quint32 value = Crc32().add(key(selection)).value();
    const auto at = std::lower_bound(ring.begin(), ring.end(), value,
                                     [](const RingPoint &point, quint32 sought) { return point.hash < sought; });
    hash(selection) = quint32(at - ring.begin());
}

Balancer::Pick ConsistentHash::pick(PeerSelection &selection, const BalanceTime &now)
{
    if (isExhausted(selection) || level(selection).single || key(selection).isEmpty())
        return pickInTurn(selection, now);
    const std::vector<RingPoint> &ring = table(selection).ring;
    if (ring.empty())
        return std::nullopt;
    if (const Pick bound = boundPeer(selection, now))
        return chosen(selection, *bound, PeerReason::Session);
    for (;;) {
        if (const Pick found = pickOfServer(selection, ring[hash(selection) % ring.size()].server, now))
            return found;
        ++hash(selection);
        if (noteFruitless(selection))
            return pickInTurn(selection, now);
    }
}

// The addresses of one name take turns.
Balancer::Pick ConsistentHash::pickOfServer(PeerSelection &selection, quint32 server, const BalanceTime &now)
{
    const PeerTable &peers = table(selection);
    Pick best;
    qint64 total = 0;
    for (size_t i = level(selection).begin; i < level(selection).end; ++i) {
        if (peers.servers[i] != server || !isEligible(selection, i, now))
            continue;
        total += peer(selection, i).takeTurn(now.exact, peers.scale);
        if (!best || peer(selection, i).currentWeight() > peer(selection, *best).currentWeight())
            best = i;
    }
    if (!best)
        return std::nullopt;
    peer(selection, *best).payTurn(total);
    return chosen(selection, *best, PeerReason::KeyOnRing);
}

} // namespace portlight
