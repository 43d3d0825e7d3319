// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "capture/exchangerecord.h"
#include "traffic/pausedtraffic.h"

#include <QWidget>

class QPushButton;
class QSplitter;
class QStackedWidget;
class QVBoxLayout;

namespace portlight {

class EmptyState;
class ExchangePanel;
class FilterBar;
class FlatTable;
class NoticeBar;
class TrafficModel;
class TrafficProxy;

// The Traffic page: every exchange as it happens, a filter over them, and the detail of one.
class TrafficPage final : public QWidget
{
    Q_OBJECT
public:
    explicit TrafficPage(QWidget *parent = nullptr);

    void addBatch(const TrafficBatch &batch);
    void showDetail(ExchangeId id, const ExchangeDetailPtr &detail);
    void clear();
    void setDomains(const QStringList &names);
    void setPaused(bool paused);
    bool isPaused() const;
    void focusFilter();

Q_SIGNALS:
    // Answered by showDetail().
    void detailRequested(portlight::ExchangeId id);
    void clearRequested();
    void positionRequested(const portlight::TextPosition &where);
    void domainsPageRequested();

protected:
    void keyPressEvent(QKeyEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    void buildTop(QVBoxLayout *column);
    QWidget *buildTable();
    void connectSignals();
    void apply(const QList<ExchangeSummary> &exchanges);
    void setFilter(const QString &text);
    void selectRow(int row);
    void closeDetail();
    void keepPlaceOnRemoval(int removedRows);
    void setFollowing(bool following);
    bool isAtBottom() const;
    void updateCounts();

    TrafficModel *m_model;
    TrafficProxy *m_proxy;
    FilterBar *m_filter;
    QString m_filterProblem;
    QPushButton *m_follow = nullptr;
    QPushButton *m_pause = nullptr;
    QPushButton *m_clear = nullptr;
    NoticeBar *m_notice = nullptr;
    QStackedWidget *m_stack = nullptr;
    QSplitter *m_splitter = nullptr;
    FlatTable *m_table = nullptr;
    ExchangePanel *m_panel = nullptr;
    EmptyState *m_empty = nullptr;
    PausedTraffic m_held;
    bool m_following = true;
    bool m_scrollingOurselves = false;
};

} // namespace portlight
