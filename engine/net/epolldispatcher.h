// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/epollset.h"
#include "net/qttimerheap.h"
#include "net/socketnotifierset.h"
#include "net/timerqueue.h"

#include <QAbstractEventDispatcher>

#include <atomic>

namespace portlight {

class EngineLoop;

// The engine thread's event loop on Linux: everything Qt asks of a dispatcher, and the engine's own edge-triggered
// watches and timers, over one epoll set, so that a turn costs what happened in it and nothing for idle connections.
// Installed with QThread::setEventDispatcher, which owns it. Only wakeUp() and interrupt() may be called from
// elsewhere.
//
// A turn: awake() → posted events → aboutToBlock() → epoll_wait → watches → socket notifiers → timers → deferred calls.
class EpollEventDispatcher final : public QAbstractEventDispatcher, public IoSource
{
    Q_OBJECT
public:
    explicit EpollEventDispatcher(QObject *parent = nullptr);
    ~EpollEventDispatcher() override;

    // As in QEventDispatcherUNIX: true when something was handled.
    bool processEvents(QEventLoop::ProcessEventsFlags flags) override;
    void registerSocketNotifier(QSocketNotifier *notifier) override;
    void unregisterSocketNotifier(QSocketNotifier *notifier) override;
    void registerTimer(int timerId, qint64 interval, Qt::TimerType timerType, QObject *object) override;
    bool unregisterTimer(int timerId) override;
    bool unregisterTimers(QObject *object) override;
    QList<TimerInfo> registeredTimers(QObject *object) const override;
    int remainingTime(int timerId) override;
    void wakeUp() override;
    void interrupt() override;
    void startingUp() override;

    // A descriptor must not have a watch and a QSocketNotifier at the same time.
    std::unique_ptr<IoWatch> watch(int descriptor, IoHandler *handler) override;
    TimerQueue &timerQueue() { return m_timers; }
    // Whose deferred calls are run at the end of each turn; null when it goes.
    void setEngineLoop(EngineLoop *loop) { m_loop = loop; }

private:
    bool sendPostedEvents();
    int turn(QEventLoop::ProcessEventsFlags flags);
    bool mustNotBlock(bool withNotifiers) const;
    int waitMilliseconds(bool withTimers) const;
    int dispatchEvents(bool withNotifiers);
    int fireTimers();

    const std::shared_ptr<EpollSet> m_epoll;
    SocketNotifierSet m_notifiers;
    QtTimerHeap m_qtTimers;
    TimerQueue m_timers;
    EngineLoop *m_loop = nullptr;
    int m_wakeup = -1; // eventfd
    int m_postedLoopLevel = -1;
    int m_depth = 0;
    bool m_nestedReturned = false;
    std::atomic<bool> m_woken{true}; // there may be posted events from before the start
    std::atomic<bool> m_interrupted{false};
};

} // namespace portlight
