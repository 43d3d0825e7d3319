// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/loglevel.h"
#include "proxy/downstreamarrival.h"
#include "proxy/proxycontext.h"

namespace portlight {

// ngx_http_log_error, while a connection has no request: into the log of `server`, or the common one where that is
// null. `text` ends with what was being done: "… while SSL handshaking".
void logOfConnection(ProxyContext &context, const ActiveConfig &active, const ServerConfig *server,
                     const DownstreamArrival &arrival, LogLevel level, QByteArrayView text);

} // namespace portlight
