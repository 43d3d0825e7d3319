// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/bufferpool.h"
#include "net/iowatch.h"
#include "net/timerqueue.h"

#include <QAbstractEventDispatcher>
#include <QPointer>

#include <memory>

namespace portlight {

// Something to be done at the end of the current turn of the loop. A member of the object it belongs to; cancelled when
// destroyed. Scheduling twice is scheduling once.
class DeferredCall
{
public:
    using Callback = void (*)(void *context);
    DeferredCall(class EngineLoop &loop, Callback callback, void *context);
    ~DeferredCall();
    DeferredCall(const DeferredCall &) = delete;
    DeferredCall &operator=(const DeferredCall &) = delete;
    void schedule();
    void cancel();
    bool isScheduled() const { return m_scheduled; }

private:
    friend class EngineLoop;
    class EngineLoop &m_loop;
    Callback m_callback;
    void *m_context;
    DeferredCall *m_previous = nullptr;
    DeferredCall *m_next = nullptr;
    bool m_scheduled = false;
};

// What everything on the engine thread shares: descriptors, timers, buffers, deferred calls. Created on the engine
// thread before its event loop runs; owned by the engine's thread object. No statics: two engines fit in one process.
class EngineLoop
{
public:
    static constexpr int DeferredPerTurnMax = 256;

    // Uses the thread's dispatcher when it is an EpollEventDispatcher, else QSocketNotifier and QTimer.
    explicit EngineLoop(QAbstractEventDispatcher *dispatcher);
    ~EngineLoop();
    EngineLoop(const EngineLoop &) = delete;
    EngineLoop &operator=(const EngineLoop &) = delete;

    IoSource &io() { return *m_io; }
    // Descriptors are watched by epoll, not by QSocketNotifier.
    bool hasEpoll() const { return m_ownedIo == nullptr; }
    TimerQueue &timers() { return *m_timers; }
    BufferPool &buffers() { return m_buffers; }
    std::chrono::steady_clock::time_point now() const { return m_timers->now(); }
    // Runs what was scheduled, including what those calls schedule, up to DeferredPerTurnMax. Called by the dispatcher.
    void runDeferred();
    bool hasDeferred() const { return m_firstDeferred != nullptr; }

private:
    friend class DeferredCall;
    class PortableDriver; // timers and turn ends where there is no epoll
    void append(DeferredCall *call);
    void unlink(DeferredCall *call);

    QPointer<QAbstractEventDispatcher> m_dispatcher; // may go before the loop does
    BufferPool m_buffers;
    std::unique_ptr<TimerQueue> m_ownedTimers;
    std::unique_ptr<IoSource> m_ownedIo;
    std::unique_ptr<PortableDriver> m_driver;
    IoSource *m_io = nullptr;
    TimerQueue *m_timers = nullptr;
    DeferredCall *m_firstDeferred = nullptr;
    DeferredCall *m_lastDeferred = nullptr;
};

} // namespace portlight
