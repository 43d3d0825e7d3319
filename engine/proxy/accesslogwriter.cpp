// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/accesslogwriter.h"

#include "proxy/activelogs.h"
#include "proxy/exchange.h"
#include "proxy/filevariables.h"
#include "proxy/logescape.h"
#include "proxy/variablenumbers.h"

#include <cerrno>
#include <sys/stat.h>

namespace portlight {

namespace {

void appendValue(const VariableRef &variable, LogEscape escape, Exchange &exchange, WireBuffer &out, WireBuffer &value)
{
    value.clear();
    const bool found = appendVariable(variable, exchange, value);
    switch (escape) {
    case LogEscape::Default:
        if (found)
            appendLogEscaped(value.view(), out);
        else
            out.append('-');
        return;
    case LogEscape::Json: appendJsonEscaped(value.view(), out); return;
    case LogEscape::None: out.append(value.view()); return;
    }
}

void appendPart(const LogPart &part, LogEscape escape, Exchange &exchange, WireBuffer &out, WireBuffer &value)
{
    switch (part.kind) {
    case LogPart::Kind::Text: out.append(part.text); return;
    case LogPart::Kind::Variable: appendValue(part.variable, escape, exchange, out, value); return;
    case LogPart::Kind::Pipe: out.append(exchange.downstream().facts().pipelined ? 'p' : '.'); return;
    case LogPart::Kind::TimeLocal: out.append(exchange.context().logClock().localTime()); return;
    case LogPart::Kind::TimeIso8601: out.append(exchange.context().logClock().iso8601Time()); return;
    case LogPart::Kind::Msec: appendUnixMilliseconds(out); return;
    case LogPart::Kind::RequestTime: appendSeconds(out, exchange.elapsedMs()); return;
    case LogPart::Kind::Status: appendStatus(exchange, out); return;
    case LogPart::Kind::BytesSent: out.appendNumber(exchange.bytesSent()); return;
    case LogPart::Kind::BodyBytesSent: out.appendNumber(quint64(exchange.bodyBytesSent())); return;
    case LogPart::Kind::RequestLength: out.appendNumber(quint64(exchange.requestBytesReceived())); return;
    }
}

bool holds(const std::optional<Template> &condition, Exchange &exchange, WireBuffer &value)
{
    if (!condition)
        return true;
    value.clear();
    condition->evaluate(exchange, value);
    return !value.isEmpty() && value.view() != QByteArrayView("0");
}

// Where a path with variables may go is bounded by the location's root: where that is no folder, nothing is logged.
bool rootExists(Exchange &exchange)
{
    WireBuffer root;
    appendFileVariable(VariableId::DocumentRoot, exchange, root);
    const QByteArray path = root.view().toByteArray();
    struct stat facts {
    };
    int error = ::stat(path.constData(), &facts) == 0 ? 0 : errno;
    if (error == 0 && !S_ISDIR(facts.st_mode))
        error = ENOTDIR;
    if (error != 0)
        exchange.logError(LogLevel::Error, "testing \"" + path + "\" existence failed (" + describeErrno(error) + ')');
    return error == 0;
}

std::optional<LogComplaint> writeLine(const AccessLogRule &rule, Exchange &exchange, ActiveLogs &logs, WireBuffer &line)
{
    LogClock &clock = exchange.context().logClock();
    const std::chrono::seconds now(clock.time());
    if (rule.syslog >= 0)
        return logs.syslog(rule.syslog).send(line.view(), clock);
    line.append('\n');
    if (rule.file >= 0)
        return logs.file(rule.file).write(line.view(), now);
    if (!rootExists(exchange))
        return {};
    const QByteArray path = rule.path.evaluated(exchange);
    return logs.fileCache(exchange.settings().log->fileCache).write(path, line.view(), now);
}

} // namespace

void appendLogLine(const LogFormat &format, Exchange &exchange, WireBuffer &out)
{
    WireBuffer &value = exchange.logs()->value();
    for (const LogPart &part : format.parts)
        appendPart(part, format.escape, exchange, out, value);
}

void writeAccessLogs(Exchange &exchange)
{
    const LogSettings &settings = *exchange.settings().log;
    ActiveLogs *const logs = exchange.logs();
    if (settings.off || settings.rules.empty() || !logs)
        return;
    WireBuffer &line = logs->line();
    for (const AccessLogRule &rule : settings.rules) {
        if (!holds(rule.condition, exchange, logs->value()))
            continue;
        line.clear();
        appendLogLine(*rule.format, exchange, line);
        if (const auto complaint = writeLine(rule, exchange, *logs, line))
            exchange.logError(complaint->level, complaint->text);
    }
}

} // namespace portlight
