// SPDX-License-Identifier: GPL-3.0-or-later
#include "upstream/peerstatistics.h"

#include <numeric>

namespace portlight {

void PeerStatistics::end(const PeerOutcome &outcome)
{
    Q_ASSERT(m_active > 0);
    --m_active;
    // A try without a response has a status, too: the one that stands for its failure.
    const bool responded = outcome.latency.count() >= 0 && outcome.status >= 100 && outcome.status < 600;
    ++m_responses[responded ? size_t(outcome.status) / 100 : 0];
    if (outcome.failure != PeerFailure::None)
        ++m_failures[size_t(outcome.failure)];
    m_bytesSent += quint64(outcome.bytesSent);
    m_bytesReceived += quint64(outcome.bytesReceived);
    if (outcome.latency.count() >= 0)
        recordLatency(outcome.latency);
}

void PeerStatistics::abandon(qint64 bytesSent, qint64 bytesReceived)
{
    Q_ASSERT(m_active > 0);
    --m_active;
    m_bytesSent += quint64(bytesSent);
    m_bytesReceived += quint64(bytesReceived);
}

void PeerStatistics::recordLatency(std::chrono::microseconds latency)
{
    if (!m_window) {
        m_window = std::make_unique<Window>();
        m_window->began = m_selectedAt;
    }
    m_window->now.record(latency);
}

void PeerStatistics::noteError(const QByteArray &text, SteadyTime now)
{
    m_lastError.text = text.size() > ErrorBytesMax ? text.first(ErrorBytesMax) : text;
    m_lastError.at = now;
}

quint64 PeerStatistics::responses(int statusClass) const
{
    Q_ASSERT(statusClass >= 1 && statusClass <= 5);
    return m_responses[size_t(statusClass)];
}

quint64 PeerStatistics::failures() const
{
    return std::accumulate(m_failures.begin(), m_failures.end(), quint64(0));
}

PeerStatistics::Latencies PeerStatistics::latencies(SteadyTime now)
{
    if (!m_window)
        return {};
    if (now - m_window->began >= LatencySpan && m_window->now.count() >= LatencyCountMin) {
        m_window->before = m_window->now;
        m_window->now.clear();
        m_window->began = now;
    }
    LatencyHistogram both = m_window->before;
    both.add(m_window->now);
    return {both.count(), both.percentile(0.50), both.percentile(0.95), both.percentile(0.99)};
}

} // namespace portlight
