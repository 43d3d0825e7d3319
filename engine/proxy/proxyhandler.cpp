// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/proxyhandler.h"

#include "proxy/exchange.h"
#include "proxy/peerwords.h"
#include "proxy/upstreamtls.h"

using namespace Qt::StringLiterals;

namespace portlight {

ProxyHandler::ProxyHandler(ProxyContext &context, Exchange &exchange)
    : m_context(context)
    , m_exchange(exchange)
    , m_run(context, *this)
    , m_lookup(context.loop, *this)
    , m_flow(*this, context.loop.buffers())
    , m_continueFlow(
          context.loop, [](void *self) { static_cast<ProxyHandler *>(self)->clientReady(); }, this)
    , m_patience(
          context.loop.timers(), [](void *self) { static_cast<ProxyHandler *>(self)->m_flow.patienceEnded(); }, this)
{}

const ProxySettings &ProxyHandler::settings() const
{
    return m_exchange.location().proxy();
}

void ProxyHandler::reset()
{
    m_run.reset();
    m_job.pass = nullptr;
    m_job.group = nullptr;
    m_job.address.reset();
    m_job.tls.reset();
    m_trailers = m_passedTrailers = {};
    m_stickyRoute = {};
    m_retries = 0;
    m_streamsBody = m_storesBody = m_discardsBody = false;
    m_runStarted = m_chunkedToBackend = false;
    m_tunnelClientEnded = m_tunnelBackendEnded = false;
}

void ProxyHandler::cancel()
{
    if (m_tap)
        m_tap->finish();
    m_lookup.cancel();
    m_run.cancel();
    m_flow.clear();
    m_continueFlow.cancel();
}

void ProxyHandler::finish()
{
    m_bodyStore.reset(0);
    m_flow.clear();
    m_continueFlow.cancel();
    m_tap.reset();
}

PhaseResult ProxyHandler::start()
{
    if (!prepareJob())
        return PhaseResult::Done;
    const ProxySettings &proxy = settings();
    const BodyFraming &body = m_exchange.request().body;
    const bool hasBody = body.kind == BodyKind::Chunked || (body.kind == BodyKind::Length && body.length > 0);
    // nginx asks for the body even where none is announced (ngx_http_test_expect).
    if (m_exchange.request().expectContinue && m_exchange.request().version >= HttpVersion{1, 1})
        m_exchange.downstream().sendContinue();
    const bool filesEmptyBody = body.kind == BodyKind::Length && m_exchange.core().bodyStore.file != BodyFile::Off;
    if (!hasBody && filesEmptyBody && !m_storesBody) {
        m_storesBody = true;
        m_exchange.setRequestBodyComplete(true);
        m_bodyStore.reset(bodyStoreOptions(), &m_context.tempNumber);
        storeRequestBody({}, true);
        return PhaseResult::Suspended;
    }
    if (!hasBody || m_storesBody || m_exchange.requestBodyComplete()) { // none, or read before a redirect inside
        m_exchange.setRequestBodyComplete(true);
        startRun();
        return PhaseResult::Suspended;
    }
    // A body that came with its head need not be streamed, so that it can be sent again (nginx:
    // ngx_http_read_client_request_body). A chunked one can only be passed on as it comes when the backend takes
    // chunks.
    const bool isThere =
        body.kind == BodyKind::Length && quint64(body.length) <= m_exchange.downstream().bytesBehindHead();
    m_streamsBody = !proxy.requestBuffering && !m_job.replacesBody && !isThere
                    && (body.kind == BodyKind::Length || proxy.version >= HttpVersion{1, 1});
    m_storesBody = !m_streamsBody;
    if (m_streamsBody) {
        startRun();
    } else {
        m_bodyStore.reset(bodyStoreOptions(), &m_context.tempNumber);
        m_exchange.downstream().readBody();
    }
    return PhaseResult::Suspended;
}

// ngx_http_proxy_eval: the URL of a proxy_pass with variables. False: answered.
bool ProxyHandler::evaluateTarget(const ProxyPass &pass)
{
    const QByteArray url = pass.variable.evaluated(m_exchange);
    const auto target = parseProxyTarget(url);
    if (!target) {
        m_exchange.logError(LogLevel::Error, target.error().message.toUtf8());
        m_exchange.respondError(500);
        return false;
    }
    m_job.evaluated = *target;
    const UpstreamConfig *const named =
        target->peer.hasPort ? nullptr : m_exchange.config().groupsByName.value(target->hostPort.toLower());
    if (named) {
        m_job.group = m_exchange.activeConfig().upstreams[named->index].get();
        return true;
    }
    auto group = m_exchange.activeConfig().groupOf(target->peer);
    if (!group) {
        m_exchange.logError(LogLevel::Error, group.error().message.toUtf8());
        m_exchange.respondError(502);
        return false;
    }
    m_job.address = std::move(*group);
    if (m_job.address) {
        m_job.group = m_job.address->state.get();
        return true;
    }
    m_job.group = nullptr; // looked up once the request's body is there
    if (m_exchange.settings().resolver->config)
        return true;
    targetNotFound("no resolver defined to resolve " + target->peer.host);
    return false;
}

void ProxyHandler::targetFound(std::shared_ptr<AddressGroup> group)
{
    if (m_exchange.isRecording())
        m_exchange.decide(Decision::Step::Peer, QString::fromUtf8(group->config.name),
                          u"the name was resolved to %1"_s.arg(addressWords(group->config)), m_job.pass->position);
    m_job.address = std::move(group);
    m_job.group = m_job.address->state.get();
    startRun();
}

void ProxyHandler::targetNotFound(const QByteArray &logText)
{
    Failure failure;
    failure.kind = Failure::Kind::NotResolved;
    failure.peer = m_job.evaluated.peer.host;
    failure.detail = logText;
    m_exchange.logError(LogLevel::Error, logText);
    m_exchange.decide(Decision::Step::Attempt, QString::fromUtf8(failure.peer), failure.sentence());
    m_exchange.noteFailure(failure);
    runFailed(failure);
}

bool ProxyHandler::prepareJob()
{
    const ProxyPass &pass = *m_exchange.location().proxyPass;
    const ProxySettings &proxy = settings();
    m_job.pass = &pass;
    m_job.address.reset();
    if (pass.upstream)
        m_job.group = m_exchange.activeConfig().upstreams[pass.upstream->index].get();
    else if (!evaluateTarget(pass))
        return false;
    m_job.tls.reset();
    if (m_job.target().scheme == "https")
        m_job.tls = tlsPeerOf(m_exchange);
    m_job.method = proxy.method ? proxy.method->evaluated(m_exchange) : QByteArray();
    m_job.replacesBody = proxy.body || !proxy.passRequestBody;
    return true;
}

void ProxyHandler::startRun()
{
    if (!knowsTarget()) {
        m_lookup.start(m_exchange.activeConfig(), *m_exchange.settings().resolver, m_job.evaluated.peer);
        return;
    }
    const ProxySettings &proxy = settings();
    m_job.body = proxy.body ? proxy.body->evaluated(m_exchange) : QByteArray();
    UpstreamRun::Request request;
    const QByteArrayView method = m_job.method.isEmpty() ? m_exchange.methodText() : QByteArrayView(m_job.method);
    request.method = m_job.method.isEmpty()               ? m_exchange.method()
                     : equalsIgnoringCase(method, "HEAD") ? MethodId::Head
                                                          : MethodId::Get;
    const QByteArrayView asked = m_exchange.methodText();
    request.idempotent = asked != "POST" && asked != "PATCH" && asked != "LOCK";
    request.hasBody = m_job.replacesBody ? !m_job.body.isEmpty() : m_streamsBody || m_bodyStore.size() > 0;
    m_chunkedToBackend = !m_job.replacesBody && m_streamsBody && m_exchange.request().body.kind == BodyKind::Chunked;
    request.chunked = m_chunkedToBackend;
    request.tls = m_job.tls ? &*m_job.tls : nullptr;
    request.query.client = &m_exchange.downstream().clientAddress();
    addHashKey(request.query);
    addSticky(request.query);
    request.explains = m_exchange.isRecording();
    request.dial = dialOptions();
    m_runStarted = true;
    m_sentTarget.resize(0);
    if (m_storesBody)
        m_exchange.noteRequestBodyRead();
    m_run.start(proxy, *m_job.group, request, &m_exchange.location(), m_exchange.loopDepth());
}

void ProxyHandler::peerChosen(const PeerSelection &selection, QByteArrayView peer, bool reused)
{
    if (const UpstreamTemplates *const made = templates(); made && made->cookie)
        m_stickyRoute = selection.current()->routeId();
    if (!m_exchange.isRecording())
        return;
    const QString group = QString::fromUtf8(m_job.group->config().name);
    for (const SkippedPeer &skipped : selection.skipped())
        m_exchange.decide(Decision::Step::Peer, QString::fromUtf8(skipped.peer->display()),
                          u"passed over: "_s + obstacleWords(*skipped.peer, skipped.obstacle),
                          skipped.peer->config().position);
    const QString words = choiceWords(selection, m_job.group->config());
    m_exchange.decide(Decision::Step::Peer, QString::fromUtf8(peer),
                      reused ? words + u"; an idle connection of group %1 is reused"_s.arg(group) : words,
                      m_job.pass->position);
    m_exchange.stateChanged();
}

Result<void> ProxyHandler::loadTlsFiles(TlsPeer &peer)
{
    return portlight::loadTlsFiles(peer, m_exchange);
}

void ProxyHandler::secured(const TlsSummary &summary)
{
    if (!m_exchange.isRecording())
        return;
    m_exchange.decide(Decision::Step::Peer, QString::fromLatin1(summary.protocol),
                      u"%1 TLS session with %2, %3"_s.arg(summary.resumed ? u"resumed"_s : u"new"_s,
                                                          QString::fromUtf8(summary.subject),
                                                          QString::fromLatin1(summary.cipher)),
                      m_job.pass->position);
}

void ProxyHandler::tlsExpected()
{
    m_exchange.decide(Decision::Step::Attempt, QString::fromUtf8(m_run.peer()),
                      u"the backend expects TLS on this port: write https:// in proxy_pass"_s, m_job.pass->position);
}

void ProxyHandler::attemptFailed(const Failure &failure, bool retrying, bool setAside)
{
    const bool aloud = failure.kind != Failure::Kind::PassedOver;
    // nginx tells of a timeout behind the peer that is set aside for it, and of an error before.
    if (aloud && failure.kind != Failure::Kind::TimedOut)
        m_exchange.logError(failure.level(), failure.logText());
    if (setAside)
        m_exchange.logError(LogLevel::Warn, "upstream server temporarily disabled " + failure.phaseWords());
    if (aloud && failure.kind == Failure::Kind::TimedOut)
        m_exchange.logError(LogLevel::Error, failure.logText());
    m_exchange.decide(Decision::Step::Attempt, QString::fromUtf8(failure.peer), failure.sentence());
    m_exchange.noteFailure(explained(failure));
    if (!retrying)
        return;
    ++m_retries;
    m_exchange.decide(Decision::Step::Retry, QString::fromUtf8(m_exchange.methodText()),
                      u"nothing was sent downstream and the request may be repeated"_s);
}

// Where no peer was left people want to know what became of each; in the way of requests it would cost too much.
Failure ProxyHandler::explained(Failure failure) const
{
    if (failure.kind == Failure::Kind::NoLivePeer && (m_exchange.isRecording() || m_exchange.mayExplain()))
        failure.obstacles = obstaclesOf(*m_job.group, m_context.loop.now());
    return failure;
}

void ProxyHandler::excessReceived(bool chunked)
{
    m_exchange.logError(LogLevel::Warn, chunked ? "upstream sent data after final chunk while reading upstream"
                                                : "upstream sent more data than specified in \"Content-Length\" header "
                                                  "while reading upstream");
}

void ProxyHandler::runFailed(const Failure &failure)
{
    m_exchange.setFailure(explained(failure));
    if (!m_exchange.headSent()) {
        addStickyCookie();
        m_exchange.respondError(failure.status());
        return;
    }
    if (m_flow.isActive()) {
        m_flow.breakOff();
        if (!m_exchange.isRunning())
            return; // the client has gone too
    }
    if (!m_exchange.isTunneling() || failure.kind == Failure::Kind::TimedOut)
        m_exchange.logError(failure.kind == Failure::Kind::TimedOut && m_exchange.isTunneling() ? LogLevel::Info
                                                                                                : LogLevel::Error,
                            failure.logText());
    if (m_exchange.isTunneling())
        m_exchange.setFailure({}); // a tunnel that one side ends has not failed
    else
        m_exchange.noteFailure(explained(failure));
    m_exchange.downstream().abort();
}

QByteArray ProxyHandler::upstreamUrl()
{
    if (!m_runStarted || !m_job.pass || m_run.peer().isEmpty())
        return {};
    if (m_sentTarget.isEmpty()) { // no connection yet
        WireBuffer target;
        writeTarget(target);
    }
    const QByteArrayView peer = m_run.peer();
    QByteArray url = m_job.target().scheme + "://" + peer.toByteArray();
    if (peer.startsWith("unix:"))
        url += ':';
    return url + m_sentTarget;
}

} // namespace portlight
