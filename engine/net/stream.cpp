// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/stream.h"

#include <netinet/tcp.h>
#include <unistd.h>

#include <cerrno>
#include <climits>

namespace portlight {

void Stream::resumeReading(PauseReason reason)
{
    const quint8 left = m_pauseReasons & quint8(~quint8(reason));
    const bool resumed = m_pauseReasons != 0 && left == 0;
    m_pauseReasons = left;
    if (resumed)
        readingResumed();
}

PlainStream::PlainStream(EngineLoop &loop, int descriptor)
    : m_descriptor(descriptor)
    , m_watch(loop.io().watch(descriptor, this))
{
    if (m_watch)
        return;
    m_watchError = errno;
    m_watchFailure = std::make_unique<DeferredCall>(
        loop,
        [](void *stream) {
            static_cast<PlainStream *>(stream)->ioReady({true, true, true});
        },
        this);
    m_watchFailure->schedule();
}

PlainStream::~PlainStream()
{
    if (m_destroyed)
        *m_destroyed = true;
    m_watch.reset();
    if (m_descriptor < 0)
        return;
    if (m_resetOnClose) {
        const linger reset{1, 0};
        setsockopt(m_descriptor, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    }
    close(m_descriptor);
}

int PlainStream::releaseDescriptor()
{
    m_watch.reset();
    return std::exchange(m_descriptor, -1);
}

IoResult PlainStream::read(char *buffer, size_t size)
{
    Q_ASSERT(size > 0);
    if (m_watchError)
        return {IoResult::Status::Failed, 0, m_watchError};
    ssize_t count = 0;
    do {
        count = recv(m_descriptor, buffer, size, MSG_DONTWAIT);
    } while (count < 0 && errno == EINTR);
    if (count > 0) {
        const IoResult result{IoResult::Status::Ok, size_t(count), 0};
        return size_t(count) < size ? drainedRead(result) : result;
    }
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        m_readable = false;
        m_watch->drained({.readable = true});
        return {IoResult::Status::WouldBlock, 0, 0};
    }
    m_readable = false;
    m_hangup = true;
    m_eof = true;
    return count == 0 ? IoResult{IoResult::Status::Eof, 0, 0} : IoResult{IoResult::Status::Failed, 0, errno};
}

// Less came than was asked for, so the socket is empty and the next bytes make a new edge: no recv() only to be told
// EAGAIN. But the end of the stream was reported with the last edge, and nothing will report it again.
IoResult PlainStream::drainedRead(IoResult result)
{
    if (m_hangup) {
        m_watch->rearm({.readable = true});
        return result;
    }
    m_readable = false;
    m_watch->drained({.readable = true});
    return result;
}

IoResult PlainStream::write(const iovec *parts, int count)
{
    if (m_watchError)
        return {IoResult::Status::Failed, 0, m_watchError};
    msghdr message{};
    message.msg_iov = const_cast<iovec *>(parts);
    message.msg_iovlen = size_t(std::min(count, IOV_MAX));
    size_t total = 0;
    for (int i = 0; i < count; ++i)
        total += parts[i].iov_len;
    Q_ASSERT(total > 0);
    ssize_t sent = 0;
    do {
        sent = sendmsg(m_descriptor, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    } while (sent < 0 && errno == EINTR);
    const bool blocked = sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    if (sent < 0 && !blocked)
        return {IoResult::Status::Failed, 0, errno};
    if (blocked || size_t(sent) < total) {
        m_writeBlocked = true;
        if (count > IOV_MAX && !blocked)
            m_watch->rearm({.writable = true}); // the socket may well have room: we gave it only a part
        m_watch->drained({.writable = true});
    }
    return blocked ? IoResult{IoResult::Status::WouldBlock, 0, 0} : IoResult{IoResult::Status::Ok, size_t(sent), 0};
}

void PlainStream::readAgainLater()
{
    if (m_watch)
        m_watch->rearm({.readable = true});
}

void PlainStream::readingResumed()
{
    if (m_readable)
        readAgainLater();
}

void PlainStream::shutdownWrite()
{
    shutdown(m_descriptor, SHUT_WR);
}

void PlainStream::setResetOnClose()
{
    m_resetOnClose = true;
}

void PlainStream::setNoDelay()
{
    // A unix socket refuses, and needs it not.
    const int on = 1;
    setsockopt(m_descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

bool PlainStream::isStale()
{
    if (m_hangup || m_eof || m_watchError)
        return true;
    if (!m_readable)
        return false;
    // Its last read was as long as its buffer, so that nothing told whether there is more: ask the kernel this once.
    char byte = 0;
    if (recv(m_descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK))
        return true;
    m_readable = false;
    m_watch->drained({.readable = true});
    return false;
}

void PlainStream::ioReady(IoReadiness readiness)
{
    m_hangup |= readiness.hangup;
    m_readable |= readiness.readable && !m_eof;
    if (readiness.writable && m_writeBlocked && !tellWritable())
        return;
    if (readiness.readable && m_readable && m_pauseReasons == 0 && m_observer)
        m_observer->streamReadable();
}

// False when the observer destroyed the stream.
bool PlainStream::tellWritable()
{
    m_writeBlocked = false;
    if (!m_observer)
        return true;
    bool destroyed = false;
    bool *const outer = std::exchange(m_destroyed, &destroyed);
    m_observer->streamWritable();
    if (destroyed) {
        if (outer)
            *outer = true;
        return false;
    }
    m_destroyed = outer;
    return true;
}

} // namespace portlight
