// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/enginestatus.h"

#include <QWidget>

class QLabel;
class QPushButton;

namespace portlight {

// The line at the bottom: engine state, listeners, requests per second, open connections, capture.
class StateBar final : public QWidget
{
    Q_OBJECT
public:
    explicit StateBar(QWidget *parent = nullptr);

    void setStatus(const EngineStatus &status, int problems);

Q_SIGNALS:
    void problemsClicked();
    void captureClicked();

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    void showState();

    EngineStatus m_status;
    int m_problems = 0;
    QPushButton *m_state;
    QLabel *m_listeners;
    QLabel *m_rate;
    QLabel *m_connections;
    QPushButton *m_capture;
};

// "127.0.0.1:80, :443": the addresses of one host joined, as short as can be.
QString listenersText(const QList<ListenerStatus> &listeners);

} // namespace portlight
