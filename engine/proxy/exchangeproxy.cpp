// SPDX-License-Identifier: GPL-3.0-or-later
// The proxy content handler: the exchange's side of its upstream run.
#include "proxy/exchange.h"

#include "http/serializer.h"
#include "http/uri.h"

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

// The status line behind the version and its spaces, which nginx passes on as it came.
QByteArrayView statusText(const ResponseHead &head, const char *base)
{
    QByteArrayView text = head.statusLine.in(base);
    text = text.sliced(text.indexOf(' '));
    while (text.startsWith(' '))
        text = text.sliced(1);
    return text;
}

} // namespace

PhaseResult Exchange::startProxy()
{
    const ProxySettings &proxy = *m_location->proxy;
    const BodyFraming &body = m_request.body;
    const bool hasBody = body.kind == BodyKind::Chunked || (body.kind == BodyKind::Length && body.length > 0);
    // nginx asks for the body even where none is announced (ngx_http_test_expect).
    if (m_request.expectContinue && m_request.version >= HttpVersion{1, 1})
        m_downstream.sendContinue();
    if (!hasBody) {
        m_requestBodyComplete = true;
        startRun();
        return PhaseResult::Suspended;
    }
    // A chunked body can only be passed on as it comes when the backend takes chunks (proxy_request_buffering).
    m_streamsRequestBody = !proxy.requestBuffering && (body.kind == BodyKind::Length || proxy.version >= HttpVersion{1, 1});
    m_storesRequestBody = !m_streamsRequestBody;
    if (m_streamsRequestBody) {
        startRun();
    } else {
        m_bodyStore.reset(core().clientBodyBufferBytes);
        m_downstream.readBody();
    }
    return PhaseResult::Suspended;
}

void Exchange::startRun()
{
    const ProxySettings &proxy = *m_location->proxy;
    UpstreamRun::Request request;
    request.method = m_request.methodId;
    const QByteArrayView method = requestText(m_request.method);
    request.idempotent = method != "POST" && method != "PATCH" && method != "LOCK";
    request.hasBody = m_streamsRequestBody || m_bodyStore.size() > 0;
    m_chunkedToBackend = m_streamsRequestBody && m_request.body.kind == BodyKind::Chunked;
    request.chunked = m_chunkedToBackend;
    m_runStarted = true;
    if (m_detail && m_storesRequestBody)
        m_detail->timing.requestBodyUs = sinceStartUs();
    m_run.start(proxy, *m_active->upstreams[proxy.upstream->index], request, m_location, m_loopDepth);
}

void Exchange::requestBodyReceived(Buffer data, bool last)
{
    m_requestBytes += data.size();
    keepRequestBody({data.data(), qsizetype(data.size())});
    if (m_state == State::Tunneling) {
        m_run.sendBody(std::move(data), last);
        if (last)
            endTunnelDirection(true);
        else if (!m_run.wantsBody())
            m_downstream.pauseBody();
        return;
    }
    m_requestBodyComplete = last;
    if (m_headSent && !m_streamsRequestBody)
        return; // answered already: the rest is read only to be dropped
    const qint64 bytesMax = core().clientMaxBodyBytes;
    if (bytesMax > 0 && m_requestBytes > bytesMax && !m_headSent) {
        logError(LogLevel::Error, "client intended to send too large chunked body: " + QByteArray::number(m_requestBytes) + " bytes");
        m_run.cancel();
        respondError(413);
        return;
    }
    if (m_streamsRequestBody) {
        if (last && m_detail)
            m_detail->timing.requestBodyUs = sinceStartUs();
        m_run.sendBody(std::move(data), last);
        if (!last && !m_run.wantsBody())
            m_downstream.pauseBody();
    } else if (m_storesRequestBody && !m_runStarted) {
        if (const int error = m_bodyStore.append(std::move(data))) {
            m_failure.kind = Failure::Kind::BodyStoreFailed;
            m_failure.error = error;
            logError(LogLevel::Crit, m_failure.logText());
            respondError(500);
        } else if (last) {
            startRun();
        }
    }
}

void Exchange::requestBodyWanted()
{
    if (m_streamsRequestBody || m_state == State::Tunneling) {
        m_downstream.readBody();
        return;
    }
    while (m_run.wantsBody() && !m_bodyStore.atEnd()) {
        int error = 0;
        Buffer part = m_bodyStore.readNext(m_context.loop.buffers(), error);
        if (error) {
            Failure failure;
            failure.kind = Failure::Kind::BodyStoreFailed;
            failure.error = error;
            m_run.cancel();
            runFailed(failure);
            return;
        }
        m_run.sendBody(std::move(part), m_bodyStore.atEnd());
    }
}

bool Exchange::canReplayBody() const
{
    return m_storesRequestBody || m_requestBytes == 0;
}

void Exchange::peerChosen(QByteArrayView peer, bool reused)
{
    if (!m_detail)
        return;
    const UpstreamConfig &group = *m_location->proxy->upstream;
    decide(Decision::Step::Peer, QString::fromUtf8(peer),
           reused ? u"an idle connection of group %1 is reused"_s.arg(QString::fromUtf8(group.name))
               : group.peers.size() > 1 ? u"next in turn of %1 peers"_s.arg(group.peers.size())
                                        : u"the only peer"_s,
           m_location->proxy->position);
    stateChanged();
}

void Exchange::attemptFailed(const Failure &failure, bool retrying)
{
    logError(LogLevel::Error, failure.logText());
    decide(Decision::Step::Attempt, QString::fromUtf8(failure.peer), failure.sentence());
    if (!retrying)
        return;
    ++m_retries;
    decide(Decision::Step::Retry, QString::fromUtf8(requestText(m_request.method)),
           u"nothing was sent downstream and the request may be repeated"_s);
}

void Exchange::runFailed(const Failure &failure)
{
    m_failure = failure;
    if (!m_headSent) {
        respondError(failure.status());
        return;
    }
    if (m_state != State::Tunneling || failure.kind == Failure::Kind::TimedOut)
        logError(failure.kind == Failure::Kind::TimedOut && m_state == State::Tunneling ? LogLevel::Info : LogLevel::Error,
                 failure.logText());
    if (m_state == State::Tunneling)
        m_failure = {}; // a tunnel that one side ends has not failed
    m_downstream.abort();
}

// --- the request to the backend ---

void Exchange::writeRequestHead(WireBuffer &out, const SocketAddress &)
{
    const ProxySettings &proxy = *m_location->proxy;
    if (m_storesRequestBody)
        m_bodyStore.rewind();
    out.append(requestText(m_request.method));
    out.append(' ');
    writeTarget(out);
    out.append(proxy.version >= HttpVersion{1, 1} ? QByteArrayView(" HTTP/1.1\r\n") : QByteArrayView(" HTTP/1.0\r\n"));
    writeSetFields(out);
    writeBodyFraming(out);
    writeForwardedFields(out);
    out.appendLiteral("\r\n");
}

// ngx_http_proxy_create_request: without a URI in proxy_pass the client's own bytes; with one, the location's part of the
// normalized path is replaced.
void Exchange::writeTarget(WireBuffer &out) const
{
    const ProxySettings &proxy = *m_location->proxy;
    if (!proxy.target.hasUri && m_redirects == 0 && !m_request.pathImplied) {
        out.append(unparsedUri());
        return;
    }
    const QByteArrayView uri = m_uri;
    const QByteArrayView rest = proxy.target.hasUri ? uri.sliced(qMin(m_location->path.size(), uri.size())) : uri;
    out.append(proxy.target.uri);
    if (m_uriQuoted || m_redirects > 0) {
        QByteArray escaped;
        appendEscapedUri(escaped, rest);
        out.append(escaped);
    } else {
        out.append(rest);
    }
    if (!args().isEmpty()) {
        out.append('?');
        out.append(args());
    }
}

void Exchange::writeSetFields(WireBuffer &out)
{
    const ProxySettings &proxy = *m_location->proxy;
    for (const SetHeader &field : proxy.setHeaders) {
        if (field.id == HeaderId::ContentLength || field.id == HeaderId::TransferEncoding)
            continue; // the body's framing is never a template's
        m_scratch.clear();
        field.value.evaluate(*this, m_scratch);
        if (!m_scratch.isEmpty())
            appendField(out, field.name, m_scratch.view());
    }
    if (!proxy.setsField(HeaderId::Host))
        appendField(out, "Host", proxy.target.peer.unixPath.isEmpty() ? QByteArrayView(proxy.target.hostPort) : "localhost");
    // Since 1.29.7 nginx leaves the connection open by default; before, it says so to the backend.
    if (!proxy.setsField(HeaderId::Connection)
        && (m_active->config->version < NginxVersion{1, 29, 7} || proxy.version < HttpVersion{1, 1}))
        out.appendLiteral("Connection: close\r\n");
}

void Exchange::writeBodyFraming(WireBuffer &out)
{
    if (m_chunkedToBackend)
        out.appendLiteral("Transfer-Encoding: chunked\r\n");
    else if (m_storesRequestBody)
        appendField(out, "Content-Length", quint64(m_bodyStore.size()));
    else if (m_request.body.kind == BodyKind::Length)
        appendField(out, "Content-Length", quint64(m_request.body.length));
    else if (!requestField(HeaderId::ContentLength).isEmpty())
        out.appendLiteral("Content-Length: 0\r\n");
}

// The client's own fields, less those that concern its hop, those that its Connection field names (RFC 9110 §7.6.1;
// nginx forwards them) and those that proxy_set_header replaces.
void Exchange::writeForwardedFields(WireBuffer &out)
{
    const ProxySettings &proxy = *m_location->proxy;
    const char *base = m_headBytes.data();
    for (const HeaderField &field : m_request.fields) {
        switch (field.id) {
        case HeaderId::Host:
        case HeaderId::Connection:
        case HeaderId::KeepAlive:
        case HeaderId::TransferEncoding:
        case HeaderId::Te:
        case HeaderId::ContentLength:
        case HeaderId::Expect:
        case HeaderId::Upgrade: continue;
        default: break;
        }
        if (field.invalid || field.named || proxy.setsField(field.id, field.name.in(base)))
            continue;
        appendField(out, field.name.in(base), field.value.in(base));
    }
}

// --- the response from the backend ---

void Exchange::responseHeadReceived(const ResponseHead &head, const char *base)
{
    if (head.status == 101 && !m_request.hasUpgrade) {
        Failure failure;
        failure.kind = Failure::Kind::InvalidResponse;
        failure.phase = Failure::Phase::ReadingHead;
        failure.peer = m_run.peer().toByteArray();
        failure.detail = "upstream sent 101 without an upgrade being asked for";
        m_run.cancel();
        attemptFailed(failure, false);
        runFailed(failure);
        return;
    }
    m_status = head.status;
    buildResponseHead(head, base);
    sendHead();
    if (head.status == 101)
        enterTunnel();
}

void Exchange::buildResponseHead(const ResponseHead &head, const char *base)
{
    m_head.clear();
    m_head.status = m_status;
    m_head.statusText = statusText(head, base);
    m_head.server = serverToken();
    m_head.hasBody = m_request.methodId != MethodId::Head && m_status != 204 && m_status != 304;
    for (const HeaderField &field : head.fields) {
        const QByteArrayView value = field.value.in(base);
        switch (field.id) {
        case HeaderId::Connection:
        case HeaderId::KeepAlive:
        case HeaderId::TransferEncoding:
        case HeaderId::Date:
        case HeaderId::Server:
        case HeaderId::XPad:
        case HeaderId::XAccelExpires:
        case HeaderId::XAccelRedirect:
        case HeaderId::XAccelLimitRate:
        case HeaderId::XAccelBuffering:
        case HeaderId::XAccelCharset: continue;
        case HeaderId::ContentType: m_head.contentType = value; continue;
        case HeaderId::ContentLength: m_head.contentLength = head.contentLength; continue;
        case HeaderId::Upgrade:
            if (field.named && head.status != 101 && head.status != 426)
                continue;
            break;
        case HeaderId::Location:
            if (rewriteLocation(value))
                continue;
            break;
        case HeaderId::Refresh:
            if (rewriteRefresh(value)) {
                m_head.fields.push_back({field.name.in(base), m_refreshValue});
                continue;
            }
            break;
        default:
            if (field.named || field.invalid)
                continue;
        }
        m_head.fields.push_back({field.name.in(base), value});
    }
}

// proxy_redirect's default: the backend's own address in a URL becomes a path of ours; null where it is another's.
QByteArray Exchange::ownPathOf(QByteArrayView url) const
{
    const ProxySettings &proxy = *m_location->proxy;
    const QByteArray pattern = proxy.target.hasUri ? proxy.url : proxy.url + '/';
    if (!url.startsWith(pattern))
        return {};
    QByteArray path = proxy.target.hasUri ? m_location->path : QByteArray("/");
    path += url.sliced(pattern.size());
    return path;
}

bool Exchange::rewriteLocation(QByteArrayView value)
{
    const QByteArray path = ownPathOf(value);
    if (path.isNull())
        return false;
    m_locationValue = absoluteUrl(path);
    m_head.location = m_locationValue;
    return true;
}

// "5; url=http://…": only the URL changes (ngx_http_upstream_rewrite_refresh).
bool Exchange::rewriteRefresh(QByteArrayView value)
{
    const QByteArray lower = value.toByteArray().toLower();
    const qsizetype at = lower.indexOf("url=");
    if (at < 0)
        return false;
    const qsizetype start = at + 4;
    const QByteArray path = ownPathOf(value.sliced(start));
    if (path.isNull())
        return false;
    m_refreshValue = value.first(start).toByteArray() + path;
    return true;
}

void Exchange::responseBodyReceived(Buffer data, bool last, QByteArrayView trailerLines)
{
    sendBody(std::move(data), last, m_location->proxy->passTrailers ? trailerLines : QByteArrayView());
    if (m_state == State::Tunneling && last)
        endTunnelDirection(false);
    else if (!last && m_downstream.queuedBytes() > QueuedBytesHigh)
        m_run.pauseReading();
}

// --- tunnels ---

void Exchange::enterTunnel()
{
    m_state = State::Tunneling;
    if (m_detail)
        m_detail->summary.upgraded = true;
    m_run.switchToTunnel();
    m_downstream.switchToTunnel();
    m_downstream.readBody();
    stateChanged();
}

void Exchange::endTunnelDirection(bool fromClient)
{
    (fromClient ? m_tunnelClientEnded : m_tunnelBackendEnded) = true;
    endTunnelIfDone();
}

// Both sides have said their last, and all of it has been passed on.
void Exchange::endTunnelIfDone()
{
    if (m_tunnelClientEnded && m_tunnelBackendEnded && m_downstream.queuedBytes() == 0 && m_run.queuedBytes() == 0)
        m_downstream.exchangeEnded();
}

void Exchange::requestSent()
{
    if (m_state == State::Tunneling)
        endTunnelIfDone();
}

} // namespace portlight
