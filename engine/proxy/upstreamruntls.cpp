// SPDX-License-Identifier: GPL-3.0-or-later
// How an upstream run secures a connection before it is used.
#include "proxy/upstreamrun.h"

#include "proxy/proxycontext.h"

namespace portlight {

namespace {

// What nginx's TLS ports answer to a plain request; others have taken the words over.
constexpr QByteArrayView TlsExpectedWords = "plain HTTP request was sent to HTTPS port";

} // namespace

// ngx_http_upstream_ssl_init_connection: dialing and handshake share proxy_connect_timeout.
void UpstreamRun::startTls(BackendConnection connection)
{
    m_connection = std::move(connection);
    nameReached(m_connection.address);
    m_state = State::Handshaking;
    TlsPeer peer = *m_request.tls;
    if (const Result<void> loaded = m_observer.loadTlsFiles(peer); !loaded) {
        TlsFailure failure;
        failure.kind = TlsFailure::Kind::OwnSettings;
        failure.text = loaded.error().message.toUtf8();
        return tlsFailed(failure);
    }
    peer.sessionKey = m_connection.address.toString() + '\n' + peer.serverName + '\n' + peer.certificateName;
    const int descriptor = m_connection.stream->releaseDescriptor();
    TlsHandshakeObserver *const observer = this;
    m_connection.stream = std::make_unique<TlsClientStream>(m_context.loop, descriptor, peer, observer);
    m_connection.stream->setNoDelay(); // a resumed handshake and Nagle's algorithm wait for each other
    m_connection.noDelay = true;
    const auto spent =
        std::chrono::duration_cast<std::chrono::milliseconds>(m_context.loop.now() - m_times.connectStart);
    m_timer.start(std::max(m_settings->connectTimeout - spent, std::chrono::milliseconds(1)));
}

void UpstreamRun::tlsEstablished()
{
    m_timer.stop();
    m_times.connected = m_context.loop.now(); // $upstream_connect_time counts the handshake in
    m_observer.secured(static_cast<TlsClientStream &>(*m_connection.stream).summary());
    useConnection(std::move(m_connection));
}

void UpstreamRun::tlsFailed(const TlsFailure &failure)
{
    Failure told = failureNow(Failure::Kind::TlsFailed, failure.error);
    told.tls = failure.kind;
    told.tlsAlert = failure.alert;
    told.tlsName = failure.name;
    told.detail = failure.text;
    told.critical = !failure.ordinary;
    attemptFailedWith(told);
}

// The backend's words, as far as they came with its head.
bool UpstreamRun::hintsAtTls() const
{
    return m_codec.head().status == 400 && !m_request.tls
           && QByteArrayView(m_in.data(), qsizetype(m_in.size())).contains(TlsExpectedWords);
}

} // namespace portlight
