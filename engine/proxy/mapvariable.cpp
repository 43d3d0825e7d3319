// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/mapvariable.h"

#include "proxy/compiledconfig.h"
#include "proxy/exchange.h"
#include "proxy/healthrequest.h"
#include "proxy/maptable.h"
#include "proxy/regexfailure.h"

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

class MapVariable final : public ComputedVariable
{
public:
    bool evaluate(Exchange &exchange, WireBuffer &out) const override
    {
        WireBuffer key;
        source.evaluate(exchange, key);
        const MapLookup found = table.find(key.view(), exchange.context().regexMatch, &exchange.regexListener());
        if (found.failed)
            reportRegexFailure(exchange, *found.failed, key.view());
        if (found.value)
            results[*found.value].evaluate(exchange, out);
        else if (fallback)
            fallback->evaluate(exchange, out);
        return true; // without a default the value is empty, yet there
    }
    bool evaluateForCheck(const HealthValues &values, WireBuffer &out) const override
    {
        WireBuffer key;
        values.append(source, key);
        RegexMatch match;
        const MapLookup found = table.find(key.view(), match);
        if (found.value)
            values.append(results[*found.value], out);
        else if (fallback)
            values.append(*fallback, out);
        return true;
    }
    bool isVolatile() const override { return changes; }

    Template source;
    MapTable table;
    std::vector<Template> results;
    std::optional<Template> fallback;
    bool changes = false;
};

// One line of the block; the error is nginx's.
Result<void> takeEntry(const ConfigNode &entry, MapVariable &map, CompileScope &scope)
{
    const auto refused = [](const QString &words) { return Error{ErrorCode::InvalidValue, words, {}, {}}; };
    if (entry.arguments.empty() && entry.name == "hostnames") {
        map.table.treatKeysAsHostnames();
        return {};
    }
    if (entry.arguments.empty() && entry.name == "volatile") {
        map.changes = true;
        return {};
    }
    if (entry.arguments.size() != 1)
        return refused(u"invalid number of the map parameters"_s);
    auto value = Template::compile(entry.argument(0), scope.variables);
    if (!value)
        return value.error();
    if (entry.name == "default") {
        if (map.fallback)
            return refused(u"duplicate default map parameter"_s);
        map.fallback = std::move(*value);
        return {};
    }
    if (entry.name.startsWith('~')) { // its captures become variables
        const bool caseless = entry.name.startsWith("~*");
        const QByteArrayView pattern = QByteArrayView(entry.name).sliced(caseless ? 2 : 1);
        if (const auto regex = scope.compileRegex(pattern, caseless); !regex)
            return regex.error();
    }
    const auto added = map.table.add(entry.name, quint32(map.results.size()), scope.regexes);
    map.results.push_back(std::move(*value));
    return added;
}

} // namespace

void compileMap(const ConfigNode &block, CompileScope &scope)
{
    const QByteArrayView name = block.argument(1);
    if (!name.startsWith('$'))
        return scope.report({ErrorCode::InvalidValue, u"invalid variable name \"%1\""_s.arg(QString::fromUtf8(name))},
                            block.position);
    auto owned = std::make_unique<MapVariable>();
    MapVariable &map = *owned;
    scope.config.variables.push_back(std::move(owned));
    scope.variables.setPlace(block.position);
    if (const auto defined = scope.variables.defineComputed(name.sliced(1), &map); !defined)
        return scope.report(defined.error(), block.position);
    if (auto source = Template::compile(block.argument(0), scope.variables))
        map.source = std::move(*source);
    else
        scope.report(source.error(), block.position);
    for (const ConfigNode &entry : block.children) {
        if (entry.isComment())
            continue;
        scope.variables.setPlace(entry.position);
        if (const auto taken = takeEntry(entry, map, scope); !taken)
            scope.report(taken.error(), entry.position);
    }
}

} // namespace portlight
