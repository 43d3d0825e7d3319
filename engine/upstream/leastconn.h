// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "upstream/leastload.h"

namespace portlight {

// The peer with the fewest connections for its weight (ngx_http_upstream_least_conn_module.c).
class LeastConn final : public LeastLoad
{
public:
    LeastConn()
        : LeastLoad(PeerReason::LeastConnections)
    {}

private:
    qint64 loadOf(const Peer &peer, bool oneMore, const BalanceTime &) const override
    {
        return peer.connections() + (oneMore ? 1 : 0);
    }
};

} // namespace portlight
