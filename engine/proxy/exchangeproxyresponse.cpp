// SPDX-License-Identifier: GPL-3.0-or-later
// The proxy content handler, its response half: heads and bodies that a backend sends, and tunnels.
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
    m_head.hasBody = method() != MethodId::Head && m_status != 204 && m_status != 304;
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
    const ProxyPass &proxy = *m_location->proxyPass;
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
