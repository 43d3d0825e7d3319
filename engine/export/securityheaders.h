// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/tree.h"

namespace portlight {

// Adds the headers that browsers act on to every server of an http block, and to each level below with an add_header of
// its own, which would otherwise hide them. Strict-Transport-Security only where there is TLS. Those that are written
// stay as they are.
void addSecurityHeaders(ConfigNode &http);

} // namespace portlight
