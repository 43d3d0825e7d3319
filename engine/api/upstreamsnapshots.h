// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/upstreamstatus.h"

#include <chrono>

namespace portlight {

class ActiveConfig;

// A snapshot holds this many peers, those of `upstream` blocks first: a configuration may name 100,000 addresses, and
// the engine thread has other things to do each second.
inline constexpr qsizetype SnapshotPeersMax = 2'000;

struct UpstreamSnapshots {
    QList<UpstreamSnapshot> groups;
    qsizetype peersLeftOut = 0;
};

// How the groups of a configuration stand. Engine thread. `now` and `nowMs` are one moment by two clocks.
UpstreamSnapshots takeUpstreamSnapshots(ActiveConfig &active, std::chrono::steady_clock::time_point now, qint64 nowMs);

} // namespace portlight
