// SPDX-License-Identifier: GPL-3.0-or-later
#include "traffic/trafficpage.h"

#include "traffic/exchangepanel.h"
#include "traffic/filterbar.h"
#include "traffic/trafficmodel.h"
#include "traffic/trafficproxy.h"
#include "widgets/emptystate.h"
#include "widgets/flattable.h"
#include "widgets/noticebar.h"
#include "widgets/pageheader.h"
#include "widgets/quantities.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace portlight {

using namespace Qt::StringLiterals;

TrafficPage::TrafficPage(QWidget *parent)
    : QWidget(parent)
    , m_model(new TrafficModel(this))
    , m_proxy(new TrafficProxy(this))
    , m_filter(new FilterBar(this))
{
    setObjectName(u"trafficPage"_s);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    m_proxy->setSourceModel(m_model);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    buildTop(column);
    m_empty = new EmptyState(u"traffic"_s, tr("No requests yet"),
                             tr("Open one of your domains in a browser, or ask it with curl: each request appears "
                                "here while it runs."),
                             this);
    connect(m_empty->addButton(u"trafficShowDomains"_s, tr("Show domains")), &QPushButton::clicked, this,
            &TrafficPage::domainsPageRequested);
    m_stack = new QStackedWidget(this);
    m_stack->addWidget(m_empty);
    m_stack->addWidget(buildTable());
    column->addWidget(m_stack, 1);
    connectSignals();
    updateCounts();
}

void TrafficPage::buildTop(QVBoxLayout *column)
{
    auto *header = new PageHeader(tr("Traffic"), this);
    header->addWidget(m_filter->edit(), 8);
    m_follow = header->addButton(u"trafficFollow"_s, tr("Follow"));
    m_follow->setCheckable(true);
    m_follow->setChecked(true);
    m_follow->setToolTip(tr("Keep the newest request in sight (Ctrl+End)"));
    m_pause = header->addButton(u"trafficPause"_s, tr("Pause"));
    m_pause->setCheckable(true);
    m_pause->setToolTip(tr("Hold new requests back; nothing is lost (Ctrl+P)"));
    m_clear = header->addButton(u"trafficClear"_s, tr("Clear"));
    m_clear->setToolTip(tr("Forget what was captured (Ctrl+L)"));
    column->addWidget(header);
    m_notice = new NoticeBar(u"trafficNotice"_s, this);
    column->addWidget(m_notice);
    column->addWidget(m_filter->boxes());
}

QWidget *TrafficPage::buildTable()
{
    m_table = new FlatTable(this);
    m_table->setObjectName(u"trafficTable"_s);
    m_table->setAccessibleName(tr("Traffic"));
    m_table->setModel(m_proxy);
    m_table->setMinimumHeight(5 * FlatTable::RowHeight);
    m_table->setColumnPlan(
        {{64}, {72}, {120, 2}, {130, 5}, {64}, {60, 0, 760}, {78}, {78}, {86, 0, 900}, {124, 0, 740}, {84, 0, 1000}});
    m_panel = new ExchangePanel(this);
    m_panel->hide();
    m_splitter = new QSplitter(Qt::Vertical, this);
    m_splitter->setObjectName(u"trafficSplitter"_s);
    m_splitter->setHandleWidth(1);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->addWidget(m_table);
    m_splitter->addWidget(m_panel);
    m_splitter->setStretchFactor(0, 1);
    m_splitter->setSizes({330, 330});
    return m_splitter;
}

void TrafficPage::connectSignals()
{
    connect(m_filter, &FilterBar::filterChanged, this, &TrafficPage::setFilter);
    connect(m_table, &FlatTable::currentRowChanged, this, &TrafficPage::selectRow);
    connect(m_panel, &ExchangePanel::closeRequested, this, &TrafficPage::closeDetail);
    connect(m_panel, &ExchangePanel::positionRequested, this, &TrafficPage::positionRequested);
    connect(m_pause, &QPushButton::toggled, this, &TrafficPage::setPaused);
    connect(m_notice, &NoticeBar::actionTriggered, this, [this] { setPaused(false); });
    connect(m_clear, &QPushButton::clicked, this, &TrafficPage::clearRequested);
    connect(m_follow, &QPushButton::clicked, this, &TrafficPage::setFollowing);
    connect(m_table->verticalScrollBar(), &QScrollBar::valueChanged, this, [this] {
        if (!m_scrollingOurselves)
            setFollowing(isAtBottom() && m_table->currentRow() < 0);
    });
    connect(m_proxy, &QAbstractItemModel::rowsRemoved, this, [this](const QModelIndex &, int first, int last) {
        if (first == 0)
            keepPlaceOnRemoval(last - first + 1);
    });
}

void TrafficPage::addBatch(const TrafficBatch &batch)
{
    if (!isPaused())
        return apply(batch.exchanges);
    m_held.hold(batch.exchanges);
    m_notice->showNotice(Tone::Accent, tr("Paused, %1 new").arg(countText(quint64(m_held.count()))), tr("Resume"));
}

void TrafficPage::apply(const QList<ExchangeSummary> &exchanges)
{
    m_scrollingOurselves = true;
    m_model->apply(exchanges);
    if (m_following)
        m_table->scrollToBottom();
    m_scrollingOurselves = false;
    updateCounts();
    const ExchangeId shown = m_panel->isHidden() ? 0 : m_panel->shownId();
    const auto again = std::find_if(exchanges.crbegin(), exchanges.crend(),
                                    [shown](const ExchangeSummary &each) { return each.id == shown; });
    if (shown == 0 || again == exchanges.crend())
        return;
    m_panel->showSummary(*again);
    Q_EMIT detailRequested(shown);
}

void TrafficPage::showDetail(ExchangeId id, const ExchangeDetailPtr &detail)
{
    if (m_panel->shownId() == id && !m_panel->isHidden())
        m_panel->showDetail(detail);
}

void TrafficPage::clear()
{
    closeDetail();
    m_held.take();
    m_model->clear();
    setFollowing(true);
    if (isPaused())
        m_notice->showNotice(Tone::Accent, tr("Paused, nothing new"), tr("Resume"));
    updateCounts();
}

void TrafficPage::setDomains(const QStringList &names)
{
    m_filter->setDomains(names);
}

bool TrafficPage::isPaused() const
{
    return m_pause->isChecked();
}

void TrafficPage::setPaused(bool paused)
{
    const QSignalBlocker quiet(m_pause);
    m_pause->setChecked(paused);
    m_pause->setText(paused ? tr("Resume") : tr("Pause"));
    m_pause->setAccessibleName(m_pause->text());
    if (paused)
        return m_notice->showNotice(Tone::Accent, tr("Paused, nothing new"), tr("Resume"));
    m_notice->hide();
    apply(m_held.take());
}

void TrafficPage::focusFilter()
{
    m_filter->edit()->setFocus(Qt::ShortcutFocusReason);
    m_filter->edit()->selectAll();
}

void TrafficPage::setFilter(const QString &text)
{
    const TrafficFilter filter = TrafficFilter::parse(text);
    m_filterProblem = filter.problems().value(0);
    m_scrollingOurselves = true;
    m_proxy->setFilter(filter);
    if (m_following)
        m_table->scrollToBottom();
    m_scrollingOurselves = false;
    updateCounts();
}

void TrafficPage::selectRow(int row)
{
    const ExchangeSummary *exchange = row < 0 ? nullptr : m_proxy->at(row);
    if (!exchange)
        return;          // the detail of one that is filtered out or dropped stays open
    setFollowing(false); // who looks at one row does not want it to move
    const bool opened = m_panel->isHidden();
    m_panel->showSummary(*exchange);
    m_panel->show();
    if (opened)
        m_table->scrollTo(m_table->currentIndex());
    Q_EMIT detailRequested(exchange->id);
}

void TrafficPage::closeDetail()
{
    m_panel->hide();
    m_table->clearSelection();
    m_table->setCurrentIndex({});
}

void TrafficPage::keepPlaceOnRemoval(int removedRows)
{
    // The oldest rows went away above what is being looked at: nothing moves under the pointer.
    if (!m_following)
        m_table->verticalScrollBar()->setValue(m_table->verticalScrollBar()->value()
                                               - removedRows * FlatTable::RowHeight);
}

void TrafficPage::setFollowing(bool following)
{
    m_following = following;
    m_follow->setChecked(following);
    if (!following)
        return;
    m_scrollingOurselves = true;
    m_table->scrollToBottom();
    m_scrollingOurselves = false;
}

bool TrafficPage::isAtBottom() const
{
    return m_table->verticalScrollBar()->value() >= m_table->verticalScrollBar()->maximum();
}

void TrafficPage::updateCounts()
{
    m_stack->setCurrentIndex(m_model->rowCount() == 0 ? 0 : 1);
    m_filter->showCounts(m_proxy->rowCount(), m_model->rowCount(), m_filterProblem);
}

void TrafficPage::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_stack)
        updateCounts(); // its colour is of the palette before
}

void TrafficPage::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Escape && !m_panel->isHidden())
        return closeDetail();
    if (event->key() == Qt::Key_End && event->modifiers() == Qt::ControlModifier)
        return setFollowing(true);
    QWidget::keyPressEvent(event);
}

} // namespace portlight
