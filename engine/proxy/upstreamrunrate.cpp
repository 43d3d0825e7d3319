// SPDX-License-Identifier: GPL-3.0-or-later
// How fast a response is read: proxy_limit_rate.
#include "proxy/proxycontext.h"
#include "proxy/upstreamrun.h"

namespace portlight {

// ngx_event_pipe_read_upstream: what came with the head counts.
void UpstreamRun::limitReading(qint64 bytesPerSecond)
{
    m_readRate.begin(bytesPerSecond);
    m_readSince = m_context.loop.now();
}

bool UpstreamRun::mayRead(quint32 &room)
{
    const auto elapsed = m_context.loop.now() - m_readSince;
    const qint64 allowed = m_readRate.allowance(elapsed, m_bytesSeen);
    if (allowed <= 0) {
        restReading(m_readRate.restBefore(elapsed, m_bytesSeen));
        return false;
    }
    room = quint32(qMin<qint64>(room, allowed));
    return true;
}

void UpstreamRun::restReading(std::chrono::milliseconds time)
{
    if (time.count() == 0)
        return;
    m_connection.stream->pauseReading(PauseReason::RateLimited);
    m_readRest.start(time);
    if (!m_sendBlocked)
        m_timer.stop(); // it is not the backend who is slow
}

void UpstreamRun::readOn()
{
    m_connection.stream->resumeReading(PauseReason::RateLimited);
    if (!m_connection.stream->isReadingPaused() && !m_sendBlocked && m_lastSent)
        m_timer.start(m_settings->readTimeout);
}

} // namespace portlight
