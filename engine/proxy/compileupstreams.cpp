// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/compileupstreams.h"

#include "net/hostlookup.h"
#include "net/resolveanswer.h"
#include "proxy/compilebalancing.h"

namespace portlight {

UpstreamCompiler::UpstreamCompiler(CompileScope &scope)
    : m_scope(scope)
    , m_config(scope.config)
{}

void UpstreamCompiler::report(ErrorCode code, const QString &message, const TextPosition &where, const QString &hint)
{
    m_scope.diagnostics.append({Severity::Error, code, message, where, hint});
}

UpstreamConfig *UpstreamCompiler::append(const QByteArray &name, const TextPosition &where)
{
    auto group = std::make_unique<UpstreamConfig>();
    group->name = name;
    group->position = where;
    group->index = m_config.upstreams.size();
    m_config.upstreams.push_back(std::move(group));
    m_config.upstreamTemplates.emplace_back();
    return m_config.upstreams.back().get();
}

void UpstreamCompiler::addBlock(const ConfigNode &block)
{
    UpstreamConfig *group = append(block.argument(0).toByteArray(), block.position);
    m_config.groupsByName.insert(group->name.toLower(), group);
    for (const ConfigNode *server : block.childrenNamed("server"))
        addServer(*group, *server);
    if (!block.child("server"))
        report(ErrorCode::MissingDirective, QStringLiteral("no servers are inside upstream"), block.position,
               QStringLiteral("add a line such as: server 127.0.0.1:3000;"));
    takeKeepalive(*group, block);
    compileBalancing(block, *group, m_config.upstreamTemplates[group->index], m_scope);
}

void UpstreamCompiler::takeKeepalive(UpstreamConfig &group, const ConfigNode &block)
{
    const auto words = [&](QByteArrayView name) {
        if (const ConfigNode *node = block.child(name))
            return std::pair(node->argument(0).toByteArray(), node->argument(1).toByteArray());
        const QList<QByteArray> parts = directiveDefault(name, m_config.version).split(' ');
        return std::pair(parts.value(0), parts.value(1));
    };
    const auto [count, local] = words("keepalive");
    group.keepalive = count.toInt();
    group.keepaliveLocal = local == "local";
    group.keepaliveRequests = words("keepalive_requests").first.toLongLong();
    if (const auto timeout = parseDuration(words("keepalive_timeout").first))
        group.keepaliveTimeout = *timeout;
    if (const auto time = parseDuration(words("keepalive_time").first))
        group.keepaliveTime = *time;
}

void UpstreamCompiler::addServer(UpstreamConfig &group, const ConfigNode &server)
{
    const auto address = parsePeerAddress(server.argument(0), 80);
    if (!address) {
        report(address.error().code, address.error().message, server.position, address.error().hint);
        return;
    }
    PeerConfig peer;
    peer.address = *address;
    peer.server = server.argument(0).toByteArray();
    peer.position = server.position;
    takePeerParameters(server, peer);
    addPeers(group, peer, server.argument(0));
}

bool UpstreamCompiler::addPeers(UpstreamConfig &group, const PeerConfig &peer, QByteArrayView written)
{
    const PeerAddress &address = peer.address;
    const auto append = [&](std::vector<SocketAddress> addresses, bool isName) {
        PeerConfig made = peer;
        made.resolve = false;
        made.isName = isName;
        made.display = addresses.size() == 1 ? addresses.front().toString() : address.toString();
        made.resolved = std::move(addresses);
        group.peers.push_back(std::move(made));
        return true;
    };
    if (!address.unixPath.isEmpty()) {
        const auto socket = SocketAddress::fromUnixPath(address.unixPath);
        if (socket)
            return append({*socket}, false);
        report(socket.error().code, socket.error().message, peer.position, socket.error().hint);
        return false;
    }
    if (const auto numeric = SocketAddress::fromNumeric(address.host, address.port))
        return append({*numeric}, false);
    if (!peer.service.isEmpty() || (peer.resolve && !isLocalhostName(address.host))) {
        append({}, true); // by the resolver, while running
        group.peers.back().resolve = true;
        group.peers.back().lookedUp = address.host;
        return true;
    }
    if (isLocalhostName(address.host)) {
        // Dev servers often listen on one family alone, and glibc does not know *.localhost: dial both.
        return append(
            {*SocketAddress::fromNumeric("127.0.0.1", address.port), *SocketAddress::fromNumeric("::1", address.port)},
            true);
    }
    const std::vector<SocketAddress> &found = addressesOf(address);
    for (const SocketAddress &one : found)
        append({one}, true);
    if (!found.empty())
        return true;
    report(ErrorCode::HostNotFound, QStringLiteral("host not found in upstream \"%1\"").arg(QString::fromUtf8(written)),
           peer.position, QStringLiteral("check the spelling, or write the address: 127.0.0.1:%1").arg(address.port));
    return false;
}

const std::vector<SocketAddress> &UpstreamCompiler::addressesOf(const PeerAddress &name)
{
    std::vector<SocketAddress> &cached = m_resolved[name.toString()];
    if (cached.empty())
        cached = lookUpHost(name.host, name.port);
    return cached;
}

const UpstreamConfig *UpstreamCompiler::groupFor(const ProxyTarget &target, const TextPosition &where)
{
    if (const auto block = m_config.groupsByName.constFind(target.hostPort.toLower());
        block != m_config.groupsByName.constEnd())
        return *block;
    // Not by $proxy_host, which leaves out the scheme's own port: http://a and https://a are two addresses.
    const QByteArray key = target.peer.toString().toLower();
    if (const auto known = m_byAddress.constFind(key); known != m_byAddress.constEnd())
        return *known;
    PeerConfig peer;
    peer.address = target.peer;
    peer.server = target.hostPort;
    peer.position = where;
    UpstreamConfig *group = append(target.hostPort, where);
    if (!addPeers(*group, peer, peer.address.host)) // nginx tells no port here
        return nullptr;
    m_byAddress.insert(key, group);
    return group;
}

} // namespace portlight
