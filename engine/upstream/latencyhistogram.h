// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>

namespace portlight {

// How often a duration of about that length was seen: sixteen buckets for each doubling from 64 µs to 18 minutes, so
// that what a percentile answers is wrong by 3.2 % at most. Shorter ones share the first bucket, longer ones the last.
// Recording is one increment; nothing is allocated. A value; histograms can be added up.
class LatencyHistogram
{
public:
    static constexpr std::chrono::microseconds ShortestDistinct{64};
    static constexpr std::chrono::microseconds LongestDistinct{(1 << 30) - 1};

    void record(std::chrono::microseconds latency) { ++m_counts[bucketOf(latency.count())]; }
    void add(const LatencyHistogram &other);
    void clear() { m_counts.fill(0); }
    // How many durations were recorded.
    quint64 count() const;
    // The middle of the bucket that holds the value at `share` (0 to 1) of all, by nearest rank; 0 when nothing was
    // recorded.
    std::chrono::microseconds percentile(double share) const;

private:
    static constexpr int SubBits = 4; // 2⁴ buckets a doubling
    static constexpr int FirstOctave = 6;
    static constexpr int LastOctave = 29;
    static constexpr size_t BucketCount = 1 + ((LastOctave - FirstOctave + 1) << SubBits);

    static size_t bucketOf(qint64 microseconds)
    {
        if (microseconds < ShortestDistinct.count())
            return 0;
        const auto value = quint32(std::min<qint64>(microseconds, LongestDistinct.count()));
        const int octave = std::bit_width(value) - 1;
        const quint32 sub = (value >> (octave - SubBits)) & ((1U << SubBits) - 1);
        return 1 + (size_t(octave - FirstOctave) << SubBits) + sub;
    }
    static std::chrono::microseconds middleOf(size_t bucket);

    // Four thousand million in one bucket are hours of the fastest backend; PeerStatistics begins anew long before.
    std::array<quint32, BucketCount> m_counts{};
};

} // namespace portlight
