// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/splitvariable.h"

#include "proxy/compiledconfig.h"
#include "proxy/splittable.h"

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

class SplitVariable final : public ComputedVariable
{
public:
    bool evaluate(Exchange &exchange, WireBuffer &out) const override
    {
        WireBuffer key;
        source.evaluate(exchange, key);
        if (const auto part = table.find(key.view()))
            out.append(values[*part]);
        return true;
    }

    Template source;
    SplitTable table;
    std::vector<QByteArray> values;
};

Result<void> takePart(const ConfigNode &entry, SplitVariable &split)
{
    if (entry.arguments.size() != 1)
        return Error{ErrorCode::WrongArgumentCount,
                     u"invalid number of arguments in \"split_clients\" block"_s,
                     {},
                     u"a part is a percentage, or *, and a value"_s};
    const auto added = split.table.add(entry.name, quint32(split.values.size()));
    split.values.push_back(entry.argument(0).toByteArray());
    return added;
}

} // namespace

void compileSplitClients(const ConfigNode &block, CompileScope &scope)
{
    const QByteArrayView name = block.argument(1);
    if (!name.startsWith('$'))
        return scope.report({ErrorCode::InvalidValue, u"invalid variable name \"%1\""_s.arg(QString::fromUtf8(name))},
                            block.position);
    auto owned = std::make_unique<SplitVariable>();
    SplitVariable &split = *owned;
    scope.config.variables.push_back(std::move(owned));
    scope.variables.setPlace(block.position);
    if (const auto defined = scope.variables.defineComputed(name.sliced(1), &split); !defined)
        return scope.report(defined.error(), block.position);
    if (auto source = Template::compile(block.argument(0), scope.variables))
        split.source = std::move(*source);
    else
        scope.report(source.error(), block.position);
    for (const ConfigNode &entry : block.children) {
        if (entry.isComment())
            continue;
        if (const auto taken = takePart(entry, split); !taken)
            scope.report(taken.error(), entry.position);
    }
    if (const auto finished = split.table.finish(); !finished)
        scope.report(finished.error(), block.position);
}

} // namespace portlight
