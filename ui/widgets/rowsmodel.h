// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/cells.h"

#include <QAbstractTableModel>
#include <QStringList>

namespace portlight {

// One cell of a RowsModel.
struct Cell {
    QString text;
    CellKind kind = CellKind::Text;
    Tone tone = Tone::Neutral;
    QString icon = {};    // of CellKind::Icon; the text is its tooltip, and what screen readers say
    bool checked = false; // of CellKind::Switch
    friend bool operator==(const Cell &, const Cell &) = default;
};
using CellRow = QList<Cell>;

// A small table of ready-made cells, for pages that show a list and edit nothing.
class RowsModel final : public QAbstractTableModel
{
    Q_OBJECT
public:
    explicit RowsModel(const QStringList &titles, QObject *parent = nullptr);

    // The same number of rows again changes them in place.
    void setRows(const QList<CellRow> &rows);

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QStringList m_titles;
    QList<CellRow> m_rows;
};

} // namespace portlight
