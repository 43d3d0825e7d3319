// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/compilelogs.h"

#include "config/accesslog.h"
#include "config/values.h"
#include "net/socketaddress.h"
#include "proxy/compiledconfig.h"

#include <QDir>

#include <algorithm>
#include <netdb.h>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

struct LoggersOwnName {
    const char *name;
    LogPart::Kind kind;
};

constexpr LoggersOwnName LoggersOwnNames[] = {
    {"pipe", LogPart::Kind::Pipe},
    {"time_local", LogPart::Kind::TimeLocal},
    {"time_iso8601", LogPart::Kind::TimeIso8601},
    {"msec", LogPart::Kind::Msec},
    {"request_time", LogPart::Kind::RequestTime},
    {"status", LogPart::Kind::Status},
    {"bytes_sent", LogPart::Kind::BytesSent},
    {"body_bytes_sent", LogPart::Kind::BodyBytesSent},
    {"request_length", LogPart::Kind::RequestLength},
};

LogPart compilePart(const LogFormatText::Part &part, CompileScope &scope)
{
    if (!part.isVariable)
        return {LogPart::Kind::Text, part.text, {}};
    for (const LoggersOwnName &own : LoggersOwnNames) {
        if (part.text == own.name)
            return {own.kind, {}, {}};
    }
    return {LogPart::Kind::Variable, {}, scope.variables.find(part.text)};
}

// As nginx's ngx_conf_full_name.
QByteArray fullPath(QByteArrayView path, const CompileScope &scope)
{
    if (path.startsWith('/') || scope.prefix.isEmpty())
        return path.toByteArray();
    QByteArray full = scope.prefix.toUtf8();
    if (!full.endsWith('/'))
        full += '/';
    full += path;
    return full;
}

// One file for all directives that name it; two that want it buffered must want the same.
Result<int> fileOf(const LogFilePlan &wanted, QByteArrayView written, LogPlan &plan)
{
    for (size_t i = 0; i < plan.files.size(); ++i) {
        LogFilePlan &known = plan.files[i];
        if (known.path != wanted.path || known.isErrorLog != wanted.isErrorLog)
            continue;
        if (wanted.options.bufferBytes == 0 || known.options == wanted.options)
            return int(i);
        if (known.options.bufferBytes != 0)
            return Error{
                ErrorCode::InvalidValue,
                u"access_log \"%1\" already defined with conflicting parameters"_s.arg(QString::fromUtf8(written)),
                {},
                {}};
        known.options = wanted.options;
        return int(i);
    }
    plan.files.push_back(wanted);
    return int(plan.files.size() - 1);
}

std::optional<SocketAddress> lookUp(const PeerAddress &server)
{
    if (!server.unixPath.isEmpty()) {
        const auto address = SocketAddress::fromUnixPath(server.unixPath);
        return address ? std::optional(*address) : std::nullopt;
    }
    if (const auto numeric = SocketAddress::fromNumeric(server.host, server.port))
        return *numeric;
    addrinfo hints{};
    hints.ai_socktype = SOCK_DGRAM;
    addrinfo *found = nullptr;
    if (::getaddrinfo(server.host.constData(), QByteArray::number(server.port).constData(), &hints, &found) != 0)
        return std::nullopt;
    const SocketAddress address = SocketAddress::fromRaw(found->ai_addr, found->ai_addrlen);
    ::freeaddrinfo(found);
    return address;
}

Result<int> syslogOf(const SyslogOptions &options, LogPlan &plan)
{
    for (size_t i = 0; i < plan.syslogs.size(); ++i) {
        if (plan.syslogs[i].options == options)
            return int(i);
    }
    const auto server = parsePeerAddress(options.server, SyslogOptions::DefaultPort);
    if (!server)
        return Error{ErrorCode::InvalidValue,
                     u"%1 in syslog server \"%2\""_s.arg(server.error().message.section(u" in "_s, 0, 0),
                                                         QString::fromUtf8(options.server)),
                     {},
                     server.error().hint};
    const std::optional<SocketAddress> address = lookUp(*server);
    if (!address)
        return Error{ErrorCode::HostNotFound,
                     u"host not found in syslog server \"%1\""_s.arg(QString::fromUtf8(options.server)),
                     {},
                     {}};
    plan.syslogs.push_back({options, QByteArray(reinterpret_cast<const char *>(address->raw()), address->length())});
    return int(plan.syslogs.size() - 1);
}

Result<void> takeTarget(AccessLogRule &rule, const AccessLogText &text, const ConfigNode &node, CompileScope &scope)
{
    LogPlan &plan = scope.config.logs;
    if (text.syslog) {
        const Result<int> syslog = syslogOf(*text.syslog, plan);
        if (!syslog)
            return syslog.error();
        rule.syslog = *syslog;
        return {};
    }
    if (text.hasVariables) {
        auto path = Template::compile(fullPath(text.path, scope), scope.variables);
        if (!path)
            return path.error();
        rule.path = std::move(*path);
        return {};
    }
    const Result<int> file = fileOf({fullPath(text.path, scope), text.file, node.position, false}, text.path, plan);
    if (!file)
        return file.error();
    rule.file = *file;
    return {};
}

// "error", or several words of which the debug_… ones mean everything.
Result<LogLevel> levelOf(const ConfigNode &node)
{
    LogLevel level = LogLevel::Error;
    bool given = false;
    for (size_t i = 1; i < node.arguments.size(); ++i) {
        const QByteArrayView word = node.argument(i);
        if (word.startsWith("debug_")) {
            level = LogLevel::Debug;
            continue;
        }
        const Result<LogLevel> parsed = parseLogLevel(word);
        if (!parsed)
            return parsed.error();
        if (std::exchange(given, true))
            return Error{ErrorCode::InvalidValue,
                         u"duplicate log level \"%1\""_s.arg(QString::fromUtf8(word)),
                         {},
                         u"a line for each level, or the most talkative one alone"_s};
        level = *parsed;
    }
    return level;
}

} // namespace

const LogFormat *LogPlan::format(QByteArrayView name) const
{
    for (const auto &known : formats) {
        if (equalsIgnoringCase(known->name, name))
            return known.get();
    }
    return nullptr;
}

Result<void> addLogFormat(const LogFormatText &text, CompileScope &scope)
{
    LogPlan &plan = scope.config.logs;
    const bool known = std::any_of(plan.formats.begin(), plan.formats.end(),
                                   [&](const auto &format) { return format->name == text.name; });
    if (known)
        return Error{ErrorCode::DuplicateDirective,
                     u"duplicate \"log_format\" name \"%1\""_s.arg(QString::fromUtf8(text.name)),
                     {},
                     {}};
    auto format = std::make_unique<LogFormat>();
    format->name = text.name;
    format->escape = text.escape;
    for (const LogFormatText::Part &part : text.parts)
        format->parts.push_back(compilePart(part, scope));
    plan.formats.push_back(std::move(format));
    return {};
}

Result<AccessLogRule> compileAccessLog(const ConfigNode &node, CompileScope &scope)
{
    const Result<AccessLogText> text = parseAccessLog(node);
    if (!text)
        return text.error();
    AccessLogRule rule;
    rule.format = scope.config.logs.format(text->format);
    if (!rule.format)
        return Error{ErrorCode::InvalidValue,
                     u"unknown log format \"%1\""_s.arg(QString::fromUtf8(text->format)),
                     {},
                     u"define it with log_format, above its first use"_s};
    if (const auto taken = takeTarget(rule, *text, node, scope); !taken)
        return taken.error();
    if (text->hasCondition) {
        auto condition = Template::compile(text->condition, scope.variables);
        if (!condition)
            return condition.error();
        rule.condition = std::move(*condition);
    }
    return rule;
}

Result<ErrorLogRule> compileErrorLog(const ConfigNode &node, CompileScope &scope)
{
    const Result<LogLevel> level = levelOf(node);
    if (!level)
        return level.error();
    ErrorLogRule rule;
    rule.level = *level;
    const QByteArrayView target = node.argument(0);
    if (isSyslog(target)) {
        const Result<SyslogOptions> options = parseSyslog(target);
        if (!options)
            return options.error();
        const Result<int> syslog = syslogOf(*options, scope.config.logs);
        if (!syslog)
            return syslog.error();
        rule.syslog = *syslog;
        return rule;
    }
    if (target.startsWith("memory:")) {
        rule.level = LogLevel::Emerg; // validation has said that it is not kept
        rule.file = *fileOf({"stderr", {}, node.position, true}, target, scope.config.logs);
        return rule;
    }
    const QByteArray path = target == "stderr" ? QByteArray("stderr") : fullPath(target, scope);
    rule.file = *fileOf({path, {}, node.position, true}, target, scope.config.logs);
    return rule;
}

void compileDefaultLogs(LogSettings &log, CompileScope &scope)
{
    if (!scope.config.logs.format("combined")) {
        [[maybe_unused]] const auto added = addLogFormat(combinedLogFormat(), scope);
        Q_ASSERT(added.ok());
    }
    if (scope.prefix.isEmpty() || !QDir(scope.prefix).exists(u"logs"_s))
        return;
    if (const auto rule = compileAccessLog(ConfigNode::directive("access_log", {"logs/access.log"}), scope))
        log.rules = {*rule};
}

void compileMainErrorLog(const ConfigTree &tree, CompileScope &scope)
{
    LogPlan &plan = scope.config.logs;
    ErrorLogRules rules;
    for (const ConfigNode &node : tree.nodes) {
        if (node.isComment() || node.name != "error_log")
            continue;
        if (const auto rule = compileErrorLog(node, scope))
            rules.push_back(*rule);
        else
            scope.report(rule.error(), node.position);
    }
    if (rules.empty())
        return;
    plan.mainErrorLog = int(plan.errorLogs.size());
    plan.errorLogs.push_back(std::move(rules));
}

} // namespace portlight
