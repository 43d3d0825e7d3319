// SPDX-License-Identifier: GPL-3.0-or-later
#include "traffic/framesview.h"

#include "traffic/framepayloadview.h"
#include "traffic/framesmodel.h"
#include "traffic/framesproxy.h"
#include "widgets/flattable.h"
#include "widgets/quantities.h"

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

// Wider than so many times its height, the view puts the payload beside the list, else below it.
constexpr double WideShape = 2.2;

} // namespace

FramesView::FramesView(QWidget *parent)
    : QWidget(parent)
    , m_model(new FramesModel(this))
    , m_proxy(new FramesProxy(this))
{
    setObjectName(u"frames"_s);
    m_proxy->setSourceModel(m_model);
    m_empty = new QLabel(this);
    m_empty->setObjectName(u"framesEmpty"_s);
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_empty->setForegroundRole(QPalette::PlaceholderText);
    m_stack = new QStackedWidget(this);
    m_stack->addWidget(m_empty);
    m_stack->addWidget(makeList());
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(makeBar());
    column->addWidget(m_stack, 1);
    connectSignals();
    updateCounts();
}

QWidget *FramesView::makeBar()
{
    auto *bar = new QWidget(this);
    m_filter = new QLineEdit(bar);
    m_filter->setObjectName(u"framesFilter"_s);
    m_filter->setAccessibleName(tr("Filter frames"));
    m_filter->setPlaceholderText(tr("Find in payloads"));
    m_filter->setClearButtonEnabled(true);
    m_filter->setMinimumWidth(110);
    m_filter->setMaximumWidth(260);
    m_show = new QComboBox(bar);
    m_show->setObjectName(u"framesShow"_s);
    m_show->setAccessibleName(tr("Which frames"));
    m_show->addItems(
        {tr("All frames"), tr("Messages"), tr("Control frames"), tr("↑ From the client"), tr("↓ From the backend")});
    m_counts = new QLabel(bar);
    m_counts->setObjectName(u"framesCounts"_s);
    m_counts->setForegroundRole(QPalette::PlaceholderText);
    m_follow = new QPushButton(tr("Follow"), bar);
    m_follow->setObjectName(u"framesFollow"_s);
    m_follow->setAccessibleName(tr("Follow the newest frame"));
    m_follow->setToolTip(tr("Keep the newest frame in sight"));
    m_follow->setCheckable(true);
    m_follow->setChecked(true);
    auto *row = new QHBoxLayout(bar);
    row->setContentsMargins(24, 6, 12, 4);
    row->setSpacing(8);
    row->addWidget(m_filter, 1);
    row->addWidget(m_show);
    row->addStretch(1);
    row->addWidget(m_counts);
    row->addWidget(m_follow);
    return bar;
}

QWidget *FramesView::makeList()
{
    m_table = new FlatTable(this);
    m_table->setObjectName(u"framesTable"_s);
    m_table->setAccessibleName(tr("Frames"));
    m_table->setModel(m_proxy);
    m_table->setColumnPlan({{40}, {112, 0, 420}, {92}, {78}, {120, 1}});
    m_table->setMinimumHeight(3 * FlatTable::RowHeight);
    m_payload = new FramePayloadView(this);
    m_payload->setMinimumHeight(64);
    m_splitter = new QSplitter(Qt::Horizontal, this);
    m_splitter->setObjectName(u"framesSplitter"_s);
    m_splitter->setHandleWidth(1);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->addWidget(m_table);
    m_splitter->addWidget(m_payload);
    m_splitter->setSizes({600, 500});
    return m_splitter;
}

void FramesView::connectSignals()
{
    connect(m_filter, &QLineEdit::textChanged, this, [this](const QString &text) {
        m_proxy->setText(text);
        scrollToNewest();
        updateCounts();
    });
    connect(m_show, &QComboBox::currentIndexChanged, this, [this](int show) {
        m_proxy->setShow(FramesProxy::Show(show));
        scrollToNewest();
        updateCounts();
    });
    connect(m_table, &FlatTable::currentRowChanged, this, &FramesView::showRow);
    connect(m_follow, &QPushButton::clicked, this, &FramesView::setFollowing);
    connect(m_table->verticalScrollBar(), &QScrollBar::valueChanged, this, [this](int value) {
        if (!m_scrollingOurselves)
            setFollowing(value >= m_table->verticalScrollBar()->maximum() && m_table->currentRow() < 0);
    });
    connect(m_proxy, &QAbstractItemModel::rowsRemoved, this, [this](const QModelIndex &, int first, int last) {
        if (first == 0)
            keepPlaceOnRemoval(last - first + 1);
    });
}

void FramesView::showExchange(const ExchangeDetail &exchange)
{
    if (exchange.summary.id != m_shown)
        clear();
    m_shown = exchange.summary.id;
    m_dropped = exchange.framesDropped;
    m_scrollingOurselves = true;
    m_model->setFrames(exchange.frames, exchange.summary.startedAtMs);
    m_scrollingOurselves = false;
    scrollToNewest();
    m_empty->setText(exchange.summary.isRunning() ? tr("The tunnel is open; nothing has passed yet.")
                                                  : tr("No frame of this tunnel was kept."));
    showRow(m_table->currentRow()); // its message may have gone on
    updateCounts();
}

void FramesView::clear()
{
    m_shown = 0;
    m_dropped = 0;
    m_model->clear();
    m_payload->clear();
    setFollowing(true);
    updateCounts();
}

void FramesView::showRow(int row)
{
    if (row < 0)
        return m_payload->clear();
    const int source = m_proxy->mapToSource(m_proxy->index(row, 0)).row();
    const FrameRecord *record = m_model->at(source);
    if (!record)
        return m_payload->clear();
    setFollowing(false); // who looks at one frame does not want it to move
    m_payload->showFrame(m_model->frames(), size_t(source), m_model->timeText(*record));
}

void FramesView::setFollowing(bool following)
{
    m_following = following;
    m_follow->setChecked(following);
    if (!following)
        return;
    m_table->clearSelection();
    m_table->setCurrentIndex({});
    scrollToNewest();
}

void FramesView::scrollToNewest()
{
    if (!m_following)
        return;
    m_scrollingOurselves = true;
    m_table->scrollToBottom();
    m_scrollingOurselves = false;
}

// The oldest rows went away above what is being looked at: nothing moves under the pointer.
void FramesView::keepPlaceOnRemoval(int removedRows)
{
    if (m_following)
        return;
    QScrollBar *bar = m_table->verticalScrollBar();
    bar->setValue(bar->value() - removedRows * FlatTable::RowHeight);
}

void FramesView::updateCounts()
{
    const int shown = m_proxy->rowCount();
    const int kept = m_model->rowCount();
    QString text = shown == kept ? kept == 1 ? tr("1 frame") : tr("%1 frames").arg(countText(quint64(kept)))
                                 : tr("%1 of %2 frames").arg(countText(quint64(shown)), countText(quint64(kept)));
    if (m_dropped > 0)
        text += tr(" · %1 older ones dropped").arg(countText(m_dropped));
    m_counts->setText(text);
    m_stack->setCurrentIndex(kept == 0 ? 0 : 1);
}

void FramesView::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    const auto shape = width() > WideShape * height() ? Qt::Horizontal : Qt::Vertical;
    if (m_splitter->orientation() == shape)
        return;
    m_splitter->setOrientation(shape);
    m_splitter->setSizes(shape == Qt::Horizontal ? QList<int>{600, 500} : QList<int>{300, 260});
}

} // namespace portlight
