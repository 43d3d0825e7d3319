// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "upstream/healthhistory.h"
#include "upstream/peerstatistics.h"
#include "upstream/upstreamconfig.h"

#include <memory>

namespace portlight {

using SteadyTime = std::chrono::steady_clock::time_point;

// A moment as the choice of a peer needs it: nginx counts failures in whole seconds.
struct BalanceTime {
    explicit BalanceTime(SteadyTime time)
        : exact(time)
        , seconds(std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count())
    {}
    SteadyTime exact;
    qint64 seconds;
};

// What people want of a peer: the configuration's `down` and `drain`, or a command while running.
enum class PeerAdmin : quint8 { Up, Draining, Down };
// Why a peer is passed over. Failed: max_fails within fail_timeout; Full: max_conns.
enum class PeerObstacle : quint8 { None, Tried, Down, Draining, Unhealthy, Failed, Full };

// Average times of a peer and the requests on their way, for least_time (ngx_http_upstream_least_time_module).
// Milliseconds.
struct PeerTimes {
    qint64 head = 0;
    qint64 response = 0;
    qint64 inflight = 0;
    qint64 inflightLast = 0; // spent so far by the requests on their way
    SteadyTime inflightChanged{};
    qint64 inflightRequests = 0;
};

// One backend of a group while it runs: its turn, its failures, its connections (ngx_http_upstream_rr_peer_t). Engine
// thread; shared by its group and by the exchanges that use it, so that it outlives a reload that takes it away.
class Peer
{
public:
    static constexpr qint64 ShareFull = 1024; // of a peer's weight, while it starts slowly

    explicit Peer(const PeerConfig &config);

    const PeerConfig &config() const { return m_config; }
    // Takes over what a reload says of the same peer; what was changed by hand stays unless the file changed it, too.
    void reconfigure(const PeerConfig &config);

    const QByteArray &display() const { return m_config.display; }
    // What sticky sessions call it.
    const QByteArray &routeId() const { return m_routeId; }
    int weight() const { return m_weight; }
    // What its weight counts as now: less after failures, and while it starts slowly.
    int effectiveWeight(SteadyTime now) const { return int(m_effectiveWeight * share(now) / ShareFull); }
    int connections() const { return m_connections; } // requests that it serves now
    int fails() const { return m_fails; }
    PeerAdmin admin() const { return m_admin; }
    PeerHealth health() const { return m_health; }
    // Those who change weight or admin tell the group (UpstreamGroup::setWeight, setAdmin), which counts them.
    void setWeight(int weight);
    void setAdmin(PeerAdmin admin, SteadyTime now);
    void setHealth(PeerHealth health, SteadyTime now);

    // Why it cannot be chosen now; None: it can. `bound`: by a session that is bound to it, which draining allows.
    PeerObstacle obstacle(const BalanceTime &now, bool bound = false) const;
    // The same for the only peer of a group, whose failures do not count.
    PeerObstacle obstacleOfOnly(bool bound = false) const;
    // Its part of its weight while it starts slowly, 0..ShareFull.
    qint64 share(SteadyTime now) const;
    bool isStartingSlowly(SteadyTime now) const { return m_slowUntil > now; }

    // One turn of the smooth weighted round robin: adds what the peer brings to it (times `scale`) and tells how much.
    qint64 takeTurn(SteadyTime now, qint64 scale);
    qint64 currentWeight() const { return m_currentWeight; }
    // It was its turn: `total` is what all peers brought.
    void payTurn(qint64 total) { m_currentWeight -= total; }
    void resetTurn();

    // It was chosen among several.
    void chosen(const BalanceTime &now)
    {
        if (now.seconds - m_checked > m_config.failTimeout.count())
            m_checked = now.seconds;
    }
    void beginUse() { ++m_connections; }
    // The request is over. True when the peer is set aside now ("upstream server temporarily disabled").
    bool endUse(bool failed, bool onlyPeer, const BalanceTime &now);
    // Seconds since it was last found good or bad.
    qint64 sinceChecked(const BalanceTime &now) const { return now.seconds - m_checked; }

    PeerTimes times;
    PeerStatistics statistics;
    HealthHistory checks;

private:
    void startSlowly(SteadyTime now);
    bool isSetAside(const BalanceTime &now) const
    {
        return m_config.maxFails != 0 && m_fails >= m_config.maxFails
               && now.seconds - m_checked <= m_config.failTimeout.count();
    }

    static constexpr qint64 Never = -1'000'000'000'000; // seconds: longer ago than any fail_timeout

    PeerConfig m_config;
    QByteArray m_routeId;
    int m_weight;
    qint64 m_effectiveWeight;
    qint64 m_currentWeight = 0;
    int m_connections = 0;
    int m_fails = 0;
    qint64 m_accessed = Never; // when it failed last
    qint64 m_checked = Never;  // when it was last tried after a while
    SteadyTime m_slowUntil{SteadyTime::min()};
    PeerAdmin m_admin;
    PeerHealth m_health = PeerHealth::Unchecked;
};

using PeerPtr = std::shared_ptr<Peer>;

} // namespace portlight
