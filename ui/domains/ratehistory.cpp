// SPDX-License-Identifier: GPL-3.0-or-later
#include "domains/ratehistory.h"

namespace portlight {

void RateHistory::push(const EngineStatus &status)
{
    const qint64 elapsedMs = status.takenAtMs - m_lastAtMs;
    const bool comparable = m_lastAtMs > 0 && elapsedMs > 0;
    QHash<QByteArray, QList<double>> series;
    for (auto it = status.domains.cbegin(); it != status.domains.cend(); ++it) {
        QList<double> values = m_series.value(it.key(), QList<double>(SamplesMax, 0.0));
        const quint64 before = m_lastRequests.value(it.key(), 0);
        // A restarted engine counts from zero again.
        const quint64 grown = it->requests >= before ? it->requests - before : it->requests;
        values.append(comparable ? double(grown) * 1000.0 / double(elapsedMs) : 0.0);
        if (values.size() > SamplesMax)
            values.removeFirst();
        series.insert(it.key(), values);
    }
    m_series = std::move(series);
    m_lastRequests.clear();
    for (auto it = status.domains.cbegin(); it != status.domains.cend(); ++it)
        m_lastRequests.insert(it.key(), it->requests);
    m_lastAtMs = status.takenAtMs;
}

double RateHistory::current(const QByteArray &domain) const
{
    const QList<double> values = m_series.value(domain);
    return values.isEmpty() ? 0.0 : values.last();
}

} // namespace portlight
