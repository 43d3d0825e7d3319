// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "upstream/balancer.h"

namespace portlight {

// What least_conn and least_time have in common: the peer whose load is least for its weight, and smooth weighted round
// robin among those that are equal. Backups as in round robin.
class LeastLoad : public Balancer
{
public:
    Pick pick(PeerSelection &selection, const BalanceTime &now) override;

protected:
    explicit LeastLoad(PeerReason reason)
        : m_reason(reason)
    {}
    // `oneMore`: as if it served one request more than it does.
    virtual qint64 loadOf(const Peer &peer, bool oneMore, const BalanceTime &now) const = 0;
    // Called once a pick, before the load of an eligible peer is asked for.
    virtual void refresh(Peer &, const BalanceTime &) const {}

private:
    struct Best {
        Pick index;
        bool several = false; // others have the same load for their weight
    };
    Pick pickOfLevel(PeerSelection &selection, const BalanceTime &now);
    Best findLeast(PeerSelection &selection, const BalanceTime &now) const;
    size_t takeTurns(PeerSelection &selection, size_t first, const BalanceTime &now) const;
    // Negative, zero, positive: `a` is less loaded for its weight than `b`, as much, more.
    qint64 compare(const PeerSelection &selection, size_t a, size_t b, const BalanceTime &now) const;

    PeerReason m_reason;
};

} // namespace portlight
