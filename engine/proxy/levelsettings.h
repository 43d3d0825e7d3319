// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/diagnostic.h"
#include "proxy/compiledconfig.h"

namespace portlight {

// What one level of a configuration (http, server, location) sets, on top of what it inherits. Used while compiling:
// a level starts as a copy of the one above and then takes its own directives, as nginx merges them.
struct LevelSettings {
    CoreSettings core;
    ProxySettings proxy;

    // Defaults of that version of nginx.
    static LevelSettings defaults(const NginxVersion &version);
    // Takes every directive of `block` that sets something inherited. Problems are appended, with positions.
    void take(const ConfigNode &block, const Template::Maps &maps, Diagnostics &diagnostics);

private:
    void takeSetHeaders(const ConfigNode &block, const Template::Maps &maps, Diagnostics &diagnostics);
};

} // namespace portlight
