// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "upstream/balancer.h"
#include "upstream/connectionpool.h"
#include "upstream/stickysessions.h"

#include <functional>

namespace portlight {

// What changes while an upstream group runs: its peers, whose turn it is, idle connections, sticky sessions. Engine
// thread; owned by the active configuration. `config` outlives it.
//
// A request: begin, then pick and release in turn until a try succeeds or none is left.
class UpstreamGroup
{
public:
    // `previous`: the same group before a reload, whose peers, failures, changes by hand and sessions go on; null:
    // there is none. `seed` of random choices.
    UpstreamGroup(EngineLoop &loop, const UpstreamConfig &config, const UpstreamGroup *previous = nullptr,
                  quint32 seed = QRandomGenerator::global()->generate());
    ~UpstreamGroup();

    const UpstreamConfig &config() const { return m_config; }
    ConnectionPool &pool() { return m_pool; }
    // All that have an address, in the order of the configuration.
    const std::vector<PeerPtr> &peers() const { return m_peers; }

    // Copies what it needs of the query.
    void begin(PeerSelection &selection, const PeerQuery &query, SteadyTime now);
    // The peer for the next try, which counts as in use until release(). Null: none is left (NGX_BUSY).
    const PeerPtr &pick(PeerSelection &selection, SteadyTime now);
    // The response's head came, and it is passed on to the client (NGX_HTTP_UPSTREAM_NOTIFY_HEADER).
    void headReceived(PeerSelection &selection, SteadyTime now);
    // `sticky learn`: the session that the response begins, empty when it does not; the one that the request belongs to
    // lives on. Before release(), when the response is good; after headReceived() with UpstreamConfig::learnsFromHead.
    void learnSession(const PeerSelection &selection, QByteArrayView created, SteadyTime now);
    // The use of the peer picked last is over. True when the peer is set aside for fail_timeout now: nginx warns
    // "upstream server temporarily disabled".
    bool release(PeerSelection &selection, PeerRelease how, SteadyTime now);

    // Names were looked up again. Peers that are in the list already go on as they are; those without an address are
    // left out. Requests under way end with the peers they began with.
    void setPeers(const std::vector<PeerConfig> &peers);
    // Is called when setPeers() has given other peers, before any request may be sent to them. One: the group's checks.
    void setPeersListener(std::function<void()> listener) { m_peersChanged = std::move(listener); }
    // By hand, until a reload whose file says something else than before. False: the weight is not 1..65535, or the
    // group's weights would add up to more than its ring takes.
    bool setWeight(Peer &peer, int weight);
    void setAdmin(Peer &peer, PeerAdmin admin, SteadyTime now);

    static constexpr int WeightByHandMax = 65'535;

private:
    std::vector<PeerConfig> startingPeers(const UpstreamGroup *previous) const;
    PeerPtr takeOver(const PeerConfig &config, std::vector<PeerPtr> &from) const;
    void publish();

    const UpstreamConfig &m_config;
    QRandomGenerator m_random;
    std::unique_ptr<Balancer> m_balancer;
    ConnectionPool m_pool;
    std::vector<PeerPtr> m_peers;
    PeerTablePtr m_table;
    std::function<void()> m_peersChanged;
    std::shared_ptr<StickySessions> m_sessions; // null: `sticky learn` is not asked for
};

} // namespace portlight
