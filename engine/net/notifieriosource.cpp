// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/notifieriosource.h"

#include "net/timerqueue.h"

#include <QSocketNotifier>

#include <sys/stat.h>

#include <cerrno>

namespace portlight {

namespace {

class NotifierWatch final : public IoWatch
{
public:
    NotifierWatch(int descriptor, IoHandler *handler, TimerQueue &timers)
        : m_handler(handler)
        , m_timers(timers)
        , m_read(descriptor, QSocketNotifier::Read)
        , m_write(descriptor, QSocketNotifier::Write)
    {
        QObject::connect(&m_read, &QSocketNotifier::activated, &m_read, [this] {
            m_read.setEnabled(false);
            report({.readable = true});
        });
        QObject::connect(&m_write, &QSocketNotifier::activated, &m_write, [this] {
            m_write.setEnabled(false);
            report({.writable = true});
        });
    }

    void rearm(IoReadiness readiness) override
    {
        const bool posted = m_rearmed.readable || m_rearmed.writable || m_rearmed.hangup;
        m_rearmed.readable |= readiness.readable;
        m_rearmed.writable |= readiness.writable;
        m_rearmed.hangup |= readiness.hangup;
        if (!posted) // goes with its context object when the watch is destroyed first
            QMetaObject::invokeMethod(
                &m_read, [this] { report(std::exchange(m_rearmed, {})); }, Qt::QueuedConnection);
    }

    void drained(IoReadiness readiness) override
    {
        if (readiness.readable)
            m_read.setEnabled(true);
        if (readiness.writable)
            m_write.setEnabled(true);
    }

private:
    // The last thing a caller does: the handler may destroy the watch.
    void report(IoReadiness readiness)
    {
        m_timers.setNow(std::chrono::steady_clock::now());
        m_handler->ioReady(readiness);
    }

    IoHandler *const m_handler;
    TimerQueue &m_timers;
    QSocketNotifier m_read;
    QSocketNotifier m_write;
    IoReadiness m_rearmed;
};

} // namespace

std::unique_ptr<IoWatch> NotifierIoSource::watch(int descriptor, IoHandler *handler)
{
    // As epoll answers; a QSocketNotifier would find both out too late.
    struct stat status {
    };
    if (fstat(descriptor, &status) != 0)
        return nullptr;
    if (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)) {
        errno = EPERM;
        return nullptr;
    }
    return std::make_unique<NotifierWatch>(descriptor, handler, m_timers);
}

} // namespace portlight
