// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/tree.h"
#include "config/validate.h"

namespace portlight {

// A configuration file, read and checked: every problem at once, of syntax or of meaning.
struct ReadConfig {
    ConfigTree tree; // as far as it could be read
    Diagnostics diagnostics;

    bool ok() const { return !hasErrors(diagnostics); }
};

// A file that cannot be read is a diagnostic too.
ReadConfig readConfig(const QString &path, const ValidationOptions &options);

} // namespace portlight
