// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/trafficbatcher.h"

namespace portlight {

TrafficBatcher::TrafficBatcher(qsizetype batchMax, size_t runningRowsMax)
    : m_batchMax(batchMax)
    , m_runningRowsMax(runningRowsMax)
{
    Q_ASSERT(batchMax > 0);
}

void TrafficBatcher::add(const ExchangeSummary &row)
{
    if (const auto known = m_places.find(row.id); known != m_places.end()) {
        *known->second = row;
        m_rows.splice(m_rows.end(), m_rows, known->second);
        return;
    }
    const bool promised = m_reportedRunning.contains(row.id);
    const bool full = qsizetype(m_rows.size()) >= m_batchMax;
    if (!promised && full) {
        // A running one is not lost yet: its next change may find room.
        if (!row.isRunning())
            ++m_dropped;
        return;
    }
    m_places.emplace(row.id, m_rows.insert(m_rows.end(), row));
}

TrafficBatch TrafficBatcher::take()
{
    TrafficBatch batch;
    batch.dropped = m_dropped;
    batch.exchanges.reserve(qMin(m_batchMax, qsizetype(m_rows.size())));
    while (!m_rows.empty() && batch.exchanges.size() < m_batchMax) {
        ExchangeSummary row = std::move(m_rows.front());
        m_rows.pop_front();
        m_places.erase(row.id);
        if (!row.isRunning()) {
            m_reportedRunning.erase(row.id);
        } else if (!m_reportedRunning.contains(row.id)) {
            if (m_reportedRunning.size() >= m_runningRowsMax)
                continue; // reported when it ends
            m_reportedRunning.insert(row.id);
        }
        batch.exchanges.append(std::move(row));
    }
    return batch;
}

void TrafficBatcher::clear()
{
    m_rows.clear();
    m_places.clear();
    m_reportedRunning.clear();
}

} // namespace portlight
