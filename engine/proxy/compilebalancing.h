// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/tree.h"
#include "proxy/compilescope.h"
#include "proxy/upstreamtemplates.h"
#include "upstream/upstreamconfig.h"

namespace portlight {

// The parameters behind an upstream's `server`, into `peer`; what validation refuses is left out.
void takePeerParameters(const ConfigNode &server, PeerConfig &peer);
// How the group of that block chooses its peers, and how clients stay with one.
void compileBalancing(const ConfigNode &block, UpstreamConfig &group, UpstreamTemplates &templates,
                      CompileScope &scope);

} // namespace portlight
