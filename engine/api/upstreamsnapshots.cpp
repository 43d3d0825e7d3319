// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/upstreamsnapshots.h"

#include "proxy/proxycontext.h"
#include "upstream/upstreamgroup.h"

namespace portlight {

namespace {

// Between the two clocks: when, since the epoch, a steady moment was.
class WallClock
{
public:
    WallClock(SteadyTime now, qint64 nowMs)
        : m_now(now)
        , m_nowMs(nowMs)
    {}
    SteadyTime now() const { return m_now; }
    qint64 at(SteadyTime moment) const
    {
        return m_nowMs - std::chrono::duration_cast<std::chrono::milliseconds>(m_now - moment).count();
    }

private:
    const SteadyTime m_now;
    const qint64 m_nowMs;
};

QByteArray methodName(const UpstreamConfig &config)
{
    switch (config.method) {
    case BalanceMethod::RoundRobin: return {};
    case BalanceMethod::LeastConn: return "least_conn";
    case BalanceMethod::LeastTimeHeader: return "least_time header";
    case BalanceMethod::LeastTimeLastByte: return "least_time last_byte";
    case BalanceMethod::IpHash: return "ip_hash";
    case BalanceMethod::Hash: return "hash";
    case BalanceMethod::HashConsistent: return "hash consistent";
    case BalanceMethod::Random: return "random";
    case BalanceMethod::RandomTwo: return "random two";
    }
    Q_UNREACHABLE();
}

QByteArray stickyName(const UpstreamConfig &config)
{
    switch (config.sticky) {
    case StickyMethod::None: return {};
    case StickyMethod::Cookie: return "cookie";
    case StickyMethod::Route: return "route";
    case StickyMethod::Learn: return "learn";
    }
    Q_UNREACHABLE();
}

// What people want comes before what was found.
PeerState stateOf(const Peer &peer, bool only, SteadyTime now)
{
    if (peer.admin() == PeerAdmin::Down)
        return PeerState::Down;
    if (peer.admin() == PeerAdmin::Draining)
        return PeerState::Draining;
    if (peer.health() == PeerHealth::Unhealthy)
        return PeerState::Unhealthy;
    if (peer.health() == PeerHealth::Checking)
        return PeerState::Checking;
    const bool failed = !only && peer.obstacle(BalanceTime(now)) == PeerObstacle::Failed;
    return failed ? PeerState::Unavailable : PeerState::Up;
}

PeerFailureCounts failuresOf(const PeerStatistics &statistics)
{
    return {statistics.failures(PeerFailure::Connect),  statistics.failures(PeerFailure::Tls),
            statistics.failures(PeerFailure::Timeout),  statistics.failures(PeerFailure::Closed),
            statistics.failures(PeerFailure::Transfer), statistics.failures(PeerFailure::Invalid),
            statistics.failures(PeerFailure::Status)};
}

void takeCounters(PeerSnapshot &snapshot, PeerStatistics &statistics, const WallClock &clock)
{
    snapshot.active = statistics.active();
    snapshot.requests = statistics.requests();
    for (size_t i = 0; i < snapshot.responses.size(); ++i)
        snapshot.responses[i] = statistics.responses(int(i) + 1);
    snapshot.failures = failuresOf(statistics);
    snapshot.bytesSent = statistics.bytesSent();
    snapshot.bytesReceived = statistics.bytesReceived();
    const auto latencies = statistics.latencies(clock.now());
    snapshot.latencyCount = latencies.count;
    snapshot.p50Us = latencies.p50.count();
    snapshot.p95Us = latencies.p95.count();
    snapshot.p99Us = latencies.p99.count();
    if (const auto &error = statistics.lastError(); !error.text.isEmpty()) {
        snapshot.lastError = error.text;
        snapshot.lastErrorMs = clock.at(error.at);
    }
    if (statistics.requests() > 0)
        snapshot.lastChosenMs = clock.at(statistics.selectedAt());
}

QList<PeerCheck> checksOf(const HealthHistory &history)
{
    QList<PeerCheck> checks;
    checks.reserve(qsizetype(history.size()));
    for (size_t i = 0; i < history.size(); ++i) {
        const HealthCheckResult &result = history.at(i);
        const auto at = std::chrono::duration_cast<std::chrono::milliseconds>(result.at.time_since_epoch());
        checks.append({at.count(), result.latency.count(), result.status, result.passed, result.reason});
    }
    return checks;
}

PeerSnapshot snapshotOf(UpstreamGroup &group, Peer &peer, const WallClock &clock)
{
    const PeerConfig &config = peer.config();
    PeerSnapshot snapshot;
    snapshot.name = peer.display();
    if (!snapshot.name.startsWith(config.server)) // a name that was looked up, not one without its port
        snapshot.server = config.server;
    snapshot.state = stateOf(peer, group.peers().size() == 1, clock.now());
    snapshot.backup = config.backup;
    snapshot.weight = peer.weight();
    snapshot.effectiveWeight = peer.effectiveWeight(clock.now());
    snapshot.activeMax = config.maxConns;
    snapshot.idle = int(group.pool().idleCount(config.resolved));
    takeCounters(snapshot, peer.statistics, clock);
    snapshot.checks = checksOf(peer.checks);
    return snapshot;
}

UpstreamSnapshot snapshotOf(UpstreamGroup &group, bool direct, const WallClock &clock)
{
    UpstreamSnapshot snapshot;
    snapshot.name = group.config().name;
    snapshot.method = methodName(group.config());
    snapshot.sticky = stickyName(group.config());
    snapshot.direct = direct;
    snapshot.where = group.config().position;
    for (const PeerPtr &peer : group.peers())
        snapshot.peers.append(snapshotOf(group, *peer, clock));
    return snapshot;
}

} // namespace

UpstreamSnapshots takeUpstreamSnapshots(ActiveConfig &active, SteadyTime now, qint64 nowMs)
{
    const WallClock clock(now, nowMs);
    UpstreamSnapshots taken;
    qsizetype room = SnapshotPeersMax;
    const std::vector<UpstreamGroup *> groups = active.groups();
    for (const bool direct : {false, true}) {
        for (UpstreamGroup *group : groups) {
            const auto block = active.config->groupsByName.constFind(group->config().name.toLower());
            const bool isBlock = block != active.config->groupsByName.constEnd() && *block == &group->config();
            if (isBlock == direct)
                continue;
            const auto peers = qsizetype(group->peers().size());
            if (peers > room) {
                taken.peersLeftOut += peers;
                continue;
            }
            room -= peers;
            taken.groups.append(snapshotOf(*group, direct, clock));
        }
    }
    return taken;
}

} // namespace portlight
