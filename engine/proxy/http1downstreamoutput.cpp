// SPDX-License-Identifier: GPL-3.0-or-later
// The response on an HTTP/1 connection: head, framing, writing (ngx_http_header_filter, ngx_http_chunked_filter).
#include "proxy/http1downstream.h"

#include "http/serializer.h"

#include <cerrno>

namespace portlight {

void Http1Downstream::sendContinue()
{
    m_slot->out.control().appendLiteral("HTTP/1.1 100 Continue\r\n\r\n");
    flush();
}

void Http1Downstream::sendHead(const OutgoingHead &head)
{
    if (m_state == State::Closed || m_http09)
        return;
    WireBuffer &out = m_slot->out.control();
    const size_t start = out.size();
    const bool lengthKnown = head.contentLength >= 0;
    m_chunked = head.hasBody && (!lengthKnown || head.hasTrailers) && !m_http10 && head.status != 101
                && core().chunkedTransferEncoding;
    if (head.hasBody && !lengthKnown && !m_chunked)
        m_keepAlive = false; // the body ends with the connection
    if (m_closing || m_context.draining)
        m_keepAlive = false;
    applyKeepaliveLimits();
    if (head.statusText.isEmpty()) {
        appendStatusLine(out, head.status);
    } else {
        out.appendLiteral("HTTP/1.1 ");
        out.append(head.statusText);
        out.appendLiteral("\r\n");
    }
    if (!head.server.isNull())
        appendField(out, "Server", head.server);
    if (head.ownDate)
        appendField(out, "Date", m_context.httpDate());
    if (!head.contentType.isEmpty())
        appendField(out, "Content-Type", head.contentType);
    if (lengthKnown && !m_chunked)
        appendField(out, "Content-Length", quint64(head.contentLength));
    if (const auto modified = head.impliedLastModified()) {
        char date[30];
        formatHttpDate(std::chrono::system_clock::time_point(std::chrono::seconds(*modified)), date);
        appendField(out, "Last-Modified", date);
    }
    if (!head.location.isEmpty())
        appendField(out, "Location", head.location);
    if (m_chunked)
        out.appendLiteral("Transfer-Encoding: chunked\r\n");
    writeConnectionField(head.status);
    for (const FieldView &field : head.fields)
        appendField(out, field.name, field.value);
    out.appendLiteral("\r\n");
    m_headBytes = qint64(out.size() - start);
    if (exchange().isRecording())
        m_lastHead = QByteArray(out.data() + start, qsizetype(out.size() - start));
}

// ngx_http_update_location_config: the location has the last word.
void Http1Downstream::applyKeepaliveLimits()
{
    const CoreSettings &settings = core();
    if (settings.keepaliveTimeout.count() == 0 || qint64(m_requests) >= settings.keepaliveRequests
        || m_context.loop.now() - m_arrival.openedAt >= settings.keepaliveTime)
        m_keepAlive = false;
}

void Http1Downstream::writeConnectionField(int status)
{
    WireBuffer &out = m_slot->out.control();
    if (status == 101) {
        out.appendLiteral("Connection: upgrade\r\n");
    } else if (m_keepAlive) {
        out.appendLiteral("Connection: keep-alive\r\n");
        if (const auto seconds = exchange().core().keepaliveTimeoutHeader.count(); seconds > 0) {
            out.appendLiteral("Keep-Alive: timeout=");
            out.appendNumber(quint64(seconds));
            out.appendLiteral("\r\n");
        }
    } else {
        out.appendLiteral("Connection: close\r\n");
    }
}

void Http1Downstream::sendBody(Buffer data, bool last, QByteArrayView trailerLines)
{
    if (m_state == State::Closed)
        return;
    const bool chunk = m_chunked && !m_tunnel;
    if (!data.isEmpty()) {
        if (chunk)
            appendChunkHead(m_slot->out.control(), data.size());
        if (data.size() <= CopiedBytesMax)
            m_slot->out.control().append(data.data(), data.size());
        else
            m_slot->out.append(std::move(data));
        if (chunk)
            m_slot->out.control().appendLiteral("\r\n");
    }
    if (last) {
        if (chunk)
            appendLastChunk(m_slot->out.control(), trailerLines);
        m_responseComplete = true;
    }
}

void Http1Downstream::flush()
{
    if (m_state == State::Closed || m_slot->rests)
        return;
    const size_t before = m_slot->out.bytes();
    const size_t allowed = m_slot->rate.isOn() && before > 0 ? allowance() : SIZE_MAX;
    if (allowed == 0)
        return;
    const OutputQueue::Flush result = m_slot->out.flush(*m_stream, allowed);
    switch (result) {
    case OutputQueue::Flush::Failed:
        exchange().clientGone(m_stream->problem().isEmpty()
                                  ? "send() failed (" + describeErrno(m_slot->out.error()) + ')'
                                  : m_stream->problem());
        close();
        return;
    case OutputQueue::Flush::Blocked: m_sendTimer.start(core().sendTimeout); break;
    case OutputQueue::Flush::Limited: setNoDelay(); break;
    case OutputQueue::Flush::Done:
        m_sendTimer.stop();
        if (m_responseComplete && m_stream->awaitSent()) { // OpenSSL has it, the kernel has not
            m_sendTimer.start(core().sendTimeout);
            break;
        }
        if (m_responseComplete) {
            responseFlushed();
            return;
        }
        setNoDelay(); // more is to follow
        break;
    }
    if (m_slot->rate.isOn()) {
        const auto sent = qint64(bytesSent());
        const auto time = m_slot->rate.restBehind(sent - qint64(before - m_slot->out.bytes()), sent);
        rest(result == OutputQueue::Flush::Limited ? qMax(time, milliseconds(1)) : time);
    }
    if (before > m_slot->drainMark && m_slot->out.bytes() <= m_slot->drainMark)
        exchange().downstreamDrained();
}

void Http1Downstream::limitRate(qint64 bytesPerSecond, qint64 freeBytes)
{
    m_slot->rate.begin(bytesPerSecond, freeBytes);
}

// How much may go out now; 0: a rest has begun (ngx_http_write_filter).
size_t Http1Downstream::allowance()
{
    const auto elapsed = m_context.loop.now() - m_requestBegan;
    const auto sent = qint64(bytesSent());
    const qint64 allowed = m_slot->rate.allowance(elapsed, sent);
    if (allowed > 0)
        return size_t(allowed);
    rest(m_slot->rate.restBefore(elapsed, sent));
    return 0;
}

void Http1Downstream::rest(milliseconds time)
{
    if (time.count() == 0)
        return;
    m_slot->rests = true;
    m_sendTimer.start(time);
}

// The kernel has all of it. A tunnel's other direction may go on; anything else has ended.
void Http1Downstream::responseFlushed()
{
    if (m_tunnel) {
        if (!std::exchange(m_tunnelWriteShut, true))
            m_stream->shutdownWrite();
        exchange().downstreamDrained();
        return;
    }
    exchangeEnded();
}

void Http1Downstream::exchangeEnded()
{
    if (m_responseEnded || m_state == State::Closed)
        return;
    m_responseEnded = true;
    m_bodyWanted = false;
    m_timer.stop();
    m_stream->resumeReading(PauseReason::BufferFull);
    const CoreSettings &settings = core();
    m_after = {settings.keepaliveTimeout, settings.lingeringClose, settings.lingeringTime, settings.lingeringTimeout};
    exchange().responseCompleted();
    exchange().finish();
    if (std::exchange(m_countsWriting, false))
        --m_context.counters.writing;
    m_afterExchange.schedule();
}

void Http1Downstream::abort()
{
    // What is queued still goes out as far as the kernel takes it at once; the missing end tells the client.
    if (m_state == State::Closed)
        return;
    m_slot->out.flush(*m_stream);
    exchange().finish();
    close();
}

void Http1Downstream::sendTimedOut()
{
    if (std::exchange(m_slot->rests, false)) {
        flush();
        return;
    }
    const bool reset = core().resetTimedoutConnection;
    exchange().clientGone("client timed out (110: Connection timed out) while sending to client");
    close(reset);
}

ConnectionFacts Http1Downstream::facts() const
{
    return {m_arrival.openedAt,
            m_requestBegan,
            m_headBytes,
            m_stream ? m_stream->descriptor() : -1,
            m_stream ? m_stream->tlsConnection() : nullptr,
            m_arrival.secured,
            m_chunked,
            m_keepAlive,
            m_pipelined};
}

const SocketAddress &Http1Downstream::localAddress() const
{
    if (m_local.length() == 0 && m_stream)
        m_local = SocketAddress::localOf(m_stream->descriptor());
    return m_local;
}

QByteArrayView Http1Downstream::clientHost() const
{
    if (m_clientHost.isEmpty())
        m_clientHost = m_arrival.client.host();
    return m_clientHost;
}

} // namespace portlight
