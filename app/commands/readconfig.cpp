// SPDX-License-Identifier: GPL-3.0-or-later
#include "commands/readconfig.h"

#include "config/checkedconfig.h"
#include "config/parser.h"
#include "proxy/compile.h"

#include <QSet>

namespace portlight {

namespace {

QString withoutHint(Diagnostic diagnostic)
{
    diagnostic.hint.clear();
    return diagnostic.toString();
}

} // namespace

ReadConfig readConfig(const QString &path, const ValidationOptions &options, const QString &overlayPath)
{
    auto outcome = parseConfigFile(path);
    if (!outcome)
        return {{}, {}, {Diagnostic::fromError(outcome.error())}, {}};
    ReadConfig config{std::move(outcome->tree), {}, outcome->diagnostics, {}};
    if (!config.ok())
        return config;
    OverlayOutcome overlay;
    if (!overlayPath.isEmpty()) {
        overlay = readOverlayFile(overlayPath);
        config.diagnostics += overlay.diagnostics;
    }
    if (!config.ok())
        return config;
    CheckedConfig checked = checkConfig(config.written, options, overlay.overlay);
    config.tree = std::move(checked.tree);
    config.diagnostics += checked.diagnostics;
    config.files = checked.files;
    return config;
}

Diagnostics compileProblems(const ReadConfig &config, const NginxVersion &version, const QString &prefix)
{
    QSet<QString> said;
    for (const Diagnostic &known : config.diagnostics)
        said.insert(withoutHint(known));
    Diagnostics problems;
    for (const Diagnostic &found : compileConfig(config.tree, {version, prefix}).diagnostics) {
        const QString line = withoutHint(found);
        if (said.contains(line))
            continue;
        said.insert(line);
        problems.append(found);
    }
    return problems;
}

} // namespace portlight
