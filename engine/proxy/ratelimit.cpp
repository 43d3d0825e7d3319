// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/ratelimit.h"

#include <limits>

namespace portlight {

namespace {

constexpr qint64 Int64Max = std::numeric_limits<qint64>::max();

// A configuration may name any rate: what is more than a number can hold is no limit either.
qint64 times(qint64 a, qint64 b)
{
    qint64 product = 0;
    return __builtin_mul_overflow(a, b, &product) ? Int64Max : product;
}

} // namespace

void RateLimit::begin(qint64 bytesPerSecond, qint64 freeBytes)
{
    m_rate = qMax<qint64>(bytesPerSecond, 0);
    m_freeBytes = qMax<qint64>(freeBytes, 0);
}

qint64 RateLimit::allowance(Duration sinceStart, qint64 moved) const
{
    const qint64 seconds = std::chrono::duration_cast<std::chrono::seconds>(sinceStart).count();
    const qint64 granted = times(m_rate, seconds + 1);
    const qint64 counted = moved - m_freeBytes; // may be below 0
    return counted < 0 && granted > Int64Max + counted ? Int64Max : granted - counted;
}

std::chrono::milliseconds RateLimit::restBefore(Duration sinceStart, qint64 moved) const
{
    const qint64 missing = -allowance(sinceStart, moved);
    return qMin(timeFor(missing), RestMax - std::chrono::milliseconds(1)) + std::chrono::milliseconds(1);
}

std::chrono::milliseconds RateLimit::restBehind(qint64 before, qint64 after) const
{
    const qint64 counted = qMax<qint64>(after - m_freeBytes, 0) - qMax<qint64>(before - m_freeBytes, 0);
    return qMin(timeFor(counted), RestMax);
}

std::chrono::milliseconds RateLimit::timeFor(qint64 bytes) const
{
    return std::chrono::milliseconds(times(bytes, 1000) / m_rate);
}

} // namespace portlight
