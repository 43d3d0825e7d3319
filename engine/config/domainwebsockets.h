// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/tree.h"

namespace portlight {

// Whether WebSockets pass the main location of a domain, whoever wrote it: HTTP/1.1 to the backend, and the Upgrade and
// Connection fields of nginx's guide, set in the location or inherited by it. Of server `place` among http's children.
bool passesWebSockets(const ConfigNode &http, int place);
// Writes what the guide asks for and is not there yet, or takes it out again; everything else stays as written. What
// the location inherits it gets lines of its own for, so that other locations keep theirs. May put the map in front,
// which moves the server: the server's place afterwards.
int setWebSockets(ConfigNode &http, int place, bool on);
// Puts the map of $connection_upgrade before the groups and servers that people look for, where there is none.
void ensureConnectionUpgradeMap(ConfigNode &http);

} // namespace portlight
