// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/tree.h"
#include "proxy/compilescope.h"
#include "proxy/logsettings.h"

namespace portlight {

// The parts of a configuration's LogPlan, made while its directives are compiled. Errors are nginx's, without position.

// A log_format, looked up and kept in the plan.
Result<void> addLogFormat(const LogFormatText &text, CompileScope &scope);
// One access_log directive, not "off".
Result<AccessLogRule> compileAccessLog(const ConfigNode &node, CompileScope &scope);
// One error_log directive.
Result<ErrorLogRule> compileErrorLog(const ConfigNode &node, CompileScope &scope);
// The combined format; and what nginx logs where no access_log says otherwise: logs/access.log below the prefix, here
// only where that folder exists.
void compileDefaultLogs(LogSettings &log, CompileScope &scope);
// The error_log directives outside http.
void compileMainErrorLog(const ConfigTree &tree, CompileScope &scope);

} // namespace portlight
