// SPDX-License-Identifier: GPL-3.0-or-later
#include "domains/domainsmodel.h"

#include "widgets/cells.h"
#include "widgets/quantities.h"

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

CellKind kindOf(int column)
{
    switch (column) {
    case DomainsModel::DotColumn: return CellKind::Dot;
    case DomainsModel::LockColumn: return CellKind::Icon;
    case DomainsModel::NameColumn: return CellKind::Strong;
    case DomainsModel::TargetColumn: return CellKind::Wire;
    case DomainsModel::WhatColumn: return CellKind::Dim;
    case DomainsModel::StateColumn: return CellKind::Badge;
    case DomainsModel::MinuteColumn: return CellKind::Sparkline;
    case DomainsModel::RateColumn: return CellKind::Number;
    default: return CellKind::Switch;
    }
}

QString targetText(const DomainView &view)
{
    if (!view.display.isEmpty())
        return view.display;
    return view.target;
}

QString displayText(const DomainRow &row, int column)
{
    switch (column) {
    case DomainsModel::NameColumn: return row.view.name();
    case DomainsModel::TargetColumn: return targetText(row.view);
    case DomainsModel::WhatColumn: return row.what;
    case DomainsModel::StateColumn: return row.state;
    case DomainsModel::RateColumn: return row.view.enabled ? rateText(row.rate) + u"/s"_s : QString();
    default: return {};
    }
}

QString accessibleText(const DomainRow &row, int column)
{
    switch (column) {
    case DomainsModel::DotColumn: return row.state;
    case DomainsModel::LockColumn: return row.lock.text;
    case DomainsModel::MinuteColumn: return DomainsModel::tr("%1 requests per second").arg(rateText(row.rate));
    case DomainsModel::SwitchColumn: return row.view.enabled ? DomainsModel::tr("on") : DomainsModel::tr("off");
    default: return displayText(row, column);
    }
}

} // namespace

void DomainsModel::setRows(const QList<DomainRow> &rows)
{
    mergeRows(rows, [](const DomainRow &a, const DomainRow &b) { return a.view.names == b.view.names; });
}

int DomainsModel::rowOfDomain(int domainIndex) const
{
    for (int row = 0; row < m_rows.size(); ++row) {
        if (m_rows[row].view.index == domainIndex)
            return row;
    }
    return -1;
}

int DomainsModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant DomainsModel::data(const QModelIndex &index, int role) const
{
    const DomainRow *row = rowAt(index.row());
    if (!index.isValid() || !row)
        return {};
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole: return displayText(*row, column);
    case Qt::AccessibleTextRole: return accessibleText(*row, column);
    case Qt::ToolTipRole:
        if (column == StateColumn || column == DotColumn)
            return row->detail;
        if (column == LockColumn)
            return row->lock.text;
        return column == NameColumn ? row->view.names.join(u' ') : displayText(*row, column);
    case CellKindRole: {
        const bool plainState = column == StateColumn && !row->view.enabled;
        return QVariant::fromValue(plainState ? CellKind::Dim : kindOf(column));
    }
    case CellToneRole:
        if (column == LockColumn)
            return QVariant::fromValue(row->view.enabled ? row->lock.tone : Tone::Neutral);
        return column == StateColumn || column == DotColumn ? QVariant::fromValue(row->tone) : QVariant();
    case CellIconRole: return row->lock.icon;
    case CellSeriesRole: return QVariant::fromValue(row->view.enabled ? row->lastMinute : QList<double>());
    case CellCheckedRole: return row->view.enabled;
    case CellFadedRole: return !row->view.enabled && column != StateColumn;
    default: return {};
    }
}

QVariant DomainsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return int((section == RateColumn ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case NameColumn: return tr("Name");
    case TargetColumn: return tr("Goes to");
    case WhatColumn: return tr("What");
    case StateColumn: return tr("State");
    case MinuteColumn: return tr("Last minute");
    case RateColumn: return tr("Rate");
    default: return QString();
    }
}

} // namespace portlight
