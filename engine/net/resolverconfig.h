// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/socketaddress.h"

#include <chrono>
#include <vector>

namespace portlight {

// One `resolver` directive, its servers looked up. A value that the compiled configuration owns.
struct ResolverConfig {
    std::vector<SocketAddress> servers; // never empty: a level without a resolver has no ResolverConfig
    std::chrono::seconds valid{0};      // takes the place of what records say; 0: their TTL
    bool ipv4 = true;
    bool ipv6 = true; // one of both at least
};

} // namespace portlight
