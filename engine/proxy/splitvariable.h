// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/tree.h"
#include "proxy/compilescope.h"

namespace portlight {

// A `split_clients` block: defines its variable. Problems are reported to the scope.
void compileSplitClients(const ConfigNode &block, CompileScope &scope);

} // namespace portlight
