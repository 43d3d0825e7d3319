// SPDX-License-Identifier: GPL-3.0-or-later
// The head of a response as the client gets it (ngx_http_upstream_process_headers and proxy_redirect, proxy_cookie_…).
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

void ProxyHandler::buildResponseHead(const ResponseHead &head, const char *base)
{
    OutgoingHead &answer = m_exchange.head();
    answer.clear();
    answer.status = head.status;
    answer.statusText = statusText(head, base);
    const FieldVisibility &visibility = settings().visibility;
    // proxy_pass_header: the backend's or none.
    answer.server = visibility.hides(HeaderId::Server, "server") ? m_exchange.serverToken() : QByteArrayView();
    answer.ownDate = visibility.hides(HeaderId::Date, "date");
    answer.conditional = false;
    answer.hasBody = m_exchange.method() != MethodId::Head && head.status != 204 && head.status != 304;
    for (const HeaderField &field : head.fields) {
        const bool named = field.named && field.id != HeaderId::Upgrade;
        if (field.id == HeaderId::ContentLength && !named && !field.invalid)
            answer.contentLength = head.contentLength; // hiding it hides nothing: the body is framed anew
        if (named || field.invalid || visibility.hides(field.id, field.name.in(base)))
            continue;
        switch (field.id) {
        case HeaderId::Connection:
        case HeaderId::KeepAlive:
        case HeaderId::TransferEncoding: continue;
        case HeaderId::ContentType: answer.contentType = field.value.in(base); continue;
        case HeaderId::ContentLength: continue;
        case HeaderId::Upgrade:
            if (field.named && head.status != 101 && head.status != 426)
                continue;
            [[fallthrough]];
        default: addResponseField(field, base);
        }
    }
}

void ProxyHandler::addResponseField(const HeaderField &field, const char *base)
{
    const QByteArrayView name = field.name.in(base);
    const QByteArrayView value = field.value.in(base);
    switch (field.id) {
    case HeaderId::Location: return addLocation(name, value);
    case HeaderId::Refresh: return addRefresh(name, value);
    case HeaderId::SetCookie:
        if (const CookieRules &rules = settings().cookies; !rules.isEmpty()) {
            if (const auto rewritten = rewriteCookie(rules, value, m_exchange)) {
                m_exchange.head().fields.push_back({name, m_exchange.keep(*rewritten)});
                return;
            }
        }
        break;
    default: break;
    }
    m_exchange.head().fields.push_back({name, value});
}

// ngx_http_proxy_rewrite_redirect: the first rule of proxy_redirect that matches. By default the backend's own address
// becomes a path of ours.
std::optional<QByteArray> ProxyHandler::redirectedTo(QByteArrayView url)
{
    const ProxySettings &proxy = settings();
    if (!proxy.redirects)
        return std::nullopt;
    const auto byDefault = [&]() -> std::optional<QByteArray> {
        const ProxyPass &pass = *m_job.pass;
        if (!pass.upstream)
            return std::nullopt;
        const QByteArray pattern = pass.target.hasUri ? pass.url : pass.url + '/';
        if (!url.startsWith(pattern))
            return std::nullopt;
        const QByteArray path = pass.target.hasUri ? m_exchange.location().path : QByteArray("/");
        return path + url.sliced(pattern.size()).toByteArray();
    };
    if (proxy.redirectRules.empty())
        return byDefault();
    for (const FieldRewrite &rule : proxy.redirectRules) {
        if (auto target =
                rule.kind == FieldRewrite::Kind::Default ? byDefault() : applyFieldRewrite(rule, url, m_exchange))
            return target;
    }
    return std::nullopt;
}

// A rewritten path is made absolute, as nginx does with its own redirects; a backend's own path stays as it is.
void ProxyHandler::addLocation(QByteArrayView name, QByteArrayView value)
{
    const auto target = redirectedTo(value);
    if (!target) {
        m_exchange.head().fields.push_back({name, value});
    } else if (target->startsWith('/') && m_exchange.core().absoluteRedirect) {
        m_exchange.setLocationField(m_exchange.absoluteUrl(*target));
    } else {
        m_exchange.head().fields.push_back({name, m_exchange.keep(*target)});
    }
}

// "5; url=http://…": only the URL changes (ngx_http_upstream_rewrite_refresh).
void ProxyHandler::addRefresh(QByteArrayView name, QByteArrayView value)
{
    const qsizetype at = value.toByteArray().toLower().indexOf("url=");
    if (at >= 0) {
        if (const auto target = redirectedTo(value.sliced(at + 4)))
            value = m_exchange.keep(value.first(at + 4).toByteArray() + *target);
    }
    m_exchange.head().fields.push_back({name, value});
}

} // namespace portlight
