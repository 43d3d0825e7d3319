// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/overlayproposal.h"

namespace portlight {

// The answers of this machine. Asking whether a backend answers may take up to PeerPatience each: not on the window's
// thread.
inline constexpr std::chrono::milliseconds PeerPatience{700};
// `prefix`: where relative paths of the configuration start.
DeskFacts factsOfThisDesk(const QString &prefix);

// A port that can be bound on both loopback addresses, or on the one that there is.
bool isLoopbackPortFree(quint16 port);

} // namespace portlight
