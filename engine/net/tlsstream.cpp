// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/tlsstream.h"

#include "base/loglevel.h"
#include "pki/opensslerrors.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <QSslSocket>

#include <fcntl.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <cerrno>

namespace portlight {

namespace {

QByteArray subjectOf(const X509 *certificate)
{
    const BioHandle text(BIO_new(BIO_s_mem()));
    X509_NAME_print_ex(text.get(), X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
    char *data = nullptr;
    const long size = BIO_get_mem_data(text.get(), &data);
    return QByteArray(data, qsizetype(size));
}

} // namespace

TlsStream::TlsStream(EngineLoop &loop, int descriptor, const TlsPeer &peer, TlsHandshakeObserver *observer)
    : m_peer(peer)
    , m_handshakeObserver(observer)
    , m_socket(std::make_unique<QSslSocket>())
    , m_descriptor(fcntl(descriptor, F_DUPFD_CLOEXEC, 0))
    , m_call(
          loop, [](void *self) { static_cast<TlsStream *>(self)->tellWhatCame(); }, this)
{
    connectSignals();
    const int error = m_descriptor < 0 ? errno : 0;
    if (error == 0 && m_socket->setSocketDescriptor(descriptor, QAbstractSocket::ConnectedState)) {
        m_socket->setReadBufferSize(ReadBytesMax);
        start();
        return;
    }
    close(descriptor);
    failHandshake(TlsFailure::closed(error ? error : EINVAL));
}

TlsStream::~TlsStream()
{
    if (m_destroyed)
        *m_destroyed = true;
    m_socket->disconnect();
    // As nginx ends a connection: a close_notify, and no waiting for the peer's.
    if (m_state == State::Established && !m_resetOnClose)
        shutdownWrite();
    m_socket.reset();
    if (m_descriptor >= 0)
        close(m_descriptor);
}

void TlsStream::connectSignals()
{
    QSslSocket *const socket = m_socket.get();
    QObject::connect(socket, &QSslSocket::encrypted, socket, [this] { judge(); });
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
    });
}

void TlsStream::start()
{
    const Result<SSL *> started = m_peer.context->startClient(*m_socket, m_peer.serverName, m_peer.sessionKey);
    if (!started)
        return failOwnSettings(started.error());
    if (m_disconnected)
        return;
    m_connection = *started;
    if (!m_peer.certificate)
        return;
    // In time: a server asks for it behind the ClientHello at the earliest.
    const Result<void> used = useTlsCertificate(m_connection, *m_peer.certificate, m_peer.certificateName);
    if (!used)
        failOwnSettings(used.error());
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

// At once, while the connection still knows its peer (ngx_http_upstream_ssl_handshake).
void TlsStream::judge()
{
    m_encrypted = true;
    m_call.schedule();
    if (!m_connection)
        return; // certificate or settings of ours failed
    const CertificateHandle certificate(SSL_get1_peer_certificate(m_connection));
    m_summary.protocol = SSL_get_version(m_connection);
    m_summary.cipher = SSL_get_cipher_name(m_connection);
    m_summary.resumed = SSL_session_reused(m_connection) == 1;
    if (certificate)
        m_summary.subject = subjectOf(certificate.get());
    if (!m_peer.context->settings().settings().verify)
        return;
    if (const long result = SSL_get_verify_result(m_connection); result != X509_V_OK)
        return failHandshake(TlsFailure::unverified(result));
    const bool named =
        certificate && !m_peer.name.isEmpty()
        && X509_check_host(certificate.get(), m_peer.name.constData(), size_t(m_peer.name.size()), 0, nullptr) == 1;
    if (!named)
        failHandshake(TlsFailure::wrongName(m_peer.name));
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

// Qt tells a reset as an end. The socket's state knows better: after a reset it is closed, after the peer's end it
// waits for ours.
int TlsStream::endingError() const
{
    tcp_info info{};
    socklen_t length = sizeof info;
    if (getsockopt(m_descriptor, IPPROTO_TCP, TCP_INFO, &info, &length) != 0)
        return 0; // a unix socket
    return info.tcpi_state == TCP_CLOSE ? ECONNRESET : 0;
}

void TlsStream::bytesLeft()
{
    if (!m_writeBlocked || m_socket->encryptedBytesToWrite() > PendingBytesHigh / 2)
        return;
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
    setsockopt(m_descriptor, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
}

void TlsStream::setNoDelay()
{
    const int on = 1;
    setsockopt(m_descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

bool TlsStream::isStale()
{
    return m_ended || m_readable || !m_connection || m_socket->bytesAvailable() > 0;
}

size_t TlsStream::pendingBytes() const
{
    return size_t(m_socket->encryptedBytesToWrite() + m_socket->bytesToWrite());
}

} // namespace portlight
