// SPDX-License-Identifier: GPL-3.0-or-later
// The values of variables for one exchange; those of the request and its configuration (ngx_http_variables.c).
#include "proxy/exchange.h"
#include "proxy/filevariables.h"
#include "proxy/responsevariables.h"
#include "proxy/template.h"
#include "proxy/tlsvariables.h"

#include "http/fieldtext.h"

#include <algorithm>

namespace portlight {

namespace {

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

bool appendCookieNamed(QByteArrayView name, Exchange &exchange, WireBuffer &out)
{
    const auto &fields = exchange.request().fields;
    return std::any_of(fields.begin(), fields.end(), [&](const HeaderField &field) {
        return field.id == HeaderId::Cookie && appendCookie(exchange.requestText(field.value), name, out);
    });
}

// A field or an argument that may be there and empty.
bool appendField(QByteArrayView value, WireBuffer &out)
{
    out.append(value);
    return !value.isNull();
}

// $content_length: as the client wrote it; the size of a chunked body once it has been read whole.
bool appendContentLength(Exchange &exchange, WireBuffer &out)
{
    if (exchange.request().body.kind != BodyKind::Chunked)
        return appendField(exchange.requestField(HeaderId::ContentLength), out);
    if (exchange.requestBodyComplete())
        out.appendNumber(quint64(exchange.requestBodyBytes()));
    return exchange.requestBodyComplete();
}

// Fields of one name are joined with ", " ("; " for cookies), as $http_name gives them; before 1.23 nginx joined Cookie
// and X-Forwarded-For only, and took the first of any other.
bool appendHeader(const VariableRef &variable, Exchange &exchange, WireBuffer &out)
{
    const bool joins = exchange.config().version >= NginxVersion{1, 23, 0} || variable.header == HeaderId::Cookie
                       || variable.header == HeaderId::XForwardedFor;
    bool found = false;
    for (const HeaderField &field : exchange.request().fields) {
        if (field.id != variable.header || field.invalid)
            continue;
        if (variable.header == HeaderId::Other && !isFieldOfVariable(exchange.requestText(field.name), variable.text))
            continue;
        if (found && !joins)
            break;
        if (std::exchange(found, true))
            out.append(variable.header == HeaderId::Cookie ? QByteArrayView("; ") : QByteArrayView(", "));
        out.append(exchange.requestText(field.value));
    }
    return found;
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

// One that `set` or a named group fills, before any of them did.
bool appendUnset(const VariableSlot &variable, quint16 slot, Exchange &exchange, WireBuffer &out)
{
    if (variable.own)
        return appendVariable(*variable.own, exchange, out);
    if (variable.captured)
        return false;
    if (exchange.settings().rewrite->warnsOfUninitialized)
        exchange.logError(LogLevel::Warn, "using uninitialized \"" + variable.name + "\" variable");
    exchange.values().set(slot, {});
    return true;
}

// One that the configuration defines: worked out on first use, unless it is volatile; or what `set` made of it.
bool appendSlot(quint16 slot, Exchange &exchange, WireBuffer &out)
{
    VariableValues &values = exchange.values();
    if (values.isKnown(slot)) {
        out.append(values.value(slot));
        return values.isFound(slot);
    }
    const VariableSlot &variable = exchange.config().variablesBySlot[slot];
    if (!variable.computed)
        return appendUnset(variable, slot, exchange, out);
    if (!values.enter()) {
        values.leave();
        exchange.logError(LogLevel::Error, "cycle while evaluating variable \"" + variable.name + '"');
        return false;
    }
    WireBuffer value;
    const bool found = variable.computed->evaluate(exchange, value);
    values.leave();
    if (!variable.computed->isVolatile())
        values.set(slot, value.view(), found);
    out.append(value.view());
    return found;
}

bool appendRemoteUser(Exchange &exchange, WireBuffer &out)
{
    const QByteArrayView value = exchange.requestField(HeaderId::Authorization);
    if (value.size() < 6 || !equalsIgnoringCase(value.first(6), "basic "))
        return false;
    const QByteArray decoded = QByteArray::fromBase64(value.sliced(6).toByteArray());
    const qsizetype colon = decoded.indexOf(':');
    if (colon > 0)
        out.append(QByteArrayView(decoded).first(colon));
    return colon > 0;
}

// A value that the request has unless it was broken before it came to it.
bool appendPresent(QByteArrayView value, WireBuffer &out)
{
    out.append(value);
    return !value.isEmpty();
}

bool appendArgs(const Exchange &exchange, WireBuffer &out)
{
    return appendPresent(exchange.args(), out) || exchange.hasArgs();
}

bool appendProtocol(const RequestHead &request, WireBuffer &out)
{
    if (request.http09 || request.method.isEmpty()) // none was sent
        return false;
    out.append(request.version < HttpVersion{1, 1} ? QByteArrayView("HTTP/1.0") : QByteArrayView("HTTP/1.1"));
    return true;
}

// Variables of the request line and its fields.
std::optional<bool> appendRequestVariable(VariableId id, Exchange &exchange, WireBuffer &out)
{
    switch (id) {
    case VariableId::Args:
    case VariableId::QueryString: return appendArgs(exchange, out);
    case VariableId::ContentLength: return appendContentLength(exchange, out);
    case VariableId::ContentType: return appendField(exchange.requestField(HeaderId::ContentType), out);
    case VariableId::Host:
        out.append(exchange.host().isEmpty() ? QByteArrayView(exchange.server().firstName()) : exchange.host());
        return true;
    case VariableId::IsArgs: out.append(exchange.args().isEmpty() ? QByteArrayView() : "?"); return true;
    case VariableId::ProxyAddXForwardedFor: appendForwardedFor(exchange, out); return true;
    case VariableId::Request: out.append(exchange.requestLine()); return true;
    case VariableId::RequestMethod: return appendPresent(exchange.methodText(), out);
    case VariableId::RequestUri: return appendPresent(exchange.unparsedUri(), out);
    case VariableId::RemoteUser: return appendRemoteUser(exchange, out);
    case VariableId::RequestId: out.append(exchange.requestId()); return true;
    case VariableId::Scheme: out.append(exchange.downstream().facts().secured ? "https" : "http"); return true;
    case VariableId::ServerProtocol: return appendProtocol(exchange.request(), out);
    case VariableId::Uri: return appendPresent(exchange.uri(), out);
    default: return std::nullopt;
    }
}

// Variables of the proxy module.
std::optional<bool> appendProxyVariable(VariableId id, Exchange &exchange, WireBuffer &out)
{
    const ProxyTarget *const proxy = exchange.proxy().target();
    switch (id) {
    case VariableId::ProxyHost: return proxy && appendPresent(proxy->hostPort, out);
    case VariableId::ProxyPort:
        if (proxy)
            out.appendNumber(proxy->peer.port);
        return proxy != nullptr;
    default: return std::nullopt;
    }
}

} // namespace

bool appendVariable(const VariableRef &variable, Exchange &exchange, WireBuffer &out)
{
    switch (variable.id) {
    case VariableId::Literal: out.append(variable.text); return true;
    case VariableId::Capture: return appendCapture(variable.capture, exchange, out);
    case VariableId::Slot: return appendSlot(variable.slot, exchange, out);
    case VariableId::Tls: return appendTlsVariable(variable.slot, exchange.downstream().facts().tls, out);
    case VariableId::ArgumentNamed:
        return !variable.text.isEmpty() && appendField(argumentValue(exchange.args(), variable.text), out);
    case VariableId::CookieNamed: return appendCookieNamed(variable.text, exchange, out);
    case VariableId::HeaderNamed: return appendHeader(variable, exchange, out);
    default: break;
    }
    if (const auto found = appendRequestVariable(variable.id, exchange, out))
        return *found;
    if (const auto found = appendConnectionVariable(variable.id, exchange, out))
        return *found;
    if (const auto found = appendFileVariable(variable.id, exchange, out))
        return *found;
    if (const auto found = appendAnswerVariable(variable.id, exchange, out))
        return *found;
    if (const auto found = appendSentVariable(variable, exchange, out))
        return *found;
    if (const auto found = appendUpstreamVariable(variable, exchange, out))
        return *found;
    return appendProxyVariable(variable.id, exchange, out).value_or(false);
}

} // namespace portlight
