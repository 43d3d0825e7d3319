// SPDX-License-Identifier: GPL-3.0-or-later
#include "backends/backendspage.h"

#include "widgets/emptystate.h"
#include "widgets/flattable.h"
#include "widgets/pageheader.h"
#include "widgets/rowsmodel.h"

#include <QPushButton>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace portlight {

using namespace Qt::StringLiterals;

BackendsPage::BackendsPage(QWidget *parent)
    : QWidget(parent)
    , m_model(new RowsModel({QString(), tr("Backend"), tr("Group"), tr("Options"), tr("Used by"), tr("Configured at")},
                            this))
    , m_stack(new QStackedWidget(this))
{
    setObjectName(u"backendsPage"_s);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    auto *empty = new EmptyState(u"backends"_s, tr("No backends yet"),
                                 tr("A backend appears here as soon as a domain sends its requests to one."), this);
    connect(empty->addButton(u"backendsAddDomain"_s, tr("Add domain")), &QPushButton::clicked, this,
            &BackendsPage::addDomainRequested);
    auto *table = new FlatTable(this);
    table->setObjectName(u"backendsTable"_s);
    table->setAccessibleName(tr("Backends"));
    table->setModel(m_model);
    table->setColumnPlan({{16}, {170, 3}, {120, 2}, {100, 1, 760}, {150, 3}, {140, 1}});
    m_stack->addWidget(empty);
    m_stack->addWidget(table);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(new PageHeader(tr("Backends"), this));
    column->addWidget(m_stack, 1);
}

void BackendsPage::setBackends(const QList<Backend> &backends)
{
    QList<CellRow> rows;
    for (const Backend &backend : backends) {
        const QString where = u"%1:%2"_s.arg(backend.where.file.section(u'/', -1)).arg(backend.where.line);
        rows.append({{},
                     {backend.address, CellKind::Wire},
                     {backend.group},
                     {backend.options, CellKind::WireDim},
                     {backend.usedBy.join(u", "_s), CellKind::Strong},
                     {backend.where.isKnown() ? where : QString(), CellKind::WireDim}});
    }
    m_model->setRows(rows);
    m_stack->setCurrentIndex(rows.isEmpty() ? 0 : 1);
}

} // namespace portlight
