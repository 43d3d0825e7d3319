// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "proxy/tempfile.h"
#include "proxy/template.h"

#include <optional>

namespace portlight {

// From which address a backend is dialed (proxy_bind).
struct LocalBind {
    Template address; // "10.0.0.1", "[::1]:5000"; empty: the system chooses
    bool transparent = false;
};

// How bytes move between a backend and a client at one level: settings of ngx_http_proxy_module and of
// ngx_http_core_module, inheritance resolved. Sizes are bytes, rates bytes a second.
struct FlowSettings {
    // What is not set follows from the size of one buffer, the larger of proxy_buffer_size and proxy_buffers.
    qint64 busyBytes(qint64 headBytes) const { return busyBuffersBytes.value_or(2 * qMax(headBytes, bufferBytes)); }
    // Our own blocks are larger than nginx's buffers: a size that nobody has asked for is not made smaller than one.
    qint64 fileWriteBytes(qint64 headBytes) const
    {
        return tempFileWriteBytes.value_or(qMax<qint64>(2 * qMax(headBytes, bufferBytes), 64 * 1024));
    }

    qint64 bufferCount = 8;                         // proxy_buffers
    qint64 bufferBytes = 4096;                      // of one of them
    std::optional<qint64> busyBuffersBytes;         // proxy_busy_buffers_size
    std::optional<qint64> tempFileWriteBytes;       // proxy_temp_file_write_size
    qint64 tempFileBytesMax = 1024LL * 1024 * 1024; // proxy_max_temp_file_size; 0: none
    TempFolder tempFolder;                          // proxy_temp_path
    qint64 postponedBytes = 1460;                   // postpone_output
    Template limitRate;                             // limit_rate
    Template limitRateAfter;
    Template proxyLimitRate;
    LocalBind bind;
    qint64 receiveBufferBytes = 0; // proxy_socket_rcvbuf; 0: the system's
    qint64 sendBufferBytes = 0;
    bool socketKeepalive = false;
    bool ignoreClientAbort = false;
};

} // namespace portlight
