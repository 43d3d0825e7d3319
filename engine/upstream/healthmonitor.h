// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/loglevel.h"
#include "upstream/healthprober.h"
#include "upstream/healthschedule.h"
#include "upstream/upstreamgroup.h"

namespace portlight {

// One health_check of a group. Both outlive the monitor.
struct HealthCheckOfGroup {
    const HealthCheckConfig *config = nullptr;
    HealthProbeSource *source = nullptr;
};

// Checks the peers of one group for as long as it lives, and tells each peer and its history what came of it. Engine
// thread; owned by the active configuration's checks.
class HealthMonitor
{
public:
    using Log = std::function<void(LogLevel level, QByteArrayView text)>;
    struct Surroundings {
        EngineLoop &loop;
        Log log;
        RandomBelow random;
    };

    // `group` outlives it. `previous`: that of the same group before a reload; null: there is none.
    HealthMonitor(const Surroundings &surroundings, UpstreamGroup &group, std::vector<HealthCheckOfGroup> checks,
                  const HealthMonitor *previous);
    ~HealthMonitor();
    HealthMonitor(const HealthMonitor &) = delete;
    HealthMonitor &operator=(const HealthMonitor &) = delete;

    const UpstreamGroup &group() const { return m_group; }

private:
    class Watch;
    struct WatchedPeer {
        PeerPtr peer;
        std::vector<std::unique_ptr<Watch>> watches; // one for each check
        PeerHealth health() const;
    };

    void peersChanged();
    void watch(const PeerPtr &peer, size_t index, size_t count);
    const Watch *find(const Peer &peer, const HealthCheckConfig &check, size_t checkIndex) const;
    void checked(Watch &watch, const HealthProbeOutcome &outcome, bool changed);
    void logOutcome(const Watch &watch, const HealthProbeOutcome &outcome, bool changed) const;

    Surroundings m_surroundings;
    UpstreamGroup &m_group;
    std::vector<HealthCheckOfGroup> m_checks;
    std::vector<WatchedPeer> m_peers;
    const HealthMonitor *m_previous = nullptr; // while it is made
};

} // namespace portlight
