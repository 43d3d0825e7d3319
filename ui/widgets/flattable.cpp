// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/flattable.h"

#include "theme/icons.h"
#include "widgets/cells.h"
#include "widgets/flatdelegate.h"

#include <QAction>
#include <QContextMenuEvent>
#include <QHeaderView>
#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QScrollBar>

namespace portlight {

FlatTable::FlatTable(QWidget *parent)
    : QTableView(parent)
    , m_delegate(new FlatDelegate(this))
{
    setItemDelegate(m_delegate);
    setFrameShape(QFrame::NoFrame);
    setShowGrid(false);
    setWordWrap(false);
    setCornerButtonEnabled(false);
    setSelectionBehavior(SelectRows);
    setSelectionMode(SingleSelection);
    setEditTriggers(NoEditTriggers);
    setTabKeyNavigation(false);
    setVerticalScrollMode(ScrollPerPixel);
    setHorizontalScrollMode(ScrollPerPixel);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setMouseTracking(true);
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    verticalHeader()->setMinimumSectionSize(RowHeight); // the style's own minimum is larger
    verticalHeader()->setDefaultSectionSize(RowHeight);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setSectionsClickable(false);
    horizontalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    horizontalHeader()->setMinimumSectionSize(8);
    horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    horizontalHeader()->setFixedHeight(32);
    connect(m_delegate, &FlatDelegate::switchClicked, this, &FlatTable::switchClicked);
    connect(this, &QTableView::doubleClicked, this,
            [this](const QModelIndex &index) { Q_EMIT activatedRow(index.row()); });
}

void FlatTable::setColumnPlan(const QList<ColumnPlan> &plan)
{
    m_plan = plan;
    layoutColumns();
}

void FlatTable::setHeading(int row, bool heading)
{
    const int columns = heading ? model()->columnCount() : 1;
    if (columnSpan(row, 0) != columns)
        setSpan(row, 0, 1, columns);
    const int height = heading ? HeadingHeight : RowHeight;
    if (rowHeight(row) != height)
        setRowHeight(row, height);
}

QAction *FlatTable::addRowAction(const QString &objectName, const QString &icon, const QString &text,
                                 const QKeySequence &shortcut, std::function<void()> run)
{
    auto *action = new QAction(themedIcon(icon), text, this);
    action->setObjectName(objectName);
    action->setShortcut(shortcut);
    action->setShortcutContext(Qt::WidgetShortcut);
    connect(action, &QAction::triggered, this, [run = std::move(run)] { run(); });
    addAction(action);
    m_rowActions.append(action);
    return action;
}

void FlatTable::contextMenuEvent(QContextMenuEvent *event)
{
    const bool byKeyboard = event->reason() == QContextMenuEvent::Keyboard;
    const QModelIndex row = byKeyboard ? currentIndex() : indexAt(event->pos());
    if (m_rowActions.isEmpty() || !row.isValid() || row.data(CellKindRole).value<CellKind>() == CellKind::Heading)
        return;
    auto *menu = new QMenu(this);
    menu->setObjectName(objectName() + QStringLiteral("Menu"));
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addActions(m_rowActions);
    menu->popup(byKeyboard ? viewport()->mapToGlobal(visualRect(row).bottomLeft()) : event->globalPos());
}

int FlatTable::currentRow() const
{
    return currentIndex().isValid() ? currentIndex().row() : -1;
}

void FlatTable::layoutColumns()
{
    const int available = viewport()->width();
    int fixed = 0;
    int stretch = 0;
    for (const ColumnPlan &column : m_plan) {
        if (available < column.hideBelow)
            continue;
        fixed += column.width;
        stretch += column.stretch;
    }
    const int spare = std::max(0, available - fixed);
    for (int i = 0; i < m_plan.size(); ++i) {
        const ColumnPlan &column = m_plan[i];
        setColumnHidden(i, available < column.hideBelow);
        setColumnWidth(i, column.width + (stretch > 0 ? spare * column.stretch / stretch : 0));
    }
}

void FlatTable::resizeEvent(QResizeEvent *event)
{
    QTableView::resizeEvent(event);
    layoutColumns();
}

void FlatTable::setHoveredRow(int row)
{
    if (row == m_hoveredRow)
        return;
    m_hoveredRow = row;
    m_delegate->setHoveredRow(row);
    viewport()->update();
}

void FlatTable::mouseMoveEvent(QMouseEvent *event)
{
    setHoveredRow(rowAt(event->position().toPoint().y()));
    QTableView::mouseMoveEvent(event);
}

void FlatTable::leaveEvent(QEvent *event)
{
    setHoveredRow(-1);
    QTableView::leaveEvent(event);
}

void FlatTable::keyPressEvent(QKeyEvent *event)
{
    if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && currentIndex().isValid()) {
        Q_EMIT activatedRow(currentIndex().row());
        return;
    }
    QTableView::keyPressEvent(event);
}

void FlatTable::focusInEvent(QFocusEvent *event)
{
    QTableView::focusInEvent(event);
    // A table reached by Tab shows where the keyboard is.
    if (event->reason() != Qt::MouseFocusReason && !currentIndex().isValid() && model() && model()->rowCount() > 0)
        selectRow(0);
    viewport()->update();
}

void FlatTable::currentChanged(const QModelIndex &current, const QModelIndex &previous)
{
    QTableView::currentChanged(current, previous);
    if (current.row() != previous.row() || current.isValid() != previous.isValid())
        Q_EMIT currentRowChanged(current.isValid() ? current.row() : -1);
}

} // namespace portlight
