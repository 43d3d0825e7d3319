// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "upstream/balancer.h"

namespace portlight {

// A peer at random, by weight, or the less loaded one of two (ngx_http_upstream_random_module.c). Engine thread.
class RandomBalancer final : public Balancer
{
public:
    RandomBalancer(QRandomGenerator &random, bool ofTwo)
        : m_random(random)
        , m_ofTwo(ofTwo)
    {}

    void prepare(PeerTable &table) const override;
    Pick pick(PeerSelection &selection, const BalanceTime &now) override;

private:
    Pick pickOne(PeerSelection &selection, const BalanceTime &now);
    Pick pickOfTwo(PeerSelection &selection, const BalanceTime &now);
    size_t randomIndex(const PeerSelection &selection);

    QRandomGenerator &m_random;
    bool m_ofTwo;
};

} // namespace portlight
