// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/domains.h"
#include "config/values.h"

namespace portlight {

// The blocks that a domain of our own is made of, as nginx configuration.
struct DomainPreset {
    ConfigNode upstream;
    ConfigNode server;
};
// `upstreamName` is the name of a group that does not exist yet.
DomainPreset makeDomainPreset(const DomainDraft &draft, const ProxyTarget &target, const QByteArray &upstreamName);
// The map that $connection_upgrade comes from.
ConfigNode makeConnectionUpgradeMap();
// The arguments that an upstream's server needs for that target: "127.0.0.1:3000", "unix:/run/x.sock".
QByteArray upstreamAddress(const ProxyTarget &target);
// proxy_pass to the group of that name, with the target's scheme and URI.
QByteArray proxyPassTo(const QByteArray &upstreamName, const ProxyTarget &target);

} // namespace portlight
