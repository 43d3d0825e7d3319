// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/activehealth.h"

#include <QRandomGenerator>

namespace portlight {

ActiveHealth::ActiveHealth(ProxyContext &context, ActiveConfigPtr active, const ActiveHealth *previous)
    : m_context(context)
    , m_active(std::move(active))
{
    for (const auto &plan : m_active->config->healthChecks)
        m_requests.push_back(std::make_unique<HealthRequest>(*m_active, *plan));
    for (const auto &group : m_active->upstreams)
        monitor(*group, previous);
}

void ActiveHealth::monitor(UpstreamGroup &group, const ActiveHealth *previous)
{
    const auto &plans = m_active->config->healthChecks;
    std::vector<HealthCheckOfGroup> checks;
    for (size_t i = 0; i < plans.size(); ++i) {
        if (plans[i]->group == &group.config())
            checks.push_back({&plans[i]->check, m_requests[i].get()});
    }
    if (checks.empty()) { // perhaps not before the reload
        for (const PeerPtr &peer : group.peers())
            peer->setHealth(PeerHealth::Unchecked, m_context.loop.now());
        return;
    }
    const HealthMonitor::Surroundings surroundings{
        m_context.loop, [this](LogLevel level, QByteArrayView text) { m_context.log.write(level, text); },
        [](quint32 bound) { return QRandomGenerator::global()->bounded(bound); }};
    m_monitors.push_back(std::make_unique<HealthMonitor>(
        surroundings, group, std::move(checks), previous ? previous->monitorNamed(group.config().name) : nullptr));
}

const HealthMonitor *ActiveHealth::monitorNamed(const QByteArray &group) const
{
    for (const auto &monitor : m_monitors) {
        if (monitor->group().config().name == group)
            return monitor.get();
    }
    return nullptr;
}

} // namespace portlight
