// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "upstream/latencyhistogram.h"

#include <QByteArray>

#include <array>
#include <memory>

namespace portlight {

// Why a try at a peer failed, as its counters tell it.
enum class PeerFailure : quint8 {
    None,
    Connect,  // refused, unreachable, no descriptor
    Tls,      // the handshake or the certificate
    Timeout,  // in any phase
    Closed,   // before the response was whole
    Transfer, // reading or writing failed: reset, broken pipe
    Invalid,  // no HTTP, contradictory framing, a head that is too large
    Status,   // a whole answer that proxy_next_upstream counts as a failure
};
inline constexpr size_t PeerFailureCount = 8;

// What came of one try at a peer.
struct PeerOutcome {
    int status = 0; // of the response; counts only when a head came
    // From the try's start until the response's head was there, so that a stream does not count as slow; negative: no
    // head came.
    std::chrono::microseconds latency{-1};
    qint64 bytesSent = 0;
    qint64 bytesReceived = 0;
    PeerFailure failure = PeerFailure::None;
};

// What a peer did since it is known: counters, the last error, and the latencies of late. Recording costs some
// nanoseconds and allocates nothing, but for a peer's first response. The engine thread; a part of its Peer.
class PeerStatistics
{
public:
    using SteadyTime = std::chrono::steady_clock::time_point;
    // Latencies are told of one to two spans, and never of fewer responses than that while there were as many.
    static constexpr std::chrono::seconds LatencySpan{60};
    static constexpr quint64 LatencyCountMin = 100;
    static constexpr qsizetype ErrorBytesMax = 512;

    struct LastError {
        QByteArray text; // nginx's words; empty: there was none
        SteadyTime at;
    };
    struct Latencies {
        quint64 count = 0; // responses they were taken from; 0: the rest means nothing
        std::chrono::microseconds p50{0};
        std::chrono::microseconds p95{0};
        std::chrono::microseconds p99{0};
    };

    // The peer was chosen for a request. Each begin() is followed by one end().
    void begin(SteadyTime now)
    {
        ++m_requests;
        ++m_active;
        m_selectedAt = now;
    }
    // That try is over.
    void end(const PeerOutcome &outcome);
    // The try was given up before it could fail or succeed: the client went, another was sent instead.
    void abandon(qint64 bytesSent, qint64 bytesReceived);
    // The words that go with a failure; cut at ErrorBytesMax.
    void noteError(const QByteArray &text, SteadyTime now);

    quint64 requests() const { return m_requests; }
    int active() const { return m_active; }
    // 1 to 5: responses with that class of status.
    quint64 responses(int statusClass) const;
    quint64 failures() const;
    quint64 failures(PeerFailure kind) const { return m_failures[size_t(kind)]; }
    quint64 bytesSent() const { return m_bytesSent; }
    quint64 bytesReceived() const { return m_bytesReceived; }
    const LastError &lastError() const { return m_lastError; }
    // The epoch of the clock when it never was.
    SteadyTime selectedAt() const { return m_selectedAt; }
    // Percentiles of late. To be called now and then, once a second say: it lets go of what is old.
    Latencies latencies(SteadyTime now);

private:
    struct Window {
        LatencyHistogram now;
        LatencyHistogram before;
        SteadyTime began;
    };
    void recordLatency(std::chrono::microseconds latency);

    quint64 m_requests = 0;
    quint64 m_bytesSent = 0;
    quint64 m_bytesReceived = 0;
    std::array<quint64, 6> m_responses{}; // by class; 0: no status
    std::array<quint64, PeerFailureCount> m_failures{};
    int m_active = 0;
    SteadyTime m_selectedAt;
    LastError m_lastError;
    std::unique_ptr<Window> m_window; // made for the first response: a configuration may name 100,000 peers
};

} // namespace portlight
