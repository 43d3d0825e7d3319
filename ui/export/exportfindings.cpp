// SPDX-License-Identifier: GPL-3.0-or-later
#include "export/exportfindings.h"

#include "widgets/flattable.h"
#include "widgets/rowsmodel.h"

#include <QLabel>
#include <QStackedWidget>
#include <QTabBar>
#include <QVBoxLayout>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

enum ListState { Sentence, Rows };

QString differenceText(const VerifyOutcome &outcome)
{
    QStringList texts;
    for (const VerifyDifference &difference : outcome.differences)
        texts +=
            ExportFindings::tr("%1: nginx %2, Portlight %3").arg(difference.what, difference.nginx, difference.ours);
    return texts.join(u"; "_s);
}

} // namespace

ExportFindings::ExportFindings(QWidget *parent)
    : QWidget(parent)
    , m_tabs(new QTabBar(this))
    , m_pages(new QStackedWidget(this))
    , m_losses(new RowsModel({QString(), tr("Kind"), tr("What"), tr("What to do"), tr("Line")}, this))
    , m_parity(new RowsModel({QString(), tr("Answers"), tr("Request"), tr("Status"), tr("What differs")}, this))
{
    setObjectName(u"exportFindings"_s);
    m_tabs->setObjectName(u"exportFindingsTabs"_s);
    m_tabs->setAccessibleName(tr("Findings"));
    m_tabs->setDrawBase(false);
    m_tabs->setExpanding(false);
    m_tabs->setElideMode(Qt::ElideNone);
    m_tabs->addTab(tr("What nginx does otherwise"));
    m_tabs->addTab(tr("Parity"));
    m_pages->addWidget(
        makeList(u"exportLosses"_s, tr("What nginx does otherwise"), m_losses, &m_lossTable, &m_lossSentence));
    m_pages->addWidget(
        makeList(u"exportParity"_s, tr("Compared requests"), m_parity, &m_parityTable, &m_paritySentence));
    m_lossTable->setColumnPlan({{16}, {90}, {240, 3}, {160, 2, 620}, {64}});
    m_parityTable->setColumnPlan({{16}, {90}, {200, 2}, {64}, {200, 3}});
    m_lossSentence->setText(tr("nginx can say all of it: nothing is lost."));
    m_paritySentence->setText(tr("Verify parity plays the same requests to a real nginx and to Portlight, and compares "
                                 "status, headers and bodies."));
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto *tabs = new QHBoxLayout;
    tabs->setContentsMargins(14, 0, 14, 0);
    tabs->addWidget(m_tabs);
    tabs->addStretch(1);
    column->addLayout(tabs);
    column->addWidget(m_pages, 1);
    connect(m_tabs, &QTabBar::currentChanged, m_pages, &QStackedWidget::setCurrentIndex);
}

QWidget *ExportFindings::makeList(const QString &objectName, const QString &name, RowsModel *model, FlatTable **table,
                                  QLabel **sentence)
{
    auto *list = new QStackedWidget(this);
    *sentence = new QLabel(list);
    (*sentence)->setObjectName(objectName + u"Sentence"_s);
    (*sentence)->setForegroundRole(QPalette::PlaceholderText);
    (*sentence)->setContentsMargins(24, 12, 24, 12);
    (*sentence)->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    (*sentence)->setWordWrap(true);
    *table = new FlatTable(list);
    (*table)->setObjectName(objectName);
    (*table)->setAccessibleName(name);
    (*table)->setModel(model);
    list->addWidget(*sentence);
    list->addWidget(*table);
    return list;
}

void ExportFindings::showTab(int tab)
{
    m_tabs->setCurrentIndex(tab);
    m_pages->setCurrentIndex(tab);
}

void ExportFindings::setLosses(const Diagnostics &losses)
{
    QList<CellRow> rows;
    for (const Diagnostic &loss : losses) {
        const bool note = loss.severity == Severity::Note;
        rows.append({{},
                     {note ? tr("note") : tr("loss"), CellKind::Badge, note ? Tone::Neutral : Tone::Warning},
                     {loss.message},
                     {loss.hint, CellKind::Dim},
                     {loss.where.line > 0 ? QString::number(loss.where.line) : QString(), CellKind::Number}});
    }
    m_losses->setRows(rows);
    m_tabs->setTabText(LossesTab, rows.isEmpty() ? tr("What nginx does otherwise")
                                                 : tr("What nginx does otherwise · %1").arg(rows.size()));
    static_cast<QStackedWidget *>(m_pages->widget(LossesTab))->setCurrentIndex(rows.isEmpty() ? Sentence : Rows);
}

void ExportFindings::beginComparison()
{
    m_outcomes.clear();
    m_paritySentence->setText(tr("Starting nginx…"));
    showRows();
    showTab(ParityTab);
}

void ExportFindings::addOutcome(const VerifyOutcome &outcome)
{
    m_outcomes.append(outcome);
    showRows();
}

void ExportFindings::showRows()
{
    QList<CellRow> rows;
    for (const VerifyOutcome &outcome : std::as_const(m_outcomes)) {
        rows.append({{},
                     {outcome.equal() ? tr("equal") : tr("differs"), CellKind::Badge,
                      outcome.equal() ? Tone::Good : Tone::Error},
                     {outcome.request.toString(), CellKind::Wire},
                     {outcome.status > 0 ? QString::number(outcome.status) : QString(), CellKind::Number},
                     {differenceText(outcome), CellKind::WireDim}});
    }
    m_parity->setRows(rows);
    const auto equal =
        std::count_if(m_outcomes.cbegin(), m_outcomes.cend(), [](const VerifyOutcome &each) { return each.equal(); });
    m_tabs->setTabText(ParityTab,
                       rows.isEmpty() ? tr("Parity") : tr("Parity · %1 of %2 equal").arg(equal).arg(rows.size()));
    static_cast<QStackedWidget *>(m_pages->widget(ParityTab))->setCurrentIndex(rows.isEmpty() ? Sentence : Rows);
}

void ExportFindings::endComparison(const VerifySummary &summary)
{
    m_outcomes = summary.outcomes;
    if (!summary.ran())
        m_paritySentence->setText(summary.problems.first().message);
    showRows();
}

} // namespace portlight
