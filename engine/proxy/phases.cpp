// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/phases.h"

#include "proxy/filehandler.h"
#include "proxy/localpages.h"
#include "proxy/regexfailure.h"
#include "proxy/rewrite.h"

using namespace Qt::StringLiterals;

namespace portlight {

const PhaseRunner::Handler PhaseRunner::Handlers[] = {
    &PhaseRunner::checkDomain, &PhaseRunner::serverRewrite, &PhaseRunner::findConfig, &PhaseRunner::rewrite,
    &PhaseRunner::postRewrite, &PhaseRunner::access,        &PhaseRunner::precontent, &PhaseRunner::content,
};
const int PhaseRunner::HandlerCount = int(std::size(Handlers));

void PhaseRunner::run()
{
    while (m_exchange.m_phase < HandlerCount) {
        const Handler handler = Handlers[m_exchange.m_phase++];
        if ((this->*handler)() != PhaseResult::Next)
            return;
    }
    m_exchange.respondError(404);
}

// On a listener of our own an unknown name is answered by nobody else: say so, and list those that exist. In somebody's
// nginx.conf the default server answers, as nginx has it.
PhaseResult PhaseRunner::checkDomain()
{
    if (m_exchange.m_hostMatched || !m_exchange.server().own)
        return PhaseResult::Next;
    m_exchange.respondUnknownDomain();
    return PhaseResult::Done;
}

PhaseResult PhaseRunner::serverRewrite()
{
    return runProgram(m_exchange.server().root->rewrite);
}

PhaseResult PhaseRunner::runProgram(const RewriteProgram &program)
{
    if (program.empty())
        return PhaseResult::Next;
    const RewriteOutcome outcome = RewriteRun(m_exchange).run(program);
    return outcome.returned ? applyReturn(*outcome.returned) : outcome.result;
}

PhaseResult PhaseRunner::findConfig()
{
    Exchange &exchange = m_exchange;
    const ServerConfig &server = exchange.server();
    const LocationLookup lookup =
        server.root->table.find(exchange.uri(), exchange.context().regexMatch, &exchange.regexListener());
    if (lookup.outcome == LocationLookup::Outcome::Failed) {
        reportRegexFailure(exchange, lookup.entry->regex, exchange.uri());
        exchange.respondError(500);
        return PhaseResult::Done;
    }
    exchange.m_location = lookup.entry ? lookup.entry->location : server.root.get();
    UriState &state = exchange.uriState();
    state.changed = false;
    if (exchange.isRecording())
        exchange.decide(Decision::Step::Location, QString::fromUtf8(exchange.m_location->path), lookup.reason(),
                        exchange.m_location->position);
    if (exchange.m_location->internal && !state.internal) {
        exchange.respondError(404);
        return PhaseResult::Done;
    }
    exchange.m_location = &exchange.m_location->forMethod(exchange.methodText());
    const BodyFraming &body = exchange.request().body;
    const qint64 bodyMax = exchange.core().clientMaxBodyBytes;
    if (bodyMax > 0 && !exchange.m_proxy.discardsRequestBody() && body.kind == BodyKind::Length
        && body.length > bodyMax) {
        exchange.logError(LogLevel::Error,
                          "client intended to send too large body: " + QByteArray::number(body.length) + " bytes");
        exchange.m_proxy.discardRequestBody();
        exchange.respondError(413);
        return PhaseResult::Done;
    }
    if (lookup.outcome == LocationLookup::Outcome::SlashRedirect) {
        QByteArray target;
        appendEscapedUri(target, lookup.entry->path);
        if (!exchange.args().isEmpty())
            target += '?' + exchange.args().toByteArray();
        exchange.respondRedirect(301, target);
        return PhaseResult::Done;
    }
    return PhaseResult::Next;
}

// The server's own level has had its turn already, where no location matched.
PhaseResult PhaseRunner::rewrite()
{
    const LocationConfig &location = m_exchange.location();
    return &location == m_exchange.server().root.get() ? PhaseResult::Next : runProgram(location.rewrite);
}

// ngx_http_core_post_rewrite_phase: a changed URI looks for its location again.
PhaseResult PhaseRunner::postRewrite()
{
    Exchange &exchange = m_exchange;
    UriState &state = exchange.uriState();
    if (!state.changed)
        return PhaseResult::Next;
    if (--state.changesLeft == 0) {
        exchange.redirectionCycle("processing", exchange.uri());
        return PhaseResult::Done;
    }
    exchange.m_location = exchange.server().root.get();
    exchange.m_phase = FindConfigPhase;
    return PhaseResult::Next;
}

// ngx_http_rewrite_module: a code without text below 400 is an empty response, from 400 on it is that error.
PhaseResult PhaseRunner::applyReturn(const ReturnRule &rule)
{
    Exchange &exchange = m_exchange;
    exchange.decide(Decision::Step::Return, QString::number(rule.status), u"return"_s, rule.position);
    if (rule.text.isEmptyLiteral() && rule.status >= 400) {
        if (rule.status == 444 || rule.status == 408 || rule.status == 499) { // nginx: close without a response
            exchange.respondNothing(rule.status);
        } else {
            exchange.respondError(rule.status);
        }
        return PhaseResult::Done;
    }
    exchange.m_status = rule.status; // the text may name it
    const QByteArray text = rule.text.evaluated(exchange);
    if (rule.isRedirect)
        exchange.respondRedirect(rule.status, text);
    else
        exchange.respondText(rule.status,
                             exchange.m_carriedType.isEmpty()
                                 ? exchange.settings().files->types.forUri(exchange.uri(), exchange.core().defaultType)
                                 : exchange.m_carriedType,
                             text);
    return PhaseResult::Done;
}

// ngx_http_access_module. It is the only one to satisfy yet, so that "satisfy any" comes to the same.
PhaseResult PhaseRunner::access()
{
    const AccessRules &rules = m_exchange.settings().access->rules;
    if (rules.isEmpty() || rules.check(m_exchange.downstream().clientAddress()) != AccessRules::Verdict::Denied)
        return PhaseResult::Next;
    m_exchange.decide(Decision::Step::Access, QString::fromUtf8(m_exchange.downstream().clientHost()), u"deny"_s,
                      m_exchange.location().position);
    m_exchange.logError(LogLevel::Error, "access forbidden by rule");
    m_exchange.respondError(403);
    return PhaseResult::Done;
}

PhaseResult PhaseRunner::precontent()
{
    return FileHandler(m_exchange).tryFiles();
}

PhaseResult PhaseRunner::content()
{
    switch (m_exchange.location().content) {
    case ContentKind::Proxy: return m_exchange.m_proxy.start();
    case ContentKind::StubStatus: return serveStubStatus();
    case ContentKind::None: return FileHandler(m_exchange).serve();
    }
    Q_UNREACHABLE();
}

// ngx_http_stub_status_module, byte for byte.
PhaseResult PhaseRunner::serveStubStatus()
{
    const MethodId method = m_exchange.request().methodId;
    if (method != MethodId::Get && method != MethodId::Head) {
        m_exchange.respondError(405);
        return PhaseResult::Done;
    }
    m_exchange.respondText(200, "text/plain", stubStatusText(m_exchange.context().counters));
    return PhaseResult::Done;
}

} // namespace portlight
