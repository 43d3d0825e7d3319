// SPDX-License-Identifier: GPL-3.0-or-later
#include "backends/backendsmodel.h"

#include "widgets/cells.h"
#include "widgets/quantities.h"

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

bool isSamePlace(const BackendRow &a, const BackendRow &b)
{
    return a.isHeading == b.isHeading && a.group == b.group && a.title == b.title && a.peer.name == b.peer.name;
}

CellKind kindOf(int column)
{
    switch (column) {
    case BackendsModel::DotColumn: return CellKind::Dot;
    case BackendsModel::NameColumn: return CellKind::Wire;
    case BackendsModel::StateColumn: return CellKind::Badge;
    case BackendsModel::HealthColumn: return CellKind::Ticks;
    case BackendsModel::ErrorColumn: return CellKind::WireDim;
    default: return CellKind::Number;
    }
}

QString latencyText(const PeerSnapshot &peer, qint64 microseconds)
{
    return peer.latencyCount > 0 ? durationText(microseconds) : QString();
}

QList<double> series(const QList<PeerCheck> &checks)
{
    QList<double> values;
    for (const PeerCheck &check : checks)
        values.append(check.passed ? 1 : 0);
    return values;
}

QString healthText(const QList<PeerCheck> &checks)
{
    const auto passed =
        std::count_if(checks.cbegin(), checks.cend(), [](const PeerCheck &check) { return check.passed; });
    return BackendsModel::tr("%1 of the last %2 checks passed").arg(passed).arg(checks.size());
}

} // namespace

void BackendsModel::setRows(const QList<BackendRow> &rows, qint64 nowMs)
{
    m_nowMs = nowMs;
    mergeRows(rows, isSamePlace);
}

int BackendsModel::nextPeer(int from) const
{
    for (int row = std::max(from, 0); row < m_rows.size(); ++row) {
        if (!m_rows[row].isHeading)
            return row;
    }
    return -1;
}

int BackendsModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QString BackendsModel::displayText(const BackendRow &row, int column) const
{
    const PeerSnapshot &peer = row.peer;
    switch (column) {
    case NameColumn: return QString::fromUtf8(peer.name);
    case StateColumn: return stateWord(peer.state);
    case WeightColumn: return QString::number(peer.weight);
    case ActiveColumn: return countText(quint64(peer.active));
    case RequestsColumn: return countText(peer.requests);
    case FailuresColumn: return countText(peer.failures.total());
    case P50Column: return latencyText(peer, peer.p50Us);
    case P95Column: return latencyText(peer, peer.p95Us);
    case P99Column: return latencyText(peer, peer.p99Us);
    case ErrorColumn:
        return peer.lastError.isEmpty()
                   ? QString()
                   : clockText(peer.lastErrorMs, m_nowMs) + u"  "_s + QString::fromUtf8(peer.lastError);
    default: return {};
    }
}

QString BackendsModel::toolTip(const BackendRow &row, int column) const
{
    const PeerSnapshot &peer = row.peer;
    switch (column) {
    case NameColumn:
        return row.note.isEmpty() ? displayText(row, column) : displayText(row, column) + u"  "_s + row.note;
    case DotColumn:
    case StateColumn: return stateSentence(peer.state);
    case WeightColumn:
        return peer.effectiveWeight == peer.weight
                   ? tr("Its share of the requests; F2 changes it until Portlight ends")
                   : tr("Counts as %1 for now, after failures or while it starts slowly").arg(peer.effectiveWeight);
    case ActiveColumn:
        return peer.activeMax > 0 ? tr("%1 of at most %2 (max_conns)").arg(peer.active).arg(peer.activeMax)
                                  : tr("Requests on their way");
    case HealthColumn: return tr("It has no health checks: the health_check directive makes them");
    default: return displayText(row, column);
    }
}

QStringList BackendsModel::checkTips(const BackendRow &row) const
{
    QStringList tips;
    for (const PeerCheck &check : row.peer.checks)
        tips.append(checkText(check, m_nowMs));
    return tips;
}

QVariant BackendsModel::headingData(const BackendRow &row, int column, int role) const
{
    if (column != DotColumn)
        return {};
    switch (role) {
    case Qt::DisplayRole: return row.title;
    case Qt::AccessibleTextRole: return QStringList{row.title, row.note, row.end}.join(u' ').trimmed();
    case Qt::ToolTipRole: return row.where.isKnown() ? row.where.toString() : QString();
    case CellKindRole: return QVariant::fromValue(CellKind::Heading);
    case CellNoteRole: return row.note;
    case CellEndRole: return row.end;
    case CellToneRole: return QVariant::fromValue(row.tone);
    default: return {};
    }
}

QVariant BackendsModel::peerData(const BackendRow &row, int column, int role) const
{
    switch (role) {
    case Qt::DisplayRole:
    case Qt::EditRole: return displayText(row, column);
    case Qt::AccessibleTextRole:
        if (column == DotColumn)
            return stateWord(row.peer.state);
        if (column == HealthColumn)
            return row.peer.checks.isEmpty() ? tr("no health checks") : healthText(row.peer.checks);
        return displayText(row, column);
    case Qt::ToolTipRole: return toolTip(row, column);
    case CellKindRole: return QVariant::fromValue(kindOf(column));
    case CellToneRole:
        if (column == FailuresColumn && row.peer.failures.total() > 0)
            return QVariant::fromValue(Tone::Error);
        return column == StateColumn || column == DotColumn ? QVariant::fromValue(row.tone) : QVariant();
    case CellNoteRole: return column == NameColumn ? QVariant(row.note) : QVariant();
    case CellSeriesRole: return column == HealthColumn ? QVariant::fromValue(series(row.peer.checks)) : QVariant();
    case CellTipsRole: return column == HealthColumn ? QVariant(checkTips(row)) : QVariant();
    case CellFadedRole: return row.peer.state == PeerState::Down && column != StateColumn;
    default: return {};
    }
}

QVariant BackendsModel::data(const QModelIndex &index, int role) const
{
    const BackendRow *row = index.isValid() ? rowAt(index.row()) : nullptr;
    if (!row)
        return {};
    return row->isHeading ? headingData(*row, index.column(), role) : peerData(*row, index.column(), role);
}

bool BackendsModel::setData(const QModelIndex &index, const QVariant &value, int role)
{
    const BackendRow *row = rowAt(index.row());
    if (!row || row->isHeading || index.column() != WeightColumn || role != Qt::EditRole)
        return false;
    if (value.toString() != displayText(*row, WeightColumn))
        Q_EMIT weightEdited(index.row(), value.toString());
    return true;
}

Qt::ItemFlags BackendsModel::flags(const QModelIndex &index) const
{
    const BackendRow *row = rowAt(index.row());
    if (!row || row->isHeading)
        return Qt::NoItemFlags; // the keyboard passes it by
    const Qt::ItemFlags flags = Qt::ItemIsEnabled | Qt::ItemIsSelectable;
    return index.column() == WeightColumn ? flags | Qt::ItemIsEditable : flags;
}

QVariant BackendsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return int((kindOf(section) == CellKind::Number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case NameColumn: return tr("Backend");
    case StateColumn: return tr("State");
    case WeightColumn: return tr("Weight");
    case ActiveColumn: return tr("Active");
    case RequestsColumn: return tr("Requests");
    case FailuresColumn: return tr("Failed");
    case P50Column: return tr("p50");
    case P95Column: return tr("p95");
    case P99Column: return tr("p99");
    case HealthColumn: return tr("Health");
    case ErrorColumn: return tr("Last error");
    default: return QString();
    }
}

} // namespace portlight
