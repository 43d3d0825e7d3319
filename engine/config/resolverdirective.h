// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/inetaddress.h"
#include "config/tree.h"

#include <chrono>
#include <vector>

namespace portlight {

// A `resolver` directive taken apart; names of servers are not looked up yet.
struct ResolverText {
    static constexpr quint16 DefaultPort = 53;

    struct Server {
        HostAndPort address; // its port is always set
        size_t argument = 0;
    };
    std::vector<Server> servers;
    std::chrono::seconds valid{0}; // 0: the TTL of the records
    bool ipv4 = true;
    bool ipv6 = true;
    std::optional<size_t> statusZone; // the argument status_zone=, of the commercial nginx
};

// The error has nginx's words (ngx_resolver_create), the position of the argument and a hint.
Result<ResolverText> parseResolver(const ConfigNode &node);

} // namespace portlight
