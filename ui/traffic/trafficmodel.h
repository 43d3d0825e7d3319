// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "capture/exchangerecord.h"

#include <QAbstractTableModel>
#include <QHash>

#include <deque>

namespace portlight {

// The rows of the Traffic table, oldest first, running ones included; the same id updates its row. Holds at most
// `rowsMax` of them: the oldest go first and do not come back.
class TrafficModel final : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column {
        IdColumn,
        MethodColumn,
        DomainColumn,
        PathColumn,
        StatusColumn,
        TypeColumn,
        SizeColumn,
        TimeColumn,
        BarColumn,
        PeerColumn,
        DecidedColumn,
        ColumnCount
    };

    explicit TrafficModel(QObject *parent = nullptr, qsizetype rowsMax = CapturedExchangesMax);

    // One insertion and as few change signals as the touched rows allow.
    void apply(const QList<ExchangeSummary> &exchanges);
    void clear();
    const ExchangeSummary *at(int row) const;
    int rowOf(ExchangeId id) const; // -1: not here

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    void update(const QList<std::pair<qint64, ExchangeSummary>> &changed);
    void append(QList<ExchangeSummary> added);
    void dropOldest(qsizetype count);

    const qsizetype m_rowsMax;
    std::deque<ExchangeSummary> m_rows;
    // Serial numbers of rows; a row's place is its number minus that of the first.
    QHash<ExchangeId, qint64> m_serials;
    qint64 m_firstSerial = 0;
    ExchangeId m_droppedUpTo = 0;
};

} // namespace portlight
