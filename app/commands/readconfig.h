// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/tree.h"
#include "config/validate.h"

#include <QStringList>

namespace portlight {

// A configuration file, read and checked: every problem at once, of syntax or of meaning.
struct ReadConfig {
    ConfigTree written; // the file itself, as far as it could be read
    ConfigTree tree;    // with what it includes and the overlay: the one that runs
    Diagnostics diagnostics;
    QStringList files; // included

    bool ok() const { return !hasErrors(diagnostics); }
};

// A file that cannot be read is a diagnostic too. `overlayPath`: what lies over the tree that runs; may be empty.
// `isFragment`: it is completed with the blocks around it first.
ReadConfig readConfig(const QString &path, const ValidationOptions &options, const QString &overlayPath = {},
                      bool isFragment = false);

// What only compiling finds out of a configuration that is ok: expressions that are none, hosts that are not found
// (looking them up blocks). Nothing that is among its diagnostics already.
Diagnostics compileProblems(const ReadConfig &config, const NginxVersion &version, const QString &prefix);

} // namespace portlight
