// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/proxycontext.h"

#include "http/serializer.h"
#include "net/sharedservercontext.h"
#include "net/sharedsslcontext.h"
#include "proxy/requestslot.h"
#include "upstream/upstreamnames.h"

namespace portlight {

ActiveConfig::ActiveConfig(EngineLoop &loop, CompiledConfigPtr compiled, ErrorLog &log, const ActiveConfig *previous)
    : config(std::move(compiled))
    , m_loop(loop)
    , m_log(log)
{
    QHash<QByteArray, const UpstreamGroup *> before;
    if (previous) {
        for (const auto &group : previous->upstreams)
            before.insert(group->config().name, group.get());
    }
    upstreams.reserve(config->upstreams.size());
    for (const auto &group : config->upstreams)
        upstreams.push_back(std::make_unique<UpstreamGroup>(loop, *group, before.value(group->name)));
    for (const auto &group : upstreams) {
        if (UpstreamNames::areIn(group->config()) && group->config().resolver)
            m_names.push_back(
                std::make_unique<UpstreamNames>(loop, *group, resolverOf(group->config().resolver), m_log));
    }
    if (previous)
        keepServerContexts(*previous);
}

// Sessions outlive a reload that does not change what they stand on.
void ActiveConfig::keepServerContexts(const ActiveConfig &previous)
{
    QHash<QByteArray, const TlsServerContext *> before;
    for (const auto &server : previous.config->servers) {
        if (server->tls)
            before.insert(server->serverName, server->tls.get());
    }
    for (const auto &server : config->servers) {
        const TlsServerContext *const same = server->tls ? before.value(server->serverName) : nullptr;
        const auto shared = same ? previous.m_serverContexts.value(same) : nullptr;
        if (shared && server->tls->isSameAs(*same))
            m_serverContexts.insert(server->tls.get(), shared);
    }
}

ActiveConfig::~ActiveConfig() = default;

void ActiveConfig::stopLookingUp()
{
    m_names.clear();
}

Resolver &ActiveConfig::resolverOf(const std::shared_ptr<const ResolverConfig> &resolver)
{
    auto &running = m_resolvers[resolver.get()];
    if (!running)
        running = std::make_unique<Resolver>(m_loop, *resolver, m_log);
    return *running;
}

Result<std::shared_ptr<AddressGroup>> ActiveConfig::groupOf(const PeerAddress &address)
{
    const QByteArray key = address.toString();
    if (const auto known = m_addressGroups.constFind(key); known != m_addressGroups.constEnd())
        return *known;
    PeerConfig peer;
    peer.address = address;
    peer.display = key;
    if (!address.unixPath.isEmpty()) {
        const auto socket = SocketAddress::fromUnixPath(address.unixPath);
        if (!socket)
            return socket.error();
        peer.resolved = {*socket};
    } else if (const auto numeric = SocketAddress::fromNumeric(address.host, address.port)) {
        peer.resolved = {*numeric};
    } else {
        return std::shared_ptr<AddressGroup>();
    }
    auto group = std::make_shared<AddressGroup>();
    group->config.name = key;
    group->config.peers.push_back(std::move(peer));
    group->state = std::make_unique<UpstreamGroup>(m_loop, group->config);
    if (m_addressGroups.size() >= AddressGroupsMax)
        m_addressGroups.clear(); // those in use live on with their exchanges
    m_addressGroups.insert(key, group);
    return group;
}

std::vector<UpstreamGroup *> ActiveConfig::groups() const
{
    std::vector<UpstreamGroup *> all;
    all.reserve(upstreams.size() + size_t(m_addressGroups.size()));
    for (const auto &group : upstreams)
        all.push_back(group.get());
    for (const auto &group : m_addressGroups)
        all.push_back(group->state.get());
    std::sort(all.begin() + qsizetype(upstreams.size()), all.end(),
              [](const UpstreamGroup *a, const UpstreamGroup *b) { return a->config().name < b->config().name; });
    return all;
}

std::shared_ptr<AddressGroup> ActiveConfig::groupOfResolved(const PeerAddress &address,
                                                            const std::vector<SocketAddress> &addresses) const
{
    auto group = std::make_shared<AddressGroup>();
    group->config.name = address.host;
    PeerConfig peer;
    peer.address = address;
    peer.isName = true;
    if (isLocalhostName(address.host)) {
        peer.display = address.toString();
        peer.resolved = addresses;
        group->config.peers.push_back(std::move(peer));
    } else {
        for (const SocketAddress &each : addresses) {
            peer.display = each.toString();
            peer.resolved = {each};
            group->config.peers.push_back(peer);
        }
    }
    group->state = std::make_unique<UpstreamGroup>(m_loop, group->config);
    return group;
}

std::shared_ptr<SharedSslContext> ActiveConfig::tlsContext(const std::shared_ptr<const TlsClientContext> &settings)
{
    std::shared_ptr<SharedSslContext> &shared = m_tlsContexts[settings.get()];
    if (!shared)
        shared = std::make_shared<SharedSslContext>(settings);
    return shared;
}

std::shared_ptr<SharedServerContext>
ActiveConfig::serverContext(const std::shared_ptr<const TlsServerContext> &settings)
{
    std::shared_ptr<SharedServerContext> &shared = m_serverContexts[settings.get()];
    if (!shared)
        shared = std::make_shared<SharedServerContext>(settings);
    return shared;
}

ProxyContext::ProxyContext(EngineLoop &engineLoop)
    : loop(engineLoop)
    , logFiles(engineLoop.timers(), log)
    , slots(std::make_unique<RequestSlotPool>())
{}

ProxyContext::~ProxyContext() = default;

QByteArrayView ProxyContext::httpDate()
{
    const auto now = std::chrono::system_clock::now();
    const qint64 second = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
    if (second != m_dateSecond) {
        m_dateSecond = second;
        formatHttpDate(now, m_date);
    }
    return {m_date, 29};
}

LogClock &ProxyContext::logClock()
{
    m_logClock.setTime(std::time(nullptr));
    return m_logClock;
}

bool ProxyContext::isOwnListener(const SocketAddress &address) const
{
    if (!active || address.isUnix() || !address.isLoopback())
        return false;
    for (const ListenerConfig &listener : active->config->listeners) {
        if (listener.address.port == address.port() && listener.address.kind != ListenAddress::Kind::Unix)
            return true;
    }
    return false;
}

} // namespace portlight
