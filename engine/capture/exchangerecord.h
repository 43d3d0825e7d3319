// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/error.h"
#include "capture/failurefacts.h"
#include "capture/framerecord.h"

#include <QByteArray>
#include <QList>
#include <QMetaType>
#include <QString>

#include <chrono>
#include <memory>
#include <vector>

namespace portlight {

using ExchangeId = quint64;

enum class ExchangeState : quint8 {
    Receiving, // the request is being read
    Waiting,   // the backend was asked
    Streaming, // the response is under way
    Tunneling, // upgraded
    Done,
    Failed, // ended without a whole response
};

// One decision of the engine for an exchange: which rule, what came of it, why, and what in the configuration caused
// it.
struct Decision {
    enum class Step : quint8 {
        Handshake, // TLS with the client
        Domain,
        Location,
        Rewrite,
        Redirect, // inside: error_page, try_files, an index, X-Accel-Redirect
        Access,
        Return,
        File,
        Limit,
        Cache,
        Peer,
        Attempt,
        Retry,
        Buffering, // between a backend and a client
        Answer,
    };
    Step step = Step::Domain;
    QString subject; // "shop.localhost", "/", "127.0.0.1:3000"
    QString reason;  // "exact name; before the default server"
    TextPosition where;
    friend bool operator==(const Decision &, const Decision &) = default;
};
QString decisionStepName(Decision::Step step); // "domain", "location", …

// Times of one exchange, as spans from its first byte. -1: did not happen.
struct ExchangeTiming {
    qint64 requestHeadUs = -1;  // request head complete
    qint64 requestBodyUs = -1;  // request body complete
    qint64 connectStartUs = -1; // dialing began; -1 with a pooled connection
    qint64 connectedUs = -1;
    qint64 requestSentUs = -1;  // last byte of the request left
    qint64 responseHeadUs = -1; // response head complete
    qint64 finishedUs = -1;
};

// A row of the Traffic table: small, a value, sent in batches. The same id may come again with newer values.
struct ExchangeSummary {
    ExchangeId id = 0;
    ExchangeState state = ExchangeState::Receiving;
    qint64 startedAtMs = 0; // since the epoch
    qint64 durationUs = -1; // -1 while it runs
    QByteArray method;
    QByteArray scheme;        // "http" or "https"
    QByteArray host;          // as the client said it: "shop.localhost:8080"
    QByteArray domain;        // the domain's first name
    QByteArray target;        // path and query as sent
    int status = 0;           // 0: no answer yet
    QByteArray contentType;   // of the response, without parameters
    qint64 requestBytes = 0;  // body
    qint64 responseBytes = 0; // body
    QByteArray peer;          // "127.0.0.1:3000", "local" for our own answers
    QString failure;          // cause in one sentence; empty when all went well
    bool upgraded = false;
    bool eventStream = false;
    int retries = 0;
    quint64 frames = 0; // that have passed through its tunnel, while it is captured

    bool isRunning() const { return state < ExchangeState::Done; }
    friend bool operator==(const ExchangeSummary &, const ExchangeSummary &) = default;
};

// A body as kept: the first CapturedBodyBytesMax bytes of it.
struct CapturedBody {
    QByteArray bytes;
    qint64 totalBytes = 0;
    bool truncated() const { return totalBytes > bytes.size(); }
};

// What a client's TLS handshake came to.
struct ClientTls {
    QByteArray protocol;   // "TLSv1.3"; empty: plain
    QByteArray cipher;     // "TLS_AES_256_GCM_SHA384"
    QByteArray serverName; // of SNI, as sent
    QByteArray alpn;       // "http/1.1"; empty: none
    QByteArray subject;    // of the client's certificate; empty: it showed none
    bool resumed = false;
};

// Everything kept of one exchange.
struct ExchangeDetail {
    ExchangeSummary summary;
    QByteArray requestHead;         // as received, ends with the empty line
    QByteArray upstreamRequestHead; // as sent to the backend; empty when none was asked
    QByteArray responseHead;        // as sent to the client
    QByteArray upstreamResponseHead;
    CapturedBody requestBody;
    CapturedBody responseBody;
    ExchangeTiming timing;
    std::vector<Decision> decisions;
    std::vector<FailureFacts> failures; // of each try that failed, in their order
    QByteArray clientAddress;
    QByteArray listenerAddress;
    quint64 connectionId = 0;
    quint64 requestOnConnection = 1;
    ClientTls tls;
    bool upstreamReused = false;
    std::vector<FrameRecord> frames; // the newest ones, oldest first; filled when the exchange is fetched
    quint64 framesDropped = 0;       // of those that passed, not among them

    qint64 storedBytes() const; // of heads and bodies, for the bound on memory
};
using ExchangeDetailPtr = std::shared_ptr<const ExchangeDetail>;

inline constexpr qint64 CapturedBodyBytesMax = 64 * 1024;
inline constexpr qint64 CapturedBytesMax = 64 * 1024 * 1024;
inline constexpr qsizetype CapturedExchangesMax = 10'000;

// What the engine hands over at most every 100 ms: rows to add or to update, in the order of their last change.
struct TrafficBatch {
    QList<ExchangeSummary> exchanges;
    quint64 dropped = 0; // exchanges not reported so far because the batch was full, in all
};
inline constexpr qsizetype TrafficBatchMax = 2'000;

} // namespace portlight

Q_DECLARE_METATYPE(portlight::TrafficBatch)
Q_DECLARE_METATYPE(portlight::ExchangeDetailPtr)
