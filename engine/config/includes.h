// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/diagnostic.h"
#include "config/tree.h"

#include <QStringList>

#include <functional>

namespace portlight {

inline constexpr int IncludeDepthMax = 32;                      // files in files
inline constexpr qsizetype ExpandedStatementsMax = 2'000'000;   // directives, blocks and comments with all includes
inline constexpr qint64 IncludedBytesMax = 256LL * 1024 * 1024; // of all files, each counted once

struct IncludeOptions {
    QString folder; // where relative names start (nginx: the conf prefix); empty: the folder of the tree's file
    std::function<QByteArray(const QByteArray &)> relocate; // where a name as written leads; empty: where it says
    int depthMax = IncludeDepthMax;
    qsizetype statementsMax = ExpandedStatementsMax;
    qint64 bytesMax = IncludedBytesMax;
};

// A tree with every `include` replaced by what its files hold.
struct ExpandOutcome {
    ConfigTree tree;         // statements keep the positions of their own file
    Diagnostics diagnostics; // a file that cannot be read, its errors of syntax, includes that never end
    QStringList files;       // read, in the order of their first use; the tree's own is not among them
    QStringList folders;     // looked into for a pattern: another file there may change the outcome

    bool ok() const { return !hasErrors(diagnostics); }
};

// Reads the files that `tree` includes, as ngx_conf_include does: names are relative to the folder of the main file,
// a pattern stands for the sorted files it names, and for none. The tree itself stays as written, for editors.
ExpandOutcome expandIncludes(const ConfigTree &tree, const IncludeOptions &options = {});

// True when there is something to expand.
bool hasIncludes(const std::vector<ConfigNode> &nodes);

} // namespace portlight
