// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/epolldispatcher.h"

#include "net/engineloop.h"

#include <QCoreApplication>
#include <QSocketNotifier>
#include <QThread>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>

namespace portlight {

namespace {

using Clock = std::chrono::steady_clock;

// No wait is longer, so that its milliseconds fit an int.
constexpr std::chrono::milliseconds WaitMax = std::chrono::hours(1);

IoReadiness readinessOf(quint32 events)
{
    return {(events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0,
            (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0, (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0};
}

// Ends without EPOLL_CTL_DEL: its owner closes the descriptor next, which ends the kernel's side too, and what was
// fetched before finds no slot. A descriptor that is handed on instead is taken over by whoever registers it.
class EpollWatch final : public IoWatch
{
public:
    EpollWatch(std::shared_ptr<EpollSet> epoll, EpollSet::Token token)
        : m_epoll(std::move(epoll))
        , m_token(token)
    {}
    ~EpollWatch() override { m_epoll->release(m_token); }
    void rearm(IoReadiness readiness) override { m_epoll->rearm(m_token, readiness); }

private:
    const std::shared_ptr<EpollSet> m_epoll;
    const EpollSet::Token m_token;
};

} // namespace

EpollEventDispatcher::EpollEventDispatcher(QObject *parent)
    : QAbstractEventDispatcher(parent)
    , m_epoll(std::make_shared<EpollSet>())
    , m_notifiers(*m_epoll)
    , m_wakeup(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC))
{
    if (m_wakeup < 0)
        qFatal("eventfd() failed (%d)", errno);
    // Edge-triggered: each write wakes anew, and nobody needs to read the counter.
    const EpollSet::Token token = m_epoll->allocate(EpollSet::Kind::Wakeup, nullptr);
    if (const int error = m_epoll->add(m_wakeup, EPOLLIN | EPOLLET, token))
        qFatal("epoll_ctl() failed (%d)", error);
}

EpollEventDispatcher::~EpollEventDispatcher()
{
    m_epoll->close();
    ::close(m_wakeup);
}

void EpollEventDispatcher::startingUp()
{
    m_timers.setNow(Clock::now());
}

bool EpollEventDispatcher::processEvents(QEventLoop::ProcessEventsFlags flags)
{
    m_interrupted.store(false, std::memory_order_relaxed);
    ++m_depth;
    const int handled = turn(flags);
    if (--m_depth > 0)
        m_nestedReturned = true;
    return handled > 0;
}

int EpollEventDispatcher::turn(QEventLoop::ProcessEventsFlags flags)
{
    Q_EMIT awake();
    const bool woken = sendPostedEvents();

    const bool withNotifiers = !flags.testFlag(QEventLoop::ExcludeSocketNotifiers);
    const bool withTimers = !flags.testFlag(QEventLoop::X11ExcludeTimers);
    if (withNotifiers) {
        m_notifiers.restoreSuppressed();
        m_notifiers.flush();
    }
    // Being woken counts as an event that came, as reading the wake-up pipe does in QEventDispatcherUNIX.
    bool canWait = flags.testFlag(QEventLoop::WaitForMoreEvents) && !woken
                   && !m_interrupted.load(std::memory_order_relaxed) && !mustNotBlock(withNotifiers);
    if (canWait) {
        Q_EMIT aboutToBlock();
        canWait = !mustNotBlock(withNotifiers);
    }
    if (m_interrupted.load(std::memory_order_relaxed))
        return 0;

    // What an outer loop fetched and did not come to dispatch is dispatched first.
    if (!m_epoll->hasEvent())
        m_epoll->wait(canWait ? waitMilliseconds(withTimers) : 0);
    m_timers.setNow(Clock::now());

    int handled = (woken ? 1 : 0) + dispatchEvents(withNotifiers);
    if (withTimers)
        handled += fireTimers();
    if (m_loop && m_loop->hasDeferred()) {
        m_loop->runDeferred();
        ++handled;
    }
    return handled;
}

// QCoreApplication::postEvent() and moveToThread() wake the dispatcher, so that without a wake-up there is nothing to
// send; but a deleteLater() held back until a nested loop has returned wakes nobody. Tells whether it was woken.
bool EpollEventDispatcher::sendPostedEvents()
{
    const int loopLevel = thread()->loopLevel();
    const bool woken = m_woken.load(std::memory_order_relaxed) && m_woken.exchange(false, std::memory_order_acq_rel);
    if (!woken && loopLevel == m_postedLoopLevel && !m_nestedReturned)
        return false;
    m_postedLoopLevel = loopLevel;
    m_nestedReturned = false;
    QCoreApplication::sendPostedEvents();
    return woken;
}

bool EpollEventDispatcher::mustNotBlock(bool withNotifiers) const
{
    return m_woken.load(std::memory_order_acquire) || m_epoll->hasEvent() || m_epoll->hasRearmed()
           || (m_loop && m_loop->hasDeferred()) || (withNotifiers && m_notifiers.hasWork());
}

int EpollEventDispatcher::waitMilliseconds(bool withTimers) const
{
    if (!withTimers)
        return -1;
    const Clock::time_point wake = std::min(m_timers.nextWake(), m_qtTimers.nextWake());
    if (wake == Clock::time_point::max())
        return -1;
    const Clock::time_point now = Clock::now();
    if (wake <= now)
        return 0;
    return int(std::min(WaitMax, std::chrono::ceil<std::chrono::milliseconds>(wake - now)).count());
}

int EpollEventDispatcher::dispatchEvents(bool withNotifiers)
{
    int handled = 0;
    m_epoll->beginRearmed();
    IoHandler *handler = nullptr;
    IoReadiness readiness;
    for (; m_epoll->takeRearmed(&handler, &readiness); ++handled)
        handler->ioReady(readiness);
    for (; m_epoll->hasEvent(); ++handled) {
        const EpollSet::Event event = m_epoll->takeEvent();
        EpollSet::Slot *slot = m_epoll->find(event.token);
        if (!slot)
            continue; // ended earlier in this batch
        if (slot->kind == EpollSet::Kind::Watch)
            static_cast<IoHandler *>(slot->target)->ioReady(readinessOf(event.events));
        else if (slot->kind == EpollSet::Kind::Notifiers && withNotifiers)
            m_notifiers.markReady(slot->target, event.events);
        else if (slot->kind == EpollSet::Kind::Notifiers)
            m_notifiers.suppress(slot->target);
    }
    if (withNotifiers) {
        m_notifiers.markAlwaysReady();
        handled += m_notifiers.activate();
    }
    return handled;
}

int EpollEventDispatcher::fireTimers()
{
    return m_timers.fireDue() + m_qtTimers.fireDue(m_timers.now());
}

void EpollEventDispatcher::registerSocketNotifier(QSocketNotifier *notifier)
{
    Q_ASSERT(notifier->thread() == thread() && QThread::currentThread() == thread());
    m_notifiers.add(notifier);
}

void EpollEventDispatcher::unregisterSocketNotifier(QSocketNotifier *notifier)
{
    Q_ASSERT(notifier->thread() == thread() && QThread::currentThread() == thread());
    m_notifiers.remove(notifier);
}

void EpollEventDispatcher::registerTimer(int timerId, qint64 interval, Qt::TimerType timerType, QObject *object)
{
    Q_ASSERT(timerId >= 1 && interval >= 0 && object);
    Q_ASSERT(object->thread() == thread() && QThread::currentThread() == thread());
    m_qtTimers.add(timerId, std::chrono::milliseconds(interval), timerType, object, Clock::now());
}

bool EpollEventDispatcher::unregisterTimer(int timerId)
{
    return m_qtTimers.remove(timerId);
}

bool EpollEventDispatcher::unregisterTimers(QObject *object)
{
    return m_qtTimers.removeAll(object);
}

QList<QAbstractEventDispatcher::TimerInfo> EpollEventDispatcher::registeredTimers(QObject *object) const
{
    return m_qtTimers.timersOf(object);
}

int EpollEventDispatcher::remainingTime(int timerId)
{
    return int(m_qtTimers.remaining(timerId, Clock::now()).count());
}

void EpollEventDispatcher::wakeUp()
{
    if (m_woken.exchange(true, std::memory_order_acq_rel))
        return;
    // The thread itself looks at the flag before it blocks.
    if (QThread::currentThread() == thread())
        return;
    const quint64 one = 1;
    [[maybe_unused]] const ssize_t written = write(m_wakeup, &one, sizeof one);
}

void EpollEventDispatcher::interrupt()
{
    m_interrupted.store(true, std::memory_order_relaxed);
    wakeUp();
}

std::unique_ptr<IoWatch> EpollEventDispatcher::watch(int descriptor, IoHandler *handler)
{
    const EpollSet::Token token = m_epoll->allocate(EpollSet::Kind::Watch, handler);
    constexpr quint32 Events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    int error = m_epoll->add(descriptor, Events, token);
    // Left behind by a watch or a notifier whose descriptor was handed on instead of being closed.
    if (error == EEXIST)
        error = m_epoll->modify(descriptor, Events, token);
    if (error != 0) {
        m_epoll->release(token);
        errno = error;
        return nullptr;
    }
    return std::make_unique<EpollWatch>(m_epoll, token);
}

} // namespace portlight
