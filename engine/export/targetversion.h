// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "export/nginxexporter.h"

namespace portlight {

// Writes HTTP/2 the way the target's version spells it: `listen … http2` before 1.25.1, `http2 on` since. For a version
// that was not asked for, only what that nginx would refuse is changed.
void spellHttp2(ConfigNode &http, const NginxExportOptions &options);

// Writes out what the target's version would do otherwise than the one that runs here: defaults that have changed, and
// what a kept connection to a backend needs in it.
void writeChangedDefaults(ConfigNode &http, const NginxExportOptions &options, Diagnostics &losses);

} // namespace portlight
