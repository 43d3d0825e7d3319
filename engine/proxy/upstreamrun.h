// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/connector.h"
#include "net/tlsclientstream.h"
#include "proxy/ratelimit.h"
#include "proxy/upstreamrunobserver.h"
#include "proxy/upstreamtry.h"
#include "upstream/http1codec.h"
#include "upstream/upstreamgroup.h"

namespace portlight {

struct ProxyContext;
struct ProxySettings;

struct RunTimes {
    std::chrono::steady_clock::time_point connectStart{};
    std::chrono::steady_clock::time_point connected{};
    std::chrono::steady_clock::time_point requestSent{};
    std::chrono::steady_clock::time_point responseHead{};
};

// Asks a backend on behalf of a content handler: chooses a peer, takes an idle connection or dials, sends, reads, tries
// another peer when that is safe, gives the connection back. Knows no protocol: that is its codec. Engine thread; a
// part of its handler, used for one request after another.
//
// Idle ─→ Connecting ─→ Handshaking ─→ Active (sending, and reading the head, then the body) ─→ Idle
//             │ └────────(plain)────────↑ │
//             └──────────────┴────────────┴──→ Connecting (another try) …
class UpstreamRun final : private ConnectorObserver, private TlsHandshakeObserver, private StreamObserver
{
public:
    static constexpr size_t QueuedBytesHigh = 64 * 1024; // towards the backend; the client is paused above
    static constexpr int ReadsPerTurnMax = 16;

    UpstreamRun(ProxyContext &context, UpstreamRunObserver &observer);
    ~UpstreamRun() override;

    struct Request {
        MethodId method = MethodId::Get;
        bool idempotent = true;
        bool hasBody = false;
        bool chunked = false;
        const TlsPeer *tls = nullptr;      // null: plain; lives as long as the run
        PeerQuery query;                   // its views live as long as the run
        bool explains = false;             // peerChosen() is to tell which peers were passed over
        const DialOptions *dial = nullptr; // null: as the system does; valid until the run has ended
    };
    // Everything it tells may come within the call.
    void start(const ProxySettings &settings, UpstreamGroup &group, const Request &request, const void *tag,
               int loopDepth);
    void sendBody(Buffer data, bool last);
    bool wantsBody() const { return m_active && m_out.bytes() < QueuedBytesHigh; }
    size_t queuedBytes() const { return m_out.bytes(); }
    void pauseReading();
    void resumeReading();
    // Of the body, from now on; 0: no limit (proxy_limit_rate).
    void limitReading(qint64 bytesPerSecond);
    // What the framing of the response's body still owes: BodyDecoder::owed().
    qint64 bodyOwed() const { return m_codec.bodyOwed(); }
    void switchToTunnel();
    // Forgets the request before: what variables and records ask for.
    void reset();
    // Lets go of everything; nothing is told.
    void cancel();
    bool isBusy() const { return m_state != State::Idle; }

    QByteArrayView peer() const { return m_peer; }
    int upstreamStatus() const { return m_upstreamStatus; }
    const RunTimes &times() const { return m_times; }
    const UpstreamTries &tries() const { return m_tries; }
    const PeerSelection &selection() const { return m_selection; }
    bool reusedConnection() const { return m_connection.reused; }
    qsizetype headSize() const { return m_codec.headSize(); } // of the response's head, as it came
    const ResponseHead &responseHead() const { return m_codec.head(); }
    QByteArrayView responseHeadBytes() const { return m_headCopy; }
    void keepHeadBytes(bool on) { m_keepHead = on; }
    QByteArrayView requestHeadBytes() const { return m_requestHeadCopy; }

private:
    enum class State : quint8 { Idle, Connecting, Handshaking, Active };
    enum class Reading : quint8 { Head, Body, Ended };

    void connected(std::unique_ptr<Stream> stream, const SocketAddress &address) override;
    void connectFailed() override;
    void tlsEstablished() override;
    void tlsFailed(const TlsFailure &failure) override;
    void streamReadable() override;
    void streamWritable() override;

    void tryNextPeer();
    void startTls(BackendConnection connection);
    void useConnection(BackendConnection connection);
    bool hintsAtTls() const;
    void flushOut();
    void requestSent();
    void processInput();
    void processHead();
    void processBody(bool afterHead);
    void handleEnd(const IoResult &result);
    void attemptFailedWith(Failure failure);
    bool mayGoOn(NextUpstream condition, int triesNeeded) const;
    bool isRequestSent() const { return m_state == State::Active; }
    bool passesOver(const ResponseHead &head);
    void releasePeer(PeerRelease how);
    bool releaseFailedPeer(const Failure &failure, NextUpstream condition);
    PeerOutcome outcome();
    void finishConnection();
    void linkLoop();
    void endTry(int status = 0);
    void nameReached(const SocketAddress &address);
    Failure failureNow(Failure::Kind kind, int error = 0) const;
    void timedOut();
    bool mayRead(quint32 &room);
    void restReading(std::chrono::milliseconds time);
    void readOn();

    ProxyContext &m_context;
    UpstreamRunObserver &m_observer;
    const ProxySettings *m_settings = nullptr;
    UpstreamGroup *m_group = nullptr;
    Request m_request;
    const void *m_tag = nullptr;
    Http1Codec m_codec;
    std::unique_ptr<Connector> m_connector;
    BackendConnection m_connection;
    Buffer m_in;
    OutputQueue m_out;
    Timer m_timer; // send timeout while the queue is blocked, else read timeout
    PeerSelection m_selection;
    PeerPtr m_chosen; // null: none is in use
    std::chrono::steady_clock::time_point m_startedAt;
    RateLimit m_readRate;
    Timer m_readRest;
    std::chrono::steady_clock::time_point m_readSince; // when the limit began
    QByteArray m_peer;
    QByteArray m_loopAddress;
    QByteArray m_headCopy;
    QByteArray m_requestHeadCopy;
    RunTimes m_times;
    UpstreamTries m_tries;
    qint64 m_bytesSeen = 0;
    quint64 m_bytesBefore = 0; // written to backends before this try
    int m_upstreamStatus = 0;
    int m_sendError = 0;
    int m_loopDepth = 0;
    quint32 m_generation = 0; // of the request: calls out may end it
    State m_state = State::Idle;
    Reading m_reading = Reading::Head;
    bool m_active = false;
    bool m_lastSent = false; // all of the request's body was queued
    bool m_sendBlocked = false;
    bool m_sendFailed = false;
    bool m_flushing = false;
    bool m_tunnel = false;
    bool m_keepHead = false;
};

} // namespace portlight
