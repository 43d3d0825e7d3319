// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/diagnostic.h"
#include "pki/localcertificates.h"
#include "proxy/compiledconfig.h"

namespace portlight {

struct CompileOptions {
    NginxVersion version = NginxVersion::current();
    QString prefix;                                       // relative paths start here
    std::shared_ptr<LocalCertificates> localCertificates; // null: this desk has no authority
};

struct CompileOutcome {
    CompiledConfigPtr config; // null when there are errors
    Diagnostics diagnostics;
};

// Turns a tree into what the engine runs: inheritance resolved as nginx merges levels, templates compiled, names of
// backends looked up (blocking: call it on a worker). Reports every problem that validation could not see.
CompileOutcome compileConfig(const ConfigTree &tree, const CompileOptions &options = {});

} // namespace portlight
