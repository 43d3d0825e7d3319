// SPDX-License-Identifier: GPL-3.0-or-later
// Settings of ngx_http_log_module, and error_log.
#include "config/accesslog.h"
#include "proxy/compiledconfig.h"
#include "proxy/compilelogs.h"
#include "proxy/settersupport.h"

namespace portlight {

namespace {

Result<void> addFormat(LevelSettings &, const ConfigNode &node, CompileScope &scope)
{
    const Result<LogFormatText> text = parseLogFormat(node);
    if (!text)
        return text.error();
    return addLogFormat(*text, scope);
}

Result<void> addAccessLog(LevelSettings &level, const ConfigNode &node, CompileScope &scope)
{
    LogSettings &log = level.log.edit();
    if (scope.firstInLevel) {
        log.rules.clear();
        log.off = false;
    }
    if (node.argument(0) == "off") { // silences the level, whatever stands beside it
        log.off = true;
        const Result<AccessLogText> text = parseAccessLog(node);
        return text ? Result<void>() : text.error();
    }
    Result<AccessLogRule> rule = compileAccessLog(node, scope);
    if (!rule)
        return rule.error();
    log.rules.push_back(std::move(*rule));
    return {};
}

Result<void> setFileCache(LevelSettings &level, const ConfigNode &node, CompileScope &scope)
{
    const Result<LogFileCacheOptions> options = parseLogFileCache(node);
    if (!options)
        return options.error();
    if (options->filesMax == 0) {
        level.log.edit().fileCache = -1;
        return {};
    }
    auto &caches = scope.config.logs.caches;
    level.log.edit().fileCache = int(caches.size());
    caches.push_back(*options);
    return {};
}

Result<void> addErrorLog(LevelSettings &level, const ConfigNode &node, CompileScope &scope)
{
    const Result<ErrorLogRule> rule = compileErrorLog(node, scope);
    if (!rule)
        return rule.error();
    auto &lists = scope.config.logs.errorLogs;
    if (scope.firstInLevel) {
        level.log.edit().errorLog = int(lists.size());
        lists.emplace_back();
    }
    lists[size_t(level.log->errorLog)].push_back(*rule);
    return {};
}

constexpr SetterRow Rows[] = {
    {"log_format", addFormat, "log_format"},
    {"access_log", addAccessLog, "access_log"},
    {"open_log_file_cache", setFileCache},
    {"error_log", addErrorLog, "error_log"},
    {"log_subrequest", PORTLIGHT_SET(log, subrequests, flagOf(node))},
};

} // namespace

std::span<const SetterRow> logSetters()
{
    return Rows;
}

} // namespace portlight
