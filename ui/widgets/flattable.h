// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QTableView>

#include <functional>

namespace portlight {

class FlatDelegate;

// How wide a column is: `width` at least, a share of what is left by `stretch`, and not at all in a table narrower
// than `hideBelow`. Pixels.
struct ColumnPlan {
    int width = 80;
    int stretch = 0;
    int hideBelow = 0;
};

// A table of whole rows, 28 pixels each, with hairlines and no frame. Tab leaves it; arrows move in it.
class FlatTable final : public QTableView
{
    Q_OBJECT
public:
    explicit FlatTable(QWidget *parent = nullptr);

    void setColumnPlan(const QList<ColumnPlan> &plan);
    // The row of the current index, or -1.
    int currentRow() const;
    // A row that begins a section goes across all columns and is a little higher.
    void setHeading(int row, bool heading);
    // Something to do with the current row: by its shortcut while the table has the keyboard, and in the menu of a row,
    // which shows all of them.
    QAction *addRowAction(const QString &objectName, const QString &icon, const QString &text,
                          const QKeySequence &shortcut, std::function<void()> run);
    const QList<QAction *> &rowActions() const { return m_rowActions; }
    static constexpr int RowHeight = 28;
    static constexpr int HeadingHeight = 36;

Q_SIGNALS:
    void switchClicked(const QModelIndex &index);
    void currentRowChanged(int row);
    void activatedRow(int row); // Enter or double click

protected:
    void resizeEvent(QResizeEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void leaveEvent(QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void focusInEvent(QFocusEvent *event) override;
    void contextMenuEvent(QContextMenuEvent *event) override;
    void currentChanged(const QModelIndex &current, const QModelIndex &previous) override;

private:
    void layoutColumns();
    void setHoveredRow(int row);

    FlatDelegate *m_delegate;
    QList<ColumnPlan> m_plan;
    QList<QAction *> m_rowActions;
    int m_hoveredRow = -1;
};

} // namespace portlight
