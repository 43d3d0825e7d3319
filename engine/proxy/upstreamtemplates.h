// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "proxy/template.h"

#include <chrono>
#include <optional>

namespace portlight {

// The cookie of `sticky cookie` (ngx_http_upstream_sticky_module).
struct StickyCookie {
    QByteArray name;
    QByteArray path; // empty: none is written
    Template domain;
    Template sameSite;
    std::optional<std::chrono::seconds> expires;
    bool expiresNever = false; // expires=max
    bool httpOnly = false;
    bool secure = false;
};

// What of an upstream group is worked out from each request.
struct UpstreamTemplates {
    Template hashKey;
    std::vector<VariableRef> stickyLookup; // the first that has a value names the peer, or the session
    std::vector<VariableRef> stickyCreate; // of sticky learn: the first that has a value names a new session
    std::optional<StickyCookie> cookie;
};

} // namespace portlight
