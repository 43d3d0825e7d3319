// SPDX-License-Identifier: GPL-3.0-or-later
#include "domains/domainspage.h"

#include "domains/domaineditor.h"
#include "domains/domainsmodel.h"
#include "domains/portchips.h"
#include "domains/quickadd.h"
#include "widgets/emptystate.h"
#include "widgets/flattable.h"
#include "widgets/noticebar.h"
#include "widgets/pageheader.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QLineEdit>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QStackedWidget>
#include <QUrl>
#include <QVBoxLayout>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

constexpr std::chrono::seconds PortsRefresh{4};

class DomainsFilter final : public QSortFilterProxyModel
{
public:
    using QSortFilterProxyModel::QSortFilterProxyModel;

    void setWanted(const QString &text)
    {
        m_wanted = text.trimmed();
        invalidateFilter();
    }

protected:
    bool filterAcceptsRow(int row, const QModelIndex &) const override
    {
        const DomainRow *domain = static_cast<const DomainsModel *>(sourceModel())->rowAt(row);
        return domain->view.names.join(u' ').contains(m_wanted, Qt::CaseInsensitive)
               || domain->view.display.contains(m_wanted, Qt::CaseInsensitive)
               || domain->what.contains(m_wanted, Qt::CaseInsensitive);
    }

private:
    QString m_wanted;
};

} // namespace

DomainsPage::DomainsPage(DomainActions actions, QWidget *parent)
    : QWidget(parent)
    , m_actions(std::move(actions))
    , m_model(new DomainsModel(this))
    , m_proxy(new DomainsFilter(this))
{
    setObjectName(u"domainsPage"_s);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    m_proxy->setSourceModel(m_model);
    m_portsTimer.setInterval(PortsRefresh);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    buildTop(column);
    m_stack = new QStackedWidget(this);
    buildEmptyState();
    m_stack->addWidget(m_empty);
    m_stack->addWidget(buildTable());
    column->addWidget(m_stack, 1);
    buildActions();
    connectSignals();
    refreshRows();
}

void DomainsPage::buildTop(QVBoxLayout *column)
{
    auto *header = new PageHeader(tr("Domains"), this);
    m_search = new QLineEdit(this);
    m_search->setObjectName(u"domainsSearch"_s);
    m_search->setAccessibleName(tr("Search domains"));
    m_search->setPlaceholderText(tr("Search   /"));
    m_search->setClearButtonEnabled(true);
    m_search->setFixedWidth(220);
    header->addWidget(m_search);
    QPushButton *importButton = header->addButton(u"importConfig"_s, tr("Import nginx.conf…"));
    importButton->setToolTip(tr("Run somebody's nginx configuration here (Ctrl+I)"));
    connect(importButton, &QPushButton::clicked, this, [this] { m_actions.importConfig(); });
    QPushButton *addButton = header->addButton(u"addDomain"_s, tr("Add domain"), true);
    addButton->setToolTip(tr("Add domain (Ctrl+N)"));
    column->addWidget(header);
    m_notice = new NoticeBar(u"domainsNotice"_s, this);
    column->addWidget(m_notice);
    m_quickAdd = new QuickAdd(this);
    m_quickAdd->setCompletion(m_actions.complete);
    m_chips = new PortChips(this);
    auto *lines = new QVBoxLayout;
    lines->setContentsMargins(24, 0, 24, 8);
    lines->setSpacing(8);
    lines->addWidget(m_quickAdd);
    lines->addWidget(m_chips);
    column->addLayout(lines);
    connect(addButton, &QPushButton::clicked, m_quickAdd, &QuickAdd::submit);
}

QWidget *DomainsPage::buildTable()
{
    m_table = new FlatTable(this);
    m_table->setObjectName(u"domainsTable"_s);
    m_table->setAccessibleName(tr("Domains"));
    m_table->setModel(m_proxy);
    m_table->setMinimumHeight(3 * FlatTable::RowHeight);
    m_table->setColumnPlan({{30}, {30}, {124, 4}, {140, 4}, {120, 1}, {84}, {108, 0, 790}, {64}, {58}});
    m_editor = new DomainEditor(m_actions, this);
    m_splitter = new QSplitter(Qt::Vertical, this);
    m_splitter->setObjectName(u"domainsSplitter"_s);
    m_splitter->setHandleWidth(1);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->addWidget(m_table);
    m_splitter->addWidget(m_editor);
    m_splitter->setStretchFactor(0, 1);
    m_splitter->setStretchFactor(1, 1);
    m_splitter->setSizes({280, 400});
    return m_splitter;
}

void DomainsPage::buildEmptyState()
{
    m_empty = new EmptyState(u"domains"_s, tr("Give a port a name"),
                             tr("Type a name and a port above, and http://name.localhost answers. "
                                "Or take a port that something already listens on."),
                             this);
    m_emptyPorts = new PortChips(m_empty);
    m_emptyPorts->setObjectName(u"emptyPortChips"_s);
    m_emptyPorts->setMinimumWidth(560);
    m_emptyPorts->setCentered(true);
    m_empty->setExtra(m_emptyPorts);
    connect(m_empty->addButton(u"startDemo"_s, tr("Start the demo")), &QPushButton::clicked, this,
            &DomainsPage::startDemo);
}

void DomainsPage::buildActions()
{
    m_table->addRowAction(u"actionOpenDomain"_s, u"open"_s, tr("Open in Browser"), {u"Ctrl+O"_s},
                          [this] { openSelected(); });
    m_table->addRowAction(u"actionCopyUrl"_s, u"copy"_s, tr("Copy URL"), QKeySequence::Copy,
                          [this] { copySelected(); });
    m_table->addRowAction(u"actionEditDomain"_s, u"edit"_s, tr("Edit Domain"), {Qt::Key_F2},
                          [this] { editSelected(); });
    m_table->addRowAction(u"actionToggleDomain"_s, u"power"_s, tr("Switch Domain On or Off"), {Qt::Key_Space},
                          [this] { toggleSelected(); });
    m_table->addRowAction(u"actionRemoveDomain"_s, u"delete"_s, tr("Delete Domain"), QKeySequence::Delete,
                          [this] { removeSelected(); });
}

QList<QAction *> DomainsPage::domainActions() const
{
    return m_table->rowActions();
}

void DomainsPage::connectSignals()
{
    connect(m_quickAdd, &QuickAdd::submitted, this, &DomainsPage::add);
    connect(m_search, &QLineEdit::textChanged, this,
            [this](const QString &text) { static_cast<DomainsFilter *>(m_proxy)->setWanted(text); });
    const auto offer = [this](const ListeningPort &port) {
        m_quickAdd->offer(suggestedName(port), QString::number(port.port));
    };
    connect(m_chips, &PortChips::portPicked, this, offer);
    connect(m_emptyPorts, &PortChips::portPicked, this, offer);
    connect(m_notice, &NoticeBar::actionTriggered, this, &DomainsPage::undoRemove);
    connect(m_table, &FlatTable::currentRowChanged, this, &DomainsPage::showEditor);
    connect(m_table, &FlatTable::activatedRow, this, &DomainsPage::editSelected);
    connect(m_table, &FlatTable::switchClicked, this, [this](const QModelIndex &index) {
        if (const DomainRow *row = rowAtProxy(index.row()))
            toggle(*row);
    });
    connect(m_editor, &DomainEditor::openRequested, this, &DomainsPage::openSelected);
    connect(m_editor, &DomainEditor::copyRequested, this, &DomainsPage::copySelected);
    connect(m_editor, &DomainEditor::removeRequested, this, &DomainsPage::removeSelected);
    connect(&m_portsTimer, &QTimer::timeout, this, [this] { m_actions.findPorts(); });
}

void DomainsPage::setDomains(const QList<DomainView> &domains)
{
    m_domains = domains;
    // Rows that come and go move the selection while the others still have their old places.
    m_rowsChanging = true;
    refreshRows();
    m_rowsChanging = false;
    refreshChips();
    showEditor();
}

void DomainsPage::setStatus(const EngineStatus &status)
{
    m_status = status;
    m_rates.push(status);
    refreshRows();
}

void DomainsPage::setListeningPorts(const QList<ListeningPort> &ports)
{
    m_ports = {true, ports};
    refreshRows();
    refreshChips();
}

void DomainsPage::setAuthority(const AuthorityStatus &authority)
{
    m_authority = authority;
    m_editor->setAuthority(authority);
    m_quickAdd->setCompletion(m_actions.complete);
    refreshRows();
}

void DomainsPage::setDiagnostics(const Diagnostics &diagnostics)
{
    m_diagnostics = diagnostics;
    refreshRows();
}

void DomainsPage::refreshRows()
{
    QList<DomainRow> rows;
    for (qsizetype i = 0; i < m_domains.size(); ++i) {
        const DomainView &view = m_domains[i];
        const TextPosition next = i + 1 < m_domains.size() ? m_domains[i + 1].position : TextPosition();
        DomainRow row = describeDomain(view, m_status, m_ports);
        row.lock = describeLock(view, m_authority, certificateProblems(m_diagnostics, view.position, next));
        const QByteArray name = view.name().toUtf8();
        row.rate = m_rates.current(name);
        row.lastMinute = m_rates.of(name);
        rows.append(row);
    }
    m_model->setRows(rows);
    m_stack->setCurrentIndex(rows.isEmpty() ? 0 : 1);
    if (!rows.isEmpty() && m_table->currentRow() < 0 && m_proxy->rowCount() > 0)
        m_table->selectRow(0);
    m_quickAdd->setListenPort(m_actions.listenPort());
}

void DomainsPage::refreshChips()
{
    QList<ListeningPort> free;
    for (const ListeningPort &port : std::as_const(m_ports.ports)) {
        const bool taken = std::any_of(m_domains.cbegin(), m_domains.cend(),
                                       [&port](const DomainView &view) { return localTargetPort(view) == port.port; });
        if (!taken && !port.process.isEmpty())
            free.append(port);
    }
    const bool empty = m_domains.isEmpty();
    m_chips->setEmptyText(empty ? QString() : tr("Nothing else listens here."));
    m_chips->setPorts(empty ? QList<ListeningPort>() : free);
    m_emptyPorts->setPorts(empty ? free : QList<ListeningPort>());
}

const DomainRow *DomainsPage::rowAtProxy(int proxyRow) const
{
    return m_model->rowAt(m_proxy->mapToSource(m_proxy->index(proxyRow, 0)).row());
}

const DomainRow *DomainsPage::selected() const
{
    return m_table->currentRow() < 0 ? nullptr : rowAtProxy(m_table->currentRow());
}

void DomainsPage::showEditor()
{
    if (m_rowsChanging)
        return;
    const DomainRow *row = selected();
    m_editor->setVisible(row != nullptr);
    if (row)
        m_editor->showDomain(row->view);
    for (QAction *action : m_table->rowActions())
        action->setEnabled(row != nullptr);
}

void DomainsPage::selectDomain(int domainIndex)
{
    const int row = m_model->rowOfDomain(domainIndex);
    if (row < 0)
        return;
    m_table->setCurrentIndex(m_proxy->mapFromSource(m_model->index(row, DomainsModel::NameColumn)));
}

void DomainsPage::report(const Error &error)
{
    m_noticeIsUndo = false;
    const QString hint = error.hint.isEmpty() ? QString() : u" — "_s + error.hint;
    m_notice->showNotice(Tone::Error, error.message + hint);
}

void DomainsPage::add(const DomainDraft &draft)
{
    const Result<int> index = m_actions.add(draft);
    if (!index)
        return m_quickAdd->showProblem(index.error().message);
    m_quickAdd->clear();
    m_search->clear();
    selectDomain(*index);
}

void DomainsPage::openSelected()
{
    if (const DomainRow *row = selected())
        m_actions.openUrl(QUrl(row->view.url));
}

void DomainsPage::copySelected()
{
    if (const DomainRow *row = selected())
        QApplication::clipboard()->setText(row->view.url);
}

void DomainsPage::editSelected()
{
    if (selected())
        m_editor->focusName();
}

void DomainsPage::toggleSelected()
{
    if (const DomainRow *row = selected())
        toggle(*row);
}

void DomainsPage::toggle(const DomainRow &row)
{
    const Result<void> done = m_actions.setEnabled(row.view.index, !row.view.enabled);
    if (!done)
        report(done.error());
}

void DomainsPage::removeSelected()
{
    const DomainRow *row = selected();
    if (!row)
        return;
    const QString name = row->view.name(); // the row is gone after the next line
    const Result<void> done = m_actions.remove(row->view.index);
    if (!done)
        return report(done.error());
    m_noticeIsUndo = true;
    m_notice->showNotice(Tone::Accent, tr("Removed %1").arg(name), tr("Undo"));
}

void DomainsPage::undoRemove()
{
    if (!m_noticeIsUndo)
        return;
    const Result<void> done = m_actions.undoRemove();
    if (!done)
        return report(done.error());
    m_noticeIsUndo = false;
    m_notice->hide();
}

void DomainsPage::startDemo()
{
    const Result<int> index = m_actions.startDemo();
    if (!index)
        return report(index.error());
    m_actions.findPorts(); // the demo's own is new
    selectDomain(*index);
}

void DomainsPage::showNotice(Tone tone, const QString &text)
{
    m_noticeIsUndo = false;
    m_notice->showNotice(tone, text);
}

void DomainsPage::focusQuickAdd()
{
    m_quickAdd->setFocus(Qt::ShortcutFocusReason);
    m_quickAdd->selectAll();
}

void DomainsPage::focusSearch()
{
    m_search->setFocus(Qt::ShortcutFocusReason);
    m_search->selectAll();
}

void DomainsPage::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    if (!focusWidget()) // adding is what comes first
        m_quickAdd->setFocus();
    m_actions.findPorts();
    m_portsTimer.start();
}

void DomainsPage::hideEvent(QHideEvent *event)
{
    QWidget::hideEvent(event);
    m_portsTimer.stop();
}

} // namespace portlight
