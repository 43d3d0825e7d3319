// SPDX-License-Identifier: GPL-3.0-or-later
#include "upstream/resolvedpeers.h"

#include <algorithm>

namespace portlight {

namespace {

PeerConfig peerOf(const PeerConfig &written, const ResolvedAddress &resolved, bool spare)
{
    PeerConfig peer = written;
    SocketAddress address = resolved.address;
    if (written.service.isEmpty()) {
        address.setPort(written.address.port);
    } else {
        peer.server = resolved.target;
        peer.backup = spare || written.backup;
        if (written.weight == 1) // what the file says counts more than the record
            peer.weight = resolved.weight;
    }
    peer.address.host = address.host();
    peer.address.port = address.port();
    peer.resolved = {address};
    peer.display = address.toString();
    return peer;
}

bool isSame(const PeerConfig &a, const PeerConfig &b)
{
    return a.resolved == b.resolved && a.server == b.server && a.backup == b.backup;
}

} // namespace

std::vector<PeerConfig> resolvedPeers(const PeerConfig &written, const std::vector<PeerConfig> &before,
                                      const std::vector<ResolvedAddress> &addresses)
{
    const auto lowest = std::min_element(addresses.begin(), addresses.end(),
                                         [](const auto &a, const auto &b) { return a.priority < b.priority; });
    std::vector<PeerConfig> now;
    for (const ResolvedAddress &resolved : addresses) {
        const bool spare = resolved.priority != lowest->priority;
        if (spare && written.backup)
            continue; // the spare of a backup is nothing to nginx
        PeerConfig peer = peerOf(written, resolved, spare);
        if (std::none_of(now.begin(), now.end(), [&](const PeerConfig &known) { return isSame(known, peer); }))
            now.push_back(std::move(peer));
    }
    const auto placeBefore = [&](const PeerConfig &peer) {
        return std::find_if(before.begin(), before.end(), [&](const auto &known) { return isSame(known, peer); })
               - before.begin();
    };
    std::stable_sort(now.begin(), now.end(),
                     [&](const PeerConfig &a, const PeerConfig &b) { return placeBefore(a) < placeBefore(b); });
    return now;
}

ResolvedAddress asResolved(const PeerConfig &peer)
{
    // The records' own weight is not known any more; it comes with the next lookup. Backups have a later priority.
    return {peer.resolved.front(), peer.server, quint16(peer.backup ? 1 : 0), quint16(std::min(peer.weight, 0xffff))};
}

} // namespace portlight
