// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/wirebuffer.h"
#include "net/connector.h"
#include "net/tlsclientstream.h"
#include "upstream/healthmatch.h"
#include "upstream/http1codec.h"

namespace portlight {

// What came of one check.
struct HealthProbeOutcome {
    HealthVerdict verdict;
    bool failedToTalk = false; // no whole answer came: the verdict's reason is nginx's words for that
    int status = 0;            // of the response; 0: none came
    std::chrono::microseconds latency{0};
};

// What a check asks and knows, where variables are known. Engine thread; outlives its probers.
class HealthProbeSource
{
public:
    virtual ~HealthProbeSource() = default;
    // Appends the whole request.
    virtual void writeRequest(WireBuffer &out) = 0;
    // Whom the peer must prove to be; nothing where TLS is not spoken.
    virtual std::optional<TlsPeer> tlsPeer() = 0;
    // The value of a variable that the match block requires, for that response.
    virtual QByteArray variable(QByteArrayView name, const ResponseHead &head, const char *base) = 0;
};

class HealthProberObserver
{
public:
    virtual ~HealthProberObserver() = default;
    // May destroy the prober.
    virtual void probeEnded(const HealthProbeOutcome &outcome) = 0;
};

// Asks one peer how it is: dials, sends a request, reads of the response what the tests need, and closes, or keeps the
// connection for the next time (keepalive_time). One check at a time. Engine thread; owned by the group's monitor.
//
// Idle ─→ Connecting ─→ (Handshaking) ─→ Sending ─→ ReadingHead ─→ ReadingBody ─→ Idle
//             └───────────────┴─────────────┴───────────┴─────────────┴────────────┘ failed, timed out
class HealthProber final : private ConnectorObserver, private StreamObserver, private TlsHandshakeObserver
{
public:
    static constexpr int ReadsPerTurnMax = 16;

    HealthProber(EngineLoop &loop, const HealthCheckConfig &check, HealthProbeSource &source,
                 HealthProberObserver &observer);
    ~HealthProber() override;

    // The outcome may come within the call.
    void start(const std::vector<SocketAddress> &addresses);
    bool isBusy() const { return m_state != State::Idle; }

private:
    enum class State : quint8 { Idle, Connecting, Handshaking, Sending, ReadingHead, ReadingBody };

    void connected(std::unique_ptr<Stream> stream, const SocketAddress &address) override;
    void connectFailed() override;
    void streamReadable() override;
    void streamWritable() override;
    void tlsEstablished() override;
    void tlsFailed(const TlsFailure &failure) override;

    void dial();
    void startTls(const SocketAddress &address, TlsPeer peer);
    void sendRequest();
    void flush();
    bool process();
    bool processHead();
    bool processBody();
    void handleEnd(const IoResult &result);
    void bodyEnded();
    void timedOut();
    HealthStep step() const;
    void failToTalk(const QByteArray &reason);
    void end(const HealthVerdict &verdict, bool keepConnection = false);

    EngineLoop &m_loop;
    const HealthCheckConfig &m_check;
    HealthProbeSource &m_source;
    HealthProberObserver &m_observer;
    HealthMatcher m_matcher;
    std::vector<SocketAddress> m_addresses;
    std::unique_ptr<Connector> m_connector;
    std::unique_ptr<Stream> m_stream; // while Idle: kept for the next check
    std::chrono::steady_clock::time_point m_openedAt;
    std::chrono::steady_clock::time_point m_startedAt;
    Http1Codec m_codec;
    WireBuffer m_request;
    size_t m_sent = 0;
    Buffer m_in;
    QByteArray m_body; // as much of it as is looked at
    qint64 m_bodyBytes = 0;
    HealthVerdict m_headVerdict;
    HealthProbeOutcome m_outcome;
    Timer m_timer;
    State m_state = State::Idle;
    bool m_reused = false; // the connection is an old one, and nothing of the response has come
};

} // namespace portlight
