// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/proxycontext.h"

#include "http/serializer.h"
#include "proxy/requestslot.h"

namespace portlight {

ActiveConfig::ActiveConfig(EngineLoop &loop, CompiledConfigPtr compiled)
    : config(std::move(compiled))
{
    upstreams.reserve(config->upstreams.size());
    for (const auto &group : config->upstreams)
        upstreams.push_back(std::make_unique<UpstreamState>(loop, *group));
}

ProxyContext::ProxyContext(EngineLoop &engineLoop)
    : loop(engineLoop)
    , slots(std::make_unique<RequestSlotPool>())
{}

ProxyContext::~ProxyContext() = default;

QByteArrayView ProxyContext::httpDate()
{
    const auto now = std::chrono::system_clock::now();
    const qint64 second = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
    if (second != m_dateSecond) {
        m_dateSecond = second;
        formatHttpDate(now, m_date);
    }
    return {m_date, 29};
}

bool ProxyContext::isOwnListener(const SocketAddress &address) const
{
    if (!active || address.isUnix() || !address.isLoopback())
        return false;
    for (const ListenerConfig &listener : active->config->listeners) {
        if (listener.address.port == address.port() && listener.address.kind != ListenAddress::Kind::Unix)
            return true;
    }
    return false;
}

} // namespace portlight
