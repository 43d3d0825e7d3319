// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/upstreamtry.h"

namespace portlight {

UpstreamTry &UpstreamTries::append()
{
    if (m_count == m_tries.size())
        m_tries.emplace_back();
    m_tries[m_count] = {};
    return m_tries[m_count++];
}

void UpstreamTries::beginRun()
{
    m_countBefore = m_count;
    if (m_count > 0)
        append();
}

UpstreamTry &UpstreamTries::begin(const QByteArray &peer, std::chrono::steady_clock::time_point now)
{
    UpstreamTry &next = append();
    next.peer = peer;
    next.began = now;
    return next;
}

} // namespace portlight
