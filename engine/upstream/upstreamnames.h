// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/errorlog.h"
#include "net/resolver.h"
#include "upstream/upstreamgroup.h"

namespace portlight {

// Looks the names of a group's `server … resolve` lines up, at once and then whenever what is known of them is over,
// and gives the group the peers that come of it. A name that does not exist any more takes its peers away; any other
// failure leaves them as they are (ngx_http_upstream_zone_resolve_handler). Engine thread; owned by the active
// configuration, as are group and resolver, which outlive it.
class UpstreamNames
{
public:
    static constexpr std::chrono::seconds IntervalMin{1}; // between two lookups of a name

    UpstreamNames(EngineLoop &loop, UpstreamGroup &group, Resolver &resolver, ErrorLog &log);
    ~UpstreamNames();
    UpstreamNames(const UpstreamNames &) = delete;
    UpstreamNames &operator=(const UpstreamNames &) = delete;

    // True for a group that has names to look up while running.
    static bool areIn(const UpstreamConfig &config);

private:
    struct Name;
    void lookUp(Name &name);
    void resolved(Name &name, const ResolveAnswer &answer);
    void complain(const Name &name, const ResolveAnswer &answer);
    void publish();

    EngineLoop &m_loop;
    UpstreamGroup &m_group;
    Resolver &m_resolver;
    ErrorLog &m_log;
    std::vector<std::unique_ptr<Name>> m_names;
};

} // namespace portlight
