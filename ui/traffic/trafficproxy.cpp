// SPDX-License-Identifier: GPL-3.0-or-later
#include "traffic/trafficproxy.h"

#include "traffic/trafficmodel.h"

namespace portlight {

void TrafficProxy::setFilter(const TrafficFilter &filter)
{
    m_filter = filter;
    invalidateFilter();
}

const ExchangeSummary *TrafficProxy::at(int proxyRow) const
{
    const auto *model = static_cast<const TrafficModel *>(sourceModel());
    return model->at(mapToSource(index(proxyRow, 0)).row());
}

bool TrafficProxy::filterAcceptsRow(int row, const QModelIndex &) const
{
    const ExchangeSummary *exchange = static_cast<const TrafficModel *>(sourceModel())->at(row);
    return exchange && m_filter.accepts(*exchange);
}

} // namespace portlight
