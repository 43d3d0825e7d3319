// SPDX-License-Identifier: GPL-3.0-or-later
#include "traffic/exchangepanel.h"

#include "capture/harwriter.h"
#include "theme/colors.h"
#include "theme/fonts.h"
#include "theme/icons.h"
#include "theme/painting.h"
#include "traffic/decisionsmodel.h"
#include "traffic/exchangetext.h"
#include "traffic/framesview.h"
#include "traffic/messageview.h"
#include "traffic/timingview.h"
#include "widgets/badge.h"
#include "widgets/elidedlabel.h"
#include "widgets/factsview.h"
#include "widgets/flattable.h"
#include "widgets/quantities.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDateTime>
#include <QEvent>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QStackedWidget>
#include <QTabBar>
#include <QVBoxLayout>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

constexpr int HarButtonFrom = 720;

} // namespace

ExchangePanel::ExchangePanel(QWidget *parent)
    : QWidget(parent)
{
    setObjectName(u"exchangePanel"_s);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(makeHeader());
    m_failure = new QLabel(this);
    m_failure->setObjectName(u"exchangeFailure"_s);
    m_failure->setWordWrap(true);
    m_failure->setAutoFillBackground(true);
    m_failure->setContentsMargins(24, 6, 24, 6);
    m_failure->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_failure->hide();
    column->addWidget(m_failure);
    column->addWidget(makeTabs(), 1);
    connectSignals();
}

QWidget *ExchangePanel::makeHeader()
{
    auto *header = new QWidget(this);
    m_method = new QLabel(header);
    m_method->setFont(semiboldFont());
    m_url = new ElidedLabel(header);
    m_url->setObjectName(u"exchangeUrl"_s);
    m_url->setFont(wireFont());
    m_status = new Badge(header);
    m_status->setObjectName(u"exchangeStatus"_s);
    m_decided = new Badge(header);
    const auto button = [header](const QString &objectName, const QString &text) {
        auto *made = new QPushButton(text, header);
        made->setObjectName(objectName);
        made->setAccessibleName(text);
        return made;
    };
    m_copyUrl = button(u"exchangeCopyUrl"_s, tr("Copy URL"));
    m_copyCurl = button(u"exchangeCopyCurl"_s, tr("Copy as cURL"));
    m_copyHar = button(u"exchangeCopyHar"_s, tr("Copy as HAR"));
    m_close = new QPushButton(themedIcon(u"close"_s), QString(), header);
    m_close->setObjectName(u"exchangeClose"_s);
    m_close->setFlat(true);
    m_close->setAccessibleName(tr("Close the detail"));
    m_close->setToolTip(tr("Close (Esc)"));
    auto *row = new QHBoxLayout(header);
    row->setContentsMargins(24, 6, 12, 4);
    row->setSpacing(10);
    row->addWidget(m_method);
    row->addWidget(m_url);
    row->addWidget(m_status);
    row->addWidget(m_decided);
    row->addStretch(1);
    row->addWidget(m_copyUrl);
    row->addWidget(m_copyCurl);
    row->addWidget(m_copyHar);
    row->addWidget(m_close);
    return header;
}

QWidget *ExchangePanel::makeTabs()
{
    auto *area = new QWidget(this);
    m_tabs = new QTabBar(area);
    m_tabs->setObjectName(u"exchangeTabs"_s);
    m_tabs->setAccessibleName(tr("Parts of the exchange"));
    m_tabs->setExpanding(false);
    m_tabs->setDrawBase(false);
    for (const QString &name :
         {tr("Overview"), tr("Request"), tr("Response"), tr("Timing"), tr("Decisions"), tr("Frames")})
        m_tabs->addTab(name);
    m_overview = new FactsView(area);
    m_overview->setObjectName(u"exchangeOverview"_s);
    m_overview->setAccessibleName(tr("Overview"));
    m_requestSide =
        makeSideBox(u"exchangeRequestSide"_s, tr("Which request"), {tr("From the client"), tr("To the backend")});
    m_responseSide =
        makeSideBox(u"exchangeResponseSide"_s, tr("Which response"), {tr("To the client"), tr("From the backend")});
    m_request = new MessageView(u"exchangeRequest"_s, tr("Request"), area);
    m_response = new MessageView(u"exchangeResponse"_s, tr("Response"), area);
    m_timing = new TimingView(area);
    auto *timingArea = new QScrollArea(area);
    timingArea->setObjectName(u"exchangeTimingArea"_s);
    timingArea->setAccessibleName(tr("Timing"));
    timingArea->setFrameShape(QFrame::NoFrame);
    timingArea->setWidgetResizable(true);
    timingArea->setWidget(m_timing);
    timingArea->viewport()->setBackgroundRole(QPalette::Base);
    m_timing->setBackgroundRole(QPalette::Base);
    m_pages = new QStackedWidget(area);
    m_pages->addWidget(m_overview);
    m_pages->addWidget(m_request);
    m_pages->addWidget(m_response);
    m_pages->addWidget(timingArea);
    m_pages->addWidget(makeDecisions());
    m_frames = new FramesView(area);
    m_pages->addWidget(m_frames);
    m_tabs->setTabVisible(Frames, false);
    auto *tabRow = new QHBoxLayout;
    tabRow->setContentsMargins(14, 0, 24, 0);
    tabRow->addWidget(m_tabs);
    tabRow->addStretch(1);
    tabRow->addWidget(m_requestSide);
    tabRow->addWidget(m_responseSide);
    auto *line = new QWidget(area);
    line->setFixedHeight(1);
    line->setAutoFillBackground(true);
    line->setBackgroundRole(QPalette::Mid);
    auto *column = new QVBoxLayout(area);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(tabRow);
    column->addWidget(line);
    column->addWidget(m_pages, 1);
    return area;
}

QComboBox *ExchangePanel::makeSideBox(const QString &objectName, const QString &accessibleName,
                                      const QStringList &sides)
{
    auto *box = new QComboBox(this);
    box->setObjectName(objectName);
    box->setAccessibleName(accessibleName);
    box->addItems(sides);
    box->hide();
    connect(box, &QComboBox::currentIndexChanged, this, &ExchangePanel::showMessages);
    return box;
}

FlatTable *ExchangePanel::makeDecisions()
{
    m_decisions = new DecisionsModel(this);
    m_decisionsTable = new FlatTable(this);
    m_decisionsTable->setObjectName(u"exchangeDecisions"_s);
    m_decisionsTable->setAccessibleName(tr("Decisions"));
    m_decisionsTable->setModel(m_decisions);
    m_decisionsTable->setColumnPlan({{40}, {104}, {160, 2}, {200, 5}, {140, 1}});
    return m_decisionsTable;
}

void ExchangePanel::connectSignals()
{
    connect(m_tabs, &QTabBar::currentChanged, this, [this](int tab) {
        m_pages->setCurrentIndex(tab);
        m_requestSide->setVisible(tab == Request);
        m_responseSide->setVisible(tab == Response);
    });
    connect(m_tabs, &QTabBar::tabBarClicked, this, [this](int tab) { m_wantsFrames = tab == Frames; });
    connect(m_copyUrl, &QPushButton::clicked, this, [this] { QApplication::clipboard()->setText(urlOf(m_summary)); });
    connect(m_copyCurl, &QPushButton::clicked, this, [this] {
        if (m_detail)
            QApplication::clipboard()->setText(curlCommand(*m_detail));
    });
    connect(m_copyHar, &QPushButton::clicked, this, [this] {
        if (m_detail)
            QApplication::clipboard()->setText(QString::fromUtf8(writeHar({m_detail})));
    });
    connect(m_close, &QPushButton::clicked, this, &ExchangePanel::closeRequested);
    const auto openPosition = [this](int row) {
        const Decision *decision = m_decisions->at(row);
        if (decision && decision->where.isKnown())
            Q_EMIT positionRequested(decision->where);
    };
    connect(m_decisionsTable, &FlatTable::activatedRow, this, openPosition);
    connect(m_decisionsTable, &QTableView::clicked, this, [openPosition](const QModelIndex &index) {
        if (index.column() == DecisionsModel::WhereColumn)
            openPosition(index.row());
    });
}

void ExchangePanel::setTab(Tab tab)
{
    m_tabs->setCurrentIndex(tab);
}

void ExchangePanel::showSummary(const ExchangeSummary &summary)
{
    const bool other = summary.id != m_summary.id;
    m_summary = summary;
    if (other) {
        m_detail.reset();
        m_frames->clear();
    }
    m_method->setText(QString::fromUtf8(summary.method));
    m_url->setText(urlOf(summary));
    if (summary.status > 0)
        m_status->setBadge(QString::number(summary.status), toneOfStatus(summary.status));
    else
        m_status->setBadge(stateText(summary), summary.isRunning() ? Tone::Accent : Tone::Error);
    const DecidedBadge decided = decidedBadge(summary);
    m_decided->setBadge(summary.isRunning() && summary.status > 0 ? stateText(summary) : decided.text, decided.tone);
    m_copyCurl->setEnabled(m_detail != nullptr);
    m_copyHar->setEnabled(m_detail != nullptr);
    if (other || summary.upgraded)
        showFrames();
    showFailure();
    showOverview();
}

// Only what was upgraded has frames; their tab comes back with the next such exchange.
void ExchangePanel::showFrames()
{
    if (m_summary.upgraded == m_tabs->isTabVisible(Frames))
        return;
    if (m_tabs->currentIndex() == Frames)
        m_tabs->setCurrentIndex(Overview);
    m_tabs->setTabVisible(Frames, m_summary.upgraded);
    if (m_summary.upgraded && m_wantsFrames)
        m_tabs->setCurrentIndex(Frames);
}

void ExchangePanel::showDetail(const ExchangeDetailPtr &detail)
{
    m_detail = detail;
    if (detail)
        showSummary(detail->summary);
    m_copyCurl->setEnabled(m_detail != nullptr);
    m_copyHar->setEnabled(m_detail != nullptr);
    showOverview();
    showMessages();
    if (detail)
        m_frames->showExchange(*detail);
    else
        m_frames->clear();
    m_decisions->setDecisions(detail ? detail->decisions : std::vector<Decision>());
    m_timing->setTiming(detail ? detail->timing : ExchangeTiming(), m_summary.isRunning(),
                        detail && detail->upstreamReused);
}

void ExchangePanel::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_failure)
        showFailure();
}

void ExchangePanel::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    m_copyHar->setVisible(width() >= HarButtonFrom); // the address comes first
}

void ExchangePanel::showFailure()
{
    const ToneColors &error = themeColors(palette()).error;
    QPalette ground = m_failure->palette();
    ground.setColor(m_failure->backgroundRole(), error.soft);
    m_failure->setPalette(ground);
    setInk(m_failure, error.ink);
    m_failure->setText(m_summary.failure);
    m_failure->setVisible(!m_summary.failure.isEmpty());
}

void ExchangePanel::showOverview()
{
    const QDateTime started = QDateTime::fromMSecsSinceEpoch(m_summary.startedAtMs);
    QList<FactsView::Fact> facts{
        {tr("Domain"), QString::fromUtf8(m_summary.domain)},
        {tr("Backend"), QString::fromUtf8(m_summary.peer)},
        {tr("State"), stateText(m_summary)},
        {tr("Started"), started.toString(u"HH:mm:ss.zzz"_s)},
        {tr("Duration"), durationText(m_summary.durationUs)},
        {tr("Type"), QString::fromUtf8(m_summary.contentType)},
        {tr("Request body"), bytesText(m_summary.requestBytes)},
        {tr("Response body"), bytesText(m_summary.responseBytes)},
    };
    if (m_summary.upgraded)
        facts.append({tr("Frames"), countText(m_summary.frames)});
    if (m_summary.retries > 0)
        facts.append({tr("Retries"), QString::number(m_summary.retries)});
    if (m_detail) {
        facts.append({tr("Client"), QString::fromUtf8(m_detail->clientAddress)});
        facts.append({tr("Listener"), QString::fromUtf8(m_detail->listenerAddress)});
        facts.append(
            {tr("Connection"),
             tr("number %1, request %2 on it").arg(m_detail->connectionId).arg(m_detail->requestOnConnection)});
        facts += tlsFacts(m_detail->tls);
        if (!m_detail->upstreamRequestHead.isEmpty())
            facts.append(
                {tr("To the backend"), m_detail->upstreamReused ? tr("kept-alive connection") : tr("new connection")});
    }
    if (m_detail)
        facts += failureFacts(*m_detail);
    m_overview->setFacts(facts);
}

void ExchangePanel::showMessages()
{
    const ExchangeDetail none;
    const ExchangeDetail &detail = m_detail ? *m_detail : none;
    const bool toBackend = m_requestSide->currentIndex() == 1;
    const bool fromBackend = m_responseSide->currentIndex() == 1;
    m_request->setMessage(toBackend ? detail.upstreamRequestHead : detail.requestHead, detail.requestBody,
                          toBackend ? tr("No backend was asked.") : tr("Not read yet."));
    m_response->setMessage(fromBackend ? detail.upstreamResponseHead : detail.responseHead, detail.responseBody,
                           fromBackend ? tr("No backend answered.") : tr("No answer yet."));
}

} // namespace portlight
