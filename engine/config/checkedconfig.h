// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/includes.h"
#include "config/overlay.h"
#include "config/parser.h"
#include "config/validate.h"

namespace portlight {

// A configuration with the files that it includes, and every problem of either. Value; made anew when a file changes.
struct CheckedConfig {
    ConfigTree tree; // expanded: what is compiled and run
    Diagnostics diagnostics;
    QStringList files;   // included, for whoever watches them
    QStringList folders; // where patterns looked

    bool ok() const { return !hasErrors(diagnostics); }
};

// Reads the files that `tree` includes, lays `overlay` over the whole, and validates that; only files that could be
// read are validated.
CheckedConfig checkConfig(const ConfigTree &tree, const ValidationOptions &options = {}, const Overlay &overlay = {});

// Of a text that could not be read to its end: its errors of syntax, and in front of them the first block that should
// be none. A "{" in an expression without quotes makes one, and only the end of the file misses its "}".
Diagnostics problemsOfBrokenText(const ParseOutcome &outcome, const ValidationOptions &options = {});

} // namespace portlight
