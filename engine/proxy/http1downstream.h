// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "proxy/downstreamarrival.h"
#include "proxy/requestslot.h"

namespace portlight {

class Http1Downstream;

// Owns the connections of an engine: is told when one has ended and may be destroyed.
class DownstreamOwner
{
public:
    virtual ~DownstreamOwner() = default;
    virtual void downstreamEnded(Http1Downstream *connection) = 0;
};

// A client's HTTP/1 connection: reads requests, one exchange at a time, writes their responses in order. Engine thread;
// owned by the worker.
//
// Waiting ─→ ReadingHead ─→ Exchanging ─→ Discarding ─→ Waiting
//    └────────────┴─────────────┴─────────────┴──────→ Lingering ─→ Closed
class Http1Downstream final : public Downstream, private StreamObserver
{
public:
    static constexpr int ReadsPerTurnMax = 16;
    static constexpr quint32 CopiedBytesMax = 512; // of a part: it is no reason to keep the block it was read into

    Http1Downstream(ProxyContext &context, DownstreamOwner &owner, std::unique_ptr<Stream> stream,
                    const DownstreamArrival &arrival);
    ~Http1Downstream() override;

    // Reads what the client may have sent already.
    void start();
    // Closes at once when no exchange runs, else behind the one that does (graceful stop, a listener that went away).
    void closeWhenIdle();
    bool isIdle() const { return m_state == State::Waiting; }
    const ListenAddress &listenAddress() const { return m_arrival.listenAddress; }
    // Closes without a word (fast stop, worker_shutdown_timeout).
    void closeNow();

    void sendContinue() override;
    void sendHead(const OutgoingHead &head) override;
    void sendBody(Buffer data, bool last, QByteArrayView trailerLines) override;
    void flush() override;
    size_t queuedBytes() const override { return m_slot ? m_slot->out.bytes() : 0; }
    void limitRate(qint64 bytesPerSecond, qint64 freeBytes) override;
    void setDrainMark(size_t bytes) override { m_slot->drainMark = bytes; }
    void readBody() override;
    void pauseBody() override;
    size_t bytesBehindHead() const override { return m_in ? m_in.size() : 0; }
    void switchToTunnel() override;
    void abort() override;
    void exchangeEnded() override;
    void disableKeepAlive() override { m_keepAlive = false; }
    quint64 bytesSent() const override { return m_slot ? m_slot->out.bytesWritten() - m_bytesBefore : 0; }
    ConnectionFacts facts() const override;
    quint64 connectionId() const override { return m_arrival.connectionId; }
    quint64 requestNumber() const override { return m_requests; }
    const SocketAddress &clientAddress() const override { return m_arrival.client; }
    QByteArrayView tlsServerName() const override { return m_arrival.serverName; }
    bool spokePlainToTls() const override { return m_arrival.plainOnTls; }
    const SocketAddress &localAddress() const override;
    QByteArrayView clientHost() const override;
    QByteArrayView lastHead() const override { return m_lastHead; }

private:
    enum class State : quint8 { Waiting, ReadingHead, Exchanging, Discarding, Lingering, Closed };
    // What the location of the last request says about the time behind it.
    struct AfterTimes {
        milliseconds keepalive{0};
        LingeringClose lingering = LingeringClose::On;
        milliseconds lingeringTime{0};
        milliseconds lingeringTimeout{0};
    };
    void streamReadable() override;
    void streamWritable() override;
    const ListenerConfig *currentListener();
    const ServerConfig *defaultServerOf(const ListenerConfig &listener) const;
    const CoreSettings &core() const;
    void applyKeepaliveLimits();
    void readHead();
    bool parseHead();
    void startReading();
    void beginExchange(qsizetype headSize);
    void refuse();
    void abandonHead(int status, QByteArrayView logText);
    void closeIdle();
    QByteArray wordsOfEnd(int error) const;
    void leaveReading();
    Exchange &exchange() { return m_slot->exchange; }
    void releaseSlot();
    void readBodyBytes();
    void deliverBody();
    void deliverTunnel(bool ended);
    void bodyEnded();
    void watchForClose();
    void writeConnectionField(int status);
    void responseFlushed();
    void afterExchange();
    void becomeIdle();
    void setNoDelay();
    void discardBody();
    void linger();
    void readLingering();
    void close(bool reset = false);
    void timedOut();
    void sendTimedOut();
    size_t allowance();
    void rest(milliseconds time);
    void clientWentAway(int error);
    void leaveWaiting();
    bool reserveInput(quint32 bytes);

    ProxyContext &m_context;
    DownstreamOwner &m_owner;
    std::unique_ptr<Stream> m_stream;
    DownstreamArrival m_arrival;
    mutable SocketAddress m_local;
    mutable QByteArray m_clientHost;
    ActiveConfigPtr m_active;
    const ListenerConfig *m_listener = nullptr;
    const ServerConfig *m_defaultServer = nullptr; // the listener's, or the one that SNI asked for
    Buffer m_in;
    std::unique_ptr<RequestSlot> m_slot; // from a request's first byte to the end of its response
    BodyDecoder m_decoder;
    QByteArray m_lastHead;
    Timer m_timer;     // head, body, keep-alive, lingering
    Timer m_sendTimer; // a client that does not read, or one that is served slowly
    DeferredCall m_afterExchange;
    std::chrono::steady_clock::time_point m_requestBegan;
    std::chrono::steady_clock::time_point m_lingerUntil;
    AfterTimes m_after;
    quint64 m_requests = 0;
    quint64 m_bytesBefore = 0;
    qint64 m_headBytes = 0; // of the response's head
    State m_state = State::Waiting;
    bool m_keepAlive = true;
    bool m_bodyWanted = false;
    bool m_delivering = false;
    bool m_chunked = false;
    bool m_pipelined = false;
    bool m_http09 = false;
    bool m_http10 = false;
    bool m_responseComplete = false;
    bool m_responseEnded = false; // the exchange is finished, waiting for afterExchange()
    bool m_tunnel = false;
    bool m_tunnelWriteShut = false;
    bool m_closing = false; // close behind this exchange, without keep-alive
    bool m_noDelay = false;
    bool m_countsWriting = false;
};

} // namespace portlight
