// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "capture/exchangerecord.h"

#include <QHash>

namespace portlight {

// What arrives while the Traffic table is paused: the newest value of each exchange, the oldest dropped beyond the
// number that the table could hold.
class PausedTraffic
{
public:
    explicit PausedTraffic(qsizetype exchangesMax = CapturedExchangesMax)
        : m_exchangesMax(exchangesMax)
    {}

    void hold(const QList<ExchangeSummary> &exchanges);
    qsizetype count() const { return m_exchanges.size(); }
    // Everything held, in order of arrival; empty afterwards.
    QList<ExchangeSummary> take();

private:
    const qsizetype m_exchangesMax;
    QList<ExchangeSummary> m_exchanges;
    QHash<ExchangeId, qint64> m_serials; // place plus m_dropped
    qint64 m_dropped = 0;
};

} // namespace portlight
