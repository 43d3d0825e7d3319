// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/tree.h"

namespace portlight {

// A tree whose includes are in place, with a comment in front of what came from each file: "# --- conf.d/shop.conf",
// relative to the folder of the tree's own file. A tree of one file stays as it is.
ConfigTree withFileMarks(const ConfigTree &expandedTree);

} // namespace portlight
