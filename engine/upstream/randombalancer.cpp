// SPDX-License-Identifier: GPL-3.0-or-later
#include "upstream/randombalancer.h"

#include <algorithm>

namespace portlight {

void RandomBalancer::prepare(PeerTable &table) const
{
    qint64 end = 0;
    for (size_t i = table.primaries.begin; i < table.primaries.end; ++i)
        table.rangeEnds.push_back(end += table.peers[i]->weight());
}

Balancer::Pick RandomBalancer::pick(PeerSelection &selection, const BalanceTime &now)
{
    const PeerTable::Level &among = level(selection);
    if (isExhausted(selection) || among.count() < 2 || selection.isFromBackups())
        return pickInTurn(selection, now);
    if (const Pick bound = boundPeer(selection, now))
        return chosen(selection, *bound, PeerReason::Session);
    const Pick found = m_ofTwo ? pickOfTwo(selection, now) : pickOne(selection, now);
    return found ? found : pickInTurn(selection, now);
}

Balancer::Pick RandomBalancer::pickOne(PeerSelection &selection, const BalanceTime &now)
{
    do {
        const size_t index = randomIndex(selection);
        if (isEligible(selection, index, now))
            return chosen(selection, index, PeerReason::Random);
    } while (!noteFruitless(selection));
    return std::nullopt;
}

// Each look costs one of the fruitless picks, the one that finds the first of the two as well: so does nginx.
Balancer::Pick RandomBalancer::pickOfTwo(PeerSelection &selection, const BalanceTime &now)
{
    Pick first;
    do {
        const size_t index = randomIndex(selection);
        if (first == index || !isEligible(selection, index, now))
            continue;
        if (!first) {
            first = index;
            continue;
        }
        const Peer &one = peer(selection, *first);
        const Peer &other = peer(selection, index);
        const bool firstIsBetter =
            qint64(other.connections()) * one.weight() > qint64(one.connections()) * other.weight();
        return chosen(selection, firstIsBetter ? *first : index, PeerReason::RandomTwo);
    } while (!noteFruitless(selection));
    return std::nullopt;
}

size_t RandomBalancer::randomIndex(const PeerSelection &selection)
{
    const std::vector<qint64> &ends = table(selection).rangeEnds;
    const qint64 at = qint64(m_random.generate64() >> 1) % ends.back();
    return size_t(std::upper_bound(ends.begin(), ends.end(), at) - ends.begin());
}

} // namespace portlight
