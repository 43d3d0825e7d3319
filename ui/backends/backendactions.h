// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/upstreamstatus.h"

#include <functional>

namespace portlight {

// What the Backends page can have done; the engine's answer comes back through BackendsPage::showOutcome.
struct BackendActions {
    std::function<void(const QByteArray &group, const QByteArray &peer, PeerOrder order)> setState;
    std::function<void(const QByteArray &group, const QByteArray &peer, int weight)> setWeight;
    std::function<void(const TextPosition &where)> openPosition;
};

} // namespace portlight
