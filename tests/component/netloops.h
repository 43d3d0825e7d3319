// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/engineloop.h"
#include "net/epolldispatcher.h"
#include "net/stream.h"

#include <QDeadlineTimer>
#include <QTest>
#include <QThread>
#include <QTimer>

#include <functional>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

// What the component tests of the network layer share: loops of both kinds, and descriptors.
namespace portlight::test {

enum class LoopKind { Epoll, Qt };

inline void addLoopRows()
{
    QTest::addColumn<LoopKind>("kind");
    QTest::newRow("epoll") << LoopKind::Epoll;
    QTest::newRow("qt") << LoopKind::Qt;
}

// Runs the body on a thread of its own, which has the dispatcher that is asked for.
inline void onLoop(LoopKind kind, const std::function<void()> &body)
{
    const std::unique_ptr<QThread> thread(QThread::create(body));
    if (kind == LoopKind::Epoll)
        thread->setEventDispatcher(new EpollEventDispatcher);
    thread->start();
    thread->wait();
}

// Lets the thread's loop turn until the condition holds; false when it does not within a time that is never reached
// unless something hangs.
inline bool turnUntil(const std::function<bool()> &condition)
{
    constexpr std::chrono::seconds HangsAfter{30};
    QTimer guard; // so that a turn that waits for nothing ends
    guard.start(HangsAfter);
    const QDeadlineTimer deadline(HangsAfter);
    while (!condition()) {
        if (deadline.hasExpired())
            return false;
        QAbstractEventDispatcher::instance()->processEvents(QEventLoop::WaitForMoreEvents);
    }
    return true;
}

// Turns of the loop that do not wait.
inline void turnTimes(int turns)
{
    for (int turn = 0; turn < turns; ++turn)
        QAbstractEventDispatcher::instance()->processEvents(QEventLoop::AllEvents);
}

struct SocketPair {
    SocketPair()
    {
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0)
            qFatal("socketpair() failed (%d)", errno);
    }
    ~SocketPair()
    {
        closeEnd(0);
        closeEnd(1);
    }
    SocketPair(const SocketPair &) = delete;
    SocketPair &operator=(const SocketPair &) = delete;
    void closeEnd(int end)
    {
        if (ends[end] >= 0)
            close(std::exchange(ends[end], -1));
    }
    int take(int end) { return std::exchange(ends[end], -1); }
    int ends[2];
};

inline void sendAll(int descriptor, const QByteArray &bytes)
{
    if (::send(descriptor, bytes.constData(), size_t(bytes.size()), MSG_NOSIGNAL) != bytes.size())
        qFatal("send() failed (%d)", errno);
}

inline IoResult writeTo(Stream &stream, const QByteArray &bytes)
{
    const iovec part{const_cast<char *>(bytes.constData()), size_t(bytes.size())};
    return stream.write(&part, 1);
}

// Counts what it is told, and does what the test wants then.
struct RecordingHandler : IoHandler {
    void ioReady(IoReadiness readiness) override
    {
        ++calls;
        last = readiness;
        readable += readiness.readable;
        writable += readiness.writable;
        hangups += readiness.hangup;
        if (then)
            then(readiness);
    }
    std::function<void(IoReadiness)> then;
    IoReadiness last;
    int calls = 0;
    int readable = 0;
    int writable = 0;
    int hangups = 0;
};

struct RecordingObserver : StreamObserver {
    void streamReadable() override
    {
        ++readable;
        if (onReadable)
            onReadable();
    }
    void streamWritable() override
    {
        ++writable;
        if (onWritable)
            onWritable();
    }
    std::function<void()> onReadable;
    std::function<void()> onWritable;
    int readable = 0;
    int writable = 0;
};

} // namespace portlight::test

Q_DECLARE_METATYPE(portlight::test::LoopKind)
