// SPDX-License-Identifier: GPL-3.0-or-later
// error_page and recursive_error_pages (ngx_http_core_module).
#include "proxy/settersupport.h"

namespace portlight {

namespace {

Error invalid(QByteArrayView value, const QString &hint)
{
    return {ErrorCode::InvalidValue, QStringLiteral("invalid value \"%1\"").arg(QString::fromUtf8(value)), {}, hint};
}

// "=" or "=200" in front of the target.
Result<int> overwriteOf(QByteArrayView word)
{
    if (word.size() == 1)
        return 0;
    const auto status = parseNumber(word.sliced(1), 0, 999);
    if (!status)
        return invalid(word, QStringLiteral("\"=\" or \"=200\""));
    return int(*status);
}

Result<int> statusOf(QByteArrayView word)
{
    const auto status = parseNumber(word, 0, 9999);
    if (!status || *status == 499)
        return invalid(word, QStringLiteral("a status from 300 to 599"));
    if (*status < 300 || *status > 599)
        return Error{ErrorCode::InvalidValue,
                     QStringLiteral("value \"%1\" must be between 300 and 599").arg(QString::fromUtf8(word))};
    return int(*status);
}

Result<void> addErrorPage(LevelSettings &level, const ConfigNode &node, CompileScope &scope)
{
    ErrorPageSettings &pages = level.errorPages.edit();
    if (scope.firstInLevel)
        pages.rules.clear();
    size_t statuses = node.arguments.size() - 1;
    int overwrite = -1;
    if (statuses > 0 && node.argument(statuses - 1).startsWith('=')) {
        const auto parsed = overwriteOf(node.argument(--statuses));
        if (!parsed)
            return parsed.error();
        overwrite = *parsed;
    }
    auto target = Template::compile(node.argument(node.arguments.size() - 1), scope.variables);
    if (!target)
        return target.error();
    for (size_t i = 0; i < statuses; ++i) {
        const auto status = statusOf(node.argument(i));
        if (!status)
            return status.error();
        // A status of the answer's own makes no sense where the connection or the request line is at fault.
        int kept = overwrite;
        if (kept < 0 && (*status == 494 || *status == 495 || *status == 496 || *status == 497))
            kept = 400;
        pages.rules.push_back({*status, kept, *target, node.position});
    }
    return {};
}

Result<void> setRecursive(LevelSettings &level, const ConfigNode &node, CompileScope &)
{
    return storeSetting(level.errorPages.edit().recursive, flagOf(node));
}

constexpr SetterRow Rows[] = {
    {"error_page", addErrorPage, "error_page"},
    {"recursive_error_pages", setRecursive},
};

} // namespace

std::span<const SetterRow> errorPageSetters()
{
    return Rows;
}

} // namespace portlight
