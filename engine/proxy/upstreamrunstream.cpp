// SPDX-License-Identifier: GPL-3.0-or-later
// An upstream run's stream: what is written to it and read from it, when it rests and how long it may be silent.
#include "proxy/upstreamrun.h"

#include "proxy/proxycontext.h"

namespace portlight {

void UpstreamRun::flushOut()
{
    if (m_sendFailed || m_flushing)
        return;
    m_flushing = true;
    const quint32 generation = m_generation;
    // The first body bytes travel with the head.
    if (!m_lastSent)
        m_observer.requestBodyWanted();
    bool failed = false;
    while (generation == m_generation) {
        const OutputQueue::Flush result = m_out.flush(*m_connection.stream);
        m_sendBlocked = result == OutputQueue::Flush::Blocked;
        failed = result == OutputQueue::Flush::Failed;
        if (result != OutputQueue::Flush::Done)
            break;
        if (m_lastSent) {
            requestSent();
            break;
        }
        m_observer.requestBodyWanted();
        if (generation != m_generation || m_out.isEmpty())
            break;
    }
    m_flushing = false;
    if (generation != m_generation)
        return;
    if (m_sendBlocked) {
        m_timer.start(m_settings->sendTimeout);
    } else if (failed) {
        // The backend may have answered before it stopped reading: look for that answer first.
        m_sendFailed = true;
        m_sendError = m_out.error();
        m_out.clear();
        m_connection.stream->readAgainLater();
    } else if (m_tunnel && !m_connection.stream->isReadingPaused()) {
        m_timer.start(m_settings->readTimeout); // nginx: bytes of either side keep a tunnel alive
    }
}

void UpstreamRun::requestSent()
{
    if (m_times.requestSent == std::chrono::steady_clock::time_point{})
        m_times.requestSent = m_context.loop.now();
    m_timer.start(m_settings->readTimeout);
    if (m_tunnel)
        m_connection.stream->shutdownWrite();
    m_observer.requestSent();
}

void UpstreamRun::streamWritable()
{
    if (m_sendBlocked) {
        m_sendBlocked = false;
        m_timer.stop();
        flushOut();
    }
}

void UpstreamRun::pauseReading()
{
    if (!m_connection.stream)
        return;
    m_connection.stream->pauseReading(PauseReason::BufferFull);
    if (!m_sendBlocked)
        m_timer.stop(); // it is the client who is slow now
}

void UpstreamRun::resumeReading()
{
    if (!m_connection.stream || !m_connection.stream->isReadingPaused())
        return;
    m_connection.stream->resumeReading(PauseReason::BufferFull);
    if (!m_connection.stream->isReadingPaused() && !m_sendBlocked && (m_lastSent || m_tunnel))
        m_timer.start(m_settings->readTimeout);
}

void UpstreamRun::switchToTunnel()
{
    m_tunnel = true;
    m_codec.switchToTunnel();
    m_lastSent = false;
    m_timer.start(m_settings->readTimeout);
}

void UpstreamRun::streamReadable()
{
    const quint32 generation = m_generation;
    for (int i = 0; i < ReadsPerTurnMax; ++i) {
        if (m_connection.stream->isReadingPaused())
            return;
        if (!m_in)
            m_in = m_context.loop.buffers().take(qMax(BufferPool::LargeBytes, m_settings->bufferBytes));
        quint32 room = m_in.roomSize();
        if (m_readRate.isOn() && !mayRead(room))
            return;
        const IoResult result = m_connection.stream->read(m_in.room(), room);
        if (result.status == IoResult::Status::WouldBlock) {
            if (m_in.isEmpty())
                m_in.release();
            return;
        }
        if (result.status != IoResult::Status::Ok) {
            handleEnd(result);
            return;
        }
        m_in.grow(quint32(result.bytes));
        const qint64 seenBefore = m_reading == Reading::Head ? 0 : m_bytesSeen;
        m_bytesSeen += qint64(result.bytes);
        m_tries.current()->bytesReceived += qint64(result.bytes);
        if (!m_sendBlocked && (m_lastSent || m_tunnel))
            m_timer.start(m_settings->readTimeout);
        processInput();
        if (generation != m_generation || !m_active)
            return;
        if (m_readRate.isOn())
            restReading(m_readRate.restBehind(seenBefore, m_bytesSeen));
        if (result.bytes < room)
            return; // the stream tells when there is more
    }
    m_connection.stream->readAgainLater();
}

} // namespace portlight
