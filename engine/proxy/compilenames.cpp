// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/compilenames.h"

#include <algorithm>

namespace portlight {

void compileGroupResolver(UpstreamConfig &group, const ConfigNode &block, const ResolverSettings &http,
                          CompileScope &scope)
{
    const auto isLookedUp = [](const PeerConfig &peer) { return !peer.lookedUp.isEmpty(); };
    if (std::none_of(group.peers.begin(), group.peers.end(), isLookedUp))
        return;
    group.resolver = http.config;
    group.resolverTimeout = http.timeout;
    if (const ConfigNode *node = block.child("resolver")) {
        if (const auto own = compileResolver(*node))
            group.resolver = *own;
        else
            scope.report(own.error(), node->position);
    }
    if (const ConfigNode *node = block.child("resolver_timeout")) {
        if (const auto own = parseDuration(node->argument(0)))
            group.resolverTimeout = *own;
    }
}

} // namespace portlight
