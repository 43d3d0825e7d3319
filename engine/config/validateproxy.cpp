// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/inetaddress.h"
#include "config/validationstate.h"
#include "config/values.h"

#include <limits>

using namespace Qt::StringLiterals;

namespace portlight::validation {

namespace {

constexpr qint64 IntMax = std::numeric_limits<int>::max();

bool mayHaveUri(const Scope &scope)
{
    if (scope.context != ConfigContext::Location)
        return false;
    return !scope.location || (!scope.location->isRegex() && scope.location->kind != LocationMatch::Kind::Named);
}

void checkTarget(State &state, const ConfigNode &node, const ProxyTarget &target, const Scope &scope)
{
    const TextPosition where = positionOf(node, 0);
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

void checkProxyPass(State &state, const ConfigNode &node, const Scope &scope)
{
    // nginx reads an address with variables at run time, whatever its prefix is.
    if (node.argument(0).contains('$'))
        return;
    const Result<ProxyTarget> target = parseProxyTarget(node.argument(0));
    if (target)
        return checkTarget(state, node, *target, scope);
    const Error &error = target.error();
    state.error(error.code, error.message, positionOf(node, 0), error.hint);
}

void checkHttpVersion(State &state, const ConfigNode &node, const Scope &)
{
    if (node.argument(0) == "2")
        state.notYet(u"proxy_http_version 2"_s, u"HTTP/2 to backends is not run yet"_s, node.position);
}

void checkRedirect(State &state, const ConfigNode &node, const Scope &)
{
    if (node.arguments.size() == 1 && node.argument(0) != "off" && node.argument(0) != "default")
        invalidParameter(state, node, 0, u"write off, default, or what is replaced and by what"_s);
}

void checkCookie(State &state, const ConfigNode &node, const Scope &)
{
    if (node.arguments.size() == 1 && node.argument(0) != "off")
        invalidParameter(state, node, 0,
                         node.name == "proxy_cookie_flags" ? u"name the flags to set behind it"_s
                                                           : u"write what it is replaced by behind it"_s);
}

bool isBindAddress(QByteArrayView word)
{
    if (word.contains('$') || isInet4(word) || canonicalInet6(word))
        return true;
    const Result<HostAndPort> parts = parseHostAndPort(word);
    return parts && (isInet4(parts->host) || (parts->bracketed && parts->hasPort));
}

void checkBind(State &state, const ConfigNode &node, const Scope &)
{
    if (node.argument(0) == "off" && node.arguments.size() == 1)
        return;
    if (!isBindAddress(node.argument(0)))
        state.error(ErrorCode::InvalidValue, u"invalid address \"%1\""_s.arg(text(node.argument(0))),
                    positionOf(node, 0));
    else if (node.arguments.size() > 1 && node.argument(1) != "transparent")
        invalidParameter(state, node, 1, u"the only parameter is \"transparent\""_s);
}

// A time, in front of it the statuses that it is for (ngx_http_file_cache_valid_set_slot).
void checkCacheValid(State &state, const ConfigNode &node, const Scope &)
{
    const size_t last = node.arguments.size() - 1;
    if (!parseSeconds(node.argument(last)))
        return state.error(ErrorCode::InvalidValue, u"invalid time value \"%1\""_s.arg(text(node.argument(last))),
                           positionOf(node, last));
    for (size_t i = 0; i < last; ++i) {
        if (node.argument(i) != "any" && !parseNumber(node.argument(i), 100, 599))
            return state.error(ErrorCode::InvalidValue, u"invalid status \"%1\""_s.arg(text(node.argument(i))),
                               positionOf(node, i));
    }
}

void checkServer(State &state, const ConfigNode &node, const Scope &scope)
{
    if (scope.context == ConfigContext::Upstream)
        checkPeer(state, node);
}

void checkKeepalive(State &state, const ConfigNode &node, const Scope &)
{
    // Zero switches off what later versions do by themselves.
    const qint64 least = state.options.version < NginxVersion{1, 29, 7} ? 1 : 0;
    if (!parseNumber(node.argument(0), least, IntMax))
        state.error(ErrorCode::InvalidValue,
                    u"invalid value \"%1\" in \"keepalive\" directive"_s.arg(text(node.argument(0))),
                    positionOf(node, 0));
    else if (node.arguments.size() > 1 && node.argument(1) != "local")
        invalidParameter(state, node, 1, u"the only parameter is \"local\""_s);
}

void checkHash(State &state, const ConfigNode &node, const Scope &)
{
    if (node.arguments.size() > 1 && node.argument(1) != "consistent")
        invalidParameter(state, node, 1, u"the only parameter is \"consistent\""_s);
}

void checkRandom(State &state, const ConfigNode &node, const Scope &)
{
    if (!node.arguments.empty() && node.argument(0) != "two")
        return invalidParameter(state, node, 0, u"the only parameter is \"two\", with a method behind it"_s);
    if (node.arguments.size() > 1 && node.argument(1) != "least_conn")
        invalidParameter(state, node, 1, u"the method is least_conn"_s);
}

void checkLeastTime(State &state, const ConfigNode &node, const Scope &)
{
    if (node.arguments.size() > 1 && node.argument(1) != "inflight")
        return invalidParameter(state, node, 1, u"the only parameter is \"inflight\""_s);
    if (node.argument(0) != "header" && node.argument(0) != "last_byte")
        state.error(ErrorCode::InvalidValue, u"invalid value \"%1\""_s.arg(text(node.argument(0))), positionOf(node, 0),
                    u"write header or last_byte"_s);
}

} // namespace

std::span<const NamedCheck> proxyChecks()
{
    static constexpr NamedCheck checks[] = {
        {"proxy_pass", checkProxyPass},
        {"proxy_http_version", checkHttpVersion},
        {"proxy_redirect", checkRedirect},
        {"proxy_cookie_domain", checkCookie},
        {"proxy_cookie_path", checkCookie},
        {"proxy_cookie_flags", checkCookie},
        {"proxy_bind", checkBind},
        {"proxy_cache_valid", checkCacheValid},
        {"fastcgi_cache_valid", checkCacheValid},
        {"scgi_cache_valid", checkCacheValid},
        {"uwsgi_cache_valid", checkCacheValid},
        {"server", checkServer},
        {"keepalive", checkKeepalive},
        {"hash", checkHash},
        {"random", checkRandom},
        {"least_time", checkLeastTime},
        {"sticky", checkSticky},
    };
    return checks;
}

} // namespace portlight::validation
