// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "proxy/compiledconfig.h"

#include <QString>

namespace portlight {

// Which location a URI fell to.
struct LocationChoice {
    const LocationConfig *location = nullptr; // never null: the server's own level when none matches
    bool slashRedirect = false;               // "/x" where there is a proxied "/x/": redirect there

    // Why, for people: "longest prefix of 3".
    QString reason(const ServerConfig &server) const;
};

// ngx_http_core_find_location, for exact and prefix locations: an exact match wins, then the longest prefix.
LocationChoice findLocation(const ServerConfig &server, QByteArrayView uri);

// The location "@name" of that server, or null.
const LocationConfig *findNamedLocation(const ServerConfig &server, QByteArrayView name);

// The Content-Type of a text that `return` makes: nginx's three built-in types by extension, else `defaultType`.
QByteArrayView typeForUri(QByteArrayView uri, const QByteArray &defaultType);

} // namespace portlight
