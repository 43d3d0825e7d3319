// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "config/tree.h"

namespace portlight {

// Appends the servers, groups and maps of an imported configuration to a configuration of one's own. What it says for
// all of its servers (server_tokens, add_header …) is written into each of them, so that it does not count for domains
// it was not made for; what only http can say goes there unless it is there already. Gives the number of servers.
// Errors: AlreadyExists, when both define a group, a map or a log format differently. `title`: of the comment in front.
Result<int> mergeImported(ConfigTree &tree, const ConfigTree &imported, const QString &title);

} // namespace portlight
