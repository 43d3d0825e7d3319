// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "capture/exchangerecord.h"

#include <list>
#include <unordered_map>
#include <unordered_set>

namespace portlight {

// Running exchanges that may stand in the batches handed out at one time.
inline constexpr size_t RunningRowsMax = 16'384;

// Collects the rows of the next batch: one an exchange, the newest values, in the order of their last change. When a
// batch is full, an exchange that nobody was told of is dropped and counted when it ends; the end of one that was
// reported as running always gets through, in a later batch if need be, so that no row runs for ever. Holds at most
// batchMax + RunningRowsMax rows. One thread; owned by the traffic recorder.
class TrafficBatcher
{
public:
    explicit TrafficBatcher(qsizetype batchMax, size_t runningRowsMax = RunningRowsMax);

    void add(const ExchangeSummary &row);
    // Exchanges that were lost before they came here.
    void addDropped(quint64 count) { m_dropped += count; }
    bool isEmpty() const { return m_rows.empty(); }
    quint64 dropped() const { return m_dropped; }
    // The oldest changes, at most batchMax of them; what is left stays for the next call.
    TrafficBatch take();
    // Forgets what waits and what was reported; `dropped` goes on counting.
    void clear();

private:
    const qsizetype m_batchMax;
    const size_t m_runningRowsMax;
    std::list<ExchangeSummary> m_rows;
    std::unordered_map<ExchangeId, std::list<ExchangeSummary>::iterator> m_places;
    std::unordered_set<ExchangeId> m_reportedRunning;
    quint64 m_dropped = 0;
};

} // namespace portlight
