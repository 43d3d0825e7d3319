// SPDX-License-Identifier: GPL-3.0-or-later
// What ngx_http_proxy_module does to the fields of a response.
#include "proxy/settersupport.h"

namespace portlight {

namespace {

Error invalidParameter(QByteArrayView word)
{
    return {ErrorCode::InvalidValue, QStringLiteral("invalid parameter \"%1\"").arg(QString::fromUtf8(word))};
}

Result<void> takeReplacement(FieldRewrite &rule, QByteArrayView text, CompileScope &scope)
{
    auto replacement = Template::compile(text, scope.variables);
    if (!replacement)
        return replacement.error();
    rule.replacement = std::move(*replacement);
    return {};
}

Result<void> takeRegex(FieldRewrite &rule, QByteArrayView pattern, bool caseless, CompileScope &scope)
{
    auto regex = scope.compileRegex(pattern, caseless);
    if (!regex)
        return regex.error();
    rule.kind = FieldRewrite::Kind::Regex;
    rule.regex = std::move(*regex);
    return {};
}

Result<void> takePattern(FieldRewrite &rule, QByteArrayView text, CompileScope &scope)
{
    auto pattern = Template::compile(text, scope.variables);
    if (!pattern)
        return pattern.error();
    rule.pattern = std::move(*pattern);
    return {};
}

// "~pattern" and "~*pattern", else a text that stands in front.
Result<FieldRewrite> pathRule(const ConfigNode &node, CompileScope &scope)
{
    FieldRewrite rule;
    const QByteArrayView word = node.argument(0);
    Result<void> taken;
    if (word.startsWith("~*"))
        taken = takeRegex(rule, word.sliced(2), true, scope);
    else if (word.startsWith('~'))
        taken = takeRegex(rule, word.sliced(1), false, scope);
    else
        taken = takePattern(rule, word, scope);
    if (taken)
        taken = takeReplacement(rule, node.argument(1), scope);
    if (!taken)
        return taken.error();
    return rule;
}

Result<void> setRedirect(LevelSettings &level, const ConfigNode &node, CompileScope &scope)
{
    ProxySettings &proxy = level.proxy.edit();
    if (scope.firstInLevel) {
        proxy.redirects = true;
        proxy.redirectRules.clear();
    } else if (!proxy.redirects) {
        return Error{ErrorCode::DuplicateDirective, QStringLiteral("\"proxy_redirect\" directive is duplicate")};
    }
    if (node.arguments.size() == 1) {
        if (node.argument(0) == "default") {
            proxy.redirectRules.push_back({.kind = FieldRewrite::Kind::Default});
            return {};
        }
        if (node.argument(0) != "off")
            return invalidParameter(node.argument(0));
        if (!proxy.redirectRules.empty())
            return Error{ErrorCode::DuplicateDirective, QStringLiteral("\"proxy_redirect\" directive is duplicate")};
        proxy.redirects = false;
        return {};
    }
    auto rule = pathRule(node, scope);
    if (!rule)
        return rule.error();
    proxy.redirectRules.push_back(std::move(*rule));
    return {};
}

// "off", which stands alone.
Result<bool> isOff(const ConfigNode &node)
{
    if (node.arguments.size() > 1)
        return false;
    if (node.argument(0) != "off")
        return invalidParameter(node.argument(0));
    return true;
}

Result<void> addCookiePath(LevelSettings &level, const ConfigNode &node, CompileScope &scope)
{
    CookieRules &cookies = level.proxy.edit().cookies;
    if (scope.firstInLevel)
        cookies.paths.clear();
    const auto off = isOff(node);
    if (!off)
        return off.error();
    if (*off)
        return {};
    auto rule = pathRule(node, scope);
    if (!rule)
        return rule.error();
    cookies.paths.push_back(std::move(*rule));
    return {};
}

Result<void> addCookieDomain(LevelSettings &level, const ConfigNode &node, CompileScope &scope)
{
    CookieRules &cookies = level.proxy.edit().cookies;
    if (scope.firstInLevel)
        cookies.domains.clear();
    const auto off = isOff(node);
    if (!off)
        return off.error();
    if (*off)
        return {};
    FieldRewrite rule;
    rule.kind = FieldRewrite::Kind::Domain;
    const QByteArrayView word = node.argument(0);
    QByteArrayView replacement = node.argument(1);
    Result<void> taken;
    if (word.startsWith('~')) {
        taken = takeRegex(rule, word.sliced(1), true, scope);
    } else {
        taken = takePattern(rule, word.sliced(word.startsWith('.')), scope);
        replacement = replacement.sliced(replacement.startsWith('.'));
    }
    if (taken)
        taken = takeReplacement(rule, replacement, scope);
    if (!taken)
        return taken.error();
    cookies.domains.push_back(std::move(rule));
    return {};
}

Result<void> addCookieFlags(LevelSettings &level, const ConfigNode &node, CompileScope &scope)
{
    CookieRules &cookies = level.proxy.edit().cookies;
    if (scope.firstInLevel)
        cookies.flags.clear();
    const auto off = isOff(node);
    if (!off)
        return off.error();
    if (*off)
        return {};
    CookieFlagsRule rule;
    if (const QByteArrayView word = node.argument(0); word.startsWith('~')) {
        auto regex = scope.compileRegex(word.sliced(1), true);
        if (!regex)
            return regex.error();
        rule.regex = std::move(*regex);
    } else {
        auto name = Template::compile(word, scope.variables);
        if (!name)
            return name.error();
        rule.name = std::move(*name);
    }
    for (size_t i = 1; i < node.arguments.size(); ++i) {
        auto flag = Template::compile(node.argument(i), scope.variables);
        if (!flag)
            return flag.error();
        rule.flags.push_back(std::move(*flag));
    }
    cookies.flags.push_back(std::move(rule));
    return {};
}

Result<void> hideHeader(LevelSettings &level, const ConfigNode &node, CompileScope &scope)
{
    FieldVisibility &visibility = level.proxy.edit().visibility;
    if (scope.firstInLevel)
        visibility.clearHidden();
    visibility.hide(node.argument(0));
    return {};
}

Result<void> passHeader(LevelSettings &level, const ConfigNode &node, CompileScope &scope)
{
    FieldVisibility &visibility = level.proxy.edit().visibility;
    if (scope.firstInLevel)
        visibility.clearPassed();
    visibility.pass(node.argument(0));
    return {};
}

Result<void> ignoreHeaders(LevelSettings &level, const ConfigNode &node, CompileScope &)
{
    static const QHash<QByteArray, IgnoredField> fields{
        {"x-accel-redirect", IgnoredField::XAccelRedirect},
        {"x-accel-expires", IgnoredField::XAccelExpires},
        {"x-accel-limit-rate", IgnoredField::XAccelLimitRate},
        {"x-accel-buffering", IgnoredField::XAccelBuffering},
        {"x-accel-charset", IgnoredField::XAccelCharset},
        {"expires", IgnoredField::Expires},
        {"cache-control", IgnoredField::CacheControl},
        {"set-cookie", IgnoredField::SetCookie},
        {"vary", IgnoredField::Vary},
    };
    quint16 mask = 0;
    for (const ConfigArgument &argument : node.arguments) {
        const auto field = fields.constFind(argument.value.toLower());
        if (field == fields.constEnd())
            return Error{
                ErrorCode::InvalidValue,
                QStringLiteral("invalid value \"%1\"").arg(QString::fromUtf8(argument.value)),
                {},
                QStringLiteral("the fields are X-Accel-Redirect, X-Accel-Expires, X-Accel-Limit-Rate, "
                               "X-Accel-Buffering, X-Accel-Charset, Expires, Cache-Control, Set-Cookie, Vary")};
        mask |= quint16(*field);
    }
    level.proxy.edit().ignoredFields = mask;
    return {};
}

constexpr SetterRow Rows[] = {
    {"proxy_redirect", setRedirect, "proxy_redirect"},
    {"proxy_cookie_path", addCookiePath, "proxy_cookie_path"},
    {"proxy_cookie_domain", addCookieDomain, "proxy_cookie_domain"},
    {"proxy_cookie_flags", addCookieFlags, "proxy_cookie_flags"},
    {"proxy_hide_header", hideHeader, "proxy_hide_header"},
    {"proxy_pass_header", passHeader, "proxy_pass_header"},
    {"proxy_ignore_headers", ignoreHeaders},
};

} // namespace

std::span<const SetterRow> proxyFieldSetters()
{
    return Rows;
}

} // namespace portlight
