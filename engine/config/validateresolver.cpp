// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/resolverdirective.h"
#include "config/validationstate.h"
#include "config/values.h"

using namespace Qt::StringLiterals;

namespace portlight::validation {

namespace {

constexpr NginxVersion NamesWhileRunning{1, 27, 3}; // of upstream blocks, in the nginx that is not sold

void tellOlderVersion(State &state, const QString &what, const TextPosition &where)
{
    if (state.options.version < NamesWhileRunning)
        state.warning(ErrorCode::UnknownDirective,
                      u"%1 is not known to nginx %2"_s.arg(what, QString::fromLatin1(state.options.version.toString())),
                      where, u"it came with nginx %1"_s.arg(QString::fromLatin1(NamesWhileRunning.toString())));
}

void checkResolver(State &state, const ConfigNode &node, const Scope &scope)
{
    if (scope.context == ConfigContext::Upstream)
        tellOlderVersion(state, u"\"resolver\" in an upstream block"_s, node.position);
    const Result<ResolverText> resolver = parseResolver(node);
    if (!resolver) {
        const Error &error = resolver.error();
        const QString swallowed = missingSemicolonHint(node);
        return state.error(error.code, error.message, error.where, swallowed.isEmpty() ? error.hint : swallowed);
    }
    if (resolver->statusZone)
        state.notYet(u"resolver … "_s + text(node.argument(*resolver->statusZone)),
                     u"what a resolver does is not counted"_s, positionOf(node, *resolver->statusZone));
}

bool hasWord(const ConfigNode &server, QByteArrayView word)
{
    for (size_t i = 1; i < server.arguments.size(); ++i) {
        if (server.argument(i) == word)
            return true;
    }
    return false;
}

QByteArrayView serviceOf(const ConfigNode &server)
{
    for (size_t i = 1; i < server.arguments.size(); ++i) {
        if (server.argument(i).startsWith("service="))
            return server.argument(i).sliced(8);
    }
    return {};
}

bool isNumeric(const PeerAddress &address)
{
    return !address.unixPath.isEmpty() || isInet4(address.host) || address.host.contains(':');
}

// `service=` and `resolve` of one server (ngx_http_upstream_server).
void checkService(State &state, const ConfigNode &server, const PeerAddress &address)
{
    const QByteArrayView service = serviceOf(server);
    if (service.isEmpty())
        return;
    const QString name = text(server.argument(0));
    if (!hasWord(server, "resolve"))
        state.error(ErrorCode::InvalidValue, u"service upstream \"%1\" requires \"resolve\" parameter"_s.arg(name),
                    server.position, u"SRV records are looked up while running: add resolve"_s);
    else if (address.hasPort)
        state.error(ErrorCode::InvalidValue, u"service upstream \"%1\" may not have port"_s.arg(name), server.position,
                    u"the SRV records bring their ports: leave it out"_s);
    else if (isNumeric(address))
        state.error(ErrorCode::InvalidValue, u"service upstream \"%1\" requires domain name"_s.arg(name),
                    server.position, u"SRV records belong to a name, not to an address"_s);
}

} // namespace

std::span<const NamedCheck> resolverChecks()
{
    static constexpr NamedCheck checks[] = {{"resolver", checkResolver}};
    return checks;
}

// What a group with names to be looked up while running needs around it (ngx_http_upstream_init_round_robin).
void checkResolvingUpstream(State &state, const ConfigNode &upstream)
{
    bool resolves = false;
    for (const ConfigNode *server : upstream.childrenNamed("server")) {
        const Result<PeerAddress> address = parsePeerAddress(server->argument(0), 80);
        if (!address)
            continue;
        checkService(state, *server, *address);
        if (hasWord(*server, "resolve"))
            tellOlderVersion(state, u"\"resolve\" of a server"_s, server->position);
        resolves |= hasWord(*server, "resolve") && !isNumeric(*address);
    }
    if (!resolves)
        return;
    const QString name = text(upstream.argument(0));
    const ConfigNode *http = state.tree.child("http");
    if (!upstream.child("zone"))
        state.error(ErrorCode::MissingDirective,
                    u"resolving names at run time requires upstream \"%1\" to be in shared memory"_s.arg(name),
                    upstream.position, u"add a line to it such as: zone %1 64k;"_s.arg(name));
    else if (!upstream.child("resolver") && !(http && http->child("resolver")))
        state.error(ErrorCode::MissingDirective,
                    u"no resolver defined to resolve names at run time in upstream \"%1\""_s.arg(name),
                    upstream.position, u"name a server in it or in http, such as: resolver 127.0.0.53;"_s);
}

} // namespace portlight::validation
