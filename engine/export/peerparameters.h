// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/diagnostic.h"
#include "config/directivetable.h"
#include "config/tree.h"

namespace portlight {

// Takes out of a `server` of an upstream block the parameters that nginx of that version refuses, and tells which.
Diagnostics dropUnknownPeerParameters(ConfigNode &server, const NginxVersion &version);

} // namespace portlight
