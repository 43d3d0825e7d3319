// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/values.h"
#include "net/socketaddress.h"

#include <chrono>
#include <vector>

namespace portlight {

using std::chrono::milliseconds;

// A peer of a group: an address as written and what it resolved to.
struct PeerConfig {
    PeerAddress address;
    std::vector<SocketAddress> resolved; // several for `localhost`: both families are dialed
    QByteArray display;                  // "127.0.0.1:3000"
    bool isName = false;                 // was looked up: logs show the address that was reached
    int weight = 1;
    bool down = false;
    bool backup = false;
};

// An `upstream` block, or the single peer of a proxy_pass that names an address.
struct UpstreamConfig {
    QByteArray name;
    std::vector<PeerConfig> peers;
    int keepalive = 0; // idle connections kept; 0: none
    bool keepaliveLocal = false;
    qint64 keepaliveRequests = 1000;
    milliseconds keepaliveTimeout{60'000};
    milliseconds keepaliveTime{3'600'000};
    size_t index = 0; // in CompiledConfig::upstreams, and of its runtime state
    TextPosition position;
};

} // namespace portlight
