// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/resolverquery.h"

#include "net/resolver.h"

namespace portlight {

// One instance of a service: where it is, and what its name was resolved to.
struct ResolverQuery::Instance final : ResolveObserver {
    Instance(ResolverQuery &asking, const DnsService &where)
        : owner(asking)
        , service(where)
        , query(asking.m_loop, this)
    {}
    void resolved(const ResolveAnswer &answer) override { owner.instanceResolved(*this, answer); }
    size_t share() const { return addresses.size() * service.weight; }

    ResolverQuery &owner;
    const DnsService service;
    ResolveState state = ResolveState::Ok;
    std::vector<ResolvedAddress> addresses;
    ResolverQuery query;
};

ResolverQuery::ResolverQuery(EngineLoop &loop, ResolveObserver *observer)
    : m_loop(loop)
    , m_observer(observer)
    , m_timer(
          loop.timers(),
          [](void *context) {
              auto *query = static_cast<ResolverQuery *>(context);
              query->fail(ResolveState::TimedOut, query->m_resolver->failureUntil());
          },
          this)
    , m_delivery(
          loop, [](void *query) { static_cast<ResolverQuery *>(query)->deliver(); }, this)
{}

ResolverQuery::~ResolverQuery()
{
    cancel();
}

void ResolverQuery::start(Resolver &resolver, QByteArrayView name, std::chrono::milliseconds timeout,
                          QByteArrayView service)
{
    cancel();
    m_resolver = &resolver;
    m_timeout = timeout;
    m_links = 0;
    m_answer = {};
    m_answer.name = name.toByteArray().toLower();
    if (m_answer.name.endsWith('.'))
        m_answer.name.chop(1);
    m_key = {m_answer.name, false};
    if (service.isEmpty() && isLocalhostName(m_answer.name)) {
        // No server is asked (RFC 6761 §6.3; nginx would): development servers listen on either family.
        finish(resolver.loopbacks(), m_loop.now() + Resolver::LocalhostValid);
        return;
    }
    if (!service.isEmpty()) {
        const QByteArray full = service.contains('.') ? service.toByteArray() : '_' + service.toByteArray() + "._tcp";
        m_key = {full.toLower() + '.' + m_answer.name, true};
    }
    if (m_timeout.count() > 0)
        m_timer.start(m_timeout);
    resolver.attach(*this);
}

void ResolverQuery::cancel()
{
    if (!m_resolver)
        return;
    m_instances.clear();
    m_resolver->detach(*this);
    m_resolver = nullptr;
    m_timer.stop();
    m_delivery.cancel();
}

bool ResolverQuery::follow(const QByteArray &canonicalName)
{
    if (m_links++ >= Resolver::ChainMax)
        return false;
    m_key.name = canonicalName;
    return true;
}

void ResolverQuery::finish(std::vector<ResolvedAddress> addresses, SteadyTime validUntil)
{
    m_resolver->detach(*this);
    m_timer.stop();
    m_answer.addresses = std::move(addresses);
    m_answer.validUntil = validUntil;
    m_delivery.schedule();
}

void ResolverQuery::fail(ResolveState state, SteadyTime validUntil)
{
    m_answer.state = state;
    finish({}, validUntil);
}

void ResolverQuery::deliver()
{
    m_instances.clear();
    m_resolver = nullptr;
    const ResolveAnswer answer = std::move(m_answer); // the observer may destroy this query
    m_observer->resolved(answer);
}

void ResolverQuery::lookUpInstances(const ResolverEntry &entry)
{
    m_resolver->detach(*this);
    m_timer.stop(); // each of them has its own
    m_answer.validUntil = entry.validUntil;
    m_instances.clear();
    for (const DnsService &service : entry.services)
        m_instances.push_back(std::make_unique<Instance>(*this, service));
    m_instancesOpen = m_instances.size();
    for (const auto &instance : m_instances)
        instance->query.start(*m_resolver, instance->service.target, m_timeout);
}

void ResolverQuery::instanceResolved(Instance &instance, const ResolveAnswer &answer)
{
    instance.state = answer.state;
    instance.addresses = answer.addresses;
    for (ResolvedAddress &resolved : instance.addresses) {
        resolved.address.setPort(instance.service.port);
        resolved.target = instance.service.target;
        resolved.priority = instance.service.priority;
        resolved.weight = instance.service.weight;
    }
    if (!instance.addresses.empty())
        m_answer.validUntil = std::min(m_answer.validUntil, answer.validUntil);
    if (answer.state != ResolveState::Ok)
        m_answer.lostTargets.push_back({instance.service.target, answer.state});
    if (--m_instancesOpen == 0)
        finishService();
}

// ngx_resolver_report_srv
void ResolverQuery::finishService()
{
    std::vector<ResolvedAddress> addresses;
    gatherInstances(addresses);
    if (addresses.empty())
        failService();
    else
        finish(std::move(addresses), m_answer.validUntil);
}

void ResolverQuery::failService()
{
    ResolveState state = m_instances.front()->state;
    for (const auto &instance : m_instances) {
        if (instance->state == ResolveState::HostNotFound)
            state = instance->state;
    }
    fail(state, m_resolver->failureUntil());
}

void ResolverQuery::gatherInstances(std::vector<ResolvedAddress> &addresses) const
{
    for (size_t first = 0; first < m_instances.size();)
        first = gatherPriority(first, addresses);
}

// Those of one priority, in turn, beginning with one that chance picks by weight. Tells where the next one begins.
size_t ResolverQuery::gatherPriority(size_t first, std::vector<ResolvedAddress> &addresses) const
{
    size_t end = first;
    size_t total = 0;
    for (; end < m_instances.size() && m_instances[end]->service.priority == m_instances[first]->service.priority;
         ++end)
        total += m_instances[end]->share();
    if (total == 0)
        return end;
    size_t place = m_resolver->randomBelow(quint32(total));
    size_t begin = first;
    while (place >= m_instances[begin]->share())
        place -= m_instances[begin++]->share();
    for (size_t i = 0; i < end - first; ++i) {
        const Instance &instance = *m_instances[first + (begin - first + i) % (end - first)];
        addresses.insert(addresses.end(), instance.addresses.begin(), instance.addresses.end());
    }
    return end;
}

} // namespace portlight
