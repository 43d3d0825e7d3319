// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/rowsmodel.h"

namespace portlight {

RowsModel::RowsModel(const QStringList &titles, QObject *parent)
    : QAbstractTableModel(parent)
    , m_titles(titles)
{}

void RowsModel::setRows(const QList<CellRow> &rows)
{
    if (rows == m_rows)
        return;
    if (rows.size() != m_rows.size()) {
        beginResetModel();
        m_rows = rows;
        endResetModel();
        return;
    }
    m_rows = rows;
    Q_EMIT dataChanged(index(0, 0), index(int(rows.size()) - 1, int(m_titles.size()) - 1));
}

int RowsModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_rows.size());
}

int RowsModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_titles.size());
}

QVariant RowsModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid() || index.row() >= m_rows.size() || index.column() >= m_rows[index.row()].size())
        return {};
    const Cell &cell = m_rows[index.row()][index.column()];
    switch (role) {
    case Qt::DisplayRole: return cell.kind == CellKind::Icon || cell.kind == CellKind::Switch ? QVariant() : cell.text;
    case Qt::AccessibleTextRole:
    case Qt::ToolTipRole: return cell.text;
    case CellKindRole: return QVariant::fromValue(cell.kind);
    case CellToneRole:
        return cell.kind == CellKind::Badge || cell.kind == CellKind::Dot || cell.kind == CellKind::Icon
                   ? QVariant::fromValue(cell.tone)
                   : QVariant();
    case CellIconRole: return cell.icon;
    case CellCheckedRole: return cell.checked;
    default: return {};
    }
}

QVariant RowsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= m_titles.size())
        return {};
    if (role == Qt::TextAlignmentRole) {
        const bool number = !m_rows.isEmpty() && m_rows.first().value(section).kind == CellKind::Number;
        return int((number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    }
    return role == Qt::DisplayRole ? QVariant(m_titles[section]) : QVariant();
}

} // namespace portlight
