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

bool isBlockAt(const std::vector<ConfigNode> &nodes, const TextPosition &where)
{
    return std::any_of(nodes.begin(), nodes.end(), [&where](const ConfigNode &node) {
        return node.isBlock() && (node.position == where || isBlockAt(node.children, where));
    });
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

Diagnostics problemsOfBrokenText(const ParseOutcome &outcome, const ValidationOptions &options)
{
    const auto place = [](const Diagnostic &one) { return std::pair(one.where.line, one.where.column); };
    const auto first = std::find_if(outcome.diagnostics.begin(), outcome.diagnostics.end(),
                                    [](const Diagnostic &one) { return one.severity == Severity::Error; });
    if (first == outcome.diagnostics.end())
        return outcome.diagnostics;
    Diagnostics problems;
    for (const Diagnostic &one : validateConfig(outcome.tree, options)) {
        // What else is wrong may be the fault of what is missing.
        if (one.code == ErrorCode::SyntaxError && place(one) < place(*first)
            && isBlockAt(outcome.tree.nodes, one.where)) {
            problems.append(one);
            break; // what follows lies in blocks that may not be meant
        }
    }
    return problems + outcome.diagnostics;
}

} // namespace portlight
