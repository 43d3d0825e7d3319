// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "upstream/peerhealth.h"

#include <QByteArray>

#include <chrono>
#include <vector>

namespace portlight {

// The outcome of one check.
struct HealthCheckResult {
    std::chrono::system_clock::time_point at; // when it began
    std::chrono::microseconds latency{0};     // from dialing to the verdict
    QByteArray check;                         // the match block's name; empty: status 2xx or 3xx
    QByteArray reason;                        // why it failed: "status 500 is not 200-399"; empty when it passed
    int status = 0;                           // of the response; 0: none came
    bool passed = false;
    PeerHealth health = PeerHealth::Unchecked; // of the peer, this check counted
};

// The last checks of one peer and what they add up to (the commercial nginx's "health_checks" object). A value: what
// crosses to other threads is a copy, whose texts are shared.
class HealthHistory
{
public:
    static constexpr size_t ResultsMax = 60;

    // The oldest goes when there are ResultsMax.
    void append(HealthCheckResult result)
    {
        ++checks;
        fails += result.passed ? 0 : 1;
        if (result.health == PeerHealth::Unhealthy && health != PeerHealth::Unhealthy)
            ++unhealthy;
        if (result.health != health)
            since = result.at;
        health = result.health;
        if (m_results.size() < ResultsMax) {
            m_results.push_back(std::move(result));
            return;
        }
        m_results[m_first] = std::move(result);
        m_first = (m_first + 1) % ResultsMax;
    }
    size_t size() const { return m_results.size(); }
    bool isEmpty() const { return m_results.empty(); }
    // 0 is the oldest.
    const HealthCheckResult &at(size_t index) const { return m_results[(m_first + index) % m_results.size()]; }
    const HealthCheckResult &last() const { return at(size() - 1); }

    PeerHealth health = PeerHealth::Unchecked;
    std::chrono::system_clock::time_point since; // when `health` became what it is
    quint64 checks = 0;                          // made
    quint64 fails = 0;                           // of these
    quint64 unhealthy = 0;                       // how often the peer became unhealthy

private:
    std::vector<HealthCheckResult> m_results; // a ring from m_first on
    size_t m_first = 0;
};

} // namespace portlight
