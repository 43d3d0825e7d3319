// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/validationstate.h"
#include "config/values.h"

using namespace Qt::StringLiterals;

namespace portlight::validation {

namespace {

void reportUnsupported(State &state, const ConfigNode &node, const ListenOptions &options)
{
    if (options.http2)
        state.notYet(u"listen … http2"_s, u"HTTP/2 is not run yet"_s, node.position);
    for (const QByteArray &other : options.others) {
        if (other == "quic" || other == "proxy_protocol")
            state.notYet(u"listen … "_s + text(other), u"the protocol is not run yet"_s, node.position);
    }
}

void checkListen(State &state, const ConfigNode &node, const Scope &)
{
    std::vector<QByteArray> words;
    for (const ConfigArgument &argument : node.arguments)
        words.push_back(argument.value);
    const Result<Listen> listen = parseListen(words);
    if (!listen) {
        const QString swallowed = missingSemicolonHint(node);
        return state.error(listen.error().code, listen.error().message, positionOf(node, 0),
                           swallowed.isEmpty() ? listen.error().hint : swallowed);
    }
    reportUnsupported(state, node, listen->options);
    if (!state.options.warnBeyondLoopback)
        return;
    for (const ListenAddress &address : listen->addresses) {
        if (!address.isLoopback())
            state.warning(ErrorCode::ListenBeyondLoopback,
                          u"%1 can be reached from other machines"_s.arg(text(address.toString())), node.position,
                          u"127.0.0.1 and [::1] are reached from this machine only"_s);
    }
}

// ngx_http_core_server_name. Which wildcards there are is looked at where the servers of one address are.
void checkServerName(State &state, const ConfigNode &node, const Scope &)
{
    for (size_t i = 0; i < node.arguments.size(); ++i) {
        const QByteArrayView name = node.argument(i);
        const bool badStar = name.startsWith('*') && (name.size() < 3 || name[1] != '.');
        if (badStar || name == ".")
            state.error(ErrorCode::InvalidValue, u"server name \"%1\" is invalid"_s.arg(text(name)),
                        positionOf(node, i),
                        name == "*" ? u"the server that answers for all other names is the one whose \"listen\" says "
                                      "default_server"_s
                                    : u"wildcards are *.example.com, .example.com and www.example.*"_s);
        else if (name == "~")
            state.error(ErrorCode::InvalidValue, u"empty regex in server name \"~\""_s, positionOf(node, i));
        else if (!name.startsWith('~') && name.contains('/'))
            state.warning(ErrorCode::InvalidValue, u"server name \"%1\" has suspicious symbols"_s.arg(text(name)),
                          positionOf(node, i), u"a name is written without scheme and path"_s);
    }
}

} // namespace

std::span<const NamedCheck> listenChecks()
{
    static constexpr NamedCheck checks[] = {{"listen", checkListen}, {"server_name", checkServerName}};
    return checks;
}

} // namespace portlight::validation
