// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/socketaddress.h"

#include <optional>

namespace portlight {

// How a socket to a backend is made before it is dialed (ngx_event_connect_peer). A value.
struct DialOptions {
    std::optional<SocketAddress> local; // proxy_bind
    QByteArray localText;               // as it was written
    bool transparent = false;           // the local address may be one that is not ours: needs CAP_NET_RAW
    bool keepalive = false;             // SO_KEEPALIVE (proxy_socket_keepalive)
    int receiveBufferBytes = 0;         // 0: the system's
    int sendBufferBytes = 0;
};

// What one step of it came to.
struct DialStep {
    int error = 0; // errno
    // The call that failed, as nginx names it in its log: "bind(10.0.0.1)", "setsockopt(IP_TRANSPARENT)".
    QByteArray call;
};

// Makes the socket ready to be dialed. Only the local address may fail; buffers and SO_KEEPALIVE are wishes.
DialStep applyDialOptions(int descriptor, const DialOptions &options);

} // namespace portlight
