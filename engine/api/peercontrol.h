// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/upstreamstatus.h"
#include "base/result.h"

#include <chrono>

namespace portlight {

class ActiveConfig;

// What people do to peers while they run, without a reload; it outlives one. Engine thread. Errors: NotFound for a
// group or a peer that there is not.
Result<void> orderPeer(ActiveConfig &active, const QByteArray &group, const QByteArray &peer, PeerOrder order,
                       std::chrono::steady_clock::time_point now);
// Also InvalidValue: a weight that is not 1..PeerWeightMax or that the group cannot take.
Result<void> weighPeer(ActiveConfig &active, const QByteArray &group, const QByteArray &peer, int weight);

} // namespace portlight
