// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "upstream/peerselection.h"

#include <QRandomGenerator>

#include <optional>
#include <span>

namespace portlight {

// A way to choose among the peers of a group: one of nginx's balancing modules. Sans-I/O; engine thread; owned by its
// group.
class Balancer
{
public:
    using Pick = std::optional<size_t>; // in PeerTable::peers; nothing: none is left (NGX_BUSY)

    virtual ~Balancer() = default;
    // `random` outlives the balancer.
    static std::unique_ptr<Balancer> of(const UpstreamConfig &config, QRandomGenerator &random);

    // Adds to a new table what the method has to look up in it.
    virtual void prepare(PeerTable &) const {}
    // The selection has its key, its client and its table.
    virtual void begin(PeerSelection &) const {}
    virtual Pick pick(PeerSelection &selection, const BalanceTime &now) = 0;
    // The peer picked last is used from now on; its response's head is there; it is let go.
    virtual void useBegun(PeerSelection &, const BalanceTime &) {}
    virtual void headReceived(PeerSelection &, const BalanceTime &) {}
    virtual void useEnded(PeerSelection &, PeerRelease, const BalanceTime &) {}

protected:
    static const PeerTable &table(const PeerSelection &selection) { return *selection.m_table; }
    static const PeerTable::Level &level(const PeerSelection &selection) { return selection.level(); }
    static Peer &peer(const PeerSelection &selection, size_t index) { return *selection.m_table->peers[index]; }
    static QByteArrayView key(const PeerSelection &selection) { return selection.m_key; }
    static quint32 &hash(PeerSelection &selection) { return selection.m_hash; }
    static quint32 &rehash(PeerSelection &selection) { return selection.m_rehash; }
    static std::span<const quint8> client(const PeerSelection &selection)
    {
        return {selection.m_client.data(), selection.m_clientBytes};
    }
    // True when the peer may be chosen; else it is noted as skipped.
    static bool isEligible(PeerSelection &selection, size_t index, const BalanceTime &now);
    static bool isTried(const PeerSelection &selection, size_t index)
    {
        return selection.m_tried[index / 64] >> index % 64 & 1;
    }
    // The peer the client is bound to, unless there is an obstacle (ngx_http_upstream_get_rr_peer_by_sid).
    static Pick boundPeer(PeerSelection &selection, const BalanceTime &now);
    // A pick met an obstacle. True: it was one too many, and peers go in turn now.
    static bool noteFruitless(PeerSelection &selection)
    {
        return ++selection.m_fruitless > PeerSelection::FruitlessMax;
    }
    static bool isExhausted(const PeerSelection &selection)
    {
        return selection.m_fruitless > PeerSelection::FruitlessMax;
    }
    // False: it stood there already, or there are none.
    static bool enterBackups(PeerSelection &selection);
    static Pick chosen(PeerSelection &selection, size_t index, PeerReason reason);
    // Weighted round robin over the selection's level and those after it (ngx_http_upstream_get_round_robin_peer).
    static Pick pickInTurn(PeerSelection &selection, const BalanceTime &now);
    // The index of the peer whose part of the total weight `w` is in.
    static size_t atWeight(const PeerSelection &selection, qint64 w);

private:
    static Pick pickOnly(PeerSelection &selection, const BalanceTime &now);
    static Pick pickTurnOfLevel(PeerSelection &selection, const BalanceTime &now);
    static void noteSkipped(PeerSelection &selection, size_t index, PeerObstacle obstacle);
};

} // namespace portlight
