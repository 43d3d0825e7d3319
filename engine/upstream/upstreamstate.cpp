// SPDX-License-Identifier: GPL-3.0-or-later
#include "upstream/upstreamstate.h"

namespace portlight {

UpstreamState::UpstreamState(EngineLoop &loop, const UpstreamConfig &config)
    : m_config(config)
    , m_pool(loop, {config.keepalive, config.keepaliveRequests, config.keepaliveTimeout, config.keepaliveTime})
    , m_currentWeights(config.peers.size(), 0)
{}

int UpstreamState::pick(const std::vector<bool> &tried)
{
    if (m_config.peers.size() == 1)
        return tried[0] || m_config.peers[0].down ? -1 : 0;
    const int chosen = pickAmong(tried, false);
    return chosen >= 0 ? chosen : pickAmong(tried, true);
}

bool UpstreamState::hasUntried(const std::vector<bool> &tried) const
{
    for (size_t i = 0; i < m_config.peers.size(); ++i) {
        if (!tried[i] && !m_config.peers[i].down)
            return true;
    }
    return false;
}

int UpstreamState::pickAmong(const std::vector<bool> &tried, bool backups)
{
    int best = -1;
    int total = 0;
    for (size_t i = 0; i < m_config.peers.size(); ++i) {
        const PeerConfig &peer = m_config.peers[i];
        if (tried[i] || peer.down || peer.backup != backups)
            continue;
        m_currentWeights[i] += peer.weight;
        total += peer.weight;
        if (best < 0 || m_currentWeights[i] > m_currentWeights[size_t(best)])
            best = int(i);
    }
    if (best >= 0)
        m_currentWeights[size_t(best)] -= total;
    return best;
}

} // namespace portlight
