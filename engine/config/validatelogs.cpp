// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/loglevel.h"
#include "base/syslog.h"
#include "config/accesslog.h"
#include "config/logformat.h"
#include "config/validationstate.h"

using namespace Qt::StringLiterals;

namespace portlight::validation {

namespace {

void report(State &state, const ConfigNode &node, const Error &error)
{
    const QString swallowed = missingSemicolonHint(node);
    state.error(error.code, error.message, node.position, swallowed.isEmpty() ? error.hint : swallowed);
}

void checkLogFormat(State &state, const ConfigNode &node, const Scope &)
{
    const QByteArray name = node.argument(0).toByteArray();
    if (name == "combined" || state.logFormats.contains(name))
        return state.error(ErrorCode::DuplicateDirective, u"duplicate \"log_format\" name \"%1\""_s.arg(text(name)),
                           positionOf(node, 0));
    state.logFormats.insert(name);
    const Result<LogFormatText> format = parseLogFormat(node);
    if (!format)
        return report(state, node, format.error());
    for (const LogFormatText::Part &part : format->parts) {
        if (part.isVariable)
            checkVariable(state, node, 1, part.text);
    }
}

void checkAccessLog(State &state, const ConfigNode &node, const Scope &)
{
    const bool named = node.arguments.size() > 1 && node.argument(0) != "off";
    const QByteArray format = node.argument(1).toByteArray();
    const bool known = std::any_of(state.logFormats.cbegin(), state.logFormats.cend(), [&](const QByteArray &name) {
        return name.compare(format, Qt::CaseInsensitive) == 0;
    });
    if (named && format.compare("combined", Qt::CaseInsensitive) != 0 && !known)
        return state.error(ErrorCode::InvalidValue, u"unknown log format \"%1\""_s.arg(text(format)),
                           positionOf(node, 1),
                           format.startsWith("if=") || format.startsWith("buffer=")
                               ? u"the format's name comes first: access_log PATH combined %1;"_s.arg(text(format))
                               : u"define it above with log_format"_s);
    const Result<AccessLogText> log = parseAccessLog(node);
    if (!log)
        return report(state, node, log.error());
    if (log->hasVariables)
        checkTemplateText(state, node, 0, log->path);
    if (log->hasCondition)
        checkTemplateText(state, node, node.arguments.size() - 1, log->condition);
}

void checkErrorLog(State &state, const ConfigNode &node, const Scope &)
{
    if (isSyslog(node.argument(0))) {
        if (const Result<SyslogOptions> options = parseSyslog(node.argument(0)); !options)
            report(state, node, options.error());
    }
    if (node.argument(0).startsWith("memory:"))
        state.notYet(u"error_log memory:"_s, u"lines are not kept in memory, this log is left out"_s, node.position);
    bool told = false;
    for (size_t i = 1; i < node.arguments.size(); ++i) {
        const QByteArrayView level = node.argument(i);
        if (level.startsWith("debug_")) // kinds of debugging add up
            continue;
        if (!parseLogLevel(level))
            return state.error(ErrorCode::InvalidValue, u"invalid log level \"%1\""_s.arg(text(level)),
                               positionOf(node, i),
                               u"the levels are debug, info, notice, warn, error, crit, alert and emerg"_s);
        if (told)
            return state.error(ErrorCode::InvalidValue, u"duplicate log level \"%1\""_s.arg(text(level)),
                               positionOf(node, i), u"the lowest level takes the higher ones along"_s);
        told = true;
    }
}

void checkLogFileCache(State &state, const ConfigNode &node, const Scope &)
{
    if (const Result<LogFileCacheOptions> options = parseLogFileCache(node); !options)
        report(state, node, options.error());
}

} // namespace

std::span<const NamedCheck> logChecks()
{
    static constexpr NamedCheck checks[] = {{"log_format", checkLogFormat},
                                            {"access_log", checkAccessLog},
                                            {"error_log", checkErrorLog},
                                            {"open_log_file_cache", checkLogFileCache}};
    return checks;
}

} // namespace portlight::validation
