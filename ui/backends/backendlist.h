// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/tree.h"

#include <QStringList>

namespace portlight {

// One place that requests may be sent to, as the configuration names it.
struct Backend {
    QString group;      // the upstream block's name; empty for an address in proxy_pass itself
    QString address;    // "127.0.0.1:3000"
    QString options;    // "weight=2 backup"
    QStringList usedBy; // first names of domains
    TextPosition where;
    friend bool operator==(const Backend &, const Backend &) = default;
};

// The peers of every upstream block, in order, then the addresses that proxy_pass names directly.
QList<Backend> listBackends(const ConfigTree &tree);

} // namespace portlight
