// SPDX-License-Identifier: GPL-3.0-or-later
#include "upstream/balancer.h"

#include "upstream/consistenthash.h"
#include "upstream/hashbalancer.h"
#include "upstream/iphash.h"
#include "upstream/leastconn.h"
#include "upstream/leasttime.h"
#include "upstream/randombalancer.h"
#include "upstream/roundrobin.h"

#include <algorithm>

namespace portlight {

std::unique_ptr<Balancer> Balancer::of(const UpstreamConfig &config, QRandomGenerator &random)
{
    switch (config.method) {
    case BalanceMethod::RoundRobin: return std::make_unique<RoundRobin>();
    case BalanceMethod::LeastConn: return std::make_unique<LeastConn>();
    case BalanceMethod::LeastTimeHeader:
        return std::make_unique<LeastTime>(LeastTime::Measure::Header, config.countsInflight);
    case BalanceMethod::LeastTimeLastByte:
        return std::make_unique<LeastTime>(LeastTime::Measure::LastByte, config.countsInflight);
    case BalanceMethod::IpHash: return std::make_unique<IpHash>();
    case BalanceMethod::Hash: return std::make_unique<HashBalancer>();
    case BalanceMethod::HashConsistent: return std::make_unique<ConsistentHash>();
    case BalanceMethod::Random: return std::make_unique<RandomBalancer>(random, false);
    case BalanceMethod::RandomTwo: return std::make_unique<RandomBalancer>(random, true);
    }
    Q_UNREACHABLE();
    return nullptr;
}

void Balancer::noteSkipped(PeerSelection &selection, size_t index, PeerObstacle obstacle)
{
    if (!selection.m_explaining)
        return;
    const PeerPtr &peer = selection.m_table->peers[index];
    const auto sameAgain = [&](const SkippedPeer &known) { return known.peer == peer; };
    if (std::none_of(selection.m_skipped.begin(), selection.m_skipped.end(), sameAgain))
        selection.m_skipped.push_back({peer, obstacle});
}

bool Balancer::isEligible(PeerSelection &selection, size_t index, const BalanceTime &now)
{
    const PeerObstacle obstacle =
        isTried(selection, index) ? PeerObstacle::Tried : peer(selection, index).obstacle(now);
    if (obstacle == PeerObstacle::None)
        return true;
    noteSkipped(selection, index, obstacle);
    return false;
}

Balancer::Pick Balancer::boundPeer(PeerSelection &selection, const BalanceTime &now)
{
    if (selection.m_sticky.isEmpty())
        return std::nullopt;
    const PeerTable::Level &among = level(selection);
    for (size_t i = among.begin; i < among.end; ++i) {
        const Peer &candidate = peer(selection, i);
        if (candidate.routeId() != selection.m_sticky)
            continue;
        const PeerObstacle obstacle = isTried(selection, i) ? PeerObstacle::Tried : candidate.obstacle(now, true);
        if (obstacle == PeerObstacle::None)
            return i;
        noteSkipped(selection, i, obstacle);
        return std::nullopt;
    }
    return std::nullopt;
}

bool Balancer::enterBackups(PeerSelection &selection)
{
    if (selection.m_onBackups || selection.m_table->backups.count() == 0)
        return false;
    selection.m_onBackups = true;
    return true;
}

Balancer::Pick Balancer::chosen(PeerSelection &selection, size_t index, PeerReason reason)
{
    selection.m_reason = reason;
    if (!level(selection).single)
        selection.m_tried[index / 64] |= quint64(1) << index % 64;
    return index;
}

Balancer::Pick Balancer::pickInTurn(PeerSelection &selection, const BalanceTime &now)
{
    if (level(selection).single)
        return pickOnly(selection, now);
    do {
        if (const Pick found = pickTurnOfLevel(selection, now))
            return found;
    } while (enterBackups(selection));
    return std::nullopt;
}

Balancer::Pick Balancer::pickOnly(PeerSelection &selection, const BalanceTime &now)
{
    if (const Pick bound = boundPeer(selection, now))
        return chosen(selection, *bound, PeerReason::Session);
    const size_t only = level(selection).begin;
    const PeerObstacle obstacle = peer(selection, only).obstacleOfOnly();
    if (obstacle == PeerObstacle::None)
        return chosen(selection, only, PeerReason::OnlyPeer);
    noteSkipped(selection, only, obstacle);
    return std::nullopt;
}

// ngx_http_upstream_get_peer
Balancer::Pick Balancer::pickTurnOfLevel(PeerSelection &selection, const BalanceTime &now)
{
    const PeerTable::Level &among = level(selection);
    const qint64 scale = selection.m_table->scale;
    const Pick bound = boundPeer(selection, now);
    if (bound) {
        // A bound peer takes its turn like others do, but falls behind by one request at the most.
        const Peer &candidate = peer(selection, *bound);
        if (candidate.currentWeight() <= -(among.totalWeight - candidate.weight()) * scale)
            return chosen(selection, *bound, PeerReason::Session);
    }
    Pick best;
    qint64 total = 0;
    for (size_t i = among.begin; i < among.end; ++i) {
        if (!isEligible(selection, i, now))
            continue;
        total += peer(selection, i).takeTurn(now.exact, scale);
        if (!best || peer(selection, i).currentWeight() > peer(selection, *best).currentWeight())
            best = i;
    }
    if (bound)
        best = bound;
    if (!best)
        return std::nullopt;
    peer(selection, *best).payTurn(total);
    return chosen(selection, *best, bound ? PeerReason::Session : PeerReason::Turn);
}

size_t Balancer::atWeight(const PeerSelection &selection, qint64 w)
{
    size_t index = level(selection).begin;
    for (; w >= peer(selection, index).weight(); ++index)
        w -= peer(selection, index).weight();
    return index;
}

} // namespace portlight
