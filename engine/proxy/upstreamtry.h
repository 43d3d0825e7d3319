// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <chrono>
#include <vector>

namespace portlight {

// One try of a request at a peer, as $upstream_addr and its like list them (ngx_http_upstream_state_t).
struct UpstreamTry {
    QByteArray peer;                               // empty: what stands between the tries of two runs of one exchange
    std::chrono::steady_clock::time_point began{}; // connecting, or taking a pooled connection
    qint64 connectMs = -1;                         // -1: did not come that far
    qint64 headerMs = -1;
    qint64 responseMs = -1; // until the try was over
    qint64 responseLength = 0;
    qint64 bytesReceived = 0;
    qint64 bytesSent = 0;
    int status = 0;

    qint64 since(std::chrono::steady_clock::time_point now) const
    {
        return std::chrono::duration_cast<std::chrono::milliseconds>(now - began).count();
    }
};

// The tries of one exchange. Engine thread; a part of its upstream run, kept for the request after it.
class UpstreamTries
{
public:
    void clear() { m_count = m_countBefore = 0; }
    // A run begins: the first of its exchange, or another behind an internal redirect.
    void beginRun();
    UpstreamTry &begin(const QByteArray &peer, std::chrono::steady_clock::time_point now);
    // The one under way, or the last; null before the first.
    UpstreamTry *current() { return m_count > 0 ? &m_tries[m_count - 1] : nullptr; }
    // While a request is written the tries of its own run are not there yet, as for nginx, which writes it but once.
    void hideRun(bool hidden) { m_hidden = hidden; }
    size_t count() const { return m_hidden ? m_countBefore : m_count; }
    const UpstreamTry &operator[](size_t i) const { return m_tries[i]; }

private:
    UpstreamTry &append();
    std::vector<UpstreamTry> m_tries; // entries beyond m_count are kept for their memory
    size_t m_count = 0;
    size_t m_countBefore = 0; // of the runs before
    bool m_hidden = false;
};

} // namespace portlight
