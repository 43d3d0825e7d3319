// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QSocketNotifier>

namespace portlight {

// Turns the signals that a server process takes (TERM, INT, QUIT, HUP, USR1) into a Qt signal on the main thread. One
// at a time in a process; the former dispositions come back when it is destroyed.
class ProcessSignals final : public QObject
{
    Q_OBJECT
public:
    explicit ProcessSignals(QObject *parent = nullptr);
    ~ProcessSignals() override;

Q_SIGNALS:
    void received(int signalNumber);

private:
    void readPipe();
    QSocketNotifier *m_notifier = nullptr;
};

} // namespace portlight
