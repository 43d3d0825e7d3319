// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "upstream/peer.h"

namespace portlight {

// A place on the ring of `hash … consistent`.
struct RingPoint {
    quint32 hash = 0;
    quint32 server = 0; // PeerTable::servers
};

// The peers of a group as they stand until a name resolves anew or somebody changes a weight, with what the balancer
// made of them. Engine thread; immutable, and held by every selection that began with it.
struct PeerTable {
    // The primaries or the backups: a range of `peers` (ngx_http_upstream_rr_peers_t).
    struct Level {
        size_t begin = 0;
        size_t end = 0;
        qint64 totalWeight = 0;
        int tries = 0;       // peers that are not down
        bool single = false; // the group's only peer: its failures do not count
        size_t count() const { return end - begin; }
    };

    std::vector<PeerPtr> peers; // primaries first
    Level primaries;
    Level backups;
    // 1, or Peer::ShareFull where a peer may start slowly: then turns are counted in parts of a weight.
    qint64 scale = 1;
    std::vector<quint32> servers;  // of each peer: the index of the first one that was written the same way
    std::vector<RingPoint> ring;   // sorted by hash; `hash … consistent` only
    std::vector<qint64> rangeEnds; // of each primary: where its part of the total weight ends; `random` only

    static std::shared_ptr<PeerTable> of(const std::vector<PeerPtr> &peers);
};
using PeerTablePtr = std::shared_ptr<const PeerTable>;

} // namespace portlight
