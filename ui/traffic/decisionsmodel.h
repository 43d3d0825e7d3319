// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "capture/exchangerecord.h"

#include <QAbstractTableModel>

namespace portlight {

// The decision trace of one exchange as rows.
class DecisionsModel final : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { NumberColumn, StepColumn, SubjectColumn, ReasonColumn, WhereColumn, ColumnCount };

    using QAbstractTableModel::QAbstractTableModel;

    void setDecisions(const std::vector<Decision> &decisions);
    const Decision *at(int row) const;

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<Decision> m_decisions;
};

} // namespace portlight
