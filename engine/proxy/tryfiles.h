// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/tree.h"
#include "proxy/template.h"

#include <vector>

namespace portlight {

struct CompileScope;

// What try_files looks for in one location, and where it goes when nothing is there.
struct TryFiles {
    struct Candidate {
        Template name; // of a folder, without its last slash
        bool isFolder = false;
    };
    std::vector<Candidate> candidates;
    Template target; // "/path?args" or "@name"
    int code = -1;   // "=404": that status in place of the target
    TextPosition position;
};

// The error says what is wrong with the arguments.
Result<TryFiles> compileTryFiles(const ConfigNode &node, CompileScope &scope);

} // namespace portlight
