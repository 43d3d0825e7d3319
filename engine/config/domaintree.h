// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/tree.h"
#include "config/values.h"

#include <optional>

// How the domains' files find their way in a tree; only they and the exporter include this.
namespace portlight::domaintree {

// The server blocks of http, in order.
std::vector<const ConfigNode *> serversOf(const ConfigTree &tree);
// The place of server `index` among http's children, or -1.
int placeOfServer(const ConfigNode &http, int index);
// The location that answers "/": the prefix location of that name, or the only location there is.
const ConfigNode *mainLocation(const ConfigNode &server);
ConfigNode *mainLocation(ConfigNode &server);
// The upstream block of that name, or null.
const ConfigNode *findUpstream(const ConfigNode &http, QByteArrayView name);
ConfigNode *findUpstream(ConfigNode &http, QByteArrayView name);
// The one server of an upstream that has no second and no parameters.
const ConfigNode *onlyPeer(const ConfigNode &upstream);
ConfigNode *onlyPeer(ConfigNode &upstream);
// What proxy_pass of that location leads to, or nothing.
std::optional<ProxyTarget> proxyTargetOf(const ConfigNode &location);
// Whether anything below `node` passes to the upstream of that name.
bool passesTo(const ConfigNode &node, QByteArrayView upstream);
bool isEnabled(const ConfigNode &server);
std::vector<QByteArray> namesOf(const ConfigNode &server);
std::vector<Listen> listensOf(const ConfigNode &server);

} // namespace portlight::domaintree
