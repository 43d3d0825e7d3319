// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/checkedconfig.h"

namespace portlight {

CheckedConfig checkConfig(const ConfigTree &tree, const ValidationOptions &options)
{
    ExpandOutcome expanded = expandIncludes(tree);
    CheckedConfig checked{std::move(expanded.tree), std::move(expanded.diagnostics), std::move(expanded.files),
                          std::move(expanded.folders)};
    if (checked.ok())
        checked.diagnostics += validateConfig(checked.tree, options);
    return checked;
}

} // namespace portlight
