// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/diagnostic.h"
#include "config/tree.h"

namespace portlight {

// A configuration that stood without the blocks around it, and what was added to make it whole.
struct FragmentOutcome {
    ConfigTree tree;
    Diagnostics notes; // one for each block added, at the statement that needs it
};

// Completes what how-to texts show: a server, a location, an upstream, or directives alone. Statements of the top level
// that nginx wants further inside move into an http block (the file's own when it has one), a server, a location "/",
// an upstream or events; a directive that may stand on several levels goes with its neighbours. A group of backends
// that proxy_pass names and nothing defines gets a stand-in on 127.0.0.1, unless included files may define it.
FragmentOutcome completeFragment(const ConfigTree &tree);

} // namespace portlight
