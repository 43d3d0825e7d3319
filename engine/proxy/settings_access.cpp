// SPDX-License-Identifier: GPL-3.0-or-later
// Settings of ngx_http_access_module, and satisfy.
#include "proxy/settersupport.h"

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

Result<void> addRule(LevelSettings &level, const ConfigNode &node, CompileScope &scope)
{
    AccessRules &rules = level.access.edit().rules;
    if (scope.firstInLevel)
        rules = {};
    if (const Result<void> added = rules.append(node.name == "allow", node.argument(0)); !added)
        return Error{ErrorCode::InvalidValue,
                     u"invalid parameter \"%1\""_s.arg(QString::fromUtf8(node.argument(0))),
                     {},
                     added.error().hint};
    return {};
}

Result<void> setSatisfy(LevelSettings &level, const ConfigNode &node, CompileScope &)
{
    const bool any = node.argument(0).compare("any", Qt::CaseInsensitive) == 0;
    level.access.edit().satisfy = any ? AccessSettings::Satisfy::Any : AccessSettings::Satisfy::All;
    return {};
}

constexpr SetterRow Rows[] = {
    {"allow", addRule, "access"},
    {"deny", addRule, "access"},
    {"satisfy", setSatisfy},
};

} // namespace

std::span<const SetterRow> accessSetters()
{
    return Rows;
}

} // namespace portlight
