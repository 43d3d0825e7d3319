// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/engineloop.h"

#include "net/notifieriosource.h"
#ifdef Q_OS_LINUX
#include "net/epolldispatcher.h"
#endif

#include <QTimer>

namespace portlight {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

// Timers and turn ends by what every Qt dispatcher offers: one QTimer for the whole queue, and a posted call.
class EngineLoop::PortableDriver : public QObject
{
public:
    PortableDriver(EngineLoop &loop, QAbstractEventDispatcher *dispatcher)
        : m_loop(loop)
    {
        m_timer.setSingleShot(true);
        m_timer.setTimerType(Qt::PreciseTimer);
        connect(&m_timer, &QTimer::timeout, this, [this] { fire(); });
        if (dispatcher)
            connect(dispatcher, &QAbstractEventDispatcher::awake, this,
                    [this] { m_loop.m_timers->setNow(Clock::now()); });
        m_loop.m_timers->setWakeObserver([](void *driver) { static_cast<PortableDriver *>(driver)->arm(); }, this);
    }
    ~PortableDriver() override { m_loop.m_timers->setWakeObserver(nullptr, nullptr); }

    void scheduleTurnEnd()
    {
        if (std::exchange(m_turnEndPosted, true))
            return;
        QMetaObject::invokeMethod(
            this, [this] { endTurn(); }, Qt::QueuedConnection);
    }

private:
    void arm()
    {
        const Clock::time_point wake = m_loop.m_timers->nextWake();
        if (wake == Clock::time_point::max())
            return m_timer.stop();
        const auto left = std::chrono::ceil<milliseconds>(wake - Clock::now());
        m_timer.start(std::clamp(left, milliseconds::zero(), milliseconds(std::chrono::hours(1))));
    }
    void fire()
    {
        m_loop.m_timers->setNow(Clock::now());
        m_loop.m_timers->fireDue();
        arm();
    }
    void endTurn()
    {
        m_turnEndPosted = false;
        m_loop.runDeferred();
        if (m_loop.hasDeferred())
            scheduleTurnEnd();
    }

    EngineLoop &m_loop;
    QTimer m_timer;
    bool m_turnEndPosted = false;
};

EngineLoop::EngineLoop(QAbstractEventDispatcher *dispatcher)
    : m_dispatcher(dispatcher)
{
#ifdef Q_OS_LINUX
    if (auto *epoll = qobject_cast<EpollEventDispatcher *>(dispatcher)) {
        m_io = epoll;
        m_timers = &epoll->timerQueue();
        m_timers->setNow(Clock::now());
        epoll->setEngineLoop(this);
        return;
    }
#endif
    m_ownedTimers = std::make_unique<TimerQueue>();
    m_timers = m_ownedTimers.get();
    m_ownedIo = std::make_unique<NotifierIoSource>(*m_timers);
    m_io = m_ownedIo.get();
    m_driver = std::make_unique<PortableDriver>(*this, dispatcher);
}

EngineLoop::~EngineLoop()
{
    while (m_firstDeferred)
        unlink(m_firstDeferred);
#ifdef Q_OS_LINUX
    if (auto *epoll = qobject_cast<EpollEventDispatcher *>(m_dispatcher.data()))
        epoll->setEngineLoop(nullptr);
#endif
}

void EngineLoop::runDeferred()
{
    for (int run = 0; m_firstDeferred && run < DeferredPerTurnMax; ++run) {
        DeferredCall *call = m_firstDeferred;
        unlink(call);
        call->m_callback(call->m_context);
    }
}

void EngineLoop::append(DeferredCall *call)
{
    call->m_scheduled = true;
    call->m_previous = m_lastDeferred;
    call->m_next = nullptr;
    (m_lastDeferred ? m_lastDeferred->m_next : m_firstDeferred) = call;
    m_lastDeferred = call;
    if (m_driver)
        m_driver->scheduleTurnEnd();
}

void EngineLoop::unlink(DeferredCall *call)
{
    call->m_scheduled = false;
    (call->m_previous ? call->m_previous->m_next : m_firstDeferred) = call->m_next;
    (call->m_next ? call->m_next->m_previous : m_lastDeferred) = call->m_previous;
    call->m_previous = call->m_next = nullptr;
}

DeferredCall::DeferredCall(EngineLoop &loop, Callback callback, void *context)
    : m_loop(loop)
    , m_callback(callback)
    , m_context(context)
{}

DeferredCall::~DeferredCall()
{
    cancel();
}

void DeferredCall::schedule()
{
    if (!m_scheduled)
        m_loop.append(this);
}

void DeferredCall::cancel()
{
    if (m_scheduled)
        m_loop.unlink(this);
}

} // namespace portlight
