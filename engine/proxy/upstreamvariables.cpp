// SPDX-License-Identifier: GPL-3.0-or-later
// $upstream_… (ngx_http_upstream.c): lists over the tries of a request, and what the last backend answered.
#include "proxy/exchange.h"
#include "proxy/responsevariables.h"
#include "proxy/variablenumbers.h"

#include "http/fieldtext.h"

namespace portlight {

namespace {

void appendTime(qint64 ms, WireBuffer &out)
{
    if (ms < 0)
        out.append('-');
    else
        appendSeconds(out, ms);
}

void appendOf(VariableId id, const UpstreamTry &one, WireBuffer &out)
{
    switch (id) {
    case VariableId::UpstreamAddr: out.append(one.peer); return;
    case VariableId::UpstreamStatus:
        if (one.status)
            out.appendNumber(quint64(one.status));
        else
            out.append('-');
        return;
    case VariableId::UpstreamConnectTime: appendTime(one.connectMs, out); return;
    case VariableId::UpstreamHeaderTime: appendTime(one.headerMs, out); return;
    case VariableId::UpstreamResponseTime: appendTime(one.responseMs, out); return;
    case VariableId::UpstreamResponseLength: out.appendNumber(quint64(one.responseLength)); return;
    case VariableId::UpstreamBytesReceived: out.appendNumber(quint64(one.bytesReceived)); return;
    case VariableId::UpstreamBytesSent: out.appendNumber(quint64(one.bytesSent)); return;
    default: Q_UNREACHABLE();
    }
}

// Tries are parted by ", ", the runs of an exchange that was redirected inside by " : ".
bool appendTries(VariableId id, const UpstreamTries &tries, WireBuffer &out)
{
    for (size_t i = 0; i < tries.count(); ++i) {
        if (tries[i].peer.isEmpty()) {
            out.append(QByteArrayView(" : "));
            continue;
        }
        if (i > 0 && !tries[i - 1].peer.isEmpty())
            out.append(QByteArrayView(", "));
        appendOf(id, tries[i], out);
    }
    return tries.count() > 0;
}

bool appendField(const VariableRef &variable, FieldText lines, bool joins, WireBuffer &out)
{
    bool found = false;
    for (QByteArrayView name, value; lines.next(name, value);) {
        if (!isFieldOfVariable(name, variable.text))
            continue;
        if (found && !joins)
            return true;
        if (std::exchange(found, true))
            out.append(QByteArrayView(", "));
        out.append(value);
    }
    return found;
}

QByteArrayView withoutLeadingSpaces(QByteArrayView text)
{
    while (text.startsWith(' '))
        text = text.sliced(1);
    return text;
}

// ngx_http_parse_set_cookie_lines: the first Set-Cookie of that name, up to its attributes.
bool appendCookie(QByteArrayView cookie, FieldText lines, WireBuffer &out)
{
    for (QByteArrayView name, value; lines.next(name, value);) {
        if (!equalsIgnoringCase(name, "Set-Cookie") || value.size() <= cookie.size()
            || !equalsIgnoringCase(value.first(cookie.size()), cookie))
            continue;
        const QByteArrayView rest = withoutLeadingSpaces(value.sliced(cookie.size()));
        if (!rest.startsWith('='))
            continue;
        const QByteArrayView set = withoutLeadingSpaces(rest.sliced(1));
        const qsizetype end = set.indexOf(';');
        out.append(end < 0 ? set : set.first(end));
        return true;
    }
    return false;
}

} // namespace

std::optional<bool> appendUpstreamVariable(const VariableRef &variable, Exchange &exchange, WireBuffer &out)
{
    const bool joins = exchange.config().version >= NginxVersion{1, 23, 0};
    const QByteArrayView head = exchange.run().responseHeadBytes();
    switch (variable.id) {
    case VariableId::UpstreamAddr:
    case VariableId::UpstreamStatus:
    case VariableId::UpstreamConnectTime:
    case VariableId::UpstreamHeaderTime:
    case VariableId::UpstreamResponseTime:
    case VariableId::UpstreamResponseLength:
    case VariableId::UpstreamBytesReceived:
    case VariableId::UpstreamBytesSent: return appendTries(variable.id, exchange.run().tries(), out);
    case VariableId::UpstreamHttpNamed: return appendField(variable, FieldText::behindFirstLine(head), joins, out);
    case VariableId::UpstreamTrailerNamed:
        return appendField(variable, FieldText(exchange.upstreamTrailers()), joins, out);
    case VariableId::UpstreamCookieNamed: return appendCookie(variable.text, FieldText::behindFirstLine(head), out);
    default: return std::nullopt;
    }
}

} // namespace portlight
