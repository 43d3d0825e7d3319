// SPDX-License-Identifier: GPL-3.0-or-later
#include "traffic/trafficmodel.h"

#include "traffic/exchangetext.h"
#include "widgets/badge.h"
#include "widgets/cells.h"
#include "widgets/quantities.h"

#include <cmath>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

constexpr double FullBarUs = 1'000'000; // a second fills the bar
constexpr qint64 SlowUs = 500'000;

CellKind kindOf(int column, const ExchangeSummary &row)
{
    switch (column) {
    case TrafficModel::IdColumn: return CellKind::Number;
    case TrafficModel::SizeColumn:
    case TrafficModel::TimeColumn: return CellKind::Number;
    case TrafficModel::PathColumn: return CellKind::Wire;
    case TrafficModel::StatusColumn: return CellKind::Badge;
    case TrafficModel::DecidedColumn: return CellKind::Badge;
    case TrafficModel::TypeColumn: return CellKind::Dim;
    case TrafficModel::BarColumn: return CellKind::Bar;
    case TrafficModel::PeerColumn: return CellKind::WireDim;
    case TrafficModel::DomainColumn: return row.domain.isEmpty() ? CellKind::Dim : CellKind::Text;
    default: return CellKind::Text;
    }
}

QString statusText(const ExchangeSummary &row)
{
    if (row.status > 0)
        return QString::number(row.status);
    return row.isRunning() ? u"…"_s : u"—"_s;
}

QString displayText(const ExchangeSummary &row, int column)
{
    switch (column) {
    case TrafficModel::IdColumn: return QString::number(row.id);
    case TrafficModel::MethodColumn: return QString::fromUtf8(row.method);
    case TrafficModel::DomainColumn: return QString::fromUtf8(row.domain.isEmpty() ? row.host : row.domain);
    case TrafficModel::PathColumn: return QString::fromUtf8(row.target);
    case TrafficModel::StatusColumn: return statusText(row);
    case TrafficModel::TypeColumn: return shortType(row);
    case TrafficModel::SizeColumn: return row.status == 0 && row.isRunning() ? QString() : bytesText(row.responseBytes);
    case TrafficModel::TimeColumn: return durationText(row.durationUs);
    case TrafficModel::BarColumn: return row.isRunning() ? TrafficModel::tr("running") : QString();
    case TrafficModel::PeerColumn: return QString::fromUtf8(row.peer);
    case TrafficModel::DecidedColumn: return decidedBadge(row).text;
    default: return {};
    }
}

Tone toneOf(const ExchangeSummary &row, int column)
{
    if (column == TrafficModel::StatusColumn)
        return row.status == 0 && !row.isRunning() ? Tone::Error : toneOfStatus(row.status);
    if (column == TrafficModel::DecidedColumn)
        return decidedBadge(row).tone;
    if (row.status >= 500 || row.state == ExchangeState::Failed)
        return Tone::Error;
    return row.durationUs >= SlowUs ? Tone::Warning : Tone::Accent;
}

QVariant toolTip(const ExchangeSummary &row, int column)
{
    switch (column) {
    case TrafficModel::PathColumn: return urlOf(row);
    case TrafficModel::DomainColumn: return QString::fromUtf8(row.host);
    case TrafficModel::DecidedColumn:
    case TrafficModel::StatusColumn: return row.isRunning() ? stateText(row) : row.failure;
    case TrafficModel::TypeColumn: return QString::fromUtf8(row.contentType);
    default: return {};
    }
}

} // namespace

TrafficModel::TrafficModel(QObject *parent, qsizetype rowsMax)
    : QAbstractTableModel(parent)
    , m_rowsMax(rowsMax)
{}

void TrafficModel::apply(const QList<ExchangeSummary> &exchanges)
{
    QList<std::pair<qint64, ExchangeSummary>> changed;
    QList<ExchangeSummary> added;
    QHash<ExchangeId, qsizetype> addedAt; // one batch may name an id twice
    for (const ExchangeSummary &exchange : exchanges) {
        if (const auto known = m_serials.constFind(exchange.id); known != m_serials.cend()) {
            changed.append({*known, exchange});
        } else if (const auto again = addedAt.constFind(exchange.id); again != addedAt.cend()) {
            added[*again] = exchange;
        } else if (exchange.id > m_droppedUpTo) {
            addedAt.insert(exchange.id, added.size());
            added.append(exchange);
        }
    }
    update(changed);
    append(std::move(added));
}

void TrafficModel::update(const QList<std::pair<qint64, ExchangeSummary>> &changed)
{
    if (changed.isEmpty())
        return;
    QList<int> rows;
    for (const auto &[serial, exchange] : changed) {
        const auto row = size_t(serial - m_firstSerial);
        m_rows[row] = exchange;
        rows.append(int(row));
    }
    std::sort(rows.begin(), rows.end());
    // Neighbours are reported together.
    for (qsizetype first = 0; first < rows.size();) {
        qsizetype last = first;
        while (last + 1 < rows.size() && rows[last + 1] <= rows[last] + 1)
            ++last;
        Q_EMIT dataChanged(index(rows[first], 0), index(rows[last], ColumnCount - 1));
        first = last + 1;
    }
}

void TrafficModel::append(QList<ExchangeSummary> added)
{
    if (added.size() > m_rowsMax) {
        for (const ExchangeSummary &exchange : added.mid(0, added.size() - m_rowsMax))
            m_droppedUpTo = std::max(m_droppedUpTo, exchange.id);
        added = added.mid(added.size() - m_rowsMax);
    }
    if (added.isEmpty())
        return;
    dropOldest(qsizetype(m_rows.size()) + added.size() - m_rowsMax);
    const auto first = int(m_rows.size());
    beginInsertRows({}, first, first + int(added.size()) - 1);
    for (ExchangeSummary &exchange : added) {
        m_serials.insert(exchange.id, m_firstSerial + qint64(m_rows.size()));
        m_rows.push_back(std::move(exchange));
    }
    endInsertRows();
}

void TrafficModel::dropOldest(qsizetype count)
{
    if (count <= 0)
        return;
    beginRemoveRows({}, 0, int(count) - 1);
    for (qsizetype i = 0; i < count; ++i) {
        m_droppedUpTo = std::max(m_droppedUpTo, m_rows.front().id);
        m_serials.remove(m_rows.front().id);
        m_rows.pop_front();
    }
    m_firstSerial += count;
    endRemoveRows();
}

void TrafficModel::clear()
{
    beginResetModel();
    m_rows.clear();
    m_serials.clear();
    m_firstSerial = 0;
    endResetModel();
}

const ExchangeSummary *TrafficModel::at(int row) const
{
    return row >= 0 && size_t(row) < m_rows.size() ? &m_rows[size_t(row)] : nullptr;
}

int TrafficModel::rowOf(ExchangeId id) const
{
    const auto it = m_serials.constFind(id);
    return it == m_serials.cend() ? -1 : int(*it - m_firstSerial);
}

int TrafficModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_rows.size());
}

int TrafficModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant TrafficModel::data(const QModelIndex &index, int role) const
{
    const ExchangeSummary *row = index.isValid() ? at(index.row()) : nullptr;
    if (!row)
        return {};
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole: return displayText(*row, column);
    case Qt::ToolTipRole: return toolTip(*row, column);
    case CellKindRole: return QVariant::fromValue(kindOf(column, *row));
    case CellFadedRole: return column == IdColumn;
    case CellToneRole:
        return column == StatusColumn || column == DecidedColumn || (column == BarColumn && !row->isRunning())
                   ? QVariant::fromValue(toneOf(*row, column))
                   : QVariant();
    case CellShareRole:
        // The square root keeps milliseconds apart that a straight scale would draw alike.
        return row->durationUs < 0 ? QVariant() : QVariant(std::sqrt(double(row->durationUs) / FullBarUs));
    default: return {};
    }
}

QVariant TrafficModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole) {
        const bool right = section == IdColumn || section == SizeColumn || section == TimeColumn;
        return int((right ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    }
    if (role == Qt::ToolTipRole && section == BarColumn)
        return tr("Duration, to its square root; a full bar is one second");
    if (role != Qt::DisplayRole)
        return {};
    static const char *const titles[] = {QT_TR_NOOP("#"),    QT_TR_NOOP("Method"), QT_TR_NOOP("Domain"),
                                         QT_TR_NOOP("Path"), QT_TR_NOOP("Status"), QT_TR_NOOP("Type"),
                                         QT_TR_NOOP("Size"), QT_TR_NOOP("Time"),   "",
                                         QT_TR_NOOP("Peer"), QT_TR_NOOP("Decided")};
    return section >= 0 && section < ColumnCount ? tr(titles[section]) : QString();
}

} // namespace portlight
