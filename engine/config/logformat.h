// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/tree.h"

#include "base/result.h"

#include <vector>

namespace portlight {

// How values of variables are written: as themselves, or with what could break a line or a JSON string escaped.
enum class LogEscape : quint8 { Default, Json, None };

// A log_format taken apart (ngx_http_log_compile_format); names of variables are not looked up.
struct LogFormatText {
    struct Part {
        bool isVariable = false;
        QByteArray text; // bytes as they are, or the variable's name as written
    };
    QByteArray name;
    LogEscape escape = LogEscape::Default;
    std::vector<Part> parts;
};

// The directive's arguments: a name, perhaps escape=…, texts that are joined. Errors are nginx's, without position.
Result<LogFormatText> parseLogFormat(const ConfigNode &directive);
// The format that needs no log_format.
LogFormatText combinedLogFormat();

} // namespace portlight
