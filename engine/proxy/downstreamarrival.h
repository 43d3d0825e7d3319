// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/values.h"
#include "net/socketaddress.h"

#include <QByteArray>

#include <chrono>

namespace portlight {

// How a client came: where it was accepted, who it is, and what its handshake said.
struct DownstreamArrival {
    ListenAddress listenAddress;
    SocketAddress client;
    quint64 connectionId = 0;
    std::chrono::steady_clock::time_point openedAt;
    bool secured = false;    // by TLS
    bool plainOnTls = false; // it does not speak TLS, on a listener that does
    QByteArray serverName;   // of SNI where a server has that name, in lower case, without a dot at its end; else empty
};

} // namespace portlight
