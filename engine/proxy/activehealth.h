// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "proxy/healthrequest.h"
#include "proxy/proxycontext.h"
#include "upstream/healthmonitor.h"

namespace portlight {

// The active checks of the configuration in force. Engine thread; owned by the worker, which makes a new one at a
// reload and drops it when it stops.
class ActiveHealth
{
public:
    // `previous`: the checks before a reload, whose findings go on; null: there are none. `context` outlives it.
    ActiveHealth(ProxyContext &context, ActiveConfigPtr active, const ActiveHealth *previous);

private:
    void monitor(UpstreamGroup &group, const ActiveHealth *previous);
    const HealthMonitor *monitorNamed(const QByteArray &group) const;

    ProxyContext &m_context;
    ActiveConfigPtr m_active;
    std::vector<std::unique_ptr<HealthRequest>> m_requests; // one for each plan
    std::vector<std::unique_ptr<HealthMonitor>> m_monitors;
};

} // namespace portlight
