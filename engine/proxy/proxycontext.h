// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/regex.h"
#include "capture/exchangerecord.h"
#include "net/engineloop.h"
#include "proxy/activelogs.h"
#include "proxy/compiledconfig.h"
#include "upstream/upstreamgroup.h"

#include <QHash>

#include <map>
#include <memory>
#include <vector>

namespace portlight {

// The counters of ngx_http_stub_status_module, with its meaning.
struct ProxyCounters {
    quint64 accepted = 0;
    quint64 handled = 0;
    quint64 requests = 0;
    int active = 0;
    int reading = 0;
    int writing = 0;
    int waiting = 0;
};

class Resolver;
class SharedServerContext;
class SharedSslContext;
class UpstreamNames;

// A group of what a URL with variables named.
struct AddressGroup {
    UpstreamConfig config;
    std::unique_ptr<UpstreamGroup> state;
};

// A configuration and what changes while it runs. Exchanges hold the one they began with.
class ActiveConfig
{
public:
    static constexpr qsizetype AddressGroupsMax = 256; // kept for the next request to the same address

    // `previous`: the one before, whose groups hand over what they know of the peers that stay; null: none.
    // `log` outlives it.
    ActiveConfig(EngineLoop &loop, CompiledConfigPtr compiled, ErrorLog &log, const ActiveConfig *previous = nullptr);
    ~ActiveConfig();
    // The group for an address that is not known before a request comes. Null: the host is a name, to be looked up.
    Result<std::shared_ptr<AddressGroup>> groupOf(const PeerAddress &address);
    // All groups there are now: those of the configuration in its order, then those that groupOf made, by name.
    std::vector<UpstreamGroup *> groups() const;
    // A group for one request, of what its host was resolved to: a peer for each address, as in nginx, but one for
    // localhost, which is dialed on both families. It keeps no connections.
    std::shared_ptr<AddressGroup> groupOfResolved(const PeerAddress &address,
                                                  const std::vector<SocketAddress> &addresses) const;
    // The names of its groups are not looked up any more: another configuration does. Exchanges that still hold this
    // one go on with the peers that are known.
    void stopLookingUp();
    // What runs for that `resolver` directive, from the first name on that is asked of it.
    Resolver &resolverOf(const std::shared_ptr<const ResolverConfig> &config);
    // What connections with those TLS settings share; made with the first of them.
    std::shared_ptr<SharedSslContext> tlsContext(const std::shared_ptr<const TlsClientContext> &settings);
    // What connections to a server with TLS share, sessions and ticket keys; made with the first of them, or that of
    // the configuration before where nothing has changed.
    std::shared_ptr<SharedServerContext> serverContext(const std::shared_ptr<const TlsServerContext> &settings);

    CompiledConfigPtr config;
    std::vector<std::unique_ptr<UpstreamGroup>> upstreams; // by UpstreamConfig::index
    std::unique_ptr<ActiveLogs> logs;                      // null: none were opened

private:
    void keepServerContexts(const ActiveConfig &previous);

    EngineLoop &m_loop;
    ErrorLog &m_log;
    QHash<QByteArray, std::shared_ptr<AddressGroup>> m_addressGroups;
    std::map<const ResolverConfig *, std::unique_ptr<Resolver>> m_resolvers; // which `config` keeps
    std::vector<std::unique_ptr<UpstreamNames>> m_names;                     // of groups that have such
    QHash<const TlsClientContext *, std::shared_ptr<SharedSslContext>> m_tlsContexts;
    QHash<const TlsServerContext *, std::shared_ptr<SharedServerContext>> m_serverContexts;
};
using ActiveConfigPtr = std::shared_ptr<ActiveConfig>;

// Takes records of exchanges. Called on the engine thread; must not block.
class TrafficSink
{
public:
    virtual ~TrafficSink() = default;
    // A finished exchange, or what is known so far of one that runs; the same id may come again.
    virtual void record(ExchangeDetailPtr exchange) = 0;
    // What passed through the tunnel of an exchange that was recorded before.
    virtual void recordFrames(FrameBatch batch) = 0;
};

class RequestSlotPool;

// Counters of one domain, for the window's rows.
struct DomainTally {
    quint64 requests = 0;
    quint64 failures = 0;
    int lastStatus = 0;
};

// What every connection and exchange of one engine shares. Engine thread; owned by the worker, outlives them all.
struct ProxyContext {
    explicit ProxyContext(EngineLoop &engineLoop);
    ~ProxyContext();

    EngineLoop &loop;
    ErrorLog log;
    LogRegistry logFiles;
    ProxyCounters counters;
    ActiveConfigPtr active;
    TrafficSink *traffic = nullptr; // null: capture is off
    bool draining = false;          // graceful stop: no keep-alive any more
    quint64 lastConnection = 0;
    ExchangeId lastExchange = 0;
    quint32 tempNumber = 0; // of temporary files and of boundaries between parts
    QHash<QByteArray, DomainTally> tallies;
    std::unique_ptr<RequestSlotPool> slots;
    RegexMatch regexMatch; // of the expression that is being matched
    // Connections of our own to one of our own listeners, by local address: how deep their exchange is.
    QHash<QByteArray, int> loopDepths;
    static constexpr int LoopDepthMax = 10;

    // The Date field's value, made once a second.
    QByteArrayView httpDate();
    // Shows the present second.
    LogClock &logClock();
    bool isOwnListener(const SocketAddress &address) const;

private:
    LogClock m_logClock;
    qint64 m_dateSecond = -1;
    char m_date[30] = {};
};

} // namespace portlight
