// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "proxy/compilescope.h"
#include "proxy/resolversettings.h"
#include "upstream/upstreamconfig.h"

namespace portlight {

// The resolver of a group's names that are looked up while running (`server … resolve`): of the block, else of http.
// Reports one whose servers cannot be found.
void compileGroupResolver(UpstreamConfig &group, const ConfigNode &block, const ResolverSettings &http,
                          CompileScope &scope);

} // namespace portlight
