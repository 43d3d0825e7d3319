// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/enginestatus.h"

namespace portlight::test {

// A peer that answers well.
inline PeerSnapshot peerNamed(const QByteArray &name, quint64 requests = 0)
{
    PeerSnapshot peer;
    peer.name = name;
    peer.requests = requests;
    peer.responses[1] = requests;
    if (requests > 0) {
        peer.latencyCount = requests;
        peer.p50Us = 1'200;
        peer.p95Us = 14'000;
        peer.p99Us = 61'000;
    }
    return peer;
}

inline UpstreamSnapshot groupNamed(const QByteArray &name, const QList<PeerSnapshot> &peers)
{
    UpstreamSnapshot group;
    group.name = name;
    group.peers = peers;
    return group;
}

// What a proxy_pass with an address makes.
inline UpstreamSnapshot directGroup(const QByteArray &address, quint64 requests = 0)
{
    UpstreamSnapshot group = groupNamed(address, {peerNamed(address, requests)});
    group.direct = true;
    return group;
}

} // namespace portlight::test
