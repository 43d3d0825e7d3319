// SPDX-License-Identifier: GPL-3.0-or-later
// Variables of the connection, the server, the process and the clock (ngx_http_variables.c).
#include "proxy/exchange.h"
#include "proxy/responsevariables.h"
#include "proxy/variablenumbers.h"

#include <QSysInfo>

#include <netinet/tcp.h>
#include <unistd.h>

namespace portlight {

namespace {

bool appendBinaryAddress(const SocketAddress &address, WireBuffer &out)
{
    if (address.family() == AF_INET)
        out.append(reinterpret_cast<const char *>(&reinterpret_cast<const sockaddr_in *>(address.raw())->sin_addr), 4);
    else if (address.family() == AF_INET6)
        out.append(reinterpret_cast<const char *>(&reinterpret_cast<const sockaddr_in6 *>(address.raw())->sin6_addr),
                   16);
    return true;
}

// Empty for a unix socket.
bool appendPort(quint16 port, WireBuffer &out)
{
    if (port > 0)
        out.appendNumber(port);
    return true;
}

// The port that the Host names.
quint16 requestPort(const Exchange &exchange)
{
    const QByteArrayView host = exchange.requestText(exchange.request().host);
    const qsizetype colon = host.lastIndexOf(':');
    if (colon < 0 || host.lastIndexOf(']') > colon)
        return 0;
    return host.sliced(colon + 1).toUShort();
}

#if defined(TCP_INFO) && defined(Q_OS_LINUX)
std::optional<bool> appendTcpInfo(VariableId id, const Exchange &exchange, WireBuffer &out)
{
    tcp_info info{};
    socklen_t length = sizeof info;
    if (::getsockopt(exchange.downstream().facts().descriptor, IPPROTO_TCP, TCP_INFO, &info, &length) != 0)
        return false;
    switch (id) {
    case VariableId::TcpInfoRtt: out.appendNumber(info.tcpi_rtt); break;
    case VariableId::TcpInfoRttVar: out.appendNumber(info.tcpi_rttvar); break;
    case VariableId::TcpInfoSndCwnd: out.appendNumber(info.tcpi_snd_cwnd); break;
    default: out.appendNumber(info.tcpi_rcv_space); break;
    }
    return true;
}
#else
std::optional<bool> appendTcpInfo(VariableId, const Exchange &, WireBuffer &)
{
    return false;
}
#endif

std::optional<bool> appendServerVariable(VariableId id, Exchange &exchange, WireBuffer &out)
{
    ProxyContext &context = exchange.context();
    switch (id) {
    case VariableId::Hostname: out.append(QSysInfo::machineHostName().toUtf8()); return true;
    case VariableId::Msec: appendUnixMilliseconds(out); return true;
    case VariableId::NginxVersion: out.append(exchange.config().version.toString()); return true;
    case VariableId::Pid: out.appendNumber(quint64(::getpid())); return true;
    case VariableId::ServerName: out.append(exchange.server().firstName()); return true;
    case VariableId::TimeIso8601: out.append(context.logClock().iso8601Time()); return true;
    case VariableId::TimeLocal: out.append(context.logClock().localTime()); return true;
    default: return std::nullopt;
    }
}

} // namespace

std::optional<bool> appendConnectionVariable(VariableId id, Exchange &exchange, WireBuffer &out)
{
    const Downstream &downstream = exchange.downstream();
    switch (id) {
    case VariableId::BinaryRemoteAddr: return appendBinaryAddress(downstream.clientAddress(), out);
    case VariableId::Connection: out.appendNumber(downstream.connectionId()); return true;
    case VariableId::ConnectionRequests: out.appendNumber(downstream.requestNumber()); return true;
    case VariableId::ConnectionTime: {
        const auto open = exchange.context().loop.now() - downstream.facts().openedAt;
        appendSeconds(out, std::chrono::duration_cast<std::chrono::milliseconds>(open).count());
        return true;
    }
    case VariableId::Https: // empty without TLS
        if (downstream.facts().secured)
            out.append("on");
        return true;
    case VariableId::LimitRate: out.appendNumber(quint64(exchange.limitRate())); return true;
    case VariableId::IsRequestPort: out.append(requestPort(exchange) ? QByteArrayView(":") : ""); return true;
    case VariableId::RequestPort: return appendPort(requestPort(exchange), out);
    case VariableId::Pipe: out.append(downstream.facts().pipelined ? 'p' : '.'); return true;
    case VariableId::RemoteAddr: out.append(downstream.clientHost()); return true;
    case VariableId::RemotePort: return appendPort(downstream.clientAddress().port(), out);
    case VariableId::ServerAddr: {
        const SocketAddress &address = downstream.localAddress();
        out.append(address.isUnix() ? address.toString() : address.host());
        return true;
    }
    case VariableId::ServerPort: return appendPort(downstream.localAddress().port(), out);
    case VariableId::TcpInfoRcvSpace:
    case VariableId::TcpInfoRtt:
    case VariableId::TcpInfoRttVar:
    case VariableId::TcpInfoSndCwnd: return appendTcpInfo(id, exchange, out);
    default: return appendServerVariable(id, exchange, out);
    }
}

} // namespace portlight
