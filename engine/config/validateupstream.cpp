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

enum class PeerParameter : quint8 { Invalid, Unsupported };

// One parameter behind an upstream's server (ngx_http_upstream_server). All of them are understood, none runs yet.
PeerParameter classify(QByteArrayView word)
{
    const auto valueOf = [&](const char *prefix) -> std::optional<QByteArrayView> {
        if (!word.startsWith(prefix))
            return std::nullopt;
        return word.sliced(QByteArrayView(prefix).size());
    };
    constexpr qint64 max = std::numeric_limits<int>::max();
    bool valid = word == "backup" || word == "down" || word == "resolve" || word == "drain";
    if (const auto weight = valueOf("weight="))
        valid = parseNumber(*weight, 1, max).ok();
    else if (const auto fails = valueOf("max_fails="))
        valid = parseNumber(*fails, 0, max).ok();
    else if (const auto connections = valueOf("max_conns="))
        valid = parseNumber(*connections, 0, max).ok();
    else if (const auto timeout = valueOf("fail_timeout="))
        valid = parseSeconds(*timeout).ok();
    else if (const auto start = valueOf("slow_start="))
        valid = parseSeconds(*start).ok();
    else if (const auto route = valueOf("route="))
        valid = !route->isEmpty();
    else if (const auto service = valueOf("service="))
        valid = !service->isEmpty();
    return valid ? PeerParameter::Unsupported : PeerParameter::Invalid;
}

} // namespace

void checkPeer(State &state, const ConfigNode &server)
{
    const Result<PeerAddress> peer = parsePeerAddress(server.argument(0), 80);
    if (!peer)
        state.error(peer.error().code, peer.error().message, positionOf(server, 0), peer.error().hint);
    for (size_t i = 1; i < server.arguments.size(); ++i) {
        const QByteArrayView word = server.argument(i);
        if (classify(word) == PeerParameter::Invalid) {
            const QString swallowed = missingSemicolonHint(server);
            state.error(ErrorCode::InvalidValue, u"invalid parameter \"%1\""_s.arg(text(word)), positionOf(server, i),
                        swallowed.isEmpty()
                            ? u"the parameters are weight=, max_fails=, fail_timeout=, max_conns=, backup and down"_s
                            : swallowed);
            return;
        }
        if (!word.startsWith("weight=") && !word.startsWith("service=") && word != "down" && word != "backup"
            && word != "resolve")
            state.notYet(u"server … "_s + text(word), u"backends that fail are not set aside yet"_s,
                         positionOf(server, i));
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
