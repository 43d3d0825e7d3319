// SPDX-License-Identifier: GPL-3.0-or-later
#include "upstream/upstreamgroup.h"

#include "upstream/consistenthash.h"
#include "upstream/resolvedpeers.h"

#include <algorithm>

namespace portlight {

UpstreamGroup::UpstreamGroup(EngineLoop &loop, const UpstreamConfig &config, const UpstreamGroup *previous,
                             quint32 seed)
    : m_config(config)
    , m_random(seed)
    , m_balancer(Balancer::of(config, m_random))
    , m_pool(loop, {config.keepalive, config.keepaliveRequests, config.keepaliveTimeout, config.keepaliveTime})
{
    if (previous) {
        m_peers = previous->m_peers;
        m_table = previous->m_table;
        m_sessions = previous->m_sessions;
    }
    setPeers(startingPeers(previous));
    if (config.sticky != StickyMethod::Learn)
        m_sessions.reset();
    else if (m_sessions)
        m_sessions->setLimits(config.stickySessionsMax, config.stickyTimeout);
    else
        m_sessions = std::make_shared<StickySessions>(config.stickySessionsMax, config.stickyTimeout);
}

UpstreamGroup::~UpstreamGroup() = default;

// Those of the configuration, and what its names were resolved to before the reload: a reload must not empty the group
// until they are looked up again.
std::vector<PeerConfig> UpstreamGroup::startingPeers(const UpstreamGroup *previous) const
{
    std::vector<PeerConfig> peers = m_config.peers;
    if (!previous)
        return peers;
    for (const PeerConfig &written : m_config.peers) {
        std::vector<ResolvedAddress> known;
        for (const PeerPtr &peer : previous->m_peers) {
            if (peer->config().isOf(written))
                known.push_back(asResolved(peer->config()));
        }
        const std::vector<PeerConfig> again = resolvedPeers(written, {}, known);
        peers.insert(peers.end(), again.begin(), again.end());
    }
    return peers;
}

// The peer of that address as it runs already, taken out of `from`, or a new one.
PeerPtr UpstreamGroup::takeOver(const PeerConfig &config, std::vector<PeerPtr> &from) const
{
    const auto same = std::find_if(from.begin(), from.end(), [&](const PeerPtr &known) {
        return known && known->config().resolved == config.resolved && known->config().server == config.server
               && known->config().backup == config.backup;
    });
    if (same == from.end())
        return std::make_shared<Peer>(config);
    PeerPtr peer = std::move(*same);
    peer->reconfigure(config);
    return peer;
}

void UpstreamGroup::setPeers(const std::vector<PeerConfig> &peers)
{
    std::vector<PeerPtr> before = std::move(m_peers);
    m_peers.clear();
    for (const PeerConfig &peer : peers) {
        if (!peer.resolved.empty())
            m_peers.push_back(takeOver(peer, before));
    }
    publish();
    if (m_peersChanged)
        m_peersChanged();
}

void UpstreamGroup::publish()
{
    const auto table = PeerTable::of(m_peers);
    m_balancer->prepare(*table);
    if (m_table && m_table->scale != table->scale) {
        for (const PeerPtr &peer : m_peers)
            peer->resetTurn();
    }
    m_table = table;
}

bool UpstreamGroup::setWeight(Peer &peer, int weight)
{
    const qint64 total = m_table->primaries.totalWeight - peer.weight() + weight;
    if (weight < 1 || weight > WeightByHandMax
        || (m_config.method == BalanceMethod::HashConsistent && total > ConsistentHash::TotalWeightMax))
        return false;
    peer.setWeight(weight);
    publish();
    return true;
}

void UpstreamGroup::setAdmin(Peer &peer, PeerAdmin admin, SteadyTime now)
{
    peer.setAdmin(admin, now);
    publish();
}

void UpstreamGroup::begin(PeerSelection &selection, const PeerQuery &query, SteadyTime)
{
    selection.reset(m_table);
    if (m_config.method == BalanceMethod::IpHash)
        selection.setClient(query.client);
    selection.m_key.append(query.hashKey);
    (m_sessions ? selection.m_session : selection.m_sticky).append(query.sticky);
    m_balancer->begin(selection);
}

const PeerPtr &UpstreamGroup::pick(PeerSelection &selection, SteadyTime now)
{
    Q_ASSERT(!selection.m_current);
    selection.m_skipped.clear();
    if (m_sessions && !selection.m_session.isEmpty())
        selection.m_sticky = m_sessions->find(selection.m_session, now);
    const BalanceTime time(now);
    const Balancer::Pick found = m_balancer->pick(selection, time);
    if (!found) {
        selection.m_reason = PeerReason::None;
        return selection.m_current;
    }
    selection.m_current = selection.m_table->peers[*found];
    selection.m_pickedAt = now;
    selection.m_headMs = -1;
    if (!selection.level().single)
        selection.m_current->chosen(time);
    selection.m_current->beginUse();
    m_balancer->useBegun(selection, time);
    return selection.m_current;
}

void UpstreamGroup::headReceived(PeerSelection &selection, SteadyTime now)
{
    selection.m_headMs = std::chrono::duration_cast<milliseconds>(now - selection.m_pickedAt).count();
    m_balancer->headReceived(selection, BalanceTime(now));
}

void UpstreamGroup::learnSession(const PeerSelection &selection, QByteArrayView created, SteadyTime now)
{
    const QByteArrayView name = created.isEmpty() ? QByteArrayView(selection.m_session) : created;
    if (m_sessions && !name.isEmpty())
        m_sessions->learn(name, selection.m_current->routeId(), !created.isEmpty(), now);
}

bool UpstreamGroup::release(PeerSelection &selection, PeerRelease how, SteadyTime now)
{
    Q_ASSERT(selection.m_current);
    const BalanceTime time(now);
    m_balancer->useEnded(selection, how, time);
    const bool only = selection.level().single;
    const PeerPtr peer = std::exchange(selection.m_current, nullptr);
    selection.m_tries = only ? 0 : qMax(0, selection.m_tries - 1);
    return peer->endUse(how == PeerRelease::Failed, only, time);
}

} // namespace portlight
