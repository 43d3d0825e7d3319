// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/uri.h"
#include "proxy/downstream.h"
#include "proxy/failure.h"
#include "proxy/filebody.h"
#include "proxy/phaseresult.h"
#include "proxy/proxycontext.h"
#include "proxy/proxyhandler.h"
#include "proxy/requeststate.h"
#include "proxy/responsefilter.h"
#include "proxy/textstore.h"

namespace portlight {

class ActiveLogs;
struct TlsRefusal;

// One request and its response, whatever the protocol version. Runs nginx's phases, sends the response, knows the
// cause of a failure, and is recorded exactly once at its end. Engine thread; owned by its downstream connection, which
// outlives it; reused for one request after another.
//
// Idle ─→ Running ─→ Responding ─→ Ended
//            └──────→ Tunneling ─────┘
class Exchange final : public RequestState, private RegexListener
{
public:
    static constexpr size_t QueuedBytesHigh = 32 * 1024; // downstream; the backend is paused above
    static constexpr size_t QueuedBytesLow = QueuedBytesHigh / 2;
    static constexpr std::chrono::milliseconds RunningReportDelay{30}; // shorter ones are reported once, at their end
    static constexpr std::chrono::milliseconds RunningReportInterval{500};

    explicit Exchange(ProxyContext &context);
    ~Exchange();

    // --- called by the downstream ---
    // Whom the next request is for. Only between requests.
    void attach(Downstream &downstream)
    {
        Q_ASSERT(!isRunning());
        m_downstream = &downstream;
    }
    // Where an exchange begins: the listener it came in by, the server that answers when Host names none, and what is
    // in force.
    struct Start {
        const ListenerConfig &listener;
        const ServerConfig &defaultServer;
        ActiveConfigPtr active;
    };
    // Begins with a complete head in `headBytes`; `head` is swapped in.
    void begin(Start start, Buffer headBytes, RequestHead &head);
    // Begins with a head that could not be read: answers with that status at once.
    void beginRefused(Start start, Buffer headBytes, RequestHead &head, const HttpProtocolError &error);
    // Begins with a head that will not be completed, and ends at once, without an answer.
    void beginAbandoned(Start start, Buffer headBytes, RequestHead &head, int status, QByteArrayView logText);
    void requestBodyReceived(Buffer data, bool last);
    // So many bytes were taken off the wire for it.
    void countRequestBytes(qint64 count) { m_requestWireBytes += count; }
    // The body's framing is broken, or its client stopped sending.
    void requestBodyFailed(int status, QByteArrayView logText);
    void downstreamDrained();
    // The client closed or the connection failed before the response was complete.
    void clientGone(QByteArrayView logText);
    // The response's last byte was taken by the kernel; finish() follows.
    void responseCompleted() { m_complete = true; }
    // Nothing more will be sent: counted, logged and recorded now.
    void finish();
    bool isRunning() const { return m_state != State::Idle && m_state != State::Ended; }
    bool isTunneling() const { return m_state == State::Tunneling; }
    bool requestBodyComplete() const { return m_requestBodyComplete; }

    // --- phases (phases.cpp) ---
    void resumePhases();
    // Starts again with another URI, from the server's rewriting on; at most UriState::ChangesMax times, else 500.
    void internalRedirect(QByteArrayView uri, QByteArrayView args);
    // Goes on in the location "@name" of the server, from its rewriting on.
    void namedRedirect(QByteArrayView name);
    // "/path?args" or "@name", as error_page, try_files and X-Accel-Redirect mean it. False: neither.
    bool redirectInside(QByteArrayView target);

    // Matches, and keeps what was captured: $1 and named groups. The number of pairs, 0: no match, negative: no answer.
    int matchRegex(const Regex &regex, QByteArrayView subject);
    RegexListener &regexListener() { return *this; }

    // --- facts, for variables, the router and the log ---
    ProxyContext &context() const { return m_context; }
    ActiveConfig &activeConfig() const { return *m_active; }
    Downstream &downstream() const { return *m_downstream; }
    const CompiledConfig &config() const { return *m_active->config; }
    const ListenerConfig &listener() const { return *m_listener; }
    const ServerConfig &server() const { return *m_server; }
    const LocationConfig &location() const { return *m_location; }
    void setLocation(const LocationConfig &location) { m_location = &location; }
    const CoreSettings &core() const { return m_location->core(); }
    const LevelSettings &settings() const { return m_location->settings; }
    bool hostMatched() const { return m_hostMatched; }
    int status() const { return m_errStatus ? m_errStatus : m_status; }
    quint64 bytesSent() const;
    // As they came, chunk lines included: $request_length.
    qint64 requestBytesReceived() const
    {
        return m_request.linesEnd > 0 ? qint64(m_request.linesEnd) - m_request.requestLine.offset + m_requestWireBytes
                                      : 0;
    }
    qint64 requestBodyBytes() const { return m_requestBytes; }
    qint64 bodyBytesSent() const;                                    // on the wire, framing included: $body_bytes_sent
    qint64 bodyBytesMade() const { return m_captureFilter.bytes(); } // before framing
    qint64 elapsedMs() const;                                        // since the request's first byte
    bool isComplete() const { return m_complete; }                   // the whole response was sent
    bool headSent() const { return m_headSent; }
    // Kept behind its sending only where the configuration reads it (CompiledConfig::readsSentFields).
    const OutgoingHead &responseHead() const { return m_head; }
    QByteArrayView sentTrailers() const { return m_sentTrailers; }         // field lines
    QByteArrayView upstreamTrailers() const { return m_proxy.trailers(); } // as they came
    QByteArrayView requestLine() const;
    QByteArrayView requestId();
    ActiveLogs *logs() const; // null while none are open
    ExchangeId id() const { return m_id; }
    std::chrono::steady_clock::time_point startedAt() const { return m_startedAt; }
    qint64 startedAtMs() const { return m_startedAtMs; }
    const ProxyHandler &proxy() const { return m_proxy; }
    const UpstreamRun &run() const { return m_proxy.run(); }
    bool isLookingUpBackend() const { return m_proxy.isLookingUp(); }
    bool isRecording() const { return m_detail != nullptr; }
    // A client on this machine, of a domain of ours: errors may explain themselves.
    bool mayExplain() const;
    const BodyStore &bodyStore() const { return m_proxy.bodyStore(); }
    // Lower depth first: how many of our own exchanges led here.
    int loopDepth() const { return m_loopDepth; }

    QByteArrayView serverToken() const; // value of the Server field

    // --- what content handlers do (exchangeresponse.cpp) ---
    // Ends with that status: with the error page that the location has for it, else with nginx's own.
    void respondError(int status);
    void respondText(int status, QByteArrayView contentType, QByteArrayView body, QByteArrayView locationField = {});
    void respondRedirect(int status, QByteArrayView location);
    // Closes the connection; the status is only logged.
    void respondNothing(int status);
    void respondUnknownDomain();
    // Sends the file with its validators, or what conditions and ranges make of that (exchangefile.cpp).
    void respondFile(OpenedFile file, const QByteArray &path);
    // Keeps a text until the exchange ends, for fields of a head.
    QByteArrayView keep(QByteArrayView text) { return m_kept.store(text); }
    void decide(Decision::Step step, const QString &subject, const QString &reason, const TextPosition &where = {});
    // Writes to the error log with nginx's fields behind the text.
    void logError(LogLevel level, QByteArrayView text);

    // The head that is being made; sendHead() sends it.
    OutgoingHead &head() { return m_head; }
    // False: a condition or a range of the request was not met, and an error has taken the response's place.
    [[nodiscard]] bool sendHead();
    // A part of the body, through the filters; `last` ends the response.
    void sendBody(Buffer data, bool last, QByteArrayView trailerLines = {}, bool flush = true);
    // The size that a template makes; one that makes none counts as 0, and is logged (ngx_http_complex_value_size).
    // `doing`: what nginx was about, for the log.
    qint64 sizeOf(const Template &value, QByteArrayView doing);
    void setStatus(int status) { m_status = status; }
    void setFailure(const Failure &failure) { m_failure = failure; }
    // One try at a backend failed: for the record.
    void noteFailure(const Failure &failure);
    // Fields that outlive a redirect inside; their views must too.
    void carry(const FieldView &field) { m_carried.push_back(field); }
    void carryType(QByteArrayView contentType) { m_carriedType = contentType; }
    // The Location of the head that is being made.
    void setLocationField(const QByteArray &location);
    // "http://name:port" and the path.
    QByteArray absoluteUrl(QByteArrayView path) const;
    QByteArray schemeText() const;
    QByteArray portText() const;
    // The head has been sent: bytes pass both ways from now on.
    void beginTunnel();
    // What the window shows of a running exchange has changed.
    void stateChanged();
    // Something has passed through the tunnel: its row is to follow.
    void noteTunnelTraffic();
    void setRequestBodyComplete(bool complete) { m_requestBodyComplete = complete; }
    void noteRequestBodyRead(); // all of it

private:
    void adoptBrokenHead(Start start, Buffer headBytes, RequestHead &head);
    ErrorLog &errorLog() const;
    void logFinished();
    void keepHead();
    void sendEnd(QByteArrayView trailerLines);
    enum class State : quint8 { Idle, Running, Responding, Tunneling, Ended };
    friend class PhaseRunner;

    void regexMatched(const Regex &regex, QByteArrayView subject, const RegexMatch &match) override;
    bool respondErrorPage(int status);
    void addCarriedLocation();
    void respondOwnPage(int status);
    void redirectionCycle(QByteArrayView what, QByteArrayView target);

    void reset();
    void chooseServer();
    void refuse(const TlsRefusal &refusal);
    void adoptFieldRules();
    void recordHandshake();
    void startRecording();
    void changeStatus(int status);
    void applyRate();
    bool passConditions();
    bool passRanges();
    void carryFields(const FieldView &last);
    void sendPartially(std::vector<ByteRange> ranges);
    void sendFilePieces();
    void fileFellShort(const FileBody::Shortage &shortage);
    void keepRequestBody(QByteArrayView data);
    void fillTiming(ExchangeTiming &timing) const;
    void finishRecording();
    void reportRunning();
    ExchangeSummary summary() const;
    qint64 sinceStartUs() const;

    ProxyContext &m_context;
    Downstream *m_downstream = nullptr;
    ActiveConfigPtr m_active;
    const ListenerConfig *m_listener = nullptr;
    const ServerConfig *m_defaultServer = nullptr;
    const ServerConfig *m_server = nullptr;
    const LocationConfig *m_location = nullptr;
    OutgoingHead m_head;
    QByteArray m_locationValue;       // a rewritten Location field
    std::vector<FieldView> m_carried; // fields that outlive a redirect inside
    QByteArrayView m_carriedType;     // Content-Type of the same
    QByteArrayView m_carriedLocation; // of a redirect whose error page answers
    TextStore m_kept;
    ProxyHandler m_proxy;
    QByteArrayView m_requestId;           // once it was asked for
    QByteArrayView m_sentTrailers;        // field lines that follow the body
    std::unique_ptr<FileBody> m_fileBody; // of the response, while it is being sent
    DeferredCall m_continueFile;
    BodylessFilter m_bodylessFilter;
    CaptureFilter m_captureFilter;
    BodyChain m_chain;
    std::unique_ptr<ExchangeDetail> m_detail;
    Timer m_reportTimer;
    Failure m_failure;
    std::chrono::steady_clock::time_point m_startedAt;
    qint64 m_startedAtMs = 0;
    qint64 m_requestBytes = 0;     // of the body
    qint64 m_requestWireBytes = 0; // of the body with its framing
    ExchangeId m_id = 0;
    int m_status = 0;
    int m_errStatus = 0; // takes the place of the answer's own
    int m_loopDepth = 0;
    quint8 m_phase = 0;
    State m_state = State::Idle;
    bool m_requestBodyComplete = false;
    bool m_headSent = false;
    bool m_hostMatched = false;
    bool m_reported = false;
    bool m_clientGone = false;
    bool m_complete = false;
    bool m_sendsFile = false; // sendFilePieces() is on the stack
};

} // namespace portlight
