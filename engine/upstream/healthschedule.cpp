// SPDX-License-Identifier: GPL-3.0-or-later
#include "upstream/healthschedule.h"

#include <algorithm>

namespace portlight {

using std::chrono::milliseconds;

HealthSchedule::HealthSchedule(milliseconds interval, milliseconds jitter, size_t index, size_t count, bool urgent,
                               Time now, const RandomBelow &random)
    : m_interval(std::clamp(interval, milliseconds(1), IntervalMax))
    , m_jitter(std::clamp(jitter, milliseconds(0), IntervalMax))
{
    Q_ASSERT(index < count);
    const milliseconds spread = urgent ? std::min(UrgentSpread, m_interval) : m_interval;
    const milliseconds batch = m_interval / BatchesPerInterval;
    milliseconds offset = spread * qint64(index) / qint64(count);
    if (!urgent && batch.count() > 0)
        offset -= offset % batch;
    m_beat = now + offset;
    m_due = m_beat;
    if (!urgent)
        addJitter(random);
}

void HealthSchedule::advance(Time now, const RandomBelow &random)
{
    m_beat += m_interval;
    if (m_beat <= now) // whole intervals, so that the peers stay apart
        m_beat += ((now - m_beat) / m_interval + 1) * m_interval;
    addJitter(random);
}

void HealthSchedule::addJitter(const RandomBelow &random)
{
    m_due = m_beat;
    if (m_jitter.count() > 0)
        m_due += milliseconds(random(quint32(m_jitter.count()) + 1));
}

} // namespace portlight
