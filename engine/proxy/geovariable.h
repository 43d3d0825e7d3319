// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/tree.h"
#include "proxy/compilescope.h"

namespace portlight {

// A `geo` block: defines its variable. Problems are reported to the scope.
void compileGeo(const ConfigNode &block, CompileScope &scope);

} // namespace portlight
