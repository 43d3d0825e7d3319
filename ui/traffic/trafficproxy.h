// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "traffic/trafficfilter.h"

#include <QSortFilterProxyModel>

namespace portlight {

// The rows of a TrafficModel that a filter accepts.
class TrafficProxy final : public QSortFilterProxyModel
{
    Q_OBJECT
public:
    using QSortFilterProxyModel::QSortFilterProxyModel;

    void setFilter(const TrafficFilter &filter);
    const ExchangeSummary *at(int proxyRow) const;

protected:
    bool filterAcceptsRow(int row, const QModelIndex &parent) const override;

private:
    TrafficFilter m_filter;
};

} // namespace portlight
