// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "capture/exchangerecord.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSplitter;
class QStackedWidget;

namespace portlight {

class FlatTable;
class FramePayloadView;
class FramesModel;
class FramesProxy;

// The Frames tab: what passes through a tunnel, while it passes, and the payload of one frame.
class FramesView final : public QWidget
{
    Q_OBJECT
public:
    explicit FramesView(QWidget *parent = nullptr);

    // The same exchange again adds what is new; another one begins anew.
    void showExchange(const ExchangeDetail &exchange);
    void clear();

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    QWidget *makeBar();
    QWidget *makeList();
    void connectSignals();
    void showRow(int row);
    void setFollowing(bool following);
    void scrollToNewest();
    void keepPlaceOnRemoval(int removedRows);
    void updateCounts();

    FramesModel *m_model;
    FramesProxy *m_proxy;
    QLineEdit *m_filter = nullptr;
    QComboBox *m_show = nullptr;
    QLabel *m_counts = nullptr;
    QPushButton *m_follow = nullptr;
    QStackedWidget *m_stack = nullptr;
    QLabel *m_empty = nullptr;
    QSplitter *m_splitter = nullptr;
    FlatTable *m_table = nullptr;
    FramePayloadView *m_payload = nullptr;
    ExchangeId m_shown = 0;
    quint64 m_dropped = 0;
    bool m_following = true;
    bool m_scrollingOurselves = false;
};

} // namespace portlight
