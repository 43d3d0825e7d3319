// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <QList>

#include <algorithm>

namespace portlight {

// A table of rows that are taken anew again and again: what stayed is changed in place, so that a selection and what
// lies under the pointer stay where they are.
template<typename Row>
class MergingModel : public QAbstractTableModel
{
public:
    using QAbstractTableModel::QAbstractTableModel;

    const Row *rowAt(int row) const { return row >= 0 && row < m_rows.size() ? &m_rows[row] : nullptr; }
    int rowCount(const QModelIndex &parent = {}) const override { return parent.isValid() ? 0 : int(m_rows.size()); }

protected:
    // `isSamePlace(a, b)`: b is a as it stands now. Rows are removed and inserted in one run between those that stayed.
    template<typename IsSamePlace>
    void mergeRows(const QList<Row> &rows, const IsSamePlace &isSamePlace)
    {
        const qsizetype shorter = std::min(rows.size(), m_rows.size());
        qsizetype head = 0;
        while (head < shorter && isSamePlace(rows[head], m_rows[head]))
            ++head;
        qsizetype tail = 0;
        while (tail < shorter - head && isSamePlace(rows[rows.size() - 1 - tail], m_rows[m_rows.size() - 1 - tail]))
            ++tail;
        if (const qsizetype gone = m_rows.size() - head - tail; gone > 0) {
            beginRemoveRows({}, int(head), int(head + gone - 1));
            m_rows.remove(head, gone);
            endRemoveRows();
        }
        if (const qsizetype added = rows.size() - head - tail; added > 0) {
            beginInsertRows({}, int(head), int(head + added - 1));
            for (qsizetype i = 0; i < added; ++i)
                m_rows.insert(head + i, rows[head + i]);
            endInsertRows();
        }
        for (qsizetype i = 0; i < rows.size(); ++i) {
            if (m_rows[i] == rows[i])
                continue;
            m_rows[i] = rows[i];
            Q_EMIT dataChanged(index(int(i), 0), index(int(i), columnCount() - 1));
        }
    }

    QList<Row> m_rows;
};

} // namespace portlight
