// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "upstream/connectionpool.h"
#include "upstream/upstreamconfig.h"

namespace portlight {

// What changes while an upstream group runs: whose turn it is, and the idle connections. Engine thread; owned by the
// active configuration.
class UpstreamState
{
public:
    UpstreamState(EngineLoop &loop, const UpstreamConfig &config);

    const UpstreamConfig &config() const { return m_config; }
    ConnectionPool &pool() { return m_pool; }
    // The next peer by smooth weighted round robin (ngx_http_upstream_get_peer), without those in `tried` (one bit a
    // peer) and those that are down; backups when no other is left. -1: none.
    int pick(const std::vector<bool> &tried);
    // True while a peer is left that pick() could give.
    bool hasUntried(const std::vector<bool> &tried) const;

private:
    int pickAmong(const std::vector<bool> &tried, bool backups);

    const UpstreamConfig &m_config;
    ConnectionPool m_pool;
    std::vector<int> m_currentWeights;
};

} // namespace portlight
