// SPDX-License-Identifier: GPL-3.0-or-later
#include "upstream/iphash.h"

namespace portlight {

Balancer::Pick IpHash::pick(PeerSelection &selection, const BalanceTime &now)
{
    if (isExhausted(selection) || level(selection).count() < 2)
        return pickInTurn(selection, now);
    if (const Pick bound = boundPeer(selection, now))
        return chosen(selection, *bound, PeerReason::Session);
    quint32 value = hash(selection);
    for (;;) {
        for (const quint8 octet : client(selection))
            value = (value * HashFactor + octet) % HashModulus;
        const size_t index = atWeight(selection, value % level(selection).totalWeight);
        if (isEligible(selection, index, now)) {
            hash(selection) = value;
            return chosen(selection, index, PeerReason::ClientAddress);
        }
        if (noteFruitless(selection))
            return pickInTurn(selection, now);
    }
}

} // namespace portlight
