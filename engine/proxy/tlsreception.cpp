// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/tlsreception.h"

#include "http/authority.h"
#include "proxy/connectionlog.h"

#include <QVarLengthArray>

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace portlight {

namespace {

// RFC 8446 §6.2
constexpr quint8 HandshakeFailureAlert = 40;
constexpr quint8 UnrecognizedNameAlert = 112;

constexpr qsizetype UsualHelloBytes = 4096;

// The name to look for among the servers: lower case, no dot at its end (ngx_http_validate_host). Empty: none that a
// server could have.
QByteArray nameAskedFor(QByteArrayView serverName)
{
    if (serverName.isEmpty() || !isValidAuthority(serverName))
        return {};
    if (const qsizetype colon = serverName.lastIndexOf(':'); colon >= 0 && !serverName.endsWith(']'))
        serverName = serverName.first(colon);
    if (serverName.endsWith('.'))
        serverName.chop(1);
    return serverName.toByteArray().toLower();
}

} // namespace

TlsReception::TlsReception(ProxyContext &context, TlsReceptionOwner &owner, int descriptor,
                           const DownstreamArrival &arrival)
    : m_context(context)
    , m_owner(owner)
    , m_arrival(arrival)
    , m_active(context.active)
    , m_descriptor(descriptor)
    , m_timer(
          context.loop.timers(), [](void *self) { static_cast<TlsReception *>(self)->timedOut(); }, this)
    , m_tell(
          context.loop, [](void *self) { static_cast<TlsReception *>(self)->tell(); }, this)
{
    ++m_context.counters.active;
    ++m_context.counters.waiting;
}

TlsReception::~TlsReception()
{
    leaveWaiting();
    --m_context.counters.active;
    m_watch.reset();
    if (m_descriptor >= 0)
        close(m_descriptor);
}

void TlsReception::leaveWaiting()
{
    if (std::exchange(m_waits, false))
        --m_context.counters.waiting;
}

void TlsReception::start()
{
    for (const ListenerConfig &listener : m_active->config->listeners) {
        if (listener.address == m_arrival.listenAddress)
            m_listener = &listener;
    }
    if (!m_listener)
        return end();
    m_server = m_listener->defaultServer;
    m_watch = m_context.loop.io().watch(m_descriptor, this);
    if (!m_watch)
        return end();
    m_timer.start(m_server->core().clientHeaderTimeout);
}

void TlsReception::ioReady(IoReadiness readiness)
{
    if (m_state == State::Peeking)
        peek(readiness.hangup);
}

// What has come stays in the kernel's buffer, for OpenSSL or for the reader of plain requests. The watch tells of each
// further segment by itself.
void TlsReception::peek(bool hangup)
{
    QVarLengthArray<char, UsualHelloBytes> bytes(UsualHelloBytes);
    ssize_t count = recv(m_descriptor, bytes.data(), size_t(bytes.size()), MSG_PEEK);
    if (count == bytes.size()) {
        bytes.resize(ClientHelloParser::WireBytesMax);
        count = recv(m_descriptor, bytes.data(), size_t(bytes.size()), MSG_PEEK);
    }
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
        m_watch->drained({.readable = true});
        return;
    }
    if (count <= 0) {
        log(LogLevel::Info, count == 0 ? "client closed connection"
                            : m_waits  ? "recv() failed (" + describeErrno(errno) + ')'
                                       : TlsFailure::closed(errno).text);
        return end();
    }
    leaveWaiting();
    switch (m_parser.parse(QByteArrayView(bytes.constData(), count))) {
    case ClientHelloParser::Status::NeedMore:
        if (hangup) { // a look finds the same bytes again, and never the end behind them
            log(LogLevel::Info, "peer closed connection in SSL handshake");
            return end();
        }
        m_watch->drained({.readable = true});
        return;
    case ClientHelloParser::Status::NotTls: speaksPlain(); return;
    case ClientHelloParser::Status::Complete: shakeHands(m_parser.hello().serverName); return;
    case ClientHelloParser::Status::Malformed:
    case ClientHelloParser::Status::TooLong: shakeHands({}); return; // OpenSSL knows what to answer
    }
}

// ngx_http_ssl_handshake: the request is read, and then refused with 497.
void TlsReception::speaksPlain()
{
    m_watch.reset();
    m_timer.stop();
    m_stream = std::make_unique<PlainStream>(m_context.loop, std::exchange(m_descriptor, -1));
    m_arrival.plainOnTls = true;
    m_received = true;
    m_state = State::Ended;
    m_tell.schedule();
}

void TlsReception::shakeHands(QByteArrayView serverName)
{
    m_watch.reset();
    const QByteArray host = nameAskedFor(serverName);
    if (!host.isEmpty()) {
        if (const ServerMatch found = m_listener->names.find(host, m_context.regexMatch); found.server) {
            m_server = found.server;
            m_arrival.serverName = host;
        }
    }
    // A server that says nothing of certificates shows the default one's (ngx_http_ssl_servername).
    const auto &tls = m_server->tls ? m_server->tls : m_listener->defaultServer->tls;
    if (!tls || (tls->settings().localCertificate && !tls->hasCertificate()))
        return refuse(HandshakeFailureAlert, LogLevel::Error,
                      "no certificate to show for \"" + (host.isEmpty() ? m_server->firstName() : host) + '"');
    if (tls->settings().rejectHandshake)
        return refuse(UnrecognizedNameAlert, LogLevel::Info, "handshake rejected");
    m_state = State::Handshaking;
    TlsHandshakeObserver *const observer = this;
    m_stream =
        makeTlsServerStream(m_context.loop, std::exchange(m_descriptor, -1), m_active->serverContext(tls), observer);
}

// An alert needs no keys before any were agreed on.
void TlsReception::refuse(quint8 alert, LogLevel level, const QByteArray &logText)
{
    log(level, logText);
    takeReceived();
    const char record[] = {21, 3, 3, 0, 2, 2, char(alert)}; // an alert, TLS 1.2, two bytes: fatal
    static_cast<void>(send(m_descriptor, record, sizeof record, MSG_NOSIGNAL));
    end();
}

void TlsReception::tlsEstablished()
{
    m_timer.stop();
    m_arrival.secured = true;
    m_received = true;
    m_state = State::Ended;
    tell(); // the stream lets its observer destroy it
}

void TlsReception::tlsFailed(const TlsFailure &failure)
{
    if (!failure.own.isEmpty())
        log(LogLevel::Error, failure.own);
    log(failure.kind == TlsFailure::Kind::OwnSettings ? LogLevel::Alert
        : failure.ordinary                            ? LogLevel::Info
                                                      : LogLevel::Crit,
        failure.text);
    end();
}

void TlsReception::timedOut()
{
    log(LogLevel::Info, "client timed out (110: Connection timed out)");
    end();
}

// What is left unread makes the kernel reset the connection, and an alert is lost with it.
void TlsReception::takeReceived()
{
    std::array<char, UsualHelloBytes> bytes;
    for (qsizetype taken = 0; m_descriptor >= 0 && taken < ClientHelloParser::WireBytesMax; taken += bytes.size()) {
        if (recv(m_descriptor, bytes.data(), bytes.size(), 0) != ssize_t(bytes.size()))
            return;
    }
}

void TlsReception::end()
{
    takeReceived();
    m_state = State::Ended;
    m_timer.stop();
    m_watch.reset();
    m_tell.schedule();
}

void TlsReception::tell()
{
    m_tell.cancel();
    if (!m_received) {
        m_owner.tlsReceptionEnded(this);
        return;
    }
    const DownstreamArrival arrival = m_arrival;
    m_owner.tlsReceived(this, std::move(m_stream), arrival);
}

void TlsReception::log(LogLevel level, const QByteArray &text)
{
    logOfConnection(m_context, *m_active, m_server, m_arrival, level, text + " while SSL handshaking");
}

} // namespace portlight
