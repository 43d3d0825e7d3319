// SPDX-License-Identifier: GPL-3.0-or-later
#include "traffic/pausedtraffic.h"

namespace portlight {

void PausedTraffic::hold(const QList<ExchangeSummary> &exchanges)
{
    for (const ExchangeSummary &exchange : exchanges) {
        if (const auto known = m_serials.constFind(exchange.id); known != m_serials.cend()) {
            m_exchanges[qsizetype(*known - m_dropped)] = exchange;
            continue;
        }
        if (m_exchanges.size() >= m_exchangesMax) {
            m_serials.remove(m_exchanges.first().id);
            m_exchanges.removeFirst(); // QList frees at the front without moving the rest
            ++m_dropped;
        }
        m_serials.insert(exchange.id, m_dropped + m_exchanges.size());
        m_exchanges.append(exchange);
    }
}

QList<ExchangeSummary> PausedTraffic::take()
{
    m_serials.clear();
    m_dropped = 0;
    return std::exchange(m_exchanges, {});
}

} // namespace portlight
