// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyledItemDelegate>

namespace portlight {

struct ThemeColors;

// Draws one cell of a FlatTable as CellKindRole says, with the row's background and hairline. A click on a switch
// is reported, not acted on.
class FlatDelegate final : public QStyledItemDelegate
{
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void setHoveredRow(int row) { m_hoveredRow = row; }
    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;
    // A field as large as its cell, in the cell's font.
    QWidget *createEditor(QWidget *parent, const QStyleOptionViewItem &option, const QModelIndex &index) const override;
    void updateEditorGeometry(QWidget *editor, const QStyleOptionViewItem &option,
                              const QModelIndex &index) const override;
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;
    // Each of a row of ticks has a tooltip of its own.
    bool helpEvent(QHelpEvent *event, QAbstractItemView *view, const QStyleOptionViewItem &option,
                   const QModelIndex &index) override;

Q_SIGNALS:
    void switchClicked(const QModelIndex &index);

protected:
    bool editorEvent(QEvent *event, QAbstractItemModel *model, const QStyleOptionViewItem &option,
                     const QModelIndex &index) override;

private:
    void paintText(QPainter &painter, const QStyleOptionViewItem &option, const QModelIndex &index,
                   const ThemeColors &colors) const;
    static void paintIcon(QPainter &painter, const QRect &cell, const QModelIndex &index, const ThemeColors &colors);
    static void paintHeading(QPainter &painter, const QStyleOptionViewItem &option, const QModelIndex &index,
                             const ThemeColors &colors);

    int m_hoveredRow = -1;
};

} // namespace portlight
