// SPDX-License-Identifier: GPL-3.0-or-later
#include "certificates/listpanel.h"

#include "widgets/namedbutton.h"

#include <QLabel>
#include <QVBoxLayout>

namespace portlight {

ListPanel::ListPanel(const QString &objectName, const QString &summaryName, QWidget *parent)
    : QWidget(parent)
    , m_column(new QVBoxLayout(this))
    , m_top(new QHBoxLayout)
    , m_summary(new QLabel(this))
{
    setObjectName(objectName);
    m_summary->setObjectName(summaryName);
    m_top->setContentsMargins(24, 10, 24, 10);
    m_top->setSpacing(8);
    m_top->addWidget(m_summary, 1);
    m_column->setContentsMargins(0, 0, 0, 0);
    m_column->setSpacing(0);
    m_column->addLayout(m_top);
}

QPushButton *ListPanel::addButton(const QString &objectName, const QString &text)
{
    QPushButton *button = namedButton(objectName, text, this);
    m_top->addWidget(button);
    return button;
}

void ListPanel::addTable(const QString &objectName, const QString &accessibleName, const QStringList &headings,
                         const QList<ColumnPlan> &plan)
{
    m_model = new RowsModel(headings, this);
    m_table = new FlatTable(this);
    m_table->setObjectName(objectName);
    m_table->setAccessibleName(accessibleName);
    m_table->setModel(m_model);
    m_table->setMinimumHeight(3 * FlatTable::RowHeight);
    m_table->setColumnPlan(plan);
    m_column->addWidget(m_table, 1);
    connect(m_table, &FlatTable::currentRowChanged, this, [this] { showSelected(); });
}

void ListPanel::addDetail(QWidget *detail)
{
    detail->setAutoFillBackground(true);
    detail->setBackgroundRole(QPalette::Window);
    m_column->addWidget(detail);
}

void ListPanel::setSummary(const QString &text)
{
    m_summary->setText(text);
}

void ListPanel::setRows(const QList<CellRow> &rows)
{
    m_model->setRows(rows);
    if (m_table->currentRow() < 0 && !rows.isEmpty())
        m_table->setCurrentIndex(m_model->index(0, NameColumn));
    showSelected();
}

qsizetype ListPanel::selectedOf(qsizetype count) const
{
    const int row = m_table->currentRow();
    return row < count ? row : -1;
}

} // namespace portlight
