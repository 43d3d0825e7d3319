// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/tlsstream.h"

#include "base/loglevel.h"
#include "pki/opensslerrors.h"

#include <openssl/err.h>

#include <QSslSocket>

#include <netinet/tcp.h>
#include <unistd.h>

#include <cerrno>

namespace portlight {

TlsStream::TlsStream(EngineLoop &loop, TlsHandshakeObserver *observer)
    : m_handshakeObserver(observer)
    , m_socket(std::make_unique<QSslSocket>())
    , m_call(
          loop, [](void *self) { static_cast<TlsStream *>(self)->tellWhatCame(); }, this)
{
    connectSignals();
}

bool TlsStream::attach(int descriptor)
{
    if (m_socket->setSocketDescriptor(descriptor, QAbstractSocket::ConnectedState)) {
        m_descriptor = descriptor;
        m_socket->setReadBufferSize(ReadBytesMax);
        return true;
    }
    close(descriptor);
    failHandshake(TlsFailure::closed(EINVAL));
    return false;
}

// The handshake may have ended the connection already.
void TlsStream::begun(SSL *connection)
{
    if (!m_disconnected)
        m_connection = connection;
}

TlsStream::~TlsStream()
{
    if (m_destroyed)
        *m_destroyed = true;
    m_socket->disconnect();
    // As nginx ends a connection: a close_notify, and no waiting for the peer's.
    if (m_state == State::Established && !m_resetOnClose)
        shutdownWrite();
}

void TlsStream::connectSignals()
{
    QSslSocket *const socket = m_socket.get();
    QObject::connect(socket, &QSslSocket::encrypted, socket, [this] {
        m_encrypted = true;
        m_call.schedule();
        if (m_connection) // else settings of ours failed
            judge();
    });
    QObject::connect(socket, &QSslSocket::readyRead, socket, [this] {
        m_readable = true;
        m_call.schedule();
    });
    QObject::connect(socket, &QSslSocket::encryptedBytesWritten, socket, [this] { bytesLeft(); });
    QObject::connect(socket, &QSslSocket::errorOccurred, socket,
                     [this](QAbstractSocket::SocketError error) { socketFailed(error); });
    QObject::connect(socket, &QSslSocket::disconnected, socket, [this] {
        m_disconnected = true;
        m_connection = nullptr;
        m_descriptor = -1;
    });
}

void TlsStream::failOwnSettings(const Error &error)
{
    TlsFailure failure;
    failure.kind = TlsFailure::Kind::OwnSettings;
    failure.text = error.message.toUtf8();
    failHandshake(std::move(failure));
}

// The first reason counts: what follows is its consequence.
void TlsStream::failHandshake(TlsFailure failure)
{
    if (m_failure)
        return;
    m_failure = std::make_unique<TlsFailure>(std::move(failure));
    m_call.schedule();
}

// Comes up to three times for one end: a close_notify, the socket's end, and Qt's own disconnecting.
void TlsStream::socketFailed(QAbstractSocket::SocketError error)
{
    m_call.schedule();
    if (!m_encrypted)
        return noteHandshakeError(error);
    if (m_ended)
        return;
    m_ended = m_readable = true;
    if (error == QAbstractSocket::RemoteHostClosedError) {
        m_error = endingError();
        if (m_error)
            m_problem = "SSL_read() failed (" + describeErrno(m_error) + ')';
        return;
    }
    const TlsErrorWords words = tlsErrorWords(m_socket->errorString());
    m_error = words.text.isEmpty() ? ECONNRESET : EPROTO;
    if (!words.text.isEmpty())
        m_problem = "SSL_read() failed " + words.text;
}

void TlsStream::noteHandshakeError(QAbstractSocket::SocketError error)
{
    if (m_connection)
        handshakeFailing();
    const TlsErrorWords words = tlsErrorWords(m_socket->errorString());
    if (error == QAbstractSocket::RemoteHostClosedError && words.text.isEmpty())
        return failHandshake(TlsFailure::closed(endingError()));
    if (words.text.isEmpty()) // Qt's own words: it could not use our settings
        return failOwnSettings({ErrorCode::SocketFailed, m_socket->errorString(), {}, {}});
    TlsFailure failure;
    failure.kind = words.reason == "wrong version number" || words.reason == "packet length too long"
                       ? TlsFailure::Kind::NoTls
                       : TlsFailure::Kind::Handshake;
    failure.alert = words.alert;
    failure.reason = words.reason;
    failure.ordinary = words.ordinary;
    failure.text = "SSL_do_handshake() failed " + words.text;
    failHandshake(std::move(failure));
}

void TlsStream::bytesLeft()
{
    const bool room = m_writeBlocked && m_socket->encryptedBytesToWrite() <= PendingBytesHigh / 2;
    if (!room && !m_awaitsSent)
        return;
    m_awaitsSent = false;
    m_writable = true;
    m_call.schedule();
}

// Each step may destroy the stream.
void TlsStream::tellWhatCame()
{
    if (m_state == State::Handshaking && !tellHandshake())
        return;
    if (m_state != State::Established || (m_writable && !tellWritable()))
        return;
    if (m_readable && m_pauseReasons == 0 && m_observer)
        m_observer->streamReadable();
}

// False when there is nothing more to tell, or nobody left to tell it.
bool TlsStream::tellHandshake()
{
    if (m_failure) {
        m_state = State::Failed;
        const std::unique_ptr<TlsFailure> failure = std::move(m_failure);
        m_handshakeObserver->tlsFailed(*failure);
        return false;
    }
    if (!m_encrypted)
        return false;
    m_state = State::Established;
    bool destroyed = false;
    m_destroyed = &destroyed;
    m_handshakeObserver->tlsEstablished();
    if (destroyed)
        return false;
    m_destroyed = nullptr;
    return true;
}

bool TlsStream::tellWritable()
{
    m_writable = m_writeBlocked = false;
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

IoResult TlsStream::read(char *buffer, size_t size)
{
    const qint64 count = m_socket->read(buffer, qint64(size));
    if (count > 0) {
        m_readable = size_t(count) == size || m_ended;
        if (m_ended && size_t(count) < size)
            m_call.schedule(); // the end was told with the bytes in front of it
        return {IoResult::Status::Ok, size_t(count), 0};
    }
    m_readable = false;
    if (!m_ended)
        return {IoResult::Status::WouldBlock, 0, 0};
    return m_error ? IoResult{IoResult::Status::Failed, 0, m_error} : IoResult{IoResult::Status::Eof, 0, 0};
}

IoResult TlsStream::write(const iovec *parts, int count)
{
    if (!m_connection || m_error)
        return {IoResult::Status::Failed, 0, m_error ? m_error : EPIPE};
    if (m_socket->encryptedBytesToWrite() > PendingBytesHigh) {
        m_writeBlocked = true;
        return {IoResult::Status::WouldBlock, 0, 0};
    }
    size_t total = 0;
    for (int i = 0; i < count; ++i) {
        m_socket->write(static_cast<const char *>(parts[i].iov_base), qint64(parts[i].iov_len));
        total += parts[i].iov_len;
    }
    m_socket->flush(); // now: by itself it would wait for the loop, twice
    return {IoResult::Status::Ok, total, 0};
}

void TlsStream::readAgainLater()
{
    m_readable = true;
    m_call.schedule();
}

void TlsStream::readingResumed()
{
    if (m_readable)
        m_call.schedule();
}

void TlsStream::shutdownWrite()
{
    if (!m_connection)
        return;
    SSL_shutdown(m_connection);
    ERR_clear_error();
    m_socket->flush();
}

void TlsStream::setResetOnClose()
{
    m_resetOnClose = true;
    const linger reset{1, 0};
    if (m_descriptor >= 0)
        setsockopt(m_descriptor, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
}

void TlsStream::setNoDelay()
{
    const int on = 1;
    if (m_descriptor >= 0)
        setsockopt(m_descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

bool TlsStream::isStale()
{
    return m_ended || !m_connection || m_socket->bytesAvailable() > 0; // m_readable may be of bytes read since
}

bool TlsStream::awaitSent()
{
    m_awaitsSent = m_connection && !m_error && pendingBytes() > 0;
    return m_awaitsSent;
}

size_t TlsStream::pendingBytes() const
{
    return size_t(m_socket->encryptedBytesToWrite() + m_socket->bytesToWrite());
}

} // namespace portlight
