// SPDX-License-Identifier: GPL-3.0-or-later
#include "upstream/upstreamnames.h"

#include "upstream/resolvedpeers.h"

#include <algorithm>

namespace portlight {

struct UpstreamNames::Name final : ResolveObserver {
    Name(UpstreamNames &names, const PeerConfig &peer)
        : owner(names)
        , written(peer)
        , query(names.m_loop, this)
        , again(
              names.m_loop.timers(),
              [](void *context) {
                  auto *name = static_cast<Name *>(context);
                  name->owner.lookUp(*name);
              },
              this)
    {}
    void resolved(const ResolveAnswer &answer) override { owner.resolved(*this, answer); }

    UpstreamNames &owner;
    const PeerConfig &written;
    std::vector<PeerConfig> peers;
    ResolverQuery query;
    Timer again;
};

UpstreamNames::UpstreamNames(EngineLoop &loop, UpstreamGroup &group, Resolver &resolver, ErrorLog &log)
    : m_loop(loop)
    , m_group(group)
    , m_resolver(resolver)
    , m_log(log)
{
    for (const PeerConfig &peer : group.config().peers) {
        if (peer.lookedUp.isEmpty())
            continue;
        m_names.push_back(std::make_unique<Name>(*this, peer));
        for (const PeerPtr &running : group.peers()) { // handed over by the configuration before
            if (running->config().isOf(peer))
                m_names.back()->peers.push_back(running->config());
        }
    }
    for (const auto &name : m_names)
        lookUp(*name);
}

UpstreamNames::~UpstreamNames() = default;

bool UpstreamNames::areIn(const UpstreamConfig &config)
{
    return std::any_of(config.peers.begin(), config.peers.end(),
                       [](const PeerConfig &peer) { return !peer.lookedUp.isEmpty(); });
}

void UpstreamNames::lookUp(Name &name)
{
    name.query.start(m_resolver, name.written.lookedUp, m_group.config().resolverTimeout, name.written.service);
}

void UpstreamNames::resolved(Name &name, const ResolveAnswer &answer)
{
    complain(name, answer);
    if (answer.state != ResolveState::Ok && answer.state != ResolveState::HostNotFound) {
        name.again.start(std::max<std::chrono::milliseconds>(m_group.config().resolverTimeout, IntervalMin));
        return;
    }
    name.peers = resolvedPeers(name.written, name.peers, answer.addresses);
    publish();
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(answer.validUntil - m_loop.now());
    name.again.start(std::max<std::chrono::milliseconds>(left, IntervalMin));
}

void UpstreamNames::complain(const Name &name, const ResolveAnswer &answer)
{
    const QByteArray service = name.written.service;
    for (const ResolveAnswer::LostTarget &lost : answer.lostTargets)
        m_log.write(LogLevel::Error, lost.target + " could not be resolved (" + describeResolveState(lost.state)
                                         + ") while resolving service " + service + " of " + answer.name);
    if (answer.state == ResolveState::Ok)
        return;
    if (service.isEmpty())
        m_log.write(LogLevel::Error, answer.logText());
    else
        m_log.write(LogLevel::Error, "service " + service + " of " + answer.logText());
}

// nginx keeps those whose address was written first.
void UpstreamNames::publish()
{
    std::vector<PeerConfig> peers;
    for (const PeerConfig &peer : m_group.config().peers) {
        if (peer.lookedUp.isEmpty())
            peers.push_back(peer);
    }
    for (const auto &name : m_names)
        peers.insert(peers.end(), name->peers.begin(), name->peers.end());
    m_group.setPeers(peers);
}

} // namespace portlight
