// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

namespace portlight::testing {

// A TCP port of 127.0.0.1 that was free a moment ago: never the same one twice in one program, and none that the system
// gives to clients, so that only another test's luck can take it before its listener is up.
quint16 freePort();

} // namespace portlight::testing
