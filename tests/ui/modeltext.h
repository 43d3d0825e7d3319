// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractItemModel>
#include <QStringList>

namespace portlight::test {

// The rows of a model as text, columns separated by " | ", empty cells left out.
inline QStringList modelText(const QAbstractItemModel &model)
{
    QStringList rows;
    for (int row = 0; row < model.rowCount(); ++row) {
        QStringList cells;
        for (int column = 0; column < model.columnCount(); ++column) {
            const QString text = model.index(row, column).data().toString();
            if (!text.isEmpty())
                cells.append(text);
        }
        rows.append(cells.join(QStringLiteral(" | ")));
    }
    return rows;
}

} // namespace portlight::test
