// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

#include <chrono>
#include <functional>

namespace portlight {

// A number from 0 up to and without `bound`, which is more than 0.
using RandomBelow = std::function<quint32(quint32 bound)>;

// When one peer is checked: every `interval`, each time up to `jitter` later. Sans-I/O: the time comes in. A check that
// takes longer than the interval leaves out those that it stood in the way of.
class HealthSchedule
{
public:
    using Time = std::chrono::steady_clock::time_point;
    using milliseconds = std::chrono::milliseconds;

    // Within this time all peers that get no request before their first check are asked for the first time.
    static constexpr milliseconds UrgentSpread{100};
    // Checks that are due within a part of an interval of this many run together: to wake up costs more than to check.
    static constexpr int BatchesPerInterval = 20;
    // Longer ones are taken for it: a timer takes no more than a year.
    static constexpr milliseconds IntervalMax{std::chrono::hours(24 * 30)};

    // Peer `index` of `count`: so that not all are asked at once their first checks are spread over the interval, or,
    // `urgent`, over UrgentSpread.
    HealthSchedule(milliseconds interval, milliseconds jitter, size_t index, size_t count, bool urgent, Time now,
                   const RandomBelow &random);

    // When the next check is due.
    Time due() const { return m_due; }
    // The check that was due has ended: plans the next one.
    void advance(Time now, const RandomBelow &random);

private:
    void addJitter(const RandomBelow &random);

    milliseconds m_interval;
    milliseconds m_jitter;
    Time m_beat; // due, without its jitter
    Time m_due;
};

} // namespace portlight
