// SPDX-License-Identifier: GPL-3.0-or-later
#include "upstream/healthstate.h"

#include <algorithm>

namespace portlight {

HealthState::HealthState(const HealthThresholds &thresholds)
    : m_thresholds(thresholds)
    , m_health(thresholds.mandatory ? PeerHealth::Checking : PeerHealth::Healthy)
{}

bool HealthState::take(bool passed)
{
    const PeerHealth said = passed ? PeerHealth::Healthy : PeerHealth::Unhealthy;
    if (said == m_health) {
        m_inRow = 0;
        return false;
    }
    // The "checking" state lasts until the first check is completed, whatever `passes` and `fails` are.
    const int needed = m_health == PeerHealth::Checking ? 1 : passed ? m_thresholds.passes : m_thresholds.fails;
    if (++m_inRow < needed)
        return false;
    m_health = said;
    m_inRow = 0;
    return true;
}

void HealthState::adopt(const HealthState &before, bool sameCheck)
{
    switch (before.m_health) {
    case PeerHealth::Healthy:
        if (m_thresholds.mandatory && !m_thresholds.persistent)
            return; // "checking" again
        m_health = PeerHealth::Healthy;
        break;
    case PeerHealth::Unhealthy:
        if (!sameCheck)
            return;
        m_health = PeerHealth::Unhealthy;
        break;
    case PeerHealth::Checking:
    case PeerHealth::Unchecked: return;
    }
    m_inRow = sameCheck ? before.m_inRow : 0;
}

PeerHealth worseHealth(PeerHealth a, PeerHealth b)
{
    return std::max(a, b); // the enumeration goes from good to bad
}

const char *healthWord(PeerHealth health)
{
    switch (health) {
    case PeerHealth::Unchecked: return "";
    case PeerHealth::Healthy: return "healthy";
    case PeerHealth::Checking: return "checking";
    case PeerHealth::Unhealthy: return "unhealthy";
    }
    Q_UNREACHABLE();
}

} // namespace portlight
