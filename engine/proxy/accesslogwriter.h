// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/wirebuffer.h"
#include "proxy/logsettings.h"

namespace portlight {

class Exchange;

// nginx's log phase (ngx_http_log_handler): a line for every access_log of the exchange's location whose condition
// holds. Called once, when nothing more will be sent. Logs that cannot be written complain in the error log.
void writeAccessLogs(Exchange &exchange);

// The line that a format makes of the exchange, without its end.
void appendLogLine(const LogFormat &format, Exchange &exchange, WireBuffer &out);

} // namespace portlight
