// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/tree.h"
#include "proxy/compilescope.h"

namespace portlight {

// Takes the `match` blocks of http, before any server.
void compileHealthMatches(const ConfigNode &http, CompileScope &scope);
// Takes the health_check directives of a location whose proxy_pass is known; nothing for one that names its group by
// variables. Validation has told of what is not run.
void compileHealthChecks(const ConfigNode &block, const LocationConfig &location, CompileScope &scope);

} // namespace portlight
