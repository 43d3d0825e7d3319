// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "upstream/balancer.h"

namespace portlight {

// nginx's default: smooth weighted round robin (ngx_http_upstream_round_robin.c).
class RoundRobin final : public Balancer
{
public:
    Pick pick(PeerSelection &selection, const BalanceTime &now) override { return pickInTurn(selection, now); }
};

} // namespace portlight
