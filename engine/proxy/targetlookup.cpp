// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/targetlookup.h"

namespace portlight {

TargetLookup::TargetLookup(EngineLoop &loop, TargetLookupObserver &observer)
    : m_observer(observer)
    , m_query(loop, this)
{}

void TargetLookup::start(ActiveConfig &active, const ResolverSettings &settings, const PeerAddress &address)
{
    m_active = &active;
    m_address = address;
    m_query.start(active.resolverOf(settings.config), address.host, settings.timeout);
}

void TargetLookup::cancel()
{
    m_query.cancel();
}

void TargetLookup::resolved(const ResolveAnswer &answer)
{
    if (answer.state != ResolveState::Ok) {
        m_observer.targetNotFound(answer.logText());
        return;
    }
    std::vector<SocketAddress> addresses;
    for (const ResolvedAddress &resolved : answer.addresses) {
        addresses.push_back(resolved.address);
        addresses.back().setPort(m_address.port);
    }
    m_observer.targetFound(m_active->groupOfResolved(m_address, addresses));
}

} // namespace portlight
