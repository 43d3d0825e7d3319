// SPDX-License-Identifier: GPL-3.0-or-later
#include "upstream/healthmonitor.h"

#include "upstream/healthstate.h"

#include <algorithm>

namespace portlight {

namespace {

HealthThresholds thresholdsOf(const HealthCheckParameters &parameters)
{
    return {parameters.fails, parameters.passes, parameters.mandatory, parameters.persistent};
}

bool sameTest(const HealthTest &a, const HealthTest &b)
{
    return a.kind == b.kind && a.header == b.header && a.written == b.written && a.variables == b.variables;
}

// What one says of a peer holds for the other.
bool asksTheSame(const HealthCheckConfig &a, const HealthCheckConfig &b)
{
    static const std::vector<HealthTest> none;
    const std::vector<HealthTest> &testsOfA = a.match ? a.match->tests : none;
    const std::vector<HealthTest> &testsOfB = b.match ? b.match->tests : none;
    return a.parameters.uri == b.parameters.uri && a.parameters.port == b.parameters.port && !a.match == !b.match
           && std::equal(testsOfA.begin(), testsOfA.end(), testsOfB.begin(), testsOfB.end(), sameTest);
}

bool sameTimes(const HealthCheckConfig &a, const HealthCheckConfig &b)
{
    return a.parameters.interval == b.parameters.interval && a.parameters.jitter == b.parameters.jitter;
}

// The peer's own addresses, or that port of them; a unix socket has none.
std::vector<SocketAddress> addressesOf(const Peer &peer, quint16 port)
{
    std::vector<SocketAddress> addresses = peer.config().resolved;
    for (SocketAddress &address : addresses) {
        if (port == 0 || address.isUnix())
            continue;
        if (const auto moved = SocketAddress::fromNumeric(address.host(), port))
            address = *moved;
    }
    return addresses;
}

} // namespace

// One peer under one check.
class HealthMonitor::Watch final : private HealthProberObserver
{
public:
    Watch(HealthMonitor &owner, const PeerPtr &watched, size_t check, size_t index, size_t count)
        : peer(watched)
        , checkIndex(check)
        , config(*owner.m_checks[check].config)
        , state(thresholdsOf(config.parameters))
        , m_owner(owner)
        , m_addresses(addressesOf(*watched, config.parameters.port))
        , m_prober(loop(), config, *owner.m_checks[check].source, *this)
        , m_timer(
              loop().timers(), [](void *self) { static_cast<Watch *>(self)->due(); }, this)
    {
        const Watch *const before = owner.m_previous ? owner.m_previous->find(*peer, config, check) : nullptr;
        if (before)
            state.adopt(before->state, asksTheSame(before->config, config));
        const bool urgent = state.health() == PeerHealth::Checking;
        if (before && !urgent && sameTimes(before->config, config))
            m_schedule = before->m_schedule; // however often it is reloaded, checks do not move away
        else
            m_schedule.emplace(config.parameters.interval, config.parameters.jitter, index, count, urgent, loop().now(),
                               owner.m_surroundings.random);
    }
    // The first check may be due at once: not before all watches of the group are made.
    void begin() { arm(); }

    const PeerPtr peer;
    const size_t checkIndex;
    const HealthCheckConfig &config;
    HealthState state;
    std::chrono::system_clock::time_point startedAt;

private:
    EngineLoop &loop() const { return m_owner.m_surroundings.loop; }

    void arm()
    {
        const auto wait = std::chrono::ceil<std::chrono::milliseconds>(m_schedule->due() - loop().now());
        m_timer.start(std::max(wait, std::chrono::milliseconds(0)));
    }

    void due()
    {
        if (peer->admin() == PeerAdmin::Down)
            return goOn(); // nobody wants to know
        startedAt = std::chrono::system_clock::now();
        m_prober.start(m_addresses);
    }

    void probeEnded(const HealthProbeOutcome &outcome) override
    {
        const bool changed = state.take(outcome.verdict.passed);
        m_owner.checked(*this, outcome, changed);
        goOn();
    }

    void goOn()
    {
        m_schedule->advance(loop().now(), m_owner.m_surroundings.random);
        arm();
    }

    HealthMonitor &m_owner;
    std::vector<SocketAddress> m_addresses;
    std::optional<HealthSchedule> m_schedule; // always there: made once the state is known
    HealthProber m_prober;
    Timer m_timer;
};

PeerHealth HealthMonitor::WatchedPeer::health() const
{
    PeerHealth worst = PeerHealth::Unchecked;
    for (const auto &watch : watches)
        worst = worseHealth(worst, watch->state.health());
    return worst;
}

HealthMonitor::HealthMonitor(const Surroundings &surroundings, UpstreamGroup &group,
                             std::vector<HealthCheckOfGroup> checks, const HealthMonitor *previous)
    : m_surroundings(surroundings)
    , m_group(group)
    , m_checks(std::move(checks))
    , m_previous(previous)
{
    peersChanged();
    m_previous = nullptr;
    m_group.setPeersListener([this] { peersChanged(); });
}

HealthMonitor::~HealthMonitor()
{
    m_group.setPeersListener(nullptr);
}

// Names were looked up again: peers that are new are checked from now on, others no more.
void HealthMonitor::peersChanged()
{
    const std::vector<PeerPtr> &peers = m_group.peers();
    std::erase_if(m_peers, [&](const WatchedPeer &watched) {
        return std::find(peers.begin(), peers.end(), watched.peer) == peers.end();
    });
    for (size_t i = 0; i < peers.size(); ++i) {
        const bool known = std::any_of(m_peers.begin(), m_peers.end(),
                                       [&](const WatchedPeer &watched) { return watched.peer == peers[i]; });
        if (!known)
            watch(peers[i], i, peers.size());
    }
}

void HealthMonitor::watch(const PeerPtr &peer, size_t index, size_t count)
{
    WatchedPeer &watched = m_peers.emplace_back();
    watched.peer = peer;
    for (size_t check = 0; check < m_checks.size(); ++check)
        watched.watches.push_back(std::make_unique<Watch>(*this, peer, check, index, count));
    peer->setHealth(watched.health(), m_surroundings.loop.now());
    for (const auto &each : watched.watches)
        each->begin();
}

// What was known of that peer: by the same check, or by the one that stood in its place.
const HealthMonitor::Watch *HealthMonitor::find(const Peer &peer, const HealthCheckConfig &check,
                                                size_t checkIndex) const
{
    const auto watched = std::find_if(m_peers.begin(), m_peers.end(),
                                      [&](const WatchedPeer &each) { return each.peer->display() == peer.display(); });
    if (watched == m_peers.end())
        return nullptr;
    for (const auto &each : watched->watches) {
        if (asksTheSame(each->config, check))
            return each.get();
    }
    return checkIndex < watched->watches.size() ? watched->watches[checkIndex].get() : nullptr;
}

void HealthMonitor::checked(Watch &watch, const HealthProbeOutcome &outcome, bool changed)
{
    Peer &peer = *watch.peer;
    const auto watched =
        std::find_if(m_peers.begin(), m_peers.end(), [&](const WatchedPeer &each) { return each.peer == watch.peer; });
    Q_ASSERT(watched != m_peers.end());
    const PeerHealth health = watched->health();
    if (health != peer.health())
        peer.setHealth(health, m_surroundings.loop.now());
    HealthCheckResult result;
    result.at = watch.startedAt;
    result.latency = outcome.latency;
    result.check = watch.config.matchName();
    result.reason = outcome.verdict.reason;
    result.status = outcome.status;
    result.passed = outcome.verdict.passed;
    result.health = health;
    peer.checks.append(std::move(result));
    logOutcome(watch, outcome, changed);
}

// The commercial nginx's lines, with the cause behind them where only a test failed.
void HealthMonitor::logOutcome(const Watch &watch, const HealthProbeOutcome &outcome, bool changed) const
{
    if (!changed && !outcome.failedToTalk)
        return;
    const HealthCheckConfig &config = watch.config;
    const QByteArray where =
        ' ' + QByteArray(healthStepWords(outcome.verdict.step)) + ", health check \"" + config.matchName()
        + "\" of peer " + watch.peer->display() + " in upstream \"" + m_group.config().name + '"'
        + (config.parameters.port ? ", port " + QByteArray::number(config.parameters.port) : QByteArray());
    if (outcome.failedToTalk)
        m_surroundings.log(LogLevel::Error, outcome.verdict.reason + where);
    if (!changed)
        return;
    if (outcome.verdict.passed)
        m_surroundings.log(LogLevel::Notice, "peer is healthy" + where);
    else
        m_surroundings.log(LogLevel::Warn,
                           "peer is unhealthy" + where
                               + (outcome.failedToTalk ? QByteArray() : ", cause: \"" + outcome.verdict.reason + '"'));
}

} // namespace portlight
