// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backends/backendrow.h"
#include "widgets/mergingmodel.h"

namespace portlight {

// The rows of the Backends table, as values; a weight can be edited, which is asked for and not done here.
class BackendsModel final : public MergingModel<BackendRow>
{
    Q_OBJECT
public:
    enum Column {
        DotColumn,
        NameColumn,
        StateColumn,
        WeightColumn,
        ActiveColumn,
        RequestsColumn,
        FailuresColumn,
        P50Column,
        P95Column,
        P99Column,
        HealthColumn,
        ErrorColumn,
        ColumnCount
    };

    using MergingModel::MergingModel;

    // Changes as little as it can, so that selection and scrolling stay. `nowMs`: the snapshot's time.
    void setRows(const QList<BackendRow> &rows, qint64 nowMs);
    // The first row of a peer at or behind `from`, or -1.
    int nextPeer(int from) const;

    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    bool setData(const QModelIndex &index, const QVariant &value, int role) override;
    Qt::ItemFlags flags(const QModelIndex &index) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

Q_SIGNALS:
    void weightEdited(int row, const QString &text);

private:
    QVariant headingData(const BackendRow &row, int column, int role) const;
    QVariant peerData(const BackendRow &row, int column, int role) const;
    QString displayText(const BackendRow &row, int column) const;
    QString toolTip(const BackendRow &row, int column) const;
    QStringList checkTips(const BackendRow &row) const;

    qint64 m_nowMs = 0;
};

} // namespace portlight
