// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/connectionlog.h"

namespace portlight {

void logOfConnection(ProxyContext &context, const ActiveConfig &active, const ServerConfig *server,
                     const DownstreamArrival &arrival, LogLevel level, QByteArrayView text)
{
    const int own = server ? server->root->settings.log->errorLog : -1;
    ErrorLog &log = own >= 0 && active.logs ? active.logs->errorLog(own) : context.log;
    if (!log.wants(level))
        return;
    log.write(level,
              text.toByteArray() + ", client: " + arrival.client.host()
                  + ", server: " + arrival.listenAddress.toString(),
              arrival.connectionId);
}

} // namespace portlight
