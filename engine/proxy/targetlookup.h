// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/resolverquery.h"
#include "proxy/proxycontext.h"

namespace portlight {

class TargetLookupObserver
{
public:
    virtual ~TargetLookupObserver() = default;
    // The backends that the name stands for.
    virtual void targetFound(std::shared_ptr<AddressGroup> group) = 0;
    // In nginx's words: "shop.test could not be resolved (3: Host not found)".
    virtual void targetNotFound(const QByteArray &logText) = 0;
};

// Looks up the name that a proxy_pass with variables led to, while its request waits
// (ngx_http_upstream_resolve_handler). Engine thread; a part of its proxy handler.
class TargetLookup final : private ResolveObserver
{
public:
    TargetLookup(EngineLoop &loop, TargetLookupObserver &observer);

    // The outcome comes in a later turn of the loop. `active` goes on until then, or until cancel().
    void start(ActiveConfig &active, const ResolverSettings &settings, const PeerAddress &address);
    void cancel();
    bool isRunning() const { return m_query.isRunning(); }

private:
    void resolved(const ResolveAnswer &answer) override;

    TargetLookupObserver &m_observer;
    ActiveConfig *m_active = nullptr;
    PeerAddress m_address;
    ResolverQuery m_query;
};

} // namespace portlight
