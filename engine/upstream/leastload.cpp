// SPDX-License-Identifier: GPL-3.0-or-later
#include "upstream/leastload.h"

namespace portlight {

// ngx_http_upstream_get_least_conn_peer
Balancer::Pick LeastLoad::pick(PeerSelection &selection, const BalanceTime &now)
{
    if (level(selection).single)
        return pickInTurn(selection, now);
    do {
        if (const Pick found = pickOfLevel(selection, now))
            return found;
    } while (enterBackups(selection));
    return std::nullopt;
}

Balancer::Pick LeastLoad::pickOfLevel(PeerSelection &selection, const BalanceTime &now)
{
    if (const Pick bound = boundPeer(selection, now))
        return chosen(selection, *bound, PeerReason::Session);
    const Best best = findLeast(selection, now);
    if (!best.index)
        return std::nullopt;
    return chosen(selection, best.several ? takeTurns(selection, *best.index, now) : *best.index, m_reason);
}

LeastLoad::Best LeastLoad::findLeast(PeerSelection &selection, const BalanceTime &now) const
{
    Best best;
    for (size_t i = level(selection).begin; i < level(selection).end; ++i) {
        if (!isEligible(selection, i, now))
            continue;
        refresh(peer(selection, i), now);
        const qint64 order = best.index ? compare(selection, i, *best.index, now) : -1;
        if (order < 0)
            best = {i, false};
        else if (order == 0)
            best.several = true;
    }
    return best;
}

size_t LeastLoad::takeTurns(PeerSelection &selection, size_t first, const BalanceTime &now) const
{
    const qint64 scale = table(selection).scale;
    size_t best = first;
    qint64 total = 0;
    for (size_t i = first; i < level(selection).end; ++i) {
        if (!isEligible(selection, i, now) || compare(selection, i, best, now) != 0)
            continue;
        Peer &candidate = peer(selection, i);
        total += candidate.takeTurn(now.exact, scale);
        if (candidate.currentWeight() > peer(selection, best).currentWeight())
            best = i;
    }
    peer(selection, best).payTurn(total);
    return best;
}

qint64 LeastLoad::compare(const PeerSelection &selection, size_t a, size_t b, const BalanceTime &now) const
{
    const Peer &first = peer(selection, a);
    const Peer &second = peer(selection, b);
    if (!first.isStartingSlowly(now.exact) && !second.isStartingSlowly(now.exact))
        return loadOf(first, false, now) * second.weight() - loadOf(second, false, now) * first.weight();
    // An idle peer has no load at all, whatever its weight: what one more request would mean keeps it from getting all
    // of them while its weight grows.
    return loadOf(first, true, now) * second.weight() * qMax<qint64>(1, second.share(now.exact))
           - loadOf(second, true, now) * first.weight() * qMax<qint64>(1, first.share(now.exact));
}

} // namespace portlight
