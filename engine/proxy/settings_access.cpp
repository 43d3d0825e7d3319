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
    const QString who = QString::fromUtf8(node.argument(0));
    const Result<bool> hadLowBits = rules.append(node.name == "allow", node.argument(0));
    if (!hadLowBits)
        return Error{ErrorCode::InvalidValue, u"invalid parameter \"%1\""_s.arg(who), {}, hadLowBits.error().hint};
    if (*hadLowBits)
        scope.diagnostics.append({Severity::Warning,
                                  ErrorCode::InvalidValue,
                                  u"low address bits of %1 are meaningless"_s.arg(who),
                                  node.position,
                                  {}});
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
