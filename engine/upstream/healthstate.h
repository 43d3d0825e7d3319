// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "upstream/healthhistory.h"

namespace portlight {

// How many checks in a row decide, and what holds before the first (ngx_http_upstream_hc_module).
struct HealthThresholds {
    int fails = 1;
    int passes = 1;
    bool mandatory = false;  // Checking until the first check is completed
    bool persistent = false; // not Checking again after a reload if the peer was healthy before it
    friend bool operator==(const HealthThresholds &, const HealthThresholds &) = default;
};

// One peer as one health_check sees it. Sans-I/O. Engine thread; owned by the group's monitor.
//
//                ┌──── first check passed ───→ Healthy ──fails in a row──→ Unhealthy
//    Checking ───┤                               ↑                            │
//                └──── first check failed ───→ Unhealthy      ←──passes in a row──┘ (to Healthy)
class HealthState
{
public:
    explicit HealthState(const HealthThresholds &thresholds);

    PeerHealth health() const { return m_health; }
    // Counts one completed check. True when health() changed.
    bool take(bool passed);
    // Goes on with what was known before a reload. `sameCheck` false: the check asks for something else now, so what it
    // said before counts only for `persistent`.
    void adopt(const HealthState &before, bool sameCheck);

private:
    HealthThresholds m_thresholds;
    PeerHealth m_health;
    int m_inRow = 0; // checks that spoke against m_health
};

// Of several checks of one peer: a single one that failed makes it unhealthy.
PeerHealth worseHealth(PeerHealth a, PeerHealth b);
// "healthy", "checking", "unhealthy"; empty for Unchecked. The words of the commercial nginx's status.
const char *healthWord(PeerHealth health);

} // namespace portlight
