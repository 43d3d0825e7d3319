// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/controlprotocol.h"

namespace portlight {

inline constexpr std::chrono::milliseconds ControlTimeout{10'000};

// Puts one request to the running Portlight and waits for its answer. For programs without an event loop. Errors:
// NotRunning when nothing listens there, PermissionDenied for a folder not to be trusted, ProtocolError, and the error
// that the answer tells.
Result<QJsonObject> callControl(const QJsonObject &request, const QString &socketPath = controlSocketPath(),
                                std::chrono::milliseconds timeout = ControlTimeout);

} // namespace portlight
