// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/validationstate.h"
#include "config/values.h"

using namespace Qt::StringLiterals;

namespace portlight::validation {

namespace {

bool isBackup(const ConfigNode &server)
{
    return std::any_of(server.arguments.begin(), server.arguments.end(),
                       [](const ConfigArgument &argument) { return argument.value == "backup"; });
}

constexpr qint64 NumberMax = std::numeric_limits<int>::max();
constexpr qsizetype RouteBytesMax = 32; // the MD5 of an address in hexadecimal digits

std::optional<QByteArrayView> valueOf(QByteArrayView word, QByteArrayView prefix)
{
    return word.startsWith(prefix) ? std::optional(word.sliced(prefix.size())) : std::nullopt;
}

// One parameter behind an upstream's server (ngx_http_upstream_server).
bool isPeerParameter(QByteArrayView word)
{
    if (const auto weight = valueOf(word, "weight="))
        return parseNumber(*weight, 1, NumberMax).ok();
    if (const auto fails = valueOf(word, "max_fails="))
        return parseNumber(*fails, 0, NumberMax).ok();
    if (const auto connections = valueOf(word, "max_conns="))
        return parseNumber(*connections, 0, NumberMax).ok();
    if (const auto timeout = valueOf(word, "fail_timeout="))
        return parseSeconds(*timeout).ok();
    if (const auto start = valueOf(word, "slow_start="))
        return parseDuration(*start).ok();
    if (const auto service = valueOf(word, "service="))
        return !service->isEmpty();
    return word == "backup" || word == "down" || word == "resolve" || word == "drain" || word.startsWith("route=");
}

void checkRoute(State &state, const ConfigNode &server, size_t index)
{
    const auto route = valueOf(server.argument(index), "route=");
    if (route && route->isEmpty())
        state.error(ErrorCode::InvalidValue, u"route is empty"_s, positionOf(server, index));
    else if (route && route->size() > RouteBytesMax)
        state.error(ErrorCode::InvalidValue, u"route is longer than %1"_s.arg(RouteBytesMax),
                    positionOf(server, index));
}

} // namespace

void checkPeer(State &state, const ConfigNode &server)
{
    const Result<PeerAddress> peer = parsePeerAddress(server.argument(0), 80);
    if (!peer)
        state.error(peer.error().code, peer.error().message, positionOf(server, 0), peer.error().hint);
    for (size_t i = 1; i < server.arguments.size(); ++i) {
        const QByteArrayView word = server.argument(i);
        if (!isPeerParameter(word)) {
            const QString swallowed = missingSemicolonHint(server);
            state.error(ErrorCode::InvalidValue, u"invalid parameter \"%1\""_s.arg(text(word)), positionOf(server, i),
                        swallowed.isEmpty() ? u"the parameters are weight=, max_fails=, fail_timeout=, max_conns=, "
                                              "slow_start=, route=, service=, backup, down, drain and resolve"_s
                                            : swallowed);
            return;
        }
        checkRoute(state, server, i);
    }
}

void checkUpstream(State &state, const ConfigNode &upstream)
{
    const QByteArray name = upstream.argument(0).toByteArray();
    const TextPosition first = state.upstreams.value(name);
    if (first.isKnown() && first != upstream.position)
        state.error(ErrorCode::DuplicateDirective, u"duplicate upstream \"%1\""_s.arg(text(name)), upstream.position,
                    firstAt(first, upstream.position));
    const std::vector<const ConfigNode *> servers = upstream.childrenNamed("server");
    if (servers.empty())
        return state.error(ErrorCode::MissingDirective, u"no servers are inside upstream"_s, upstream.position,
                           u"write one as server 127.0.0.1:3000;"_s);
    if (std::all_of(servers.begin(), servers.end(), [](const ConfigNode *server) { return isBackup(*server); }))
        state.error(ErrorCode::MissingDirective, u"no servers in upstream \"%1\""_s.arg(text(name)), upstream.position,
                    u"one of them at least must not be a backup"_s);
    checkResolvingUpstream(state, upstream);
}

} // namespace portlight::validation
