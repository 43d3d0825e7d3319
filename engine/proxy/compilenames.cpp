// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/compilenames.h"

#include "config/inetaddress.h"
#include "net/resolveanswer.h"

#include <algorithm>

namespace portlight {

namespace {

void takeTime(PeerConfig &peer, const QByteArray &word)
{
    if (const auto timeout = parseSeconds(word.mid(13)); timeout && word.startsWith("fail_timeout="))
        peer.failTimeout = *timeout;
    if (const auto start = parseDuration(word.mid(11)); start && word.startsWith("slow_start="))
        peer.slowStart = *start;
}

void takeParameter(PeerConfig &peer, const QByteArray &word)
{
    takeTime(peer, word);
    const auto number = [&](const char *prefix) { return word.mid(qsizetype(qstrlen(prefix))).toInt(); };
    if (word.startsWith("weight="))
        peer.weight = qMax(1, number("weight="));
    else if (word.startsWith("max_conns="))
        peer.maxConns = number("max_conns=");
    else if (word.startsWith("max_fails="))
        peer.maxFails = number("max_fails=");
    else if (word.startsWith("route="))
        peer.route = word.mid(6);
    else if (word.startsWith("service="))
        peer.service = word.mid(8);
    else if (word == "down")
        peer.down = true;
    else if (word == "drain")
        peer.drain = true;
    else if (word == "backup")
        peer.backup = true;
    else if (word == "resolve")
        peer.resolve = true;
}

} // namespace

bool addRunTimeName(UpstreamConfig &group, const ConfigNode &server)
{
    const auto address = parsePeerAddress(server.argument(0), 80);
    const bool isName = address && address->unixPath.isEmpty() && !isInet4(address->host)
                        && !address->host.contains(':') && !isLocalhostName(address->host);
    PeerConfig peer;
    for (size_t i = 1; i < server.arguments.size(); ++i)
        takeParameter(peer, server.arguments[i].value);
    if (!isName || !peer.resolve)
        return false;
    peer.address = *address;
    peer.lookedUp = address->host;
    peer.isName = true;
    peer.display = address->toString();
    peer.server = server.argument(0).toByteArray();
    peer.position = server.position;
    group.peers.push_back(std::move(peer));
    return true;
}

void compileGroupResolver(UpstreamConfig &group, const ConfigNode &block, const ResolverSettings &http,
                          CompileScope &scope)
{
    const auto isLookedUp = [](const PeerConfig &peer) { return !peer.lookedUp.isEmpty(); };
    if (std::none_of(group.peers.begin(), group.peers.end(), isLookedUp))
        return;
    group.resolver = http.config;
    group.resolverTimeout = http.timeout;
    if (const ConfigNode *node = block.child("resolver")) {
        if (const auto own = compileResolver(*node))
            group.resolver = *own;
        else
            scope.report(own.error(), node->position);
    }
    if (const ConfigNode *node = block.child("resolver_timeout")) {
        if (const auto own = parseDuration(node->argument(0)))
            group.resolverTimeout = *own;
    }
}

} // namespace portlight
