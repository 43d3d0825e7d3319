// SPDX-License-Identifier: GPL-3.0-or-later
#include "upstream/latencyhistogram.h"

#include <cmath>
#include <limits>
#include <numeric>

namespace portlight {

void LatencyHistogram::add(const LatencyHistogram &other)
{
    for (size_t i = 0; i < BucketCount; ++i) {
        const quint64 sum = quint64(m_counts[i]) + other.m_counts[i];
        m_counts[i] = quint32(std::min<quint64>(sum, std::numeric_limits<quint32>::max()));
    }
}

quint64 LatencyHistogram::count() const
{
    return std::accumulate(m_counts.begin(), m_counts.end(), quint64(0));
}

std::chrono::microseconds LatencyHistogram::percentile(double share) const
{
    const quint64 all = count();
    if (all == 0)
        return {};
    const auto wanted = quint64(std::ceil(std::clamp(share, 0.0, 1.0) * double(all)));
    quint64 passed = 0;
    for (size_t i = 0; i < BucketCount; ++i) {
        passed += m_counts[i];
        if (passed >= std::max<quint64>(wanted, 1))
            return middleOf(i);
    }
    return middleOf(BucketCount - 1);
}

std::chrono::microseconds LatencyHistogram::middleOf(size_t bucket)
{
    if (bucket == 0)
        return ShortestDistinct / 2;
    const size_t octave = FirstOctave + ((bucket - 1) >> SubBits);
    const size_t sub = (bucket - 1) & ((1U << SubBits) - 1);
    const size_t width = size_t(1) << (octave - SubBits);
    return std::chrono::microseconds(((size_t(1) << SubBits) + sub) * width + width / 2);
}

} // namespace portlight
