// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/validationstate.h"
#include "config/values.h"

using namespace Qt::StringLiterals;

namespace portlight::validation {

namespace {

// The rules of ngx_http_core_location for a location inside another.
void checkNesting(State &state, const ConfigNode &node, const LocationMatch &inner, const LocationMatch &outer)
{
    const QString name = text(inner.text);
    const QString around = text(outer.text);
    QString problem;
    if (outer.kind == LocationMatch::Kind::Exact)
        problem = u"location \"%1\" cannot be inside the exact location \"%2\""_s.arg(name, around);
    else if (outer.kind == LocationMatch::Kind::Named)
        problem = u"location \"%1\" cannot be inside the named location \"%2\""_s.arg(name, around);
    else if (inner.kind == LocationMatch::Kind::Named)
        problem = u"named location \"%1\" can be on the server level only"_s.arg(name);
    else if (!inner.isRegex() && !outer.isRegex() && !inner.text.startsWith(outer.text))
        problem = u"location \"%1\" is outside location \"%2\""_s.arg(name, around);
    if (!problem.isEmpty())
        state.error(ErrorCode::InvalidValue, problem, node.position);
}

// nginx keeps exact and prefix locations in one tree: one of each may share a name (ngx_http_join_exact_locations).
std::optional<QByteArray> keyOf(const LocationMatch &match)
{
    switch (match.kind) {
    case LocationMatch::Kind::Exact: return '=' + match.text;
    case LocationMatch::Kind::Prefix:
    case LocationMatch::Kind::PrefixBeforeRegex: return ' ' + match.text;
    default: return std::nullopt;
    }
}

bool mayHaveUri(const Scope &scope)
{
    if (scope.context != ConfigContext::Location)
        return false;
    return !scope.location || (!scope.location->isRegex() && scope.location->kind != LocationMatch::Kind::Named);
}

void checkTarget(State &state, const ConfigNode &node, const ProxyTarget &target, const Scope &scope)
{
    const TextPosition where = positionOf(node, 0);
    if (target.scheme == "https")
        state.notYet(u"proxy_pass https://"_s, u"TLS to backends is not run yet"_s, where);
    if (target.hasUri && !mayHaveUri(scope))
        state.error(ErrorCode::InvalidValue,
                    u"\"proxy_pass\" cannot have URI part in location given by regular expression, or inside named "
                    "location, or inside \"if\" statement, or inside \"limit_except\" block"_s,
                    where, u"write it without \"%1\""_s.arg(text(target.uri)));
    if (target.peer.hasPort && state.upstreams.contains(target.peer.host))
        state.error(ErrorCode::InvalidValue,
                    u"upstream \"%1\" may not have port %2"_s.arg(text(target.peer.host)).arg(target.peer.port), where,
                    u"the ports stand in the upstream block"_s);
}

} // namespace

void checkLocation(State &state, const ConfigNode &location, const Scope &scope)
{
    const Result<LocationMatch> match = parseLocation(location);
    if (!match) {
        const Error &error = match.error();
        return state.error(error.code, error.message, positionOf(location, 0), error.hint);
    }
    if (scope.context == ConfigContext::Location && scope.location)
        checkNesting(state, location, *match, *scope.location);
    checkLocations(state, location);
}

void checkLocations(State &state, const ConfigNode &block)
{
    QHash<QByteArray, TextPosition> seen;
    for (const ConfigNode &node : block.children) {
        if (node.name != "location" || !node.isBlock())
            continue;
        const Result<LocationMatch> match = parseLocation(node);
        const std::optional<QByteArray> key = match ? keyOf(*match) : std::nullopt;
        if (!key)
            continue;
        const auto first = seen.constFind(*key);
        if (first == seen.constEnd())
            seen.insert(*key, node.position);
        else
            state.error(ErrorCode::DuplicateDirective, u"duplicate location \"%1\""_s.arg(text(match->text)),
                        node.position, firstAt(*first, node.position));
    }
}

void checkProxyPass(State &state, const ConfigNode &node, const Scope &scope)
{
    const Result<ProxyTarget> target = parseProxyTarget(node.argument(0));
    if (target)
        return checkTarget(state, node, *target, scope);
    const Error &error = target.error();
    // nginx reads an address with variables at run time, whatever its prefix is.
    if (!node.argument(0).contains('$'))
        state.error(error.code, error.message, positionOf(node, 0), error.hint);
}

} // namespace portlight::validation
