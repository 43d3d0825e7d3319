// SPDX-License-Identifier: GPL-3.0-or-later
// What a backend answers on its way to the client, and tunnels.
#include "http/uri.h"
#include "proxy/exchange.h"

namespace portlight {

void ProxyHandler::responseHeadReceived(const ResponseHead &head, const char *base)
{
    if (head.status == 101 && !m_exchange.request().hasUpgrade) {
        Failure failure;
        failure.kind = Failure::Kind::InvalidResponse;
        failure.phase = Failure::Phase::ReadingHead;
        failure.peer = m_run.peer().toByteArray();
        failure.detail = "upstream sent 101 without an upgrade being asked for";
        m_run.cancel();
        attemptFailed(failure, false, false);
        runFailed(failure);
        return;
    }
    const HeaderField *const redirect = takeAccelFields(head, base);
    if (m_job.group->config().learnsFromHead)
        learnSession(m_run.selection());
    addStickyCookie();
    if (interceptError(head, base) || (redirect && accelRedirect(head, base, *redirect)))
        return;
    m_exchange.setStatus(head.status);
    buildResponseHead(head, base);
    if (!m_buffers && head.status != 101)
        m_exchange.setLimitRate(0); // ngx_http_upstream_send_response: what is not buffered passes as it comes
    if (!m_exchange.sendHead())
        return;
    if (head.status == 101)
        enterTunnel(head, base);
    else
        m_owed = m_run.bodyOwed();
}

// proxy_intercept_errors (ngx_http_upstream_intercept_errors). True: answered otherwise.
bool ProxyHandler::interceptError(const ResponseHead &head, const char *base)
{
    if (!settings().interceptErrors || head.status < 300 || !m_exchange.settings().errorPages->ruleFor(head.status))
        return false;
    if (head.status == 401) {
        for (const HeaderField &field : head.fields) {
            if (field.id == HeaderId::WwwAuthenticate)
                m_exchange.carry({m_exchange.keep(field.name.in(base)), m_exchange.keep(field.value.in(base))});
        }
    }
    m_run.cancel();
    m_exchange.setStatus(head.status);
    m_exchange.respondError(head.status);
    return true;
}

// X-Accel-Redirect (ngx_http_upstream_process_headers): the backend says which URI of ours answers. True: it does.
bool ProxyHandler::accelRedirect(const ResponseHead &head, const char *base, const HeaderField &redirect)
{
    if (settings().ignores(IgnoredField::XAccelRedirect))
        return false;
    for (const HeaderField &field : head.fields) {
        const QByteArrayView name = field.name.in(base);
        const QByteArrayView value = field.value.in(base);
        if (field.id == HeaderId::ContentType)
            m_exchange.carryType(value);
        else if (field.id == HeaderId::SetCookie || field.id == HeaderId::CacheControl || field.id == HeaderId::Expires
                 || field.id == HeaderId::AcceptRanges || equalsIgnoringCase(name, "Content-Disposition"))
            m_exchange.carry({m_exchange.keep(name), m_exchange.keep(value)});
    }
    const QByteArray target = redirect.value.in(base).toByteArray();
    m_run.cancel();
    m_exchange.decide(Decision::Step::Redirect, QString::fromUtf8(target), QStringLiteral("X-Accel-Redirect"));
    if (target.startsWith('@')) {
        m_exchange.namedRedirect(target);
        return true;
    }
    const auto safe = parseUnsafeUri(target);
    if (!safe) {
        m_exchange.logError(LogLevel::Error, "unsafe URI \"" + target + "\" was detected");
        m_exchange.respondError(404);
        return true;
    }
    if (m_exchange.method() != MethodId::Head)
        m_exchange.setMethod(MethodId::Get);
    m_exchange.internalRedirect(safe->path, safe->args);
    return true;
}

void ProxyHandler::responseBodyReceived(Buffer data, bool last, QByteArrayView trailerLines)
{
    if (m_exchange.config().readsUpstreamFields && !trailerLines.isEmpty())
        m_trailers = m_exchange.keep(trailerLines);
    tap(false, data);
    // What came whole with its head waits for nothing.
    if (!m_flow.isActive() && !last && m_buffers && !m_exchange.isTunneling())
        beginFlow();
    if (m_flow.isActive()) {
        if (settings().passTrailers && !trailerLines.isEmpty())
            m_passedTrailers = m_exchange.keep(trailerLines);
        m_flow.received(std::move(data), last, m_run.bodyOwed(), m_context.loop.now());
        return;
    }
    m_exchange.sendBody(std::move(data), last, settings().passTrailers ? trailerLines : QByteArrayView());
    if (m_exchange.isTunneling() && last)
        endTunnelDirection(false);
    else if (!last && m_exchange.downstream().queuedBytes() > Exchange::QueuedBytesHigh)
        m_run.pauseReading();
}

void ProxyHandler::downstreamDrained()
{
    if (m_flow.isActive()) {
        clientReady();
        return;
    }
    if (m_run.isBusy())
        m_run.resumeReading();
    if (m_exchange.isTunneling())
        endTunnelIfDone();
}

void ProxyHandler::enterTunnel(const ResponseHead &head, const char *base)
{
    if (m_exchange.isRecording())
        m_tap = std::make_unique<TunnelTap>(m_context, m_exchange.id(), m_exchange.startedAt(), head, base);
    m_exchange.beginTunnel();
    m_run.switchToTunnel();
    m_exchange.downstream().switchToTunnel();
    m_exchange.downstream().readBody();
}

void ProxyHandler::tap(bool fromClient, const Buffer &data)
{
    if (!m_tap || data.isEmpty())
        return;
    m_tap->feed(fromClient, {data.data(), qsizetype(data.size())});
    m_exchange.noteTunnelTraffic();
}

void ProxyHandler::endTunnelDirection(bool fromClient)
{
    (fromClient ? m_tunnelClientEnded : m_tunnelBackendEnded) = true;
    endTunnelIfDone();
}

// Both sides have said their last, and all of it has been passed on.
void ProxyHandler::endTunnelIfDone()
{
    if (m_tunnelClientEnded && m_tunnelBackendEnded && m_exchange.downstream().queuedBytes() == 0
        && m_run.queuedBytes() == 0)
        m_exchange.downstream().exchangeEnded();
}

void ProxyHandler::requestSent()
{
    if (m_exchange.isTunneling())
        endTunnelIfDone();
}

} // namespace portlight
