// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/fieldrewrite.h"

#include "proxy/exchange.h"

namespace portlight {

namespace {

struct CookieAttribute {
    QByteArray name;
    std::optional<QByteArray> value; // behind a '='
    bool dropped = false;

    bool is(QByteArrayView other) const { return !dropped && equalsIgnoringCase(name, other); }
};

QByteArrayView withoutSpaces(QByteArrayView text)
{
    while (text.startsWith(' '))
        text = text.sliced(1);
    while (text.endsWith(' '))
        text.chop(1);
    return text;
}

std::vector<CookieAttribute> parseCookie(QByteArrayView text)
{
    std::vector<CookieAttribute> attributes;
    for (;;) {
        const qsizetype end = text.indexOf(';');
        const QByteArrayView part = end < 0 ? text : text.first(end);
        const qsizetype equals = part.indexOf('=');
        CookieAttribute attribute;
        attribute.name = withoutSpaces(equals < 0 ? part : part.first(equals)).toByteArray();
        if (equals >= 0)
            attribute.value = withoutSpaces(part.sliced(equals + 1)).toByteArray();
        attributes.push_back(std::move(attribute));
        if (end < 0)
            return attributes;
        text = text.sliced(end + 1);
    }
}

QByteArray joined(const std::vector<CookieAttribute> &attributes)
{
    QByteArray text;
    for (const CookieAttribute &attribute : attributes) {
        if (attribute.dropped)
            continue;
        if (&attribute != &attributes.front())
            text += "; ";
        text += attribute.name;
        if (attribute.value)
            text += '=' + *attribute.value;
    }
    return text;
}

bool rewriteValue(const std::vector<FieldRewrite> &rules, QByteArray &value, Exchange &exchange)
{
    for (const FieldRewrite &rule : rules) {
        if (auto rewritten = applyFieldRewrite(rule, value, exchange)) {
            value = std::move(*rewritten);
            return true;
        }
    }
    return false;
}

// What the flags of a rule ask for.
struct WantedFlags {
    std::optional<bool> secure;
    std::optional<bool> httpOnly;
    std::optional<QByteArray> sameSite; // empty: none

    bool isEmpty() const { return !secure && !httpOnly && !sameSite; }
    void take(const QByteArray &word)
    {
        const QByteArray flag = word.toLower();
        if (flag == "secure" || flag == "nosecure")
            secure = secure.value_or(false) || flag == "secure";
        else if (flag == "httponly" || flag == "nohttponly")
            httpOnly = httpOnly.value_or(false) || flag == "httponly";
        else if (flag == "nosamesite")
            sameSite = sameSite.value_or(QByteArray());
        else if (flag == "samesite=strict")
            sameSite = "Strict";
        else if (flag == "samesite=lax" && sameSite.value_or(QByteArray()) != "Strict")
            sameSite = "Lax";
        else if (flag == "samesite=none" && sameSite.value_or(QByteArray()).isEmpty())
            sameSite = "None";
    }
};

const CookieFlagsRule *flagsRuleFor(const std::vector<CookieFlagsRule> &rules, QByteArrayView name, Exchange &exchange)
{
    for (const CookieFlagsRule &rule : rules) {
        if (!rule.regex.isNull() ? exchange.matchRegex(rule.regex, name) > 0
                                 : equalsIgnoringCase(rule.name.evaluated(exchange), name))
            return &rule;
    }
    return nullptr;
}

// One without a value: on, off, or left as it is.
void applyFlag(std::vector<CookieAttribute> &attributes, QByteArrayView name, std::optional<bool> wanted)
{
    if (!wanted)
        return;
    bool present = false;
    for (size_t i = 1; i < attributes.size(); ++i) {
        if (!attributes[i].is(name))
            continue;
        present = true;
        attributes[i].dropped = !*wanted;
    }
    if (*wanted && !present)
        attributes.push_back({name.toByteArray(), std::nullopt});
}

void applySameSite(std::vector<CookieAttribute> &attributes, const QByteArray &wanted)
{
    bool present = false;
    for (size_t i = 1; i < attributes.size(); ++i) {
        CookieAttribute &attribute = attributes[i];
        if (!attribute.is("samesite"))
            continue;
        if (wanted.isEmpty()) {
            attribute.dropped = true;
        } else if (!present && !equalsIgnoringCase(attribute.value.value_or(QByteArray()), wanted)) {
            attribute.name = "SameSite";
            attribute.value = wanted;
        }
        present = true;
    }
    if (!present && !wanted.isEmpty())
        attributes.push_back({"SameSite", wanted});
}

bool rewriteFlags(const std::vector<CookieFlagsRule> &rules, std::vector<CookieAttribute> &attributes,
                  Exchange &exchange)
{
    const CookieFlagsRule *rule = flagsRuleFor(rules, attributes.front().name, exchange);
    if (!rule)
        return false;
    WantedFlags wanted;
    for (const Template &flag : rule->flags)
        wanted.take(flag.evaluated(exchange));
    if (wanted.isEmpty())
        return false;
    applyFlag(attributes, "Secure", wanted.secure);
    applyFlag(attributes, "HttpOnly", wanted.httpOnly);
    if (wanted.sameSite)
        applySameSite(attributes, *wanted.sameSite);
    return true;
}

} // namespace

std::optional<QByteArray> applyFieldRewrite(const FieldRewrite &rule, QByteArrayView text, Exchange &exchange)
{
    if (rule.kind == FieldRewrite::Kind::Regex) {
        if (exchange.matchRegex(rule.regex, text) <= 0)
            return std::nullopt;
        return rule.replacement.evaluated(exchange);
    }
    const QByteArray pattern = rule.pattern.evaluated(exchange);
    if (rule.kind == FieldRewrite::Kind::Prefix) {
        if (!text.startsWith(pattern))
            return std::nullopt;
        return rule.replacement.evaluated(exchange) + text.sliced(pattern.size()).toByteArray();
    }
    const bool dotted = text.startsWith('.');
    if (!equalsIgnoringCase(text.sliced(dotted), pattern))
        return std::nullopt;
    return (dotted ? "." : "") + rule.replacement.evaluated(exchange);
}

std::optional<QByteArray> rewriteCookie(const CookieRules &rules, QByteArrayView value, Exchange &exchange)
{
    std::vector<CookieAttribute> attributes = parseCookie(value);
    if (!attributes.front().value)
        return std::nullopt;
    bool changed = false;
    for (size_t i = 1; i < attributes.size(); ++i) {
        CookieAttribute &attribute = attributes[i];
        if (!attribute.value)
            continue;
        if (attribute.is("domain"))
            changed |= rewriteValue(rules.domains, *attribute.value, exchange);
        else if (attribute.is("path"))
            changed |= rewriteValue(rules.paths, *attribute.value, exchange);
    }
    if (!rules.flags.empty())
        changed |= rewriteFlags(rules.flags, attributes, exchange);
    if (!changed)
        return std::nullopt;
    return joined(attributes);
}

} // namespace portlight
