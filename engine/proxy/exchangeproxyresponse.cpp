// SPDX-License-Identifier: GPL-3.0-or-later
// The proxy content handler, its response half: heads and bodies that a backend sends, and tunnels.
#include "http/uri.h"
#include "proxy/exchange.h"

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
    if (interceptError(head, base) || accelRedirect(head, base))
        return;
    m_status = head.status;
    buildResponseHead(head, base);
    if (!sendHead())
        return;
    if (head.status == 101)
        enterTunnel();
}

// proxy_intercept_errors (ngx_http_upstream_intercept_errors). True: answered otherwise.
bool Exchange::interceptError(const ResponseHead &head, const char *base)
{
    if (!m_location->proxy().interceptErrors || head.status < 300 || !settings().errorPages->ruleFor(head.status))
        return false;
    if (head.status == 401) {
        for (const HeaderField &field : head.fields) {
            if (field.id == HeaderId::WwwAuthenticate)
                m_carried.push_back({keep(field.name.in(base)), keep(field.value.in(base))});
        }
    }
    m_run.cancel();
    m_status = head.status;
    respondError(head.status);
    return true;
}

// X-Accel-Redirect (ngx_http_upstream_process_headers): the backend says which URI of ours answers. True: it does.
bool Exchange::accelRedirect(const ResponseHead &head, const char *base)
{
    const HeaderField *redirect = nullptr;
    for (const HeaderField &field : head.fields) {
        if (field.id == HeaderId::XAccelRedirect && !redirect)
            redirect = &field;
    }
    if (!redirect || m_location->proxy().ignores(IgnoredField::XAccelRedirect))
        return false;
    for (const HeaderField &field : head.fields) {
        const QByteArrayView name = field.name.in(base);
        const QByteArrayView value = field.value.in(base);
        if (field.id == HeaderId::ContentType)
            m_carriedType = keep(value);
        else if (field.id == HeaderId::SetCookie || field.id == HeaderId::CacheControl || field.id == HeaderId::Expires
                 || field.id == HeaderId::AcceptRanges || equalsIgnoringCase(name, "Content-Disposition"))
            m_carried.push_back({keep(name), keep(value)});
    }
    const QByteArray target = redirect->value.in(base).toByteArray();
    m_run.cancel();
    decide(Decision::Step::Redirect, QString::fromUtf8(target), QStringLiteral("X-Accel-Redirect"));
    if (target.startsWith('@')) {
        namedRedirect(target);
        return true;
    }
    const auto safe = parseUnsafeUri(target);
    if (!safe) {
        logError(LogLevel::Error, "unsafe URI \"" + target + "\" was detected");
        respondError(404);
        return true;
    }
    if (method() != MethodId::Head)
        setMethod(MethodId::Get);
    internalRedirect(safe->path, safe->args);
    return true;
}

void Exchange::buildResponseHead(const ResponseHead &head, const char *base)
{
    m_head.clear();
    m_head.status = m_status;
    m_head.statusText = statusText(head, base);
    const FieldVisibility &visibility = m_location->proxy().visibility;
    // proxy_pass_header: the backend's or none.
    m_head.server = visibility.hides(HeaderId::Server, "server") ? serverToken() : QByteArrayView();
    m_head.ownDate = visibility.hides(HeaderId::Date, "date");
    m_head.conditional = false;
    m_head.hasBody = method() != MethodId::Head && m_status != 204 && m_status != 304;
    for (const HeaderField &field : head.fields) {
        const bool named = field.named && field.id != HeaderId::Upgrade;
        if (field.id == HeaderId::ContentLength && !named && !field.invalid)
            m_head.contentLength = head.contentLength; // hiding it hides nothing: the body is framed anew
        if (named || field.invalid || visibility.hides(field.id, field.name.in(base)))
            continue;
        switch (field.id) {
        case HeaderId::Connection:
        case HeaderId::KeepAlive:
        case HeaderId::TransferEncoding: continue;
        case HeaderId::ContentType: m_head.contentType = field.value.in(base); continue;
        case HeaderId::ContentLength: continue;
        case HeaderId::Upgrade:
            if (field.named && head.status != 101 && head.status != 426)
                continue;
            [[fallthrough]];
        default: addResponseField(field, base);
        }
    }
}

void Exchange::addResponseField(const HeaderField &field, const char *base)
{
    const QByteArrayView name = field.name.in(base);
    const QByteArrayView value = field.value.in(base);
    switch (field.id) {
    case HeaderId::Location: return addLocation(name, value);
    case HeaderId::Refresh: return addRefresh(name, value);
    case HeaderId::SetCookie:
        if (const CookieRules &rules = m_location->proxy().cookies; !rules.isEmpty()) {
            if (const auto rewritten = rewriteCookie(rules, value, *this)) {
                m_head.fields.push_back({name, keep(*rewritten)});
                return;
            }
        }
        break;
    default: break;
    }
    m_head.fields.push_back({name, value});
}

// ngx_http_proxy_rewrite_redirect: the first rule of proxy_redirect that matches. By default the backend's own address
// becomes a path of ours.
std::optional<QByteArray> Exchange::redirectedTo(QByteArrayView url)
{
    const ProxySettings &proxy = m_location->proxy();
    if (!proxy.redirects)
        return std::nullopt;
    const auto byDefault = [&]() -> std::optional<QByteArray> {
        const ProxyPass &pass = *m_job.pass;
        if (!pass.upstream)
            return std::nullopt;
        const QByteArray pattern = pass.target.hasUri ? pass.url : pass.url + '/';
        if (!url.startsWith(pattern))
            return std::nullopt;
        const QByteArray path = pass.target.hasUri ? m_location->path : QByteArray("/");
        return path + url.sliced(pattern.size()).toByteArray();
    };
    if (proxy.redirectRules.empty())
        return byDefault();
    for (const FieldRewrite &rule : proxy.redirectRules) {
        if (auto target = rule.kind == FieldRewrite::Kind::Default ? byDefault() : applyFieldRewrite(rule, url, *this))
            return target;
    }
    return std::nullopt;
}

// A rewritten path is made absolute, as nginx does with its own redirects; a backend's own path stays as it is.
void Exchange::addLocation(QByteArrayView name, QByteArrayView value)
{
    const auto target = redirectedTo(value);
    if (!target) {
        m_head.fields.push_back({name, value});
    } else if (target->startsWith('/') && core().absoluteRedirect) {
        m_locationValue = absoluteUrl(*target);
        m_head.location = m_locationValue;
    } else {
        m_head.fields.push_back({name, keep(*target)});
    }
}

// "5; url=http://…": only the URL changes (ngx_http_upstream_rewrite_refresh).
void Exchange::addRefresh(QByteArrayView name, QByteArrayView value)
{
    const qsizetype at = value.toByteArray().toLower().indexOf("url=");
    if (at >= 0) {
        if (const auto target = redirectedTo(value.sliced(at + 4)))
            value = keep(value.first(at + 4).toByteArray() + *target);
    }
    m_head.fields.push_back({name, value});
}

void Exchange::responseBodyReceived(Buffer data, bool last, QByteArrayView trailerLines)
{
    if (config().readsUpstreamFields && !trailerLines.isEmpty())
        m_upstreamTrailers = keep(trailerLines);
    sendBody(std::move(data), last, m_location->proxy().passTrailers ? trailerLines : QByteArrayView());
    if (m_state == State::Tunneling && last)
        endTunnelDirection(false);
    else if (!last && m_downstream->queuedBytes() > QueuedBytesHigh)
        m_run.pauseReading();
}

// --- tunnels ---

void Exchange::enterTunnel()
{
    m_state = State::Tunneling;
    if (m_detail)
        m_detail->summary.upgraded = true;
    m_run.switchToTunnel();
    m_downstream->switchToTunnel();
    m_downstream->readBody();
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
    if (m_tunnelClientEnded && m_tunnelBackendEnded && m_downstream->queuedBytes() == 0 && m_run.queuedBytes() == 0)
        m_downstream->exchangeEnded();
}

void Exchange::requestSent()
{
    if (m_state == State::Tunneling)
        endTunnelIfDone();
}

} // namespace portlight
