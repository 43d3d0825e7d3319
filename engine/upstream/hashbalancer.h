// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "upstream/balancer.h"

namespace portlight {

// The same peer for the same key, compatible with Cache::Memcached (ngx_http_upstream_hash_module.c, `hash key`).
class HashBalancer final : public Balancer
{
public:
    Pick pick(PeerSelection &selection, const BalanceTime &now) override;

private:
    static size_t nextIndex(PeerSelection &selection);
};

} // namespace portlight
