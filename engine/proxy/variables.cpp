// SPDX-License-Identifier: GPL-3.0-or-later
// The values of variables for one exchange (ngx_http_variables.c, and those of the proxy and upstream modules).
#include "proxy/exchange.h"
#include "proxy/template.h"

#include <QDateTime>
#include <QRandomGenerator>
#include <QSysInfo>

#include <algorithm>
#include <unistd.h>

namespace portlight {

namespace {

void appendMilliseconds(WireBuffer &out, qint64 ms)
{
    out.appendNumber(quint64(ms / 1000));
    out.append('.');
    const int rest = int(ms % 1000);
    out.append(char('0' + rest / 100));
    out.append(char('0' + rest / 10 % 10));
    out.append(char('0' + rest % 10));
}

// The value of one argument in "a=1&b=2"; nginx takes the first that has a '='.
QByteArrayView argumentValue(QByteArrayView text, QByteArrayView name)
{
    while (!text.isEmpty()) {
        const qsizetype end = text.indexOf('&');
        const QByteArrayView pair = end < 0 ? text : text.first(end);
        if (pair.size() > name.size() && pair[name.size()] == '=' && equalsIgnoringCase(pair.first(name.size()), name))
            return pair.sliced(name.size() + 1);
        if (end < 0)
            break;
        text = text.sliced(end + 1);
    }
    return {};
}

QByteArrayView withoutLeadingSpaces(QByteArrayView text)
{
    while (text.startsWith(' '))
        text = text.sliced(1);
    return text;
}

// The value of one cookie in "a=1; b=2": pairs end at ';' or, where they are passed over, at ',' too; spaces may stand
// around the '=', and those in front of the ';' belong to the value. False: not among these.
bool appendCookie(QByteArrayView text, QByteArrayView name, WireBuffer &out)
{
    while (!text.isEmpty()) {
        if (text.size() > name.size() && equalsIgnoringCase(text.first(name.size()), name)) {
            const QByteArrayView rest = withoutLeadingSpaces(text.sliced(name.size()));
            if (rest.startsWith('=')) {
                const QByteArrayView value = withoutLeadingSpaces(rest.sliced(1));
                const qsizetype end = value.indexOf(';');
                out.append(end < 0 ? value : value.first(end));
                return true;
            }
        }
        qsizetype next = 0;
        while (next < text.size() && text[next] != ';' && text[next] != ',')
            ++next;
        text = next < text.size() ? withoutLeadingSpaces(text.sliced(next + 1)) : QByteArrayView();
    }
    return false;
}

void appendCookieNamed(QByteArrayView name, Exchange &exchange, WireBuffer &out)
{
    for (const HeaderField &field : exchange.request().fields) {
        if (field.id == HeaderId::Cookie && appendCookie(exchange.requestText(field.value), name, out))
            return;
    }
}

// Three digits, of nothing yet too; nginx shows the version of an HTTP/0.9 request.
void appendStatus(Exchange &exchange, WireBuffer &out)
{
    const int status = exchange.status() ? exchange.status() : exchange.request().http09 ? 9 : 0;
    for (const int unit : {100, 10, 1})
        out.append(char('0' + status / unit % 10));
}

// $content_length: as the client wrote it; the size of a chunked body once it has been read whole.
void appendContentLength(Exchange &exchange, WireBuffer &out)
{
    if (exchange.request().body.kind != BodyKind::Chunked)
        out.append(exchange.requestField(HeaderId::ContentLength));
    else if (exchange.requestBodyComplete())
        out.appendNumber(quint64(exchange.requestBodyBytes()));
}

// Fields of one name are joined with ", " ("; " for cookies), as $http_name gives them; before 1.23 nginx joined Cookie
// and X-Forwarded-For only, and took the first of any other.
void appendHeader(const VariableRef &variable, Exchange &exchange, WireBuffer &out)
{
    const bool joins = exchange.config().version >= NginxVersion{1, 23, 0} || variable.header == HeaderId::Cookie
                       || variable.header == HeaderId::XForwardedFor;
    bool first = true;
    for (const HeaderField &field : exchange.request().fields) {
        if (field.id != variable.header || field.invalid)
            continue;
        if (variable.header == HeaderId::Other && !equalsIgnoringCase(exchange.requestText(field.name), variable.text))
            continue;
        if (!first && !joins)
            return;
        if (!std::exchange(first, false))
            out.append(variable.header == HeaderId::Cookie ? QByteArrayView("; ") : QByteArrayView(", "));
        out.append(exchange.requestText(field.value));
    }
}

void appendForwardedFor(Exchange &exchange, WireBuffer &out)
{
    VariableRef forwarded;
    forwarded.header = HeaderId::XForwardedFor;
    appendHeader(forwarded, exchange, out);
    const auto &fields = exchange.request().fields;
    if (std::any_of(fields.begin(), fields.end(),
                    [](const HeaderField &field) { return field.id == HeaderId::XForwardedFor; }))
        out.append(", "); // behind an empty one too, as nginx
    out.append(exchange.downstream().clientHost());
}

bool appendCapture(size_t number, Exchange &exchange, WireBuffer &out)
{
    const QByteArrayView text = exchange.captures().group(number);
    out.append(text);
    return !text.isNull();
}

// One that the configuration defines: worked out on first use, unless it is volatile; or what `set` made of it.
bool appendSlot(quint16 slot, Exchange &exchange, WireBuffer &out)
{
    VariableValues &values = exchange.values();
    const ComputedVariable *const computed = exchange.config().variablesBySlot[slot];
    const bool isVolatile = computed && computed->isVolatile();
    if (values.isKnown(slot) && !isVolatile) {
        out.append(values.value(slot));
        return values.isFound(slot);
    }
    if (!computed) {
        if (exchange.config().capturedSlots[slot])
            return false;
        if (exchange.settings().rewrite->warnsOfUninitialized)
            exchange.logError(LogLevel::Warn,
                              "using uninitialized \"" + exchange.config().slotNames[slot] + "\" variable");
        values.set(slot, {});
        return true;
    }
    if (!values.enter()) {
        values.leave();
        exchange.logError(LogLevel::Error,
                          "cycle while evaluating variable \"" + exchange.config().slotNames[slot] + '"');
        return false;
    }
    WireBuffer value;
    const bool found = computed->evaluate(exchange, value);
    values.leave();
    values.set(slot, value.view(), found);
    out.append(value.view());
    return found;
}

void appendBinaryAddress(const SocketAddress &address, WireBuffer &out)
{
    if (address.family() == AF_INET)
        out.append(reinterpret_cast<const char *>(&reinterpret_cast<const sockaddr_in *>(address.raw())->sin_addr), 4);
    else if (address.family() == AF_INET6)
        out.append(reinterpret_cast<const char *>(&reinterpret_cast<const sockaddr_in6 *>(address.raw())->sin6_addr),
                   16);
}

void appendRemoteUser(Exchange &exchange, WireBuffer &out)
{
    const QByteArrayView value = exchange.requestField(HeaderId::Authorization);
    if (value.size() < 6 || !equalsIgnoringCase(value.first(6), "basic "))
        return;
    const QByteArray decoded = QByteArray::fromBase64(value.sliced(6).toByteArray());
    if (const qsizetype colon = decoded.indexOf(':'); colon > 0)
        out.append(QByteArrayView(decoded).first(colon));
}

void appendTime(const char *format, WireBuffer &out)
{
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    localtime_r(&now, &parts);
    char text[64];
    out.append(text, std::strftime(text, sizeof text, format, &parts));
}

void appendRequestId(WireBuffer &out)
{
    for (int i = 0; i < 2; ++i) {
        const QByteArray half =
            QByteArray::number(QRandomGenerator::global()->generate64(), 16).rightJustified(16, '0');
        out.append(half);
    }
}

// Variables of the request line and its fields. False: not one of these.
bool appendRequestVariable(VariableId id, Exchange &exchange, WireBuffer &out)
{
    const RequestHead &request = exchange.request();
    switch (id) {
    case VariableId::Args:
    case VariableId::QueryString: out.append(exchange.args()); return true;
    case VariableId::ContentLength: appendContentLength(exchange, out); return true;
    case VariableId::ContentType: out.append(exchange.requestField(HeaderId::ContentType)); return true;
    case VariableId::Host: out.append(exchange.host()); return true;
    case VariableId::IsArgs: out.append(exchange.args().isEmpty() ? QByteArrayView() : "?"); return true;
    case VariableId::Request: out.append(exchange.requestText(request.requestLine)); return true;
    case VariableId::RequestMethod: out.append(exchange.methodText()); return true;
    case VariableId::RequestUri: out.append(exchange.unparsedUri()); return true;
    case VariableId::RemoteUser: appendRemoteUser(exchange, out); return true;
    case VariableId::RequestId: appendRequestId(out); return true;
    case VariableId::Scheme: out.append("http"); return true;
    case VariableId::ServerProtocol:
        out.append(request.http09                        ? QByteArrayView() // nginx: none was sent
                   : request.version < HttpVersion{1, 1} ? QByteArrayView("HTTP/1.0")
                                                         : QByteArrayView("HTTP/1.1"));
        return true;
    case VariableId::Uri: out.append(exchange.uri()); return true;
    default: return false;
    }
}

// A unix socket has no port: the variable is empty.
void appendPort(const SocketAddress &address, WireBuffer &out)
{
    if (!address.isUnix())
        out.appendNumber(address.port());
}

void appendServerAddress(const SocketAddress &address, WireBuffer &out)
{
    out.append(address.isUnix() ? address.toString() : address.host());
}

// Variables of the connection, the server and the process.
bool appendConnectionVariable(VariableId id, Exchange &exchange, WireBuffer &out)
{
    const Downstream &downstream = exchange.downstream();
    switch (id) {
    case VariableId::BinaryRemoteAddr: appendBinaryAddress(downstream.clientAddress(), out); return true;
    case VariableId::Connection: out.appendNumber(downstream.connectionId()); return true;
    case VariableId::ConnectionRequests: out.appendNumber(downstream.requestNumber()); return true;
    case VariableId::Hostname: out.append(QSysInfo::machineHostName().toUtf8()); return true;
    case VariableId::Https: return true; // empty without TLS
    case VariableId::Msec: appendMilliseconds(out, QDateTime::currentMSecsSinceEpoch()); return true;
    case VariableId::NginxVersion: out.append(exchange.config().version.toString()); return true;
    case VariableId::Pid: out.appendNumber(quint64(::getpid())); return true;
    case VariableId::ProxyAddXForwardedFor: appendForwardedFor(exchange, out); return true;
    case VariableId::RemoteAddr: out.append(downstream.clientHost()); return true;
    case VariableId::RemotePort: appendPort(downstream.clientAddress(), out); return true;
    case VariableId::ServerAddr: appendServerAddress(downstream.localAddress(), out); return true;
    case VariableId::ServerName: out.append(exchange.server().firstName()); return true;
    case VariableId::ServerPort: appendPort(downstream.localAddress(), out); return true;
    case VariableId::TimeIso8601: {
        appendTime("%Y-%m-%dT%H:%M:%S%z", out);
        return true;
    }
    case VariableId::TimeLocal: appendTime("%d/%b/%Y:%H:%M:%S %z", out); return true;
    default: return false;
    }
}

// Variables of the response and of the backend.
void appendResponseVariable(VariableId id, Exchange &exchange, WireBuffer &out)
{
    const ProxyTarget *proxy = exchange.proxyTarget();
    switch (id) {
    case VariableId::BodyBytesSent: out.appendNumber(quint64(exchange.bodyBytesSent())); break;
    case VariableId::BytesSent: out.appendNumber(exchange.bytesSent()); break;
    case VariableId::ProxyHost:
        if (proxy)
            out.append(proxy->hostPort);
        break;
    case VariableId::ProxyPort:
        if (proxy)
            out.appendNumber(proxy->peer.port);
        break;
    case VariableId::RequestLength: out.appendNumber(quint64(exchange.requestBytesReceived())); break;
    case VariableId::RequestTime: appendMilliseconds(out, exchange.elapsed().count() / 1000); break;
    case VariableId::Status: appendStatus(exchange, out); break;
    case VariableId::UpstreamAddr: out.append(exchange.run().peer()); break;
    case VariableId::UpstreamStatus:
        if (exchange.run().upstreamStatus())
            out.appendNumber(quint64(exchange.run().upstreamStatus()));
        break;
    case VariableId::UpstreamResponseTime: appendMilliseconds(out, exchange.elapsed().count() / 1000); break;
    default: break;
    }
}

} // namespace

bool appendVariable(const VariableRef &variable, Exchange &exchange, WireBuffer &out)
{
    switch (variable.id) {
    case VariableId::Literal: out.append(variable.text); return true;
    case VariableId::Capture: return appendCapture(variable.capture, exchange, out);
    case VariableId::Slot: return appendSlot(variable.slot, exchange, out);
    case VariableId::Nothing: return false;
    default: break;
    }
    const size_t before = out.size();
    switch (variable.id) {
    case VariableId::ArgumentNamed: out.append(argumentValue(exchange.args(), variable.text)); break;
    case VariableId::CookieNamed: appendCookieNamed(variable.text, exchange, out); break;
    case VariableId::HeaderNamed: appendHeader(variable, exchange, out); break;
    default:
        if (!appendRequestVariable(variable.id, exchange, out) && !appendConnectionVariable(variable.id, exchange, out))
            appendResponseVariable(variable.id, exchange, out);
    }
    return out.size() > before;
}

} // namespace portlight
