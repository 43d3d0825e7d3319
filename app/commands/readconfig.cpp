// SPDX-License-Identifier: GPL-3.0-or-later
#include "commands/readconfig.h"

#include "config/parser.h"

namespace portlight {

ReadConfig readConfig(const QString &path, const ValidationOptions &options)
{
    auto outcome = parseConfigFile(path);
    if (!outcome)
        return {{}, {Diagnostic::fromError(outcome.error())}};
    ReadConfig config{std::move(outcome->tree), outcome->diagnostics};
    if (config.ok())
        config.diagnostics += validateConfig(config.tree, options);
    return config;
}

} // namespace portlight
