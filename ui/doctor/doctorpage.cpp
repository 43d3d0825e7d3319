// SPDX-License-Identifier: GPL-3.0-or-later
#include "doctor/doctorpage.h"

#include "widgets/emptystate.h"
#include "widgets/flattable.h"
#include "widgets/pageheader.h"
#include "widgets/rowsmodel.h"

#include <QPushButton>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

Tone toneOf(Severity severity)
{
    switch (severity) {
    case Severity::Error: return Tone::Error;
    case Severity::Warning: return Tone::Warning;
    case Severity::Note: break;
    }
    return Tone::Neutral;
}

} // namespace

DoctorPage::DoctorPage(QWidget *parent)
    : QWidget(parent)
    , m_model(new RowsModel({QString(), tr("Severity"), tr("Problem"), tr("What to do"), tr("Where")}, this))
    , m_stack(new QStackedWidget(this))
{
    setObjectName(u"doctorPage"_s);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    auto *empty = new EmptyState(u"doctor"_s, tr("Nothing to mend"),
                                 tr("The configuration was understood and every listener is open."), this);
    connect(empty->addButton(u"doctorShowDomains"_s, tr("Show domains")), &QPushButton::clicked, this,
            &DoctorPage::domainsPageRequested);
    auto *table = new FlatTable(this);
    table->setObjectName(u"doctorTable"_s);
    table->setAccessibleName(tr("Problems"));
    table->setModel(m_model);
    table->setColumnPlan({{16}, {90}, {260, 3}, {180, 2}, {140}});
    connect(table, &FlatTable::activatedRow, this, [this](int row) {
        if (m_diagnostics.value(row).where.isKnown())
            Q_EMIT positionRequested(m_diagnostics.value(row).where);
    });
    m_stack->addWidget(empty);
    m_stack->addWidget(table);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(new PageHeader(tr("Doctor"), this));
    column->addWidget(m_stack, 1);
}

void DoctorPage::setDiagnostics(const Diagnostics &diagnostics)
{
    m_diagnostics = diagnostics;
    QList<CellRow> rows;
    for (const Diagnostic &each : diagnostics) {
        TextPosition where = each.where;
        where.file = where.file.section(u'/', -1);
        rows.append({{},
                     {severityName(each.severity), CellKind::Badge, toneOf(each.severity)},
                     {each.message},
                     {each.hint, CellKind::Dim},
                     {where.isKnown() ? where.toString() : QString(), CellKind::Link}});
    }
    m_model->setRows(rows);
    m_stack->setCurrentIndex(rows.isEmpty() ? 0 : 1);
}

} // namespace portlight
