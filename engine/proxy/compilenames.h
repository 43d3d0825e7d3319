// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "proxy/compilescope.h"
#include "proxy/resolversettings.h"
#include "upstream/upstreamconfig.h"

namespace portlight {

// A `server name … resolve` line: its name is looked up while running, not now. False: it is an ordinary line, which is
// to be taken otherwise. localhost is one, and dialed on both families, whatever a server would say of it.
bool addRunTimeName(UpstreamConfig &group, const ConfigNode &server);

// The resolver of such names: of the block, else of http. Reports one whose servers cannot be found.
void compileGroupResolver(UpstreamConfig &group, const ConfigNode &block, const ResolverSettings &http,
                          CompileScope &scope);

} // namespace portlight
