// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/resolveanswer.h"
#include "upstream/upstreamconfig.h"

namespace portlight {

// The peers that one `server name … resolve` line stands for, once its name was looked up: one for each address, those
// that were there `before` first and in their order (ngx_http_upstream_zone_resolve_handler). With `service=` the
// records bring port, weight, and by their priority who is a backup.
std::vector<PeerConfig> resolvedPeers(const PeerConfig &written, const std::vector<PeerConfig> &before,
                                      const std::vector<ResolvedAddress> &addresses);

// What such a peer was resolved to, for a configuration that has the same name.
ResolvedAddress asResolved(const PeerConfig &peer);

} // namespace portlight
