// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/mapvariable.h"

#include "proxy/compiledconfig.h"
#include "proxy/exchange.h"

namespace portlight {

namespace {

// A source and the values its exact matches give.
class MapVariable final : public ComputedVariable
{
public:
    bool evaluate(Exchange &exchange, WireBuffer &out) const override
    {
        const QByteArray key = source.evaluated(exchange).toLower();
        const auto found = values.constFind(key);
        (found == values.constEnd() ? fallback : *found).evaluate(exchange, out);
        return true;
    }

    Template source;
    QHash<QByteArray, Template> values; // by lower-cased key, as nginx compares
    Template fallback;
};

} // namespace

void compileMap(const ConfigNode &block, CompileScope &scope)
{
    auto owned = std::make_unique<MapVariable>();
    MapVariable &map = *owned;
    scope.config.variables.push_back(std::move(owned));
    const auto defined = scope.variables.defineComputed(block.argument(1).sliced(1), &map);
    if (!defined)
        return scope.report(defined.error(), block.position);
    scope.variables.setPlace(block.position);
    if (auto source = Template::compile(block.argument(0), scope.variables))
        map.source = std::move(*source);
    else
        scope.report(source.error(), block.position);
    for (const ConfigNode &entry : block.children) {
        if (entry.isComment() || entry.arguments.size() != 1)
            continue;
        scope.variables.setPlace(entry.position);
        auto value = Template::compile(entry.argument(0), scope.variables);
        if (!value)
            scope.report(value.error(), entry.position);
        else if (entry.name == "default")
            map.fallback = std::move(*value);
        else
            map.values.insert((entry.name.startsWith('\\') ? entry.name.mid(1) : entry.name).toLower(),
                              std::move(*value));
    }
}

} // namespace portlight
