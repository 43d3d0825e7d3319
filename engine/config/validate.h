// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/directivetable.h"
#include "config/tree.h"

namespace portlight {

struct ValidationOptions {
    NginxVersion version = NginxVersion::current();
    bool warnBeyondLoopback = false; // a listen on more than loopback is worth a word
};

// Every problem of a tree at once, in the order of the file: unknown directives (with the nearest known name as a
// hint), wrong contexts, arities, values, duplicates, conflicting names and listens, and by name those that nginx
// knows and we do not run yet.
Diagnostics validateConfig(const ConfigTree &tree, const ValidationOptions &options = {});

} // namespace portlight
