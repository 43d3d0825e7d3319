// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/upstreamstatus.h"
#include "base/result.h"

namespace portlight {

// A peer and its group, by the names that commands take.
struct PeerName {
    QByteArray group;
    QByteArray peer;
    friend bool operator==(const PeerName &, const PeerName &) = default;
};

// The peer that a person means. `group` may be empty when `peer` says enough: its whole name, its port ("3001"), its
// host, or the name of a group with one peer. Errors: NotFound and InvalidName (more than one could be meant), which
// list what there is.
Result<PeerName> findPeer(const QList<UpstreamSnapshot> &groups, const QString &group, const QString &peer);

} // namespace portlight
