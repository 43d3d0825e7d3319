// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QList>

#include <optional>

namespace portlight {

// The entries that ngx_hash_add_key makes of a host's name or wildcard, in lower case, to be compared with those of
// others: "=a.b" the name itself, "*a.b" all that end with it, "a.b." all that begin with it; ".a.b" makes two. Nothing
// for a wildcard that nginx does not know.
std::optional<QList<QByteArray>> hostnameKeys(const QByteArray &name);

} // namespace portlight
