// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/exchange.h"

#include "http/asciitable.h"
#include "proxy/phases.h"
#include "proxy/tlsrequestchecks.h"

#include <algorithm>

namespace portlight {

namespace {

qint64 microseconds(std::chrono::steady_clock::duration span)
{
    return std::chrono::duration_cast<std::chrono::microseconds>(span).count();
}

} // namespace

Exchange::Exchange(ProxyContext &context)
    : m_context(context)
    , m_proxy(context, *this)
    , m_continueFile(
          context.loop, [](void *self) { static_cast<Exchange *>(self)->sendFilePieces(); }, this)
    , m_reportTimer(
          context.loop.timers(), [](void *self) { static_cast<Exchange *>(self)->reportRunning(); }, this)
{}

Exchange::~Exchange()
{
    if (isRunning())
        finish();
}

void Exchange::reset()
{
    m_proxy.reset();
    m_server = nullptr;
    m_location = nullptr;
    resetState();
    m_kept.clear();
    m_carried.clear();
    m_carriedType = m_carriedLocation = {};
    m_head.clear();
    m_detail.reset();
    m_failure = {};
    m_startedAt = m_context.loop.now();
    m_startedAtMs = 0;
    m_requestBytes = m_requestWireBytes = 0;
    m_id = ++m_context.lastExchange;
    m_status = m_errStatus = m_loopDepth = 0;
    m_phase = 0;
    m_requestId = m_sentTrailers = {};
    m_fileBody.reset();
    m_sendsFile = false;
    m_requestBodyComplete = m_headSent = m_hostMatched = m_reported = m_clientGone = m_complete = false;
}

void Exchange::begin(Start start, Buffer headBytes, RequestHead &head)
{
    Q_ASSERT(!isRunning());
    reset();
    m_state = State::Running;
    m_listener = &start.listener;
    m_defaultServer = &start.defaultServer;
    m_active = std::move(start.active);
    m_headBytes = std::move(headBytes);
    std::swap(m_request, head);
    m_requestBodyComplete = m_request.body.kind == BodyKind::None;
    adoptTarget();
    values().begin(config().variablesBySlot.size());
    m_proxy.keepHeadBytes(config().readsUpstreamFields);
    chooseServer();
    startRecording();
    m_captureFilter.begin(m_detail.get());
    if (!m_context.loopDepths.isEmpty())
        m_loopDepth = m_context.loopDepths.value(m_downstream->clientAddress().toString());
    // nginx normalizes before it has read the Host: the default server says how.
    const bool mergesSlashes = m_defaultServer->core().mergeSlashes;
    const NormalizedPath path = normalizePath(requestText(m_request.path), mergesSlashes, m_uri);
    uriState().quoted = path.quoted;
    if (m_uri.isEmpty())
        m_uri = "/";
    const QByteArrayView hostSent = m_request.host.isEmpty() ? QByteArrayView() : QByteArrayView(m_host);
    if (!path.valid) {
        // nginx refuses it before it reads a field: neither Host nor User-Agent count.
        m_server = m_defaultServer;
        m_location = m_server->root.get();
        m_request.fields.clear();
        const quint32 lineEnd = m_request.requestLine.offset + m_request.requestLine.length;
        m_request.linesEnd = lineEnd + (m_headBytes.data()[lineEnd] == '\r' ? 2 : 1);
        m_downstream->disableKeepAlive();
        logError(LogLevel::Info, "client sent invalid request");
        respondError(400);
    } else if (m_downstream->spokePlainToTls()) { // ngx_http_process_request
        logError(LogLevel::Info, "client sent plain HTTP request to HTTPS port");
        m_downstream->disableKeepAlive();
        respondError(497);
    } else if (const auto refusal = refusalOfName(*m_server, hostSent, *m_downstream)) {
        m_server = m_defaultServer; // whose name was negotiated
        m_location = m_server->root.get();
        refuse(*refusal);
    } else if (m_loopDepth > ProxyContext::LoopDepthMax) {
        m_failure.kind = Failure::Kind::LoopDetected;
        logError(LogLevel::Error, m_failure.logText());
        respondError(508);
    } else if (m_request.methodId == MethodId::Trace || m_request.methodId == MethodId::Connect) {
        logError(LogLevel::Info,
                 m_request.methodId == MethodId::Trace ? "client sent TRACE method" : "client sent CONNECT method");
        m_downstream->disableKeepAlive();
        respondError(405);
    } else if (const auto unverified = refusalOfCertificate(*m_server, *m_downstream)) {
        refuse(*unverified);
    } else {
        resumePhases();
    }
}

// A head that could not be read whole belongs to the default server; nothing behind it can be framed.
void Exchange::adoptBrokenHead(Start start, Buffer headBytes, RequestHead &head)
{
    reset();
    m_state = State::Running;
    m_listener = &start.listener;
    m_defaultServer = &start.defaultServer;
    m_active = std::move(start.active);
    m_headBytes = std::move(headBytes);
    std::swap(m_request, head);
    m_requestBodyComplete = true;
    m_server = m_defaultServer;
    m_location = m_server->root.get();
    adoptTarget();
    values().begin(config().variablesBySlot.size());
    startRecording();
    m_captureFilter.begin(m_detail.get());
    m_downstream->disableKeepAlive();
}

void Exchange::beginRefused(Start start, Buffer headBytes, RequestHead &head, const HttpProtocolError &error)
{
    adoptBrokenHead(std::move(start), std::move(headBytes), head);
    logError(LogLevel::Info, error.message);
    respondError(error.status);
}

void Exchange::beginAbandoned(Start start, Buffer headBytes, RequestHead &head, int status, QByteArrayView logText)
{
    adoptBrokenHead(std::move(start), std::move(headBytes), head);
    m_clientGone = true;
    m_status = status;
    logError(LogLevel::Info, logText);
    finish();
}

// nginx: ngx_http_find_virtual_server. $host is lower case, without the port and without a trailing dot.
void Exchange::chooseServer()
{
    const QByteArrayView written = requestText(m_request.host);
    qsizetype end = written.size();
    if (const qsizetype bracket = written.indexOf(']'); written.startsWith('[') && bracket > 0)
        end = bracket + 1;
    else if (const qsizetype colon = written.indexOf(':'); colon >= 0)
        end = colon;
    if (end > 0 && written[end - 1] == '.')
        --end;
    for (qsizetype i = 0; i < end; ++i)
        m_host.append(char(written[i] >= 'A' && written[i] <= 'Z' ? written[i] | 0x20 : written[i]));
    const ServerMatch found = m_listener->names.find(m_host, m_context.regexMatch, this);
    m_hostMatched = found.server != nullptr;
    m_server = found.server ? found.server : m_listener->defaultServer; // whatever name was negotiated
    m_location = m_server->root.get();
    if (m_host.isEmpty())
        m_host = m_server->firstName();
    if (m_server != m_defaultServer)
        adoptFieldRules();
}

// Once the Host is read, nginx takes the server's underscores_in_headers for the fields behind it; the parser knew only
// the default server's.
void Exchange::adoptFieldRules()
{
    const bool underscores = m_server->core().requestLimits.underscoresInHeaders;
    if (underscores == m_defaultServer->core().requestLimits.underscoresInHeaders)
        return;
    const bool ignores = m_server->core().requestLimits.ignoreInvalidHeaders;
    for (HeaderField &field : m_request.fields) {
        const QByteArrayView name = requestText(field.name);
        if (field.name.offset < m_request.host.offset || !name.contains('_'))
            continue;
        const bool plainOtherwise = std::all_of(name.begin(), name.end(),
                                                [](char c) { return ascii::is(c, ascii::PlainNameByte) || c == '_'; });
        field.invalid = ignores && (!plainOtherwise || !underscores);
    }
}

void Exchange::resumePhases()
{
    PhaseRunner(*this).run();
}

void Exchange::redirectionCycle(QByteArrayView what, QByteArrayView target)
{
    logError(LogLevel::Error,
             "rewrite or internal redirection cycle while " + what.toByteArray() + " \"" + target.toByteArray() + '"');
    respondError(500);
}

// ngx_http_internal_redirect.
void Exchange::internalRedirect(QByteArrayView uri, QByteArrayView args)
{
    UriState &state = uriState();
    if (--state.changesLeft == 0) {
        redirectionCycle("internally redirecting to", uri);
        return;
    }
    setUri(uri);
    setArgs(args);
    decide(Decision::Step::Redirect, QString::fromUtf8(this->uri()), QStringLiteral("redirected inside"));
    m_location = m_server->root.get();
    state.internal = true;
    state.unparsedValid = false;
    state.addsUriToAlias = false;
    state.locationValid = true;
    m_phase = PhaseRunner::ServerRewritePhase;
    resumePhases();
}

// ngx_http_named_location.
void Exchange::namedRedirect(QByteArrayView name)
{
    UriState &state = uriState();
    if (--state.changesLeft == 0) {
        redirectionCycle("redirect to named location", name);
        return;
    }
    const LocationEntry *found = m_server->root->table.findNamed(name);
    if (!found) {
        logError(LogLevel::Error, "could not find named location \"" + name.toByteArray() + '"');
        respondError(500);
        return;
    }
    decide(Decision::Step::Redirect, QString::fromUtf8(name), QStringLiteral("redirected inside"),
           found->location->position);
    state.internal = true;
    state.changed = false;
    m_location = &found->location->forMethod(methodText());
    m_phase = PhaseRunner::LocationRewritePhase;
    resumePhases();
}

bool Exchange::redirectInside(QByteArrayView target)
{
    if (target.startsWith('@')) {
        namedRedirect(target);
        return true;
    }
    if (!target.startsWith('/'))
        return false;
    const qsizetype mark = target.indexOf('?');
    const QByteArray kept = target.toByteArray();
    const QByteArrayView view = kept;
    if (mark < 0)
        internalRedirect(view, ""); // empty ones, not none: ngx_http_split_args
    else
        internalRedirect(view.first(mark), view.sliced(mark + 1));
    return true;
}

int Exchange::matchRegex(const Regex &regex, QByteArrayView subject)
{
    const int pairs = regex.match(subject, m_context.regexMatch);
    if (pairs > 0)
        regexMatched(regex, subject, m_context.regexMatch);
    return pairs;
}

// ngx_http_regex_exec: the groups of the last match are $1 and on; named ones are variables of their own, which stay.
void Exchange::regexMatched(const Regex &regex, QByteArrayView subject, const RegexMatch &match)
{
    captures().set(subject, match.offsets());
    if (regex.groups().empty())
        return;
    const auto named = config().namedCaptures.constFind(regex.pattern());
    if (named == config().namedCaptures.constEnd())
        return;
    for (const NamedCapture &capture : *named) {
        const QByteArrayView text = captures().group(capture.group);
        values().set(capture.slot, text); // found even where the group took no part
    }
}

quint64 Exchange::bytesSent() const
{
    return m_downstream->bytesSent();
}

qint64 Exchange::bodyBytesSent() const
{
    const qint64 sent = qint64(bytesSent()) - m_downstream->facts().headBytes;
    return sent > 0 ? sent : 0;
}

qint64 Exchange::elapsedMs() const
{
    const auto began = m_downstream->facts().requestBegan;
    return std::chrono::duration_cast<std::chrono::milliseconds>(m_context.loop.now() - began).count();
}

qint64 Exchange::sinceStartUs() const
{
    return microseconds(m_context.loop.now() - m_startedAt);
}

bool Exchange::mayExplain() const
{
    return m_server->own && m_downstream->clientAddress().isLoopback();
}

void Exchange::decide(Decision::Step step, const QString &subject, const QString &reason, const TextPosition &where)
{
    if (m_detail)
        m_detail->decisions.push_back({step, subject, reason, where});
}

void Exchange::downstreamDrained()
{
    if (m_fileBody)
        sendFilePieces();
    else
        m_proxy.downstreamDrained();
}

void Exchange::requestBodyReceived(Buffer data, bool last)
{
    m_requestBytes += data.size();
    if (m_state != State::Tunneling)
        keepRequestBody({data.data(), qsizetype(data.size())});
    m_proxy.requestBodyReceived(std::move(data), last);
}

void Exchange::beginTunnel()
{
    m_state = State::Tunneling;
    if (!m_detail)
        return;
    m_detail->summary.upgraded = true;
    m_captureFilter.stopKeeping(); // the handler's tap keeps what passes
    reportRunning();
}

void Exchange::clientGone(QByteArrayView logText)
{
    if (!isRunning())
        return;
    m_clientGone = m_state != State::Tunneling; // a tunnel ends so as often as otherwise
    if (!logText.isEmpty())
        logError(LogLevel::Info, logText);
    if (m_status == 0)
        m_status = 499; // nginx: client has closed the request
    finish();
}

void Exchange::requestBodyFailed(int status, QByteArrayView logText)
{
    m_proxy.cancel();
    m_proxy.discardRequestBody();
    logError(LogLevel::Info, logText);
    m_downstream->disableKeepAlive();
    if (m_headSent || status == 408) {
        if (m_status == 0)
            m_status = status;
        m_downstream->abort(); // as nginx: a client that is too slow gets no page
        return;
    }
    respondError(status);
}

void Exchange::finish()
{
    if (!isRunning())
        return;
    m_proxy.cancel();
    m_reportTimer.stop();
    m_state = State::Ended;
    logFinished();
    DomainTally &tally = m_context.tallies[m_server->firstName()];
    ++tally.requests;
    tally.failures += m_status >= 500;
    tally.lastStatus = m_status;
    if (m_detail)
        finishRecording();
    m_proxy.finish();
    m_fileBody.reset();
    m_continueFile.cancel();
    m_headBytes.release();
    m_active.reset();
}

} // namespace portlight
