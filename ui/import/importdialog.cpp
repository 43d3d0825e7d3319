// SPDX-License-Identifier: GPL-3.0-or-later
#include "import/importdialog.h"

#include "import/mappingsmodel.h"
#include "theme/fonts.h"
#include "theme/style.h"
#include "widgets/badge.h"
#include "widgets/elidedlabel.h"
#include "widgets/flattable.h"
#include "widgets/rowsmodel.h"

#include <QComboBox>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QPushButton>
#include <QShortcut>
#include <QSplitter>
#include <QVBoxLayout>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

enum Filter { EverythingThatDiffers, OnlyApproximated, OnlyIgnored, Everything };

Tone toneOf(ImportVerdict verdict)
{
    switch (verdict) {
    case ImportVerdict::Same: return Tone::Good;
    case ImportVerdict::Approximated: return Tone::Warning;
    case ImportVerdict::Ignored: break;
    }
    return Tone::Neutral;
}

bool passes(ImportVerdict verdict, int filter)
{
    switch (filter) {
    case EverythingThatDiffers: return verdict != ImportVerdict::Same;
    case OnlyApproximated: return verdict == ImportVerdict::Approximated;
    case OnlyIgnored: return verdict == ImportVerdict::Ignored;
    default: return true;
    }
}

QLabel *sectionTitle(const QString &text, QWidget *parent)
{
    auto *label = new QLabel(text, parent);
    label->setFont(semiboldFont());
    return label;
}

} // namespace

ImportDialog::ImportDialog(const ImportPlan &plan, QWidget *parent)
    : QDialog(parent)
    , m_plan(plan)
    , m_lines(new RowsModel({QString(), tr("Line"), tr("Directive"), tr("Here"), tr("Because")}, this))
    , m_mappings(new MappingsModel(this))
{
    setObjectName(u"importDialog"_s);
    setWindowTitle(tr("Import nginx.conf"));
    setBackgroundRole(QPalette::Base);
    setAutoFillBackground(true);
    m_mappings->setOverlay(plan.overlay);
    auto *splitter = new QSplitter(Qt::Vertical, this);
    splitter->setObjectName(u"importSplitter"_s);
    splitter->setHandleWidth(1);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(makeMappings());
    splitter->addWidget(makeReport());
    splitter->setStretchFactor(0, 1);
    splitter->setStretchFactor(1, 1);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(makeHeading());
    column->addWidget(splitter, 1);
    column->addWidget(makeButtons());
    const QSize wanted(920, 640);
    resize(parent ? wanted.boundedTo(parent->window()->size() - QSize(48, 48)) : wanted);
    connect(m_mappings, &MappingsModel::edited, this, &ImportDialog::takeEdit);
    connect(m_filter, &QComboBox::currentIndexChanged, this, &ImportDialog::showReport);
    showReport();
}

QWidget *ImportDialog::makeHeading()
{
    auto *heading = new QWidget(this);
    auto *title = new QLabel(tr("Import %1").arg(QFileInfo(m_plan.expanded.fileName).fileName()), heading);
    title->setFont(headingFont());
    auto *path = new ElidedLabel(m_plan.expanded.fileName, heading);
    path->setFont(wireFont());
    path->setForegroundRole(QPalette::PlaceholderText);
    m_same = new Badge(heading);
    m_approximated = new Badge(heading);
    m_ignored = new Badge(heading);
    auto *row = new QHBoxLayout(heading);
    row->setContentsMargins(24, 16, 24, 12);
    row->setSpacing(8);
    row->addWidget(title);
    row->addSpacing(8);
    row->addWidget(path, 1);
    for (Badge *badge : {m_same, m_approximated, m_ignored})
        row->addWidget(badge);
    return heading;
}

QWidget *ImportDialog::makeReport()
{
    auto *report = new QWidget(this);
    m_filter = new QComboBox(report);
    m_filter->setObjectName(u"importFilter"_s);
    m_filter->setAccessibleName(tr("Directives to show"));
    m_filter->addItems({tr("What differs"), tr("Approximated"), tr("Ignored"), tr("All directives")});
    auto *table = new FlatTable(report);
    table->setObjectName(u"importReport"_s);
    table->setAccessibleName(tr("What becomes of each directive"));
    table->setModel(m_lines);
    table->setMinimumHeight(3 * FlatTable::RowHeight);
    table->setColumnPlan({{16}, {130, 1}, {190, 3}, {110}, {200, 4}});
    auto *top = new QHBoxLayout;
    top->setContentsMargins(24, 8, 24, 4);
    top->addWidget(sectionTitle(tr("What becomes of each directive"), report), 1);
    top->addWidget(m_filter);
    auto *column = new QVBoxLayout(report);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(top);
    column->addWidget(table, 1);
    return report;
}

QWidget *ImportDialog::makeMappings()
{
    auto *mappings = new QWidget(this);
    auto *note = new ElidedLabel(tr("Kept in local.conf, beside your configuration; never exported."), mappings);
    note->setForegroundRole(QPalette::PlaceholderText);
    auto *table = new FlatTable(mappings);
    table->setObjectName(u"importMappings"_s);
    table->setAccessibleName(tr("What differs on this desk"));
    table->setModel(m_mappings);
    table->setMinimumHeight(3 * FlatTable::RowHeight);
    table->setColumnPlan({{16}, {90}, {190, 3}, {170, 3}, {160, 2, 600}});
    const auto edit = [this, table] {
        const QModelIndex right = m_mappings->index(table->currentRow(), MappingsModel::ToColumn);
        if (right.isValid() && !table->indexWidget(right))
            table->edit(right);
    };
    connect(table, &FlatTable::activatedRow, this, edit);
    auto *key = new QShortcut(QKeySequence(Qt::Key_F2), table);
    key->setContext(Qt::WidgetShortcut);
    connect(key, &QShortcut::activated, this, edit);
    auto *top = new QHBoxLayout;
    top->setContentsMargins(24, 0, 24, 4);
    top->setSpacing(12);
    top->addWidget(sectionTitle(tr("What differs on this desk"), mappings));
    top->addWidget(note, 1);
    auto *column = new QVBoxLayout(mappings);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(top);
    column->addWidget(table, 1);
    return mappings;
}

QWidget *ImportDialog::makeButtons()
{
    auto *buttons = new QWidget(this);
    m_problem = new QLabel(buttons);
    m_problem->setObjectName(u"importProblem"_s);
    m_problem->setWordWrap(true);
    auto *cancel = new QPushButton(tr("Cancel"), buttons);
    cancel->setObjectName(u"importCancel"_s);
    cancel->setAccessibleName(tr("Cancel"));
    cancel->setAutoDefault(false);
    m_import = new QPushButton(tr("Import"), buttons);
    m_import->setObjectName(u"importAccept"_s);
    m_import->setAccessibleName(tr("Import"));
    m_import->setProperty(PrimaryProperty, true);
    m_import->setAutoDefault(false);
    auto *row = new QHBoxLayout(buttons);
    row->setContentsMargins(24, 12, 24, 16);
    row->setSpacing(12);
    row->addWidget(m_problem, 1);
    row->addWidget(cancel);
    row->addWidget(m_import);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_import, &QPushButton::clicked, this, &ImportDialog::importRequested);
    return buttons;
}

void ImportDialog::takeEdit()
{
    m_plan.changeOverlay(m_mappings->overlay());
    showReport();
    if (!m_mappings->problem().isEmpty())
        showProblem(m_mappings->problem());
}

void ImportDialog::showProblem(const QString &text)
{
    m_problem->setText(text);
    QPalette colors = palette();
    colors.setColor(QPalette::WindowText, themeColors(palette()).error.ink);
    m_problem->setPalette(colors);
}

void ImportDialog::showReport()
{
    QList<CellRow> rows;
    for (const ImportLine &line : m_plan.report.lines) {
        if (!passes(line.verdict, m_filter->currentIndex()))
            continue;
        rows.append({{},
                     {u"%1:%2"_s.arg(line.where.file.section(u'/', -1)).arg(line.where.line), CellKind::WireDim},
                     {line.directive, CellKind::Wire},
                     {verdictName(line.verdict), CellKind::Badge, toneOf(line.verdict)},
                     {line.reason, CellKind::Dim}});
    }
    m_lines->setRows(rows);
    m_same->setBadge(tr("%1 run the same").arg(m_plan.report.count(ImportVerdict::Same)), Tone::Good);
    m_approximated->setBadge(tr("%1 approximated").arg(m_plan.report.count(ImportVerdict::Approximated)),
                             Tone::Warning);
    m_ignored->setBadge(tr("%1 ignored").arg(m_plan.report.count(ImportVerdict::Ignored)), Tone::Neutral);
    m_import->setEnabled(m_plan.report.ok());
    m_problem->clear();
    for (const Diagnostic &diagnostic : m_plan.report.diagnostics) {
        if (diagnostic.severity == Severity::Error)
            return showProblem(diagnostic.toString());
    }
}

} // namespace portlight
