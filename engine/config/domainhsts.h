// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "config/tree.h"

#include <chrono>
#include <optional>

namespace portlight {

// Strict-Transport-Security (RFC 6797) of a server, written with add_header.

// The max-age that its responses carry.
std::optional<std::chrono::seconds> hstsOf(const ConfigNode &http, const ConfigNode &server);
// Writes it for the server, and again in each block below whose own add_header lines hide the server's; or takes all
// of them out. Error InvalidValue: it comes from http, where others have it too.
Result<void> setHsts(const ConfigNode &http, ConfigNode &server, std::optional<std::chrono::seconds> maxAge);
// Takes out what the server and its blocks say of it.
void removeHsts(ConfigNode &server);

} // namespace portlight
