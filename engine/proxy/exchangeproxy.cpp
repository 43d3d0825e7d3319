// SPDX-License-Identifier: GPL-3.0-or-later
// The proxy content handler, its request half: the run is started, the body passed on, the head written.
#include "proxy/exchange.h"

#include "http/serializer.h"
#include "http/uri.h"

#include <cstring>

using namespace Qt::StringLiterals;

namespace portlight {

PhaseResult Exchange::startProxy()
{
    if (!prepareJob())
        return PhaseResult::Done;
    const ProxySettings &proxy = m_location->proxy();
    const BodyFraming &body = m_request.body;
    const bool hasBody = body.kind == BodyKind::Chunked || (body.kind == BodyKind::Length && body.length > 0);
    // nginx asks for the body even where none is announced (ngx_http_test_expect).
    if (m_request.expectContinue && m_request.version >= HttpVersion{1, 1})
        m_downstream->sendContinue();
    const bool filesEmptyBody = body.kind == BodyKind::Length && core().bodyStore.file != BodyFile::Off;
    if (!hasBody && filesEmptyBody && !m_storesRequestBody) {
        m_storesRequestBody = m_requestBodyComplete = true;
        m_bodyStore.reset(bodyStoreOptions(), &m_context.tempNumber);
        storeRequestBody({}, true);
        return PhaseResult::Suspended;
    }
    if (!hasBody || m_storesRequestBody || m_requestBodyComplete) { // none, or read before a redirect inside
        m_requestBodyComplete = true;
        startRun();
        return PhaseResult::Suspended;
    }
    // A chunked body can only be passed on as it comes when the backend takes chunks (proxy_request_buffering).
    m_streamsRequestBody = !proxy.requestBuffering && !m_job.replacesBody
                           && (body.kind == BodyKind::Length || proxy.version >= HttpVersion{1, 1});
    m_storesRequestBody = !m_streamsRequestBody;
    if (m_streamsRequestBody) {
        startRun();
    } else {
        m_bodyStore.reset(bodyStoreOptions(), &m_context.tempNumber);
        m_downstream->readBody();
    }
    return PhaseResult::Suspended;
}

// ngx_http_proxy_eval: the URL of a proxy_pass with variables. False: answered.
bool Exchange::evaluateTarget(const ProxyPass &pass)
{
    const QByteArray url = pass.variable.evaluated(*this);
    const auto target = parseProxyTarget(url);
    if (!target) {
        logError(LogLevel::Error, target.error().message.toUtf8());
        respondError(500);
        return false;
    }
    m_job.evaluated = *target;
    const UpstreamConfig *const named =
        target->peer.hasPort ? nullptr : config().groupsByName.value(target->hostPort.toLower());
    if (named) {
        m_job.group = m_active->upstreams[named->index].get();
        return true;
    }
    auto group = m_active->groupOf(target->peer);
    if (!group) {
        logError(LogLevel::Error, group.error().message.toUtf8());
        respondError(502);
        return false;
    }
    m_job.address = std::move(*group);
    m_job.group = m_job.address->state.get();
    return true;
}

bool Exchange::prepareJob()
{
    const ProxyPass &pass = *m_location->proxyPass;
    const ProxySettings &proxy = m_location->proxy();
    m_job.pass = &pass;
    m_job.address.reset();
    if (pass.upstream)
        m_job.group = m_active->upstreams[pass.upstream->index].get();
    else if (!evaluateTarget(pass))
        return false;
    m_job.method = proxy.method ? proxy.method->evaluated(*this) : QByteArray();
    m_job.replacesBody = proxy.body || !proxy.passRequestBody;
    return true;
}

void Exchange::startRun()
{
    const ProxySettings &proxy = m_location->proxy();
    m_job.body = proxy.body ? proxy.body->evaluated(*this) : QByteArray();
    UpstreamRun::Request request;
    const QByteArrayView method = m_job.method.isEmpty() ? methodText() : QByteArrayView(m_job.method);
    request.method = m_job.method.isEmpty()               ? this->method()
                     : equalsIgnoringCase(method, "HEAD") ? MethodId::Head
                                                          : MethodId::Get;
    const QByteArrayView asked = methodText();
    request.idempotent = asked != "POST" && asked != "PATCH" && asked != "LOCK";
    request.hasBody = m_job.replacesBody ? !m_job.body.isEmpty() : m_streamsRequestBody || m_bodyStore.size() > 0;
    m_chunkedToBackend = !m_job.replacesBody && m_streamsRequestBody && m_request.body.kind == BodyKind::Chunked;
    request.chunked = m_chunkedToBackend;
    m_runStarted = true;
    m_sentTarget.resize(0);
    if (m_detail && m_storesRequestBody)
        m_detail->timing.requestBodyUs = sinceStartUs();
    m_run.start(proxy, *m_job.group, request, m_location, m_loopDepth);
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
            m_downstream->pauseBody();
        return;
    }
    m_requestBodyComplete = last;
    if (m_discardsRequestBody || (m_headSent && !m_streamsRequestBody))
        return; // answered already: the rest is read only to be dropped
    const qint64 bytesMax = core().clientMaxBodyBytes;
    if (bytesMax > 0 && m_requestBytes > bytesMax && !m_headSent) {
        logError(LogLevel::Error,
                 "client intended to send too large chunked body: " + QByteArray::number(m_requestBytes - data.size())
                     + '+' + QByteArray::number(data.size()) + " bytes");
        m_run.cancel();
        discardRequestBody();
        respondError(413);
        return;
    }
    if (m_streamsRequestBody) {
        if (last && m_detail)
            m_detail->timing.requestBodyUs = sinceStartUs();
        m_run.sendBody(std::move(data), last);
        if (!last && !m_run.wantsBody())
            m_downstream->pauseBody();
    } else if (m_storesRequestBody && !m_runStarted) {
        storeRequestBody(std::move(data), last);
    }
}

// What has come of it is no whole body: an error page that is proxied must not send it on.
void Exchange::discardRequestBody()
{
    m_discardsRequestBody = true;
    m_storesRequestBody = true;
    m_streamsRequestBody = false;
    m_bodyStore.reset(0);
}

void Exchange::requestBodyWanted()
{
    if (m_streamsRequestBody || m_state == State::Tunneling) {
        m_downstream->readBody();
        return;
    }
    if (m_job.replacesBody) {
        Buffer body = m_context.loop.buffers().take(quint32(m_job.body.size()));
        std::memcpy(body.room(), m_job.body.constData(), size_t(m_job.body.size()));
        body.grow(quint32(m_job.body.size()));
        m_run.sendBody(std::move(body), true);
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
    return m_storesRequestBody || m_job.replacesBody || m_requestBytes == 0;
}

void Exchange::peerChosen(QByteArrayView peer, bool reused)
{
    if (!m_detail)
        return;
    const UpstreamConfig &group = m_job.group->config();
    decide(Decision::Step::Peer, QString::fromUtf8(peer),
           reused                   ? u"an idle connection of group %1 is reused"_s.arg(QString::fromUtf8(group.name))
           : group.peers.size() > 1 ? u"next in turn of %1 peers"_s.arg(group.peers.size())
                                    : u"the only peer"_s,
           m_job.pass->position);
    stateChanged();
}

void Exchange::attemptFailed(const Failure &failure, bool retrying)
{
    logError(LogLevel::Error, failure.logText());
    decide(Decision::Step::Attempt, QString::fromUtf8(failure.peer), failure.sentence());
    if (!retrying)
        return;
    ++m_retries;
    decide(Decision::Step::Retry, QString::fromUtf8(methodText()),
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
        logError(failure.kind == Failure::Kind::TimedOut && m_state == State::Tunneling ? LogLevel::Info
                                                                                        : LogLevel::Error,
                 failure.logText());
    if (m_state == State::Tunneling)
        m_failure = {}; // a tunnel that one side ends has not failed
    m_downstream->abort();
}

// --- the request to the backend ---

void Exchange::writeRequestHead(WireBuffer &out, const SocketAddress &)
{
    const ProxySettings &proxy = m_location->proxy();
    if (m_storesRequestBody)
        m_bodyStore.rewind();
    out.append(m_job.method.isEmpty() ? methodText() : QByteArrayView(m_job.method));
    out.append(' ');
    writeTarget(out);
    out.append(proxy.version >= HttpVersion{1, 1} ? QByteArrayView(" HTTP/1.1\r\n") : QByteArrayView(" HTTP/1.0\r\n"));
    writeSetFields(out);
    writeBodyFraming(out);
    if (proxy.passRequestHeaders)
        writeForwardedFields(out);
    out.appendLiteral("\r\n");
}

// ngx_http_proxy_create_request: without a URI in proxy_pass the client's own bytes, while they are still valid; with
// one, the location's part of the normalized path is replaced; one with variables is sent as it is.
void Exchange::writeTarget(WireBuffer &out)
{
    const size_t start = out.size();
    const ProxyTarget &target = m_job.target();
    const UriState &state = uriState();
    if (m_job.replacesUri()) {
        if (target.uri.startsWith('?'))
            out.append('/');
        out.append(target.uri);
    } else if (!target.hasUri && state.unparsedValid && !m_request.pathImplied) {
        out.append(unparsedUri());
    } else {
        QByteArrayView rest = m_uri;
        if (target.hasUri && state.locationValid)
            rest = rest.sliced(qMin(m_location->path.size(), rest.size()));
        if (state.locationValid)
            out.append(target.uri);
        if (state.quoted || state.internal) {
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
    m_sentTarget.resize(0);
    m_sentTarget.append(out.view().sliced(qsizetype(start)));
}

void Exchange::writeSetFields(WireBuffer &out)
{
    const ProxySettings &proxy = m_location->proxy();
    for (const SetHeader &field : proxy.setHeaders) {
        if (field.id == HeaderId::ContentLength || field.id == HeaderId::TransferEncoding)
            continue; // the body's framing is never a template's
        m_scratch.clear();
        field.value.evaluate(*this, m_scratch);
        if (!m_scratch.isEmpty())
            appendField(out, field.name, m_scratch.view());
    }
    if (!proxy.setsField(HeaderId::Host))
        appendField(out, "Host",
                    m_job.target().peer.unixPath.isEmpty() ? QByteArrayView(m_job.target().hostPort) : "localhost");
    // Since 1.29.7 nginx leaves the connection open by default; before, it says so to the backend.
    if (!proxy.setsField(HeaderId::Connection)
        && (m_active->config->version < NginxVersion{1, 29, 7} || proxy.version < HttpVersion{1, 1}))
        out.appendLiteral("Connection: close\r\n");
}

void Exchange::writeBodyFraming(WireBuffer &out)
{
    const ProxySettings &proxy = m_location->proxy();
    if (proxy.body)
        appendField(out, "Content-Length", quint64(m_job.body.size()));
    else if (m_job.replacesBody && proxy.setsField(HeaderId::ContentLength))
        return; // proxy_set_header Content-Length ""
    else if (m_chunkedToBackend)
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
    const ProxySettings &proxy = m_location->proxy();
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

} // namespace portlight
