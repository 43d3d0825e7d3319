// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/tryfiles.h"

#include "config/values.h"
#include "proxy/compilescope.h"

namespace portlight {

namespace {

constexpr int CodeMax = 999;

} // namespace

Result<TryFiles> compileTryFiles(const ConfigNode &node, CompileScope &scope)
{
    TryFiles result;
    result.position = node.position;
    const size_t last = node.arguments.size() - 1;
    for (size_t i = 0; i < last; ++i) {
        QByteArrayView name = node.argument(i);
        const bool isFolder = name.endsWith('/');
        if (isFolder)
            name.chop(1);
        auto compiled = Template::compile(name, scope.variables);
        if (!compiled)
            return compiled.error();
        result.candidates.push_back({std::move(*compiled), isFolder});
    }
    const QByteArrayView target = node.argument(last);
    if (target.startsWith('=')) {
        const auto code = parseNumber(target.sliced(1), 0, CodeMax);
        if (!code)
            return Error{ErrorCode::InvalidValue,
                         QStringLiteral("invalid code \"%1\"").arg(QString::fromUtf8(target)),
                         {},
                         QStringLiteral("a status such as =404")};
        result.code = int(*code);
        return result;
    }
    auto compiled = Template::compile(target, scope.variables);
    if (!compiled)
        return compiled.error();
    result.target = std::move(*compiled);
    return result;
}

} // namespace portlight
