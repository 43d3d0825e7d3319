// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

#include <chrono>

namespace portlight {

// What may send a request on to the next peer, under proxy_next_upstream's words (NGX_HTTP_UPSTREAM_FT_…).
enum class NextUpstream : quint16 {
    None = 0, // nothing may: "no live upstreams"
    Error = 1 << 0,
    Timeout = 1 << 1,
    InvalidHeader = 1 << 2,
    Http500 = 1 << 3,
    Http502 = 1 << 4,
    Http503 = 1 << 5,
    Http504 = 1 << 6,
    Http403 = 1 << 7,
    Http404 = 1 << 8,
    Http429 = 1 << 9,
    NonIdempotent = 1 << 10, // also POST, LOCK and PATCH that a backend may have seen
};

// The condition that a status of a backend is; None: no reason to ask another.
NextUpstream nextUpstreamOf(int status);

// proxy_next_upstream, _tries, _timeout (ngx_http_proxy_module).
struct RetrySettings {
    quint16 conditions = quint16(NextUpstream::Error) | quint16(NextUpstream::Timeout); // bits of NextUpstream; 0: off
    int triesMax = 0;                                                                   // 0: as many as there are peers
    std::chrono::milliseconds timeout{0}; // for all tries together; 0: no bound

    bool allows(NextUpstream condition) const { return conditions & quint16(condition); }
};

} // namespace portlight
