// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractItemModel>
#include <QStringList>

namespace portlight::test {

// The rows of a model as text, columns separated by " | ", empty cells left out; of those columns alone, when some are
// named.
inline QStringList modelText(const QAbstractItemModel &model, const QList<int> &columns = {})
{
    QStringList rows;
    for (int row = 0; row < model.rowCount(); ++row) {
        QStringList cells;
        for (int column = 0; column < model.columnCount(); ++column) {
            if (!columns.isEmpty() && !columns.contains(column))
                continue;
            const QString text = model.index(row, column).data().toString();
            if (!text.isEmpty())
                cells.append(text);
        }
        rows.append(cells.join(QStringLiteral(" | ")));
    }
    return rows;
}

} // namespace portlight::test
