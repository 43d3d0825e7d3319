// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/validationstate.h"
#include "config/values.h"

using namespace Qt::StringLiterals;

namespace portlight::validation {

namespace {

using Check = void (*)(State &, const ConfigNode &, const Scope &);

// nginx: "name" directive invalid value
void reportInvalid(State &state, const ConfigNode &node, size_t index, const Error &cause)
{
    const QString swallowed = missingSemicolonHint(node);
    state.error(ErrorCode::InvalidValue, u"\"%1\" directive %2"_s.arg(text(node.name), cause.message),
                positionOf(node, index), swallowed.isEmpty() ? cause.hint : swallowed);
}

template<typename T>
void checkParsed(State &state, const ConfigNode &node, size_t index, const Result<T> &parsed)
{
    if (!parsed)
        reportInvalid(state, node, index, parsed.error());
}

void checkFlag(State &state, const ConfigNode &node)
{
    if (parseFlag(node.argument(0)))
        return;
    state.error(ErrorCode::InvalidValue,
                u"invalid value \"%1\" in \"%2\" directive, it must be \"on\" or \"off\""_s.arg(text(node.argument(0)),
                                                                                                text(node.name)),
                positionOf(node, 0));
}

// Only directives that ngx_conf_set_off_slot reads know gigabytes.
bool knowsGiga(QByteArrayView name)
{
    return name == "client_max_body_size" || name == "directio_alignment" || name == "worker_rlimit_core"
           || name.endsWith("_cache_max_range_offset");
}

void checkEnumeration(State &state, const ConfigNode &node, const DirectiveSpec &spec)
{
    if (!spec.values)
        return;
    const QList<QByteArray> allowed = QByteArray(spec.values).split(' ');
    for (const QByteArray &word : allowed) {
        if (node.argument(0).compare(word, Qt::CaseInsensitive) == 0)
            return;
    }
    state.error(ErrorCode::InvalidValue, u"invalid value \"%1\""_s.arg(text(node.argument(0))), positionOf(node, 0),
                u"\"%1\" takes one of: %2"_s.arg(text(node.name), text(allowed.join(", "))));
}

void checkByType(State &state, const ConfigNode &node, const DirectiveSpec &spec)
{
    const QByteArrayView value = node.argument(0);
    switch (spec.type) {
    case DirectiveType::Flag: return checkFlag(state, node);
    case DirectiveType::Number:
        return checkParsed(state, node, 0, parseNumber(value, 0, std::numeric_limits<qint64>::max()));
    case DirectiveType::Size: return checkParsed(state, node, 0, parseSize(value, knowsGiga(node.name)));
    case DirectiveType::Duration: return checkParsed(state, node, 0, parseDuration(value));
    case DirectiveType::Enumeration: return checkEnumeration(state, node, spec);
    case DirectiveType::Template:
        for (size_t i = 0; i < node.arguments.size(); ++i)
            checkTemplate(state, node, i);
        return;
    case DirectiveType::Text:
    case DirectiveType::Block: return;
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
    if (listen->options.ssl)
        state.notYet(u"listen … ssl"_s, u"TLS is not run yet"_s, node.position);
    if (listen->options.http2)
        state.notYet(u"listen … http2"_s, u"HTTP/2 is not run yet"_s, node.position);
    for (const QByteArray &other : listen->options.others) {
        if (other == "quic" || other == "proxy_protocol")
            state.notYet(u"listen … "_s + text(other), u"the protocol is not run yet"_s, node.position);
    }
    if (!state.options.warnBeyondLoopback)
        return;
    for (const ListenAddress &address : listen->addresses) {
        if (!address.isLoopback())
            state.warning(ErrorCode::ListenBeyondLoopback,
                          u"%1 can be reached from other machines"_s.arg(text(address.toString())), node.position,
                          u"127.0.0.1 and [::1] are reached from this machine only"_s);
    }
}

void checkServerName(State &state, const ConfigNode &node, const Scope &)
{
    for (size_t i = 0; i < node.arguments.size(); ++i) {
        const QByteArrayView name = node.argument(i);
        if (!name.startsWith('~') && name.contains('/'))
            state.warning(ErrorCode::InvalidValue, u"server name \"%1\" has suspicious symbols"_s.arg(text(name)),
                          positionOf(node, i), u"a name is written without scheme and path"_s);
    }
}

void checkReturn(State &state, const ConfigNode &node, const Scope &)
{
    const QByteArrayView first = node.argument(0);
    const bool url = first.startsWith("http://") || first.startsWith("https://") || first.startsWith("$scheme");
    if (node.arguments.size() == 1 && url)
        return;
    if (!parseNumber(first, 0, 999))
        state.error(ErrorCode::InvalidValue, u"invalid return code \"%1\""_s.arg(text(first)), positionOf(node, 0),
                    u"write a status up to 999, or a URL that begins with http://, https:// or $scheme"_s);
}

void checkErrorLog(State &state, const ConfigNode &node, const Scope &)
{
    constexpr const char *levels[] = {"debug", "info", "notice", "warn", "error", "crit", "alert", "emerg"};
    for (size_t i = 1; i < node.arguments.size(); ++i) {
        const QByteArrayView level = node.argument(i);
        const bool known =
            level.startsWith("debug_")
            || std::any_of(std::begin(levels), std::end(levels), [&](const char *name) { return level == name; });
        if (!known)
            state.error(ErrorCode::InvalidValue, u"invalid log level \"%1\""_s.arg(text(level)), positionOf(node, i),
                        u"the levels are debug, info, notice, warn, error, crit, alert and emerg"_s);
    }
}

void checkKeepaliveTimeout(State &state, const ConfigNode &node, const Scope &)
{
    checkParsed(state, node, 0, parseDuration(node.argument(0)));
    if (node.arguments.size() > 1)
        checkParsed(state, node, 1, parseSeconds(node.argument(1)));
}

void checkHeaderBuffers(State &state, const ConfigNode &node, const Scope &)
{
    const Result<qint64> count = parseNumber(node.argument(0), 1, std::numeric_limits<int>::max());
    if (!count)
        reportInvalid(state, node, 0, {ErrorCode::InvalidValue, u"invalid value"_s, {}, count.error().hint});
    const Result<qint64> size = parseSize(node.argument(1), false);
    if (!size || *size == 0)
        reportInvalid(state, node, 1, {ErrorCode::InvalidValue, u"invalid value"_s, {}, u"a size such as 8k"_s});
}

void checkKeepalive(State &state, const ConfigNode &node, const Scope &)
{
    if (!parseNumber(node.argument(0), 0, std::numeric_limits<int>::max()))
        state.error(ErrorCode::InvalidValue,
                    u"invalid value \"%1\" in \"keepalive\" directive"_s.arg(text(node.argument(0))),
                    positionOf(node, 0));
    else if (node.arguments.size() > 1 && node.argument(1) != "local")
        state.error(ErrorCode::InvalidValue, u"invalid parameter \"%1\""_s.arg(text(node.argument(1))),
                    positionOf(node, 1), u"the only parameter is \"local\""_s);
}

void checkProxyVersion(State &state, const ConfigNode &node, const Scope &)
{
    if (node.argument(0) == "2")
        state.notYet(u"proxy_http_version 2"_s, u"HTTP/2 to backends is not run yet"_s, node.position);
}

void checkServer(State &state, const ConfigNode &node, const Scope &scope)
{
    if (scope.context == ConfigContext::Upstream)
        checkPeer(state, node);
}

Check ownCheck(QByteArrayView name)
{
    static const QHash<QByteArrayView, Check> checks = {
        {"listen", checkListen},
        {"server_name", checkServerName},
        {"return", checkReturn},
        {"error_log", checkErrorLog},
        {"keepalive_timeout", checkKeepaliveTimeout},
        {"large_client_header_buffers", checkHeaderBuffers},
        {"keepalive", checkKeepalive},
        {"proxy_http_version", checkProxyVersion},
        {"proxy_pass", checkProxyPass},
        {"server", checkServer},
    };
    return checks.value(name, nullptr);
}

} // namespace

void checkValues(State &state, const ConfigNode &node, const DirectiveSpec &spec, const Scope &scope)
{
    const bool templateOfNotYet = spec.type == DirectiveType::Template && spec.support == DirectiveSupport::NotYet;
    if (!node.arguments.empty() && !templateOfNotYet)
        checkByType(state, node, spec);
    const Check check = ownCheck(node.name);
    if (check)
        check(state, node, scope);
}

} // namespace portlight::validation
