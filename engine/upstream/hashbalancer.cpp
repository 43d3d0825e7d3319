// SPDX-License-Identifier: GPL-3.0-or-later
#include "upstream/hashbalancer.h"

#include "upstream/crc32.h"

#include <charconv>

namespace portlight {

Balancer::Pick HashBalancer::pick(PeerSelection &selection, const BalanceTime &now)
{
    if (isExhausted(selection) || level(selection).count() < 2 || key(selection).isEmpty())
        return pickInTurn(selection, now);
    if (const Pick bound = boundPeer(selection, now))
        return chosen(selection, *bound, PeerReason::Session);
    for (;;) {
        const size_t index = nextIndex(selection);
        if (isEligible(selection, index, now))
            return chosen(selection, index, PeerReason::Key);
        if (noteFruitless(selection))
            return pickInTurn(selection, now);
    }
}

// ((crc32([REHASH] KEY) >> 16) & 0x7fff) + PREV_HASH, without REHASH the first time
size_t HashBalancer::nextIndex(PeerSelection &selection)
{
    Crc32 crc;
    quint32 &round = rehash(selection);
    if (round > 0) {
        char digits[10];
        const auto end = std::to_chars(digits, digits + sizeof digits, round).ptr;
        crc.add(QByteArrayView(digits, end - digits));
    }
    ++round;
    quint32 &value = hash(selection);
    value += crc.add(key(selection)).value() >> 16 & 0x7fff;
    return atWeight(selection, value % level(selection).totalWeight);
}

} // namespace portlight
