// SPDX-License-Identifier: GPL-3.0-or-later
// The head of a request to a backend (ngx_http_proxy_create_request).
#include "http/serializer.h"
#include "http/uri.h"
#include "proxy/exchange.h"

namespace portlight {

void ProxyHandler::writeRequestHead(WireBuffer &out, const SocketAddress &)
{
    const ProxySettings &proxy = settings();
    if (m_storesBody)
        m_bodyStore.rewind();
    out.append(m_job.method.isEmpty() ? m_exchange.methodText() : QByteArrayView(m_job.method));
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
void ProxyHandler::writeTarget(WireBuffer &out)
{
    const size_t start = out.size();
    const ProxyTarget &target = m_job.target();
    const UriState &state = m_exchange.uriState();
    if (m_job.replacesUri()) {
        if (target.uri.startsWith('?'))
            out.append('/');
        out.append(target.uri);
    } else if (!target.hasUri && state.unparsedValid && !m_exchange.request().pathImplied) {
        out.append(m_exchange.unparsedUri());
    } else {
        QByteArrayView rest = m_exchange.uri();
        if (target.hasUri && state.locationValid)
            rest = rest.sliced(qMin(m_exchange.location().path.size(), rest.size()));
        if (state.locationValid)
            out.append(target.uri);
        if (state.quoted || state.internal) {
            QByteArray escaped;
            appendEscapedUri(escaped, rest);
            out.append(escaped);
        } else {
            out.append(rest);
        }
        if (!m_exchange.args().isEmpty()) {
            out.append('?');
            out.append(m_exchange.args());
        }
    }
    m_sentTarget.resize(0);
    m_sentTarget.append(out.view().sliced(qsizetype(start)));
}

void ProxyHandler::writeSetFields(WireBuffer &out)
{
    const ProxySettings &proxy = settings();
    for (const SetHeader &field : proxy.setHeaders) {
        if (field.id == HeaderId::ContentLength || field.id == HeaderId::TransferEncoding)
            continue; // the body's framing is never a template's
        m_scratch.clear();
        field.value.evaluate(m_exchange, m_scratch);
        if (!m_scratch.isEmpty())
            appendField(out, field.name, m_scratch.view());
    }
    if (!proxy.setsField(HeaderId::Host))
        appendField(out, "Host",
                    m_job.target().peer.unixPath.isEmpty() ? QByteArrayView(m_job.target().hostPort) : "localhost");
    // Since 1.29.7 nginx leaves the connection open by default; before, it says so to the backend.
    if (!proxy.setsField(HeaderId::Connection)
        && (m_exchange.config().version < NginxVersion{1, 29, 7} || proxy.version < HttpVersion{1, 1}))
        out.appendLiteral("Connection: close\r\n");
}

void ProxyHandler::writeBodyFraming(WireBuffer &out)
{
    const ProxySettings &proxy = settings();
    if (proxy.body)
        appendField(out, "Content-Length", quint64(m_job.body.size()));
    else if (m_job.replacesBody && proxy.setsField(HeaderId::ContentLength))
        return; // proxy_set_header Content-Length ""
    else if (m_chunkedToBackend)
        out.appendLiteral("Transfer-Encoding: chunked\r\n");
    else if (m_storesBody)
        appendField(out, "Content-Length", quint64(m_bodyStore.size()));
    else if (m_exchange.request().body.kind == BodyKind::Length)
        appendField(out, "Content-Length", quint64(m_exchange.request().body.length));
    else if (!m_exchange.requestField(HeaderId::ContentLength).isEmpty())
        out.appendLiteral("Content-Length: 0\r\n");
}

// The client's own fields, less those that concern its hop, those that its Connection field names (RFC 9110 §7.6.1;
// nginx forwards them) and those that proxy_set_header replaces.
void ProxyHandler::writeForwardedFields(WireBuffer &out)
{
    const ProxySettings &proxy = settings();
    const char *base = m_exchange.requestBase();
    for (const HeaderField &field : m_exchange.request().fields) {
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
