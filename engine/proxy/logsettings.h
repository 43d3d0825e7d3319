// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/logfilecache.h"
#include "base/syslog.h"
#include "config/logformat.h"
#include "proxy/template.h"

#include <memory>
#include <optional>
#include <vector>

namespace portlight {

// A piece of a log line. Some names mean the logger's own reading of the request in a log_format, whatever a variable
// of that name gives elsewhere (ngx_http_log_vars).
struct LogPart {
    enum class Kind : quint8 {
        Text,
        Variable,
        Pipe,
        TimeLocal,
        TimeIso8601,
        Msec,
        RequestTime,
        Status,
        BytesSent,
        BodyBytesSent,
        RequestLength,
    };
    Kind kind = Kind::Text;
    QByteArray text;      // of Text
    VariableRef variable; // of Variable
};

struct LogFormat {
    QByteArray name;
    LogEscape escape = LogEscape::Default;
    std::vector<LogPart> parts;
};

// A file that a configuration logs to, opened before the configuration is put in force.
struct LogFilePlan {
    QByteArray path; // absolute, or "stderr"
    LogFileOptions options;
    TextPosition position; // of the first directive that names it
    bool isErrorLog = false;
};

struct SyslogPlan {
    SyslogOptions options;
    QByteArray address; // the bytes of a sockaddr
};

// One error_log directive.
struct ErrorLogRule {
    LogLevel level = LogLevel::Error;
    int file = -1;   // of LogPlan::files, or
    int syslog = -1; // of LogPlan::syslogs
};
using ErrorLogRules = std::vector<ErrorLogRule>;

// One access_log directive.
struct AccessLogRule {
    const LogFormat *format = nullptr; // of LogPlan::formats
    int file = -1;                     // of LogPlan::files, or
    int syslog = -1;                   // of LogPlan::syslogs, or
    Template path;                     // a path with variables
    std::optional<Template> condition; // logged unless it comes out empty or "0"
};

// What one level says about its logs; the numbers are places in the LogPlan.
struct LogSettings {
    std::vector<AccessLogRule> rules;
    bool off = false;
    int fileCache = -1; // open_log_file_cache
    int errorLog = -1;  // the level's error_log directives; -1: the program's log
    bool subrequests = false;
};

// All logs of one configuration. Owned by the compiled configuration.
struct LogPlan {
    std::vector<std::unique_ptr<LogFormat>> formats;
    std::vector<LogFilePlan> files;
    std::vector<SyslogPlan> syslogs;
    std::vector<LogFileCacheOptions> caches;
    std::vector<ErrorLogRules> errorLogs;
    int mainErrorLog = -1; // the error_log directives outside http

    const LogFormat *format(QByteArrayView name) const; // in any case, as nginx looks it up
};

} // namespace portlight
