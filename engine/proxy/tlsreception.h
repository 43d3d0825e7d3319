// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/clienthello.h"
#include "net/tlsserverstream.h"
#include "proxy/downstreamarrival.h"
#include "proxy/proxycontext.h"

namespace portlight {

class TlsReception;

// Is told how a reception ended; either call destroys it.
class TlsReceptionOwner
{
public:
    virtual ~TlsReceptionOwner() = default;
    // Secured; or a plain stream, of a client that does not speak TLS (arrival.plainOnTls).
    virtual void tlsReceived(TlsReception *reception, std::unique_ptr<Stream> stream,
                             const DownstreamArrival &arrival) = 0;
    virtual void tlsReceptionEnded(TlsReception *reception) = 0;
};

// A client of a TLS listener until its handshake is through: looks at what it says first without taking it, chooses the
// server that it asks for (RFC 6066 §3, ngx_http_ssl_servername), and shakes hands. Engine thread; owned by the worker.
//
// Peeking ─→ Handshaking ─→ Ended
//    └──────────────────────→┘
class TlsReception final : private IoHandler, private TlsHandshakeObserver
{
public:
    TlsReception(ProxyContext &context, TlsReceptionOwner &owner, int descriptor, const DownstreamArrival &arrival);
    ~TlsReception() override;

    void start();
    const ListenAddress &listenAddress() const { return m_arrival.listenAddress; }

private:
    enum class State : quint8 { Peeking, Handshaking, Ended };
    void ioReady(IoReadiness readiness) override;
    void tlsEstablished() override;
    void tlsFailed(const TlsFailure &failure) override;
    void peek(bool hangup);
    void speaksPlain();
    void shakeHands(QByteArrayView serverName);
    void refuse(quint8 alert, LogLevel level, const QByteArray &logText);
    void takeReceived();
    void timedOut();
    void tell();
    void end();
    void log(LogLevel level, const QByteArray &text);
    void leaveWaiting();

    ProxyContext &m_context;
    TlsReceptionOwner &m_owner;
    DownstreamArrival m_arrival;
    ActiveConfigPtr m_active;
    const ListenerConfig *m_listener = nullptr;
    const ServerConfig *m_server = nullptr; // whose certificate is shown; the default one before it is known
    int m_descriptor;                       // -1: a stream has it
    std::unique_ptr<IoWatch> m_watch;
    ClientHelloParser m_parser;
    std::unique_ptr<Stream> m_stream;
    Timer m_timer;
    DeferredCall m_tell; // the outcome: nobody up the stack may still use this object then
    State m_state = State::Peeking;
    bool m_waits = true;
    bool m_received = false; // the stream is to be handed over
};

} // namespace portlight
