// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "capture/exchangerecord.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QPushButton;
class QStackedWidget;
class QTabBar;

namespace portlight {

class Badge;
class DecisionsModel;
class FactsView;
class FlatTable;
class FramesView;
class MessageView;
class TimingView;

// Everything kept of one exchange: overview, messages, timing, decisions, and the frames of a tunnel.
class ExchangePanel final : public QWidget
{
    Q_OBJECT
public:
    enum Tab { Overview, Request, Response, Timing, Decisions, Frames };

    explicit ExchangePanel(QWidget *parent = nullptr);

    // At once, from the row; the detail follows.
    void showSummary(const ExchangeSummary &summary);
    // Null: it is not kept any more.
    void showDetail(const ExchangeDetailPtr &detail);
    void setTab(Tab tab);
    ExchangeId shownId() const { return m_summary.id; }

Q_SIGNALS:
    void positionRequested(const portlight::TextPosition &where);
    void closeRequested();

protected:
    void changeEvent(QEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    QWidget *makeHeader();
    QWidget *makeTabs();
    QComboBox *makeSideBox(const QString &objectName, const QString &accessibleName, const QStringList &sides);
    FlatTable *makeDecisions();
    void connectSignals();
    void showOverview();
    void showMessages();
    void showFailure();
    void showFrames();

    ExchangeSummary m_summary;
    ExchangeDetailPtr m_detail;
    QLabel *m_method = nullptr;
    QLabel *m_url = nullptr;
    Badge *m_status = nullptr;
    Badge *m_decided = nullptr;
    QPushButton *m_copyUrl = nullptr;
    QPushButton *m_copyCurl = nullptr;
    QPushButton *m_copyHar = nullptr;
    QPushButton *m_close = nullptr;
    QLabel *m_failure = nullptr;
    QTabBar *m_tabs = nullptr;
    QStackedWidget *m_pages = nullptr;
    FactsView *m_overview = nullptr;
    QComboBox *m_requestSide = nullptr;
    QComboBox *m_responseSide = nullptr;
    MessageView *m_request = nullptr;
    MessageView *m_response = nullptr;
    TimingView *m_timing = nullptr;
    FlatTable *m_decisionsTable = nullptr;
    DecisionsModel *m_decisions = nullptr;
    FramesView *m_frames = nullptr;
    bool m_wantsFrames = false; // they were looked at last, where there were any
};

} // namespace portlight
