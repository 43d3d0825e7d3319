// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/compilescope.h"

#include "proxy/compiledconfig.h"

namespace portlight {

Result<Regex> CompileScope::compileRegex(QByteArrayView pattern, bool caseless)
{
    Result<Regex> compiled = regexes.compile(pattern, caseless);
    if (!compiled || compiled->groups().empty() || config.namedCaptures.contains(compiled->pattern()))
        return compiled;
    std::vector<NamedCapture> captures;
    for (const RegexGroup &group : compiled->groups()) {
        const auto variable = variables.defineCaptured(group.name);
        if (!variable)
            return variable.error();
        if (variable->id == VariableId::Slot)
            captures.push_back({size_t(group.number), variable->slot});
    }
    config.namedCaptures.insert(compiled->pattern(), std::move(captures));
    return compiled;
}

void CompileScope::noteTlsFile(const QByteArray &path)
{
    if (path.isEmpty() || path.startsWith("data:") || notedFiles.contains(path))
        return;
    notedFiles.insert(path);
    config.tlsFiles.append(path);
}

} // namespace portlight
