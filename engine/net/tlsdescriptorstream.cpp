// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/tlsdescriptorstream.h"

#include "pki/opensslerrors.h"

#include <openssl/err.h>

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstring>

namespace portlight {

namespace {

// Takes what is to be written off its parts, a record's worth at a time: in place where a part has that much, else
// gathered.
class PartReader
{
public:
    PartReader(const iovec *parts, int count)
        : m_parts(parts)
        , m_end(parts + count)
    {}

    QByteArrayView next(std::array<char, TlsDescriptorStream::RecordBytes> &chunk)
    {
        skipEmpty();
        if (m_parts != m_end && left() >= chunk.size())
            return take(chunk.size());
        size_t gathered = 0;
        for (; m_parts != m_end && gathered < chunk.size(); skipEmpty()) {
            const QByteArrayView piece = take(qMin(left(), chunk.size() - gathered));
            std::memcpy(chunk.data() + gathered, piece.data(), size_t(piece.size()));
            gathered += size_t(piece.size());
        }
        return QByteArrayView(chunk.data(), qsizetype(gathered));
    }

private:
    size_t left() const { return m_parts->iov_len - m_offset; }
    QByteArrayView take(size_t size)
    {
        const QByteArrayView taken(static_cast<const char *>(m_parts->iov_base) + m_offset, qsizetype(size));
        m_offset += size;
        return taken;
    }
    void skipEmpty()
    {
        while (m_parts != m_end && left() == 0) {
            ++m_parts;
            m_offset = 0;
        }
    }

    const iovec *m_parts;
    const iovec *m_end;
    size_t m_offset = 0; // in the first of them
};

} // namespace

TlsDescriptorStream::TlsDescriptorStream(EngineLoop &loop, int descriptor, std::shared_ptr<SharedServerContext> context,
                                         TlsHandshakeObserver *observer)
    : m_descriptor(descriptor)
    , m_context(std::move(context))
    , m_handshakeObserver(observer)
    , m_call(
          loop,
          [](void *self) {
              static_cast<TlsDescriptorStream *>(self)->ioReady({true, false, false});
          },
          this)
{
    m_call.schedule();
    Result<SSL *> made = m_context->newConnection();
    m_watch = made ? loop.io().watch(descriptor, this) : nullptr;
    if (!made || !m_watch) {
        m_failure = std::make_unique<TlsFailure>(TlsFailure::closed(errno));
        if (!made) {
            m_failure->kind = TlsFailure::Kind::OwnSettings;
            m_failure->text = made.error().message.toUtf8();
        }
        return;
    }
    m_connection.reset(*made);
    SSL_set_fd(m_connection.get(), descriptor);
    SSL_set_mode(m_connection.get(), SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_set_accept_state(m_connection.get());
}

TlsDescriptorStream::~TlsDescriptorStream()
{
    if (m_destroyed)
        *m_destroyed = true;
    m_watch.reset();
    if (m_state == State::Established && !m_resetOnClose && !m_error)
        closeWrite();
    else if (m_connection) // or OpenSSL forgets the session (ngx_ssl_shutdown)
        SSL_set_shutdown(m_connection.get(), SSL_RECEIVED_SHUTDOWN | SSL_SENT_SHUTDOWN);
    m_connection.reset();
    ERR_clear_error();
    if (m_resetOnClose) {
        const linger reset{1, 0};
        setsockopt(m_descriptor, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    }
    close(m_descriptor);
}

// Each step may destroy the stream.
void TlsDescriptorStream::ioReady(IoReadiness readiness)
{
    m_hangup |= readiness.hangup;
    m_readable |= readiness.readable && !m_ended;
    if (m_state == State::Handshaking) {
        shakeHands();
        return;
    }
    if (m_state != State::Established)
        return;
    // Also when it broke: whoever waits to write learns it by writing, not by a timeout.
    const bool isAwaited = readiness.writable && (m_writeBlocked || m_awaitsSent);
    if (isAwaited && (sendUnsent() || m_error) && !tellWritable())
        return;
    if (readiness.readable && (m_readable || m_ended) && m_pauseReasons == 0 && m_observer)
        m_observer->streamReadable();
}

void TlsDescriptorStream::shakeHands()
{
    if (m_failure) {
        m_state = State::Failed;
        m_handshakeObserver->tlsFailed(*std::exchange(m_failure, nullptr));
        return;
    }
    ERR_clear_error();
    const int result = SSL_do_handshake(m_connection.get());
    if (result != 1) {
        const int error = SSL_get_error(m_connection.get(), result);
        if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
            m_watch->drained({error == SSL_ERROR_WANT_READ, error == SSL_ERROR_WANT_WRITE, false});
        else
            failHandshake(error);
        return;
    }
    m_state = State::Established;
    if (tellHandshake() && m_pauseReasons == 0 && m_observer && m_readable)
        m_observer->streamReadable(); // the first request came with the handshake's end, or the kernel will tell
}

// False when the observer destroyed the stream.
bool TlsDescriptorStream::tellHandshake()
{
    bool destroyed = false;
    m_destroyed = &destroyed;
    m_handshakeObserver->tlsEstablished();
    if (destroyed)
        return false;
    m_destroyed = nullptr;
    return true;
}

// ngx_ssl_handshake.
void TlsDescriptorStream::failHandshake(int error)
{
    const int reason = errno;
    m_state = State::Failed;
    const TlsErrorWords words = takeTlsErrorWords();
    TlsFailure failure = TlsFailure::closed(error == SSL_ERROR_SYSCALL ? reason : 0);
    if (!words.text.isEmpty()) {
        failure.kind = TlsFailure::Kind::Handshake;
        failure.alert = words.alert;
        failure.reason = words.reason;
        failure.ordinary = words.ordinary;
        failure.text = "SSL_do_handshake() failed " + words.text;
        failure.own = words.own;
    }
    m_handshakeObserver->tlsFailed(failure);
}

// Until the buffer is full or OpenSSL wants more: edges are told once.
IoResult TlsDescriptorStream::read(char *buffer, size_t size)
{
    if (m_error)
        return {IoResult::Status::Failed, 0, m_error};
    size_t total = 0;
    while (total < size && !m_ended) {
        ERR_clear_error();
        const int count = SSL_read(m_connection.get(), buffer + total, int(qMin(size - total, size_t(INT_MAX))));
        if (count > 0) {
            total += size_t(count);
            continue;
        }
        const IoResult end = readEnd(count);
        if (total == 0)
            return end;
        if (end.status != IoResult::Status::WouldBlock)
            m_call.schedule(); // told behind the bytes in front of it
        return {IoResult::Status::Ok, total, 0};
    }
    return total > 0 ? IoResult{IoResult::Status::Ok, total, 0} : IoResult{IoResult::Status::Eof, 0, 0};
}

// ngx_ssl_handle_recv.
IoResult TlsDescriptorStream::readEnd(int result)
{
    const int reason = errno;
    const int error = SSL_get_error(m_connection.get(), result);
    m_readable = false;
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
        m_watch->drained({true, error == SSL_ERROR_WANT_WRITE, false});
        return {IoResult::Status::WouldBlock, 0, 0};
    }
    m_ended = m_hangup = true;
    const TlsErrorWords words = takeTlsErrorWords();
    if (error == SSL_ERROR_ZERO_RETURN || (words.text.isEmpty() && (error != SSL_ERROR_SYSCALL || reason == 0)))
        return {IoResult::Status::Eof, 0, 0};
    m_error = words.text.isEmpty() ? reason : EPROTO;
    if (!words.text.isEmpty())
        m_problem = "SSL_read() failed " + words.text;
    return {IoResult::Status::Failed, 0, m_error};
}

// Small parts go out together: each SSL_write() makes a record of its own.
IoResult TlsDescriptorStream::write(const iovec *parts, int count)
{
    if (sendUnsent()) {
        Chunk chunk;
        PartReader reader(parts, count);
        size_t total = 0;
        bool taken = true;
        for (QByteArrayView next = reader.next(chunk); taken && !next.isEmpty(); next = reader.next(chunk)) {
            taken = writeChunk(next);
            total += size_t(next.size()); // also where it waits: OpenSSL must be given the same bytes again
            m_writeBlocked |= !taken;
            if (!taken)
                break;
        }
        if (!m_error)
            return {IoResult::Status::Ok, total, 0};
    }
    if (m_error)
        return {IoResult::Status::Failed, 0, m_error};
    m_writeBlocked = true;
    return {IoResult::Status::WouldBlock, 0, 0};
}

// False when it waits to be sent, or cannot be.
bool TlsDescriptorStream::writeChunk(QByteArrayView chunk)
{
    if (m_writeShut)
        m_error = EPIPE;
    if (m_error)
        return false;
    ERR_clear_error();
    const int written = SSL_write(m_connection.get(), chunk.data(), int(chunk.size()));
    if (written > 0)
        return true;
    const int reason = errno;
    const int error = SSL_get_error(m_connection.get(), written);
    if (error == SSL_ERROR_WANT_WRITE || error == SSL_ERROR_WANT_READ) {
        if (chunk.data() != m_unsent.constData())
            m_unsent = chunk.toByteArray();
        m_watch->drained({.writable = true});
        return false;
    }
    const TlsErrorWords words = takeTlsErrorWords();
    m_error = !words.text.isEmpty() ? EPROTO : error == SSL_ERROR_SYSCALL && reason != 0 ? reason : EPIPE;
    if (!words.text.isEmpty())
        m_problem = "SSL_write() failed " + words.text;
    return false;
}

// True when nothing waits any more.
bool TlsDescriptorStream::sendUnsent()
{
    if (!m_unsent.isEmpty() && !writeChunk(m_unsent))
        return false;
    m_unsent.clear();
    return m_error == 0;
}

bool TlsDescriptorStream::awaitSent()
{
    m_awaitsSent = !m_unsent.isEmpty() && !m_error;
    return m_awaitsSent;
}

// False when the observer destroyed the stream.
bool TlsDescriptorStream::tellWritable()
{
    m_writeBlocked = m_awaitsSent = false;
    if (!m_observer)
        return true;
    bool destroyed = false;
    m_destroyed = &destroyed;
    m_observer->streamWritable();
    if (destroyed)
        return false;
    m_destroyed = nullptr;
    return true;
}

bool TlsDescriptorStream::mayHaveUnread() const
{
    return m_readable || (m_connection && SSL_has_pending(m_connection.get()) == 1);
}

void TlsDescriptorStream::readAgainLater()
{
    m_readable = true;
    m_call.schedule();
}

void TlsDescriptorStream::readingResumed()
{
    if (mayHaveUnread() || m_ended)
        m_call.schedule();
}

// A close_notify, and the connection's own end: what comes from the other side is still read.
void TlsDescriptorStream::shutdownWrite()
{
    closeWrite();
    shutdown(m_descriptor, SHUT_WR);
}

void TlsDescriptorStream::closeWrite()
{
    if (std::exchange(m_writeShut, true))
        return;
    ERR_clear_error();
    SSL_shutdown(m_connection.get());
    ERR_clear_error();
}

void TlsDescriptorStream::setNoDelay()
{
    const int on = 1;
    setsockopt(m_descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

} // namespace portlight
