// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "upstream/balancer.h"

namespace portlight {

// The same peer for the same client network (ngx_http_upstream_ip_hash_module.c).
class IpHash final : public Balancer
{
public:
    void begin(PeerSelection &selection) const override { hash(selection) = HashSeed; }
    Pick pick(PeerSelection &selection, const BalanceTime &now) override;

private:
    static constexpr quint32 HashSeed = 89;
    static constexpr quint32 HashFactor = 113;
    static constexpr quint32 HashModulus = 6271;
};

} // namespace portlight
