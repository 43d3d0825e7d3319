// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/regex.h"
#include "proxy/template.h"

#include <optional>
#include <vector>

namespace portlight {

// One rule of proxy_redirect, proxy_cookie_path or proxy_cookie_domain.
struct FieldRewrite {
    enum class Kind : quint8 {
        Prefix, // the pattern in front is replaced
        Domain, // the whole domain, in any case, whether or not it begins with a dot
        Regex,  // all of the text, when the expression matches somewhere in it
        Default // the location's own: the URL of its proxy_pass becomes its path
    };
    Kind kind = Kind::Prefix;
    Template pattern;
    Regex regex;
    Template replacement;
};

// The part of a text that the first matching rule leaves of it (ngx_http_proxy_rewrite); nothing when none matches. Not
// for Default rules, which the exchange knows.
std::optional<QByteArray> applyFieldRewrite(const FieldRewrite &rule, QByteArrayView text, Exchange &exchange);

// One rule of proxy_cookie_flags.
struct CookieFlagsRule {
    Template name;
    Regex regex; // in place of the name
    std::vector<Template> flags;
};

// What is done to Set-Cookie fields.
struct CookieRules {
    std::vector<FieldRewrite> domains;
    std::vector<FieldRewrite> paths;
    std::vector<CookieFlagsRule> flags;

    bool isEmpty() const { return domains.empty() && paths.empty() && flags.empty(); }
};

// A Set-Cookie value with its Domain, Path and flags rewritten; nothing when it stays as it is
// (ngx_http_proxy_rewrite_cookie).
std::optional<QByteArray> rewriteCookie(const CookieRules &rules, QByteArrayView value, Exchange &exchange);

} // namespace portlight
