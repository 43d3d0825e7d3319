// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/logfilecache.h"
#include "base/syslog.h"
#include "config/tree.h"

namespace portlight {

// One access_log directive taken apart (ngx_http_log_set_log); names of formats and variables are not looked up.
struct AccessLogText {
    bool off = false;
    QByteArray path; // as written; holds variables when hasVariables
    bool hasVariables = false;
    std::optional<SyslogOptions> syslog; // in place of a path
    QByteArray format = "combined";
    LogFileOptions file;
    bool hasCondition = false;
    QByteArray condition; // of if=: logged unless it comes out empty or "0"
};

// Errors are nginx's, without position.
Result<AccessLogText> parseAccessLog(const ConfigNode &directive);
// open_log_file_cache; `off` is filesMax 0.
Result<LogFileCacheOptions> parseLogFileCache(const ConfigNode &directive);

} // namespace portlight
