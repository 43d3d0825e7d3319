// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/validationstate.h"
#include "config/values.h"

using namespace Qt::StringLiterals;

namespace portlight::validation {

namespace {

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

bool isMapSwitch(const ConfigNode &entry)
{
    return entry.arguments.empty() && (entry.name == "hostnames" || entry.name == "volatile");
}

void checkMapEntry(State &state, const ConfigNode &entry, QHash<QByteArray, TextPosition> &seen)
{
    if (entry.isBlock())
        return state.error(ErrorCode::SyntaxError, u"unexpected \"{\""_s, entry.position,
                           u"a map holds pairs of a value and a result"_s);
    if (isMapSwitch(entry) || (entry.name == "include" && entry.arguments.size() == 1))
        return;
    if (entry.arguments.size() != 1)
        return state.error(ErrorCode::WrongArgumentCount, u"invalid number of the map parameters"_s, entry.position,
                           missingSemicolonHint(entry));
    checkTemplate(state, entry, 0);
    if (entry.name.startsWith('~'))
        return;
    // A backslash in front lets a map look up the words that have a meaning here (ngx_http_map).
    const bool escaped = entry.name.startsWith('\\');
    const QByteArray key = (escaped ? entry.name.sliced(1) : entry.name).toLower();
    const bool isDefault = !escaped && key == "default";
    const QByteArray slot = (isDefault ? "default " : "value ") + key;
    const auto first = seen.constFind(slot);
    if (first == seen.constEnd()) {
        seen.insert(slot, entry.position);
        return;
    }
    state.error(ErrorCode::DuplicateDirective,
                isDefault ? u"duplicate default map parameter"_s : u"conflicting parameter \"%1\""_s.arg(text(key)),
                entry.position, firstAt(*first, entry.position));
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
        if (!word.startsWith("weight=") && word != "down" && word != "backup")
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
    if (!upstream.child("server"))
        state.error(ErrorCode::MissingDirective, u"no servers are inside upstream"_s, upstream.position,
                    u"write one as server 127.0.0.1:3000;"_s);
}

void checkMap(State &state, const ConfigNode &map)
{
    checkTemplate(state, map, 0);
    if (!map.argument(1).startsWith('$'))
        state.error(ErrorCode::InvalidValue, u"invalid variable name \"%1\""_s.arg(text(map.argument(1))),
                    positionOf(map, 1), u"the variable to set is written with \"$\""_s);
    QHash<QByteArray, TextPosition> seen;
    for (const ConfigNode &entry : map.children) {
        if (!entry.isComment())
            checkMapEntry(state, entry, seen);
    }
}

} // namespace portlight::validation
