// SPDX-License-Identifier: GPL-3.0-or-later
#include "backends/backendspage.h"

#include "backends/backendpanel.h"
#include "backends/backendsmodel.h"
#include "widgets/emptystate.h"
#include "widgets/flattable.h"
#include "widgets/noticebar.h"
#include "widgets/pageheader.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QLineEdit>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <limits>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

enum Shown { Nothing, NothingFound, Rows };

} // namespace

BackendsPage::BackendsPage(BackendActions actions, QWidget *parent)
    : QWidget(parent)
    , m_actions(std::move(actions))
    , m_model(new BackendsModel(this))
{
    setObjectName(u"backendsPage"_s);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    buildTop(column);
    m_stack = new QStackedWidget(this);
    buildEmptyStates();
    m_stack->addWidget(buildTable());
    column->addWidget(m_stack, 1);
    buildActions();
    connectSignals();
    refreshRows();
}

BackendsPage::~BackendsPage()
{
    // An open editor gives its text when it loses the focus, which is after us.
    m_model->disconnect(this);
}

void BackendsPage::buildTop(QVBoxLayout *column)
{
    auto *header = new PageHeader(tr("Backends"), this);
    m_search = new QLineEdit(this);
    m_search->setObjectName(u"backendsSearch"_s);
    m_search->setAccessibleName(tr("Search backends"));
    m_search->setPlaceholderText(tr("Search   /"));
    m_search->setClearButtonEnabled(true);
    m_search->setFixedWidth(220);
    header->addWidget(m_search);
    column->addWidget(header);
    m_notice = new NoticeBar(u"backendsNotice"_s, this);
    column->addWidget(m_notice);
}

void BackendsPage::buildEmptyStates()
{
    auto *empty = new EmptyState(u"backends"_s, tr("No backends yet"),
                                 tr("A backend appears here as soon as a domain sends its requests to one."), this);
    connect(empty->addButton(u"backendsAddDomain"_s, tr("Add domain")), &QPushButton::clicked, this,
            &BackendsPage::addDomainRequested);
    m_stack->addWidget(empty);
    m_nothingFound = new EmptyState(u"backends"_s, QString(), QString(), this);
    connect(m_nothingFound->addButton(u"backendsClearSearch"_s, tr("Show all")), &QPushButton::clicked, m_search,
            &QLineEdit::clear);
    m_stack->addWidget(m_nothingFound);
}

QWidget *BackendsPage::buildTable()
{
    m_table = new FlatTable(this);
    m_table->setObjectName(u"backendsTable"_s);
    m_table->setAccessibleName(tr("Backends"));
    m_table->setModel(m_model);
    m_table->setMinimumHeight(4 * FlatTable::RowHeight);
    planColumns();
    m_panel = new BackendPanel(this);
    m_splitter = new QSplitter(Qt::Vertical, this);
    m_splitter->setObjectName(u"backendsSplitter"_s);
    m_splitter->setHandleWidth(1);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->addWidget(m_table);
    m_splitter->addWidget(m_panel);
    m_splitter->setStretchFactor(0, 1);
    m_splitter->setStretchFactor(1, 0);
    m_splitter->setSizes({480, 230});
    return m_splitter;
}

// Where no peer is checked, the column of checks leaves its room to the others.
void BackendsPage::planColumns()
{
    constexpr int Never = std::numeric_limits<int>::max();
    m_table->setColumnPlan({{30},
                            {190, 3},
                            {104},
                            {62},
                            {60},
                            {78},
                            {60},
                            {66, 0, 652},
                            {66, 0, 718},
                            {66, 0, 784},
                            {116, 0, m_hasChecks ? 900 : Never},
                            {140, 4, m_hasChecks ? 1040 : 924}});
}

void BackendsPage::buildActions()
{
    m_drain = m_table->addRowAction(u"actionDrainBackend"_s, u"pause"_s, tr("Drain Backend"), {u"Ctrl+D"_s},
                                    [this] { drainSelected(); });
    m_toggle = m_table->addRowAction(u"actionToggleBackend"_s, u"power"_s, tr("Disable Backend"), {Qt::Key_Space},
                                     [this] { toggleSelected(); });
    m_table->addRowAction(u"actionBackendWeight"_s, u"edit"_s, tr("Change Weight of Backend"), {Qt::Key_F2},
                          [this] { editWeight(); });
    m_table->addRowAction(u"actionCopyBackend"_s, u"copy"_s, tr("Copy Address of Backend"), QKeySequence::Copy,
                          [this] { copySelected(); });
}

QList<QAction *> BackendsPage::backendActions() const
{
    return m_table->rowActions();
}

void BackendsPage::connectSignals()
{
    connect(m_search, &QLineEdit::textChanged, this, &BackendsPage::refreshRows);
    connect(m_table, &FlatTable::currentRowChanged, this, &BackendsPage::showSelected);
    connect(m_table, &QAbstractItemView::doubleClicked, this, [this](const QModelIndex &index) {
        if (index.column() == BackendsModel::WeightColumn)
            editWeight();
    });
    connect(m_model, &BackendsModel::weightEdited, this, &BackendsPage::changeWeight);
    connect(m_panel, &BackendPanel::orderRequested, this, &BackendsPage::order);
    connect(m_panel, &BackendPanel::weightRequested, this, &BackendsPage::editWeight);
    connect(m_panel, &BackendPanel::positionRequested, this,
            [this](const TextPosition &where) { m_actions.openPosition(where); });
}

void BackendsPage::setBackends(const QList<Backend> &backends)
{
    m_backends = backends;
    refreshRows();
}

void BackendsPage::setStatus(const EngineStatus &status)
{
    m_status = status;
    refreshRows();
}

void BackendsPage::refreshRows()
{
    // Rows that come and go move the selection while the others still have their old places.
    m_rowsChanging = true;
    const int rowsBefore = m_model->rowCount();
    const QList<BackendRow> rows = backendRows(m_status, m_backends, m_search->text());
    m_model->setRows(rows, m_status.takenAtMs);
    layHeadings();
    const bool hasChecks =
        std::any_of(rows.cbegin(), rows.cend(), [](const BackendRow &row) { return !row.peer.checks.isEmpty(); });
    if (std::exchange(m_hasChecks, hasChecks) != hasChecks)
        planColumns();
    m_rowsChanging = false;
    if (rows.isEmpty() && !m_status.upstreams.isEmpty()) {
        m_nothingFound->setSentence(tr("Nothing matches"),
                                    tr("No group, address, state or domain contains “%1”.").arg(m_search->text()));
        m_stack->setCurrentIndex(NothingFound);
    } else {
        m_stack->setCurrentIndex(rows.isEmpty() ? Nothing : Rows);
    }
    if (!selected()) {
        // The one behind it, when what was selected went away.
        const int next = m_model->nextPeer(m_table->currentRow());
        const int row = next >= 0 ? next : m_model->nextPeer(0);
        if (row >= 0)
            m_table->setCurrentIndex(m_model->index(row, BackendsModel::NameColumn));
    }
    if (rowsBefore == 0 && !rows.isEmpty())
        m_table->scrollToTop();
    showSelected();
}

void BackendsPage::layHeadings()
{
    for (int row = 0; row < m_model->rowCount(); ++row)
        m_table->setHeading(row, m_model->rowAt(row)->isHeading);
}

const BackendRow *BackendsPage::selected() const
{
    const BackendRow *row = m_model->rowAt(m_table->currentRow());
    return row && !row->isHeading ? row : nullptr;
}

void BackendsPage::showSelected()
{
    if (m_rowsChanging)
        return;
    const BackendRow *row = selected();
    m_panel->setVisible(row != nullptr);
    for (QAction *action : m_table->rowActions())
        action->setEnabled(row != nullptr);
    if (!row)
        return;
    m_panel->showPeer(*row, m_status.takenAtMs);
    const bool out = row->peer.state == PeerState::Down || row->peer.state == PeerState::Draining;
    m_drain->setEnabled(!out);
    m_toggle->setText(out ? tr("Enable Backend") : tr("Disable Backend"));
}

void BackendsPage::order(PeerOrder wanted)
{
    m_notice->hide();
    if (const BackendRow *row = selected())
        m_actions.setState(row->group, row->peer.name, wanted);
}

void BackendsPage::toggleSelected()
{
    const BackendRow *row = selected();
    const bool out = row && (row->peer.state == PeerState::Down || row->peer.state == PeerState::Draining);
    order(out ? PeerOrder::Up : PeerOrder::Down);
}

void BackendsPage::editWeight()
{
    if (!selected())
        return;
    const QModelIndex index = m_model->index(m_table->currentRow(), BackendsModel::WeightColumn);
    m_table->scrollTo(index);
    m_table->edit(index);
}

void BackendsPage::changeWeight(int row, const QString &text)
{
    bool isNumber = false;
    const int weight = text.trimmed().toInt(&isNumber);
    if (!isNumber || weight < 1 || weight > PeerWeightMax) {
        m_notice->showNotice(Tone::Error,
                             tr("A weight is a number from 1 to %1, not “%2”.").arg(PeerWeightMax).arg(text));
        return;
    }
    m_notice->hide();
    if (const BackendRow *edited = m_model->rowAt(row))
        m_actions.setWeight(edited->group, edited->peer.name, weight);
}

void BackendsPage::copySelected()
{
    if (const BackendRow *row = selected())
        QApplication::clipboard()->setText(QString::fromUtf8(row->peer.name));
}

void BackendsPage::showProblem(const Error &error)
{
    m_notice->showNotice(Tone::Error, error.hint.isEmpty() ? error.message : error.message + u" — "_s + error.hint);
}

void BackendsPage::focusSearch()
{
    m_search->setFocus(Qt::ShortcutFocusReason);
    m_search->selectAll();
}

} // namespace portlight
