// SPDX-License-Identifier: GPL-3.0-or-later
#include "status/statuspage.h"

#include "theme/fonts.h"
#include "widgets/badge.h"
#include "widgets/flattable.h"
#include "widgets/pageheader.h"
#include "widgets/quantities.h"
#include "widgets/rowsmodel.h"

#include <QApplication>
#include <QClipboard>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

QList<quint64> counterValues(const EngineStatus &s)
{
    return {quint64(s.active),  s.accepted,         s.handled,         s.requests,
            quint64(s.reading), quint64(s.writing), quint64(s.waiting)};
}

QWidget *hairline(QWidget *parent, bool vertical)
{
    auto *line = new QWidget(parent);
    line->setAutoFillBackground(true);
    line->setBackgroundRole(QPalette::Mid);
    vertical ? line->setFixedWidth(1) : line->setFixedHeight(1);
    return line;
}

FlatTable *makeTable(const QString &objectName, const QString &accessibleName, RowsModel *model, QWidget *parent)
{
    auto *table = new FlatTable(parent);
    table->setObjectName(objectName);
    table->setAccessibleName(accessibleName);
    table->setModel(model);
    return table;
}

} // namespace

QString stubStatusText(const EngineStatus &s)
{
    return u"Active connections: %1 \nserver accepts handled requests\n %2 %3 %4 \nReading: %5 Writing: %6 Waiting: %7 \n"_s
        .arg(s.active)
        .arg(s.accepted)
        .arg(s.handled)
        .arg(s.requests)
        .arg(s.reading)
        .arg(s.writing)
        .arg(s.waiting);
}

StatusPage::StatusPage(QWidget *parent)
    : QWidget(parent)
    , m_domains(new RowsModel({QString(), tr("Domain"), tr("Requests"), tr("Failures"), tr("Last answer")}, this))
    , m_listeners(new RowsModel({QString(), tr("Listener"), tr("State")}, this))
{
    setObjectName(u"statusPage"_s);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    auto *header = new PageHeader(tr("Status"), this);
    QPushButton *copy = header->addButton(u"statusCopy"_s, tr("Copy as stub_status"));
    connect(copy, &QPushButton::clicked, this,
            [this] { QApplication::clipboard()->setText(stubStatusText(m_status)); });
    FlatTable *domains = makeTable(u"statusDomains"_s, tr("Counters of each domain"), m_domains, this);
    domains->setColumnPlan({{16}, {200, 3}, {120, 1}, {120, 1}, {140, 1}});
    FlatTable *listeners = makeTable(u"statusListeners"_s, tr("Listeners"), m_listeners, this);
    listeners->setColumnPlan({{16}, {200, 1}, {300, 2}});
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(header);
    column->addWidget(hairline(this, false));
    column->addWidget(makeCounters());
    column->addWidget(hairline(this, false));
    column->addSpacing(8);
    column->addWidget(domains, 3);
    column->addWidget(hairline(this, false));
    column->addWidget(listeners, 2);
    setStatus({});
}

QWidget *StatusPage::makeCounters()
{
    auto *strip = new QWidget(this);
    auto *row = new QHBoxLayout(strip);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    for (const QString &name :
         {tr("Active"), tr("Accepts"), tr("Handled"), tr("Requests"), tr("Reading"), tr("Writing"), tr("Waiting")}) {
        if (!m_numbers.isEmpty())
            row->addWidget(hairline(strip, true));
        auto *title = new QLabel(name, strip);
        title->setForegroundRole(QPalette::PlaceholderText);
        auto *number = new QLabel(strip);
        number->setFont(headingFont());
        number->setTextInteractionFlags(Qt::TextSelectableByMouse);
        number->setObjectName(u"counter%1"_s.arg(name));
        m_numbers.append(number);
        auto *tile = new QVBoxLayout;
        tile->setContentsMargins(16, 12, 8, 12);
        tile->setSpacing(2);
        tile->addWidget(title);
        tile->addWidget(number);
        row->addLayout(tile, 1);
    }
    return strip;
}

void StatusPage::setStatus(const EngineStatus &status)
{
    m_status = status;
    const QList<quint64> values = counterValues(status);
    for (qsizetype i = 0; i < values.size(); ++i)
        m_numbers[i]->setText(countText(values[i]));
    QList<CellRow> domains;
    QList<QByteArray> names = status.domains.keys();
    std::sort(names.begin(), names.end());
    for (const QByteArray &name : std::as_const(names)) {
        const DomainCounters counters = status.domains.value(name);
        const QString last = counters.lastStatus > 0 ? QString::number(counters.lastStatus) : QString();
        domains.append({{},
                        {QString::fromUtf8(name), CellKind::Strong},
                        {countText(counters.requests), CellKind::Number},
                        {countText(counters.failures), CellKind::Number},
                        {last, CellKind::Badge, toneOfStatus(counters.lastStatus)}});
    }
    m_domains->setRows(domains);
    QList<CellRow> listeners;
    for (const ListenerStatus &listener : status.listeners)
        listeners.append({{},
                          {QString::fromUtf8(listener.address), CellKind::Wire},
                          {listener.open ? tr("open") : listener.error, CellKind::Text}});
    m_listeners->setRows(listeners);
}

} // namespace portlight
