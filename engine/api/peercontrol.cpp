// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/peercontrol.h"

#include "proxy/proxycontext.h"
#include "upstream/upstreamgroup.h"

#include <functional>

namespace portlight {

using namespace Qt::StringLiterals;

static_assert(PeerWeightMax == UpstreamGroup::WeightByHandMax);

namespace {

QString text(const QByteArray &bytes)
{
    return QString::fromUtf8(bytes);
}

// A name may stand for several: an address that http and https use alike, a peer that is written twice.
Result<void> forEachNamed(ActiveConfig &active, const QByteArray &group, const QByteArray &peer,
                          const std::function<Result<void>(UpstreamGroup &, Peer &)> &apply)
{
    bool groupFound = false;
    bool peerFound = false;
    for (UpstreamGroup *each : active.groups()) {
        if (each->config().name != group)
            continue;
        groupFound = true;
        const std::vector<PeerPtr> peers = each->peers(); // a change publishes the list anew
        for (const PeerPtr &candidate : peers) {
            if (candidate->display() != peer)
                continue;
            peerFound = true;
            if (const auto applied = apply(*each, *candidate); !applied)
                return applied;
        }
    }
    if (!groupFound)
        return Error{ErrorCode::NotFound, u"there is no group \"%1\""_s.arg(text(group))};
    if (!peerFound)
        return Error{ErrorCode::NotFound, u"the group \"%1\" has no peer \"%2\""_s.arg(text(group), text(peer))};
    return {};
}

PeerAdmin adminOf(PeerOrder order)
{
    switch (order) {
    case PeerOrder::Up: return PeerAdmin::Up;
    case PeerOrder::Draining: return PeerAdmin::Draining;
    case PeerOrder::Down: return PeerAdmin::Down;
    }
    Q_UNREACHABLE();
}

} // namespace

Result<void> orderPeer(ActiveConfig &active, const QByteArray &group, const QByteArray &peer, PeerOrder order,
                       SteadyTime now)
{
    return forEachNamed(active, group, peer, [order, now](UpstreamGroup &in, Peer &named) -> Result<void> {
        in.setAdmin(named, adminOf(order), now);
        return {};
    });
}

Result<void> weighPeer(ActiveConfig &active, const QByteArray &group, const QByteArray &peer, int weight)
{
    if (weight < 1 || weight > PeerWeightMax) {
        return Error{ErrorCode::InvalidValue,
                     u"a weight is a number from 1 to %1, not %2"_s.arg(PeerWeightMax).arg(weight)};
    }
    return forEachNamed(active, group, peer, [weight](UpstreamGroup &in, Peer &named) -> Result<void> {
        if (in.setWeight(named, weight))
            return {};
        return Error{ErrorCode::InvalidValue,
                     u"the weights of \"%1\" would add up to more than \"hash … consistent\" can hold"_s.arg(
                         text(in.config().name)),
                     {},
                     u"take a smaller weight"_s};
    });
}

} // namespace portlight
