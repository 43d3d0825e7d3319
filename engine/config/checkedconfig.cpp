// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/checkedconfig.h"

namespace portlight {

namespace {

// Adds what the overlay has to say, without warnings of the mappings that an include has used already.
void layOver(CheckedConfig &checked, const Overlay &overlay, const std::vector<TextPosition> &usedByIncludes)
{
    Diagnostics found;
    checked.tree = applyOverlay(checked.tree, overlay, found);
    for (const Diagnostic &diagnostic : found) {
        if (std::find(usedByIncludes.begin(), usedByIncludes.end(), diagnostic.where) == usedByIncludes.end())
            checked.diagnostics += diagnostic;
    }
}

} // namespace

CheckedConfig checkConfig(const ConfigTree &tree, const ValidationOptions &options, const Overlay &overlay)
{
    IncludeOptions includes;
    std::vector<TextPosition> used;
    if (!overlay.isEmpty()) {
        includes.relocate = [&](const QByteArray &name) {
            if (const OverlayMapping *mapping = overlayPathMapping(overlay, name))
                used.push_back(mapping->where);
            return overlaidPath(overlay, name);
        };
    }
    ExpandOutcome expanded = expandIncludes(tree, includes);
    CheckedConfig checked{std::move(expanded.tree), std::move(expanded.diagnostics), std::move(expanded.files),
                          std::move(expanded.folders)};
    if (!checked.ok())
        return checked;
    if (!overlay.isEmpty())
        layOver(checked, overlay, used);
    checked.diagnostics += validateConfig(checked.tree, options);
    return checked;
}

} // namespace portlight
