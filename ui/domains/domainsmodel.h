// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "domains/domainrow.h"
#include "widgets/mergingmodel.h"

namespace portlight {

// The rows of the Domains table, as values.
class DomainsModel final : public MergingModel<DomainRow>
{
    Q_OBJECT
public:
    enum Column {
        DotColumn,
        LockColumn,
        NameColumn,
        TargetColumn,
        WhatColumn,
        StateColumn,
        MinuteColumn,
        RateColumn,
        SwitchColumn,
        ColumnCount
    };

    using MergingModel::MergingModel;

    // Changes as little as it can, so that selection and scrolling stay.
    void setRows(const QList<DomainRow> &rows);
    // The row of the domain with that index in the configuration, or -1.
    int rowOfDomain(int domainIndex) const;

    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
};

} // namespace portlight
