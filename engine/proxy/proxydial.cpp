// SPDX-License-Identifier: GPL-3.0-or-later
// From where and how a backend is dialed: proxy_bind, proxy_socket_keepalive and their like.
#include "config/inetaddress.h"
#include "proxy/exchange.h"

namespace portlight {

namespace {

// "10.0.0.1", "10.0.0.1:5000", "::1", "[::1]:5000" (ngx_parse_addr_port).
Result<SocketAddress> parseLocalAddress(QByteArrayView text)
{
    if (const auto inet6 = canonicalInet6(text))
        return SocketAddress::fromNumeric(*inet6, 0);
    const Result<HostAndPort> parts = parseHostAndPort(text);
    if (!parts)
        return parts.error();
    if (parts->bracketed && !parts->hasPort)
        return Error{ErrorCode::InvalidValue, QStringLiteral("an address in brackets has a port behind it")};
    return SocketAddress::fromNumeric(parts->host, parts->hasPort ? parts->port : 0);
}

} // namespace

// Null: as the system does it. An address that variables make wrong is not used (ngx_http_upstream_set_local).
const DialOptions *ProxyHandler::dialOptions()
{
    const FlowSettings &flow = *m_exchange.settings().flow;
    const bool binds = !flow.bind.address.isEmptyLiteral();
    if (!binds && !flow.socketKeepalive && flow.receiveBufferBytes == 0 && flow.sendBufferBytes == 0)
        return nullptr;
    m_job.dial = {};
    m_job.dial.keepalive = flow.socketKeepalive;
    m_job.dial.receiveBufferBytes = int(flow.receiveBufferBytes);
    m_job.dial.sendBufferBytes = int(flow.sendBufferBytes);
    if (!binds)
        return &m_job.dial;
    const QByteArray address = flow.bind.address.evaluated(m_exchange);
    if (const auto local = parseLocalAddress(address)) {
        m_job.dial.local = *local;
        m_job.dial.localText = address;
        m_job.dial.transparent = flow.bind.transparent;
    } else if (!address.isEmpty()) {
        m_exchange.logError(LogLevel::Error, "invalid local address \"" + address + '"');
    }
    return &m_job.dial;
}

} // namespace portlight
