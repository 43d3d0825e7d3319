// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/levelsettings.h"

#include "config/directivetable.h"
#include "proxy/compilelogs.h"
#include "proxy/compilescope.h"

#include <QVarLengthArray>

#include <cstring>

namespace portlight {

namespace {

using SetterTable = QHash<QByteArray, SetterRow>;

const SetterTable &setters()
{
    static const SetterTable table = [] {
        SetterTable all;
        for (const auto rows :
             {coreSetters(), proxySetters(), proxyFieldSetters(), proxyFlowSetters(), proxyTlsSetters(), retrySetters(),
              errorPageSetters(), rewriteSetters(), headerSetters(), logSetters(), fileSetters(), bodySetters(),
              accessSetters(), resolverSetters(), tlsSetters()}) {
            for (const SetterRow &row : rows)
                all.insert(row.name, row);
        }
        return all;
    }();
    return table;
}

// Most levels change nothing here, and go on sharing.
void beginHeaders(Shared<HeaderSettings> &headers)
{
    if (headers->headers.hidesInherited())
        headers.edit().headers.beginLevel();
    if (headers->trailers.hidesInherited())
        headers.edit().trailers.beginLevel();
}

} // namespace

LevelSettings LevelSettings::defaults(CompileScope &scope)
{
    LevelSettings level;
    for (const SetterRow &row : setters()) {
        const QByteArray text = directiveDefault(row.name, scope.version);
        if (row.group || text.isEmpty())
            continue;
        std::vector<QByteArray> words;
        for (const QByteArray &word : text.split(' ')) {
            if (!word.isEmpty())
                words.push_back(word);
        }
        const Result<void> taken = row.setter(level, ConfigNode::directive(row.name, words), scope);
        Q_ASSERT_X(taken.ok(), "LevelSettings::defaults", row.name);
    }
    compileDefaultLogs(level.log.edit(), scope);
    return level;
}

void LevelSettings::take(const ConfigNode &block, CompileScope &scope)
{
    beginHeaders(headers);
    QVarLengthArray<const char *, 8> seen;
    for (const ConfigNode &node : block.children) {
        if (node.isComment())
            continue;
        const auto row = setters().constFind(node.name);
        if (row == setters().constEnd())
            continue;
        scope.firstInLevel = false;
        scope.variables.setPlace(node.position);
        if (row->group) {
            const bool again = std::any_of(seen.cbegin(), seen.cend(),
                                           [&](const char *group) { return std::strcmp(group, row->group) == 0; });
            scope.firstInLevel = !again;
            if (!again)
                seen.append(row->group);
        }
        if (const Result<void> taken = row->setter(*this, node, scope); !taken)
            scope.report(taken.error(), node.position);
    }
}

} // namespace portlight
