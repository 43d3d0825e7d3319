// SPDX-License-Identifier: GPL-3.0-or-later
#include "traffic/decisionsmodel.h"

#include "widgets/cells.h"

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

// "portlight.conf:12": the folder is the same for all.
QString shortPosition(const TextPosition &where)
{
    return where.isKnown() ? u"%1:%2"_s.arg(where.file.section(u'/', -1)).arg(where.line) : QString();
}

CellKind kindOf(int column)
{
    switch (column) {
    case DecisionsModel::StepColumn: return CellKind::Strong;
    case DecisionsModel::SubjectColumn: return CellKind::Wire;
    case DecisionsModel::WhereColumn: return CellKind::Link;
    default: return CellKind::Dim;
    }
}

} // namespace

void DecisionsModel::setDecisions(const std::vector<Decision> &decisions)
{
    if (decisions == m_decisions)
        return;
    beginResetModel();
    m_decisions = decisions;
    endResetModel();
}

const Decision *DecisionsModel::at(int row) const
{
    return row >= 0 && size_t(row) < m_decisions.size() ? &m_decisions[size_t(row)] : nullptr;
}

int DecisionsModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_decisions.size());
}

int DecisionsModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant DecisionsModel::data(const QModelIndex &index, int role) const
{
    const Decision *decision = index.isValid() ? at(index.row()) : nullptr;
    if (!decision)
        return {};
    if (role == CellKindRole)
        return QVariant::fromValue(kindOf(index.column()));
    if (role == Qt::ToolTipRole)
        return index.column() == WhereColumn ? decision->where.toString() : decision->reason;
    if (role != Qt::DisplayRole)
        return {};
    switch (index.column()) {
    case NumberColumn: return QString::number(index.row() + 1);
    case StepColumn: return decisionStepName(decision->step);
    case SubjectColumn: return decision->subject;
    case ReasonColumn: return decision->reason;
    default: return shortPosition(decision->where);
    }
}

QVariant DecisionsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case StepColumn: return tr("Step");
    case SubjectColumn: return tr("What");
    case ReasonColumn: return tr("Why");
    case WhereColumn: return tr("Configured at");
    default: return QString();
    }
}

} // namespace portlight
