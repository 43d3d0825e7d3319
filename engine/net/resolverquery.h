// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/engineloop.h"
#include "net/resolveanswer.h"

namespace portlight {

class Resolver;
struct ResolverQuestion;

// One wish to know a name's addresses (ngx_resolver_ctx_t). Destroying it cancels; what is under way for others, or for
// the cache, goes on. Engine thread; a member of whoever asks.
class ResolverQuery
{
public:
    ResolverQuery(EngineLoop &loop, ResolveObserver *observer);
    ~ResolverQuery();
    ResolverQuery(const ResolverQuery &) = delete;
    ResolverQuery &operator=(const ResolverQuery &) = delete;

    // The answer comes at the end of this turn of the loop or of a later one, never from within. `timeout` is
    // resolver_timeout; 0: none. With a `service` ("http", or "_http._tcp" in full) its instances are looked up by SRV
    // records, and then their addresses, each with its port. Starting again cancels what ran.
    void start(Resolver &resolver, QByteArrayView name, std::chrono::milliseconds timeout, QByteArrayView service = {});
    void cancel();
    bool isRunning() const { return m_resolver != nullptr; }

private:
    friend class Resolver;
    struct Instance;

    // The resolver's side.
    void finish(std::vector<ResolvedAddress> addresses, SteadyTime validUntil);
    void fail(ResolveState state, SteadyTime validUntil);
    // The instances of the service that were found; their addresses are looked up now.
    void lookUpInstances(const ResolverEntry &entry);
    // Goes on with another name. False: too many of them led here.
    bool follow(const QByteArray &canonicalName);

    void instanceResolved(Instance &instance, const ResolveAnswer &answer);
    void finishService();
    void failService();
    void gatherInstances(std::vector<ResolvedAddress> &addresses) const;
    size_t gatherPriority(size_t first, std::vector<ResolvedAddress> &addresses) const;
    void deliver();

    EngineLoop &m_loop;
    ResolveObserver *const m_observer;
    Resolver *m_resolver = nullptr;
    ResolverQuestion *m_question = nullptr; // of the resolver, while it waits for one
    ResolverKey m_key;                      // that is being asked for now
    ResolveAnswer m_answer;
    std::chrono::milliseconds m_timeout{0};
    std::vector<std::unique_ptr<Instance>> m_instances; // by priority
    size_t m_instancesOpen = 0;
    int m_links = 0; // CNAME records followed
    Timer m_timer;
    DeferredCall m_delivery;
};

} // namespace portlight
