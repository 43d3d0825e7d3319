// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/compileupstreams.h"

#include "proxy/compilenames.h"

#include <netdb.h>

namespace portlight {

namespace {

std::vector<SocketAddress> lookUp(const QByteArray &host, quint16 port)
{
    std::vector<SocketAddress> addresses;
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo *found = nullptr;
    if (::getaddrinfo(host.constData(), QByteArray::number(port).constData(), &hints, &found) != 0)
        return addresses;
    for (const addrinfo *entry = found; entry; entry = entry->ai_next)
        addresses.push_back(SocketAddress::fromRaw(entry->ai_addr, entry->ai_addrlen));
    ::freeaddrinfo(found);
    return addresses;
}

bool isLocalhost(const QByteArray &host)
{
    const QByteArray lower = host.toLower();
    return lower == "localhost" || lower.endsWith(".localhost");
}

} // namespace

UpstreamCompiler::UpstreamCompiler(CompiledConfig &config, Diagnostics &diagnostics)
    : m_config(config)
    , m_diagnostics(diagnostics)
{}

void UpstreamCompiler::report(ErrorCode code, const QString &message, const TextPosition &where, const QString &hint)
{
    m_diagnostics.append({Severity::Error, code, message, where, hint});
}

UpstreamConfig *UpstreamCompiler::append(const QByteArray &name, const TextPosition &where)
{
    auto group = std::make_unique<UpstreamConfig>();
    group->name = name;
    group->position = where;
    group->index = m_config.upstreams.size();
    m_config.upstreams.push_back(std::move(group));
    return m_config.upstreams.back().get();
}

void UpstreamCompiler::addBlock(const ConfigNode &block)
{
    UpstreamConfig *group = append(block.argument(0).toByteArray(), block.position);
    m_config.groupsByName.insert(group->name.toLower(), group);
    for (const ConfigNode *server : block.childrenNamed("server")) {
        if (!addRunTimeName(*group, *server))
            addServer(*group, *server);
    }
    if (!block.child("server"))
        report(ErrorCode::MissingDirective, QStringLiteral("no servers are inside upstream"), block.position,
               QStringLiteral("add a line such as: server 127.0.0.1:3000;"));
    takeKeepalive(*group, block);
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
    for (const ConfigArgument &argument : server.arguments) {
        if (argument.value.startsWith("weight="))
            peer.weight = qMax(1, argument.value.mid(7).toInt());
        else if (argument.value == "down")
            peer.down = true;
        else if (argument.value == "backup")
            peer.backup = true;
    }
    if (resolve(peer, server.argument(0), server.position))
        group.peers.push_back(std::move(peer));
}

bool UpstreamCompiler::resolve(PeerConfig &peer, QByteArrayView written, const TextPosition &where)
{
    peer.display = peer.address.toString();
    if (!peer.address.unixPath.isEmpty()) {
        const auto address = SocketAddress::fromUnixPath(peer.address.unixPath);
        if (!address) {
            report(address.error().code, address.error().message, where, address.error().hint);
            return false;
        }
        peer.resolved = {*address};
        return true;
    }
    if (const auto numeric = SocketAddress::fromNumeric(peer.address.host, peer.address.port)) {
        peer.resolved = {*numeric};
        return true;
    }
    peer.isName = true;
    if (isLocalhost(peer.address.host)) {
        // Dev servers often listen on one family alone, and glibc does not know *.localhost: dial both.
        peer.resolved = {*SocketAddress::fromNumeric("127.0.0.1", peer.address.port),
                         *SocketAddress::fromNumeric("::1", peer.address.port)};
        return true;
    }
    auto &cached = m_resolved[peer.display];
    if (cached.empty())
        cached = lookUp(peer.address.host, peer.address.port);
    if (cached.empty()) {
        report(ErrorCode::HostNotFound,
               QStringLiteral("host not found in upstream \"%1\"").arg(QString::fromUtf8(written)), where,
               QStringLiteral("check the spelling, or write the address: 127.0.0.1:%1").arg(peer.address.port));
        return false;
    }
    peer.resolved = cached;
    return true;
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
    if (!resolve(peer, peer.address.host, where)) // nginx leaves the port out here
        return nullptr;
    UpstreamConfig *group = append(target.hostPort, where);
    group->peers.push_back(std::move(peer));
    m_byAddress.insert(key, group);
    return group;
}

} // namespace portlight
