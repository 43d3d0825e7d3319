// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "capture/exchangerecord.h"

namespace portlight {

// Writes exchanges as a HAR 1.2 file, as browsers' developer tools do: bodies as far as they were kept (said in a
// comment where that is in part), and the messages of a WebSocket in `_webSocketMessages`, oldest first, with their
// masks and compression taken away. What readHar() reads comes back the same.
QByteArray writeHar(const std::vector<ExchangeDetailPtr> &exchanges);

} // namespace portlight
