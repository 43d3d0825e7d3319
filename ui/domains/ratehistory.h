// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/enginestatus.h"

#include <QHash>
#include <QList>

namespace portlight {

// Requests per second of every domain over the last minute, made from the engine's counters.
class RateHistory
{
public:
    void push(const EngineStatus &status);
    // Newest last, at most SamplesMax; empty for a domain that is not known.
    QList<double> of(const QByteArray &domain) const { return m_series.value(domain); }
    double current(const QByteArray &domain) const;

    static constexpr qsizetype SamplesMax = 60;

private:
    QHash<QByteArray, QList<double>> m_series;
    QHash<QByteArray, quint64> m_lastRequests;
    qint64 m_lastAtMs = 0;
};

} // namespace portlight
