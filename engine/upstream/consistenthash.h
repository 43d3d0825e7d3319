// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "upstream/balancer.h"

namespace portlight {

// The peer that a key's place on a ring leads to, so that few keys move when peers come and go; compatible with
// Cache::Memcached::Fast (ngx_http_upstream_hash_module.c, `hash key consistent`).
class ConsistentHash final : public Balancer
{
public:
    static constexpr qint64 PointsOfWeight = 160;
    // All weights of a group together are that at the most: 80 MB of ring.
    static constexpr qint64 TotalWeightMax = 65'536;

    void prepare(PeerTable &table) const override;
    void begin(PeerSelection &selection) const override;
    Pick pick(PeerSelection &selection, const BalanceTime &now) override;

private:
    static Pick pickOfServer(PeerSelection &selection, quint32 server, const BalanceTime &now);
};

} // namespace portlight
