// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/errorlog.h"
#include "net/dnschannel.h"
#include "net/resolverquery.h"

#include <unordered_map>

namespace portlight {

// What a `resolver` directive does while requests run (ngx_resolver_t): asks its servers, keeps what they said as long
// as it holds, and lets everybody who asks for the same name meanwhile wait for one answer. Engine thread; owned by the
// active configuration.
class Resolver
{
public:
    static constexpr size_t QuestionsMax = 4096; // names under way; past it a lookup fails at once
    static constexpr int ChainMax = 50; // CNAME records followed one after another (NGX_RESOLVER_MAX_RECURSION)
    static constexpr std::chrono::seconds FailureValid{10}; // nginx's time to look again after a failure
    static constexpr std::chrono::hours LocalhostValid{1};

    struct Options {
        std::chrono::milliseconds serverTimeout = DnsChannel::ServerTimeout;
        RandomBelow random; // empty: Qt's generator
    };

    // `log` outlives the resolver.
    Resolver(EngineLoop &loop, const ResolverConfig &config, ErrorLog &log, Options options);
    Resolver(EngineLoop &loop, const ResolverConfig &config, ErrorLog &log)
        : Resolver(loop, config, log, Options())
    {}
    ~Resolver(); // queries that still wait hear nothing any more
    Resolver(const Resolver &) = delete;
    Resolver &operator=(const Resolver &) = delete;

    const ResolverConfig &config() const { return m_config; }
    size_t questions() const { return m_questions.size(); } // names under way
    const ResolverCache &cache() const { return m_cache; }

private:
    friend class ResolverQuery;
    friend struct ResolverQuestion;
    struct Part;
    struct KeyHash {
        size_t operator()(const ResolverKey &key) const { return qHash(key); }
    };

    // The query's side.
    void attach(ResolverQuery &query);
    void detach(ResolverQuery &query);
    bool answerFromCache(ResolverQuery &query);
    void answerFrom(ResolverQuery &query, const ResolverEntry &entry, bool fresh);
    std::vector<ResolvedAddress> loopbacks() const;
    SteadyTime failureUntil() const;
    quint32 randomBelow(quint32 bound) const { return m_random(bound); }

    // The servers' side.
    ResolverQuestion *beginQuestion(const ResolverKey &key);
    void askIdleParts(ResolverQuestion &question);
    void replied(Part &part, const DnsReply &reply);
    void partFailed(Part &part, const DnsReply &reply);
    void partAnswered(Part &part, const DnsAnswer &answer);
    void settle(ResolverQuestion &question);
    void retry(ResolverQuestion &question);
    void finish(ResolverQuestion &question);
    void remove(ResolverQuestion &question);
    void complain(const ResolverKey &key, QByteArrayView text);

    EngineLoop &m_loop;
    const ResolverConfig m_config;
    ErrorLog &m_log;
    const Options m_options;
    RandomBelow m_random;
    ResolverCache m_cache;
    std::unordered_map<ResolverKey, std::unique_ptr<ResolverQuestion>, KeyHash> m_questions;
    std::vector<std::unique_ptr<ResolverQuestion>> m_over; // c-ares may still be calling them
    DeferredCall m_cleanUp;
    DnsChannel m_channel; // goes first: nothing comes any more
};

} // namespace portlight
