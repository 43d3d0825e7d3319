// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/validationstate.h"

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
    else if (!inner.isRegex() && !inner.text.startsWith(outer.text))
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

} // namespace portlight::validation
