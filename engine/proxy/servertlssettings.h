// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/tlsserversettings.h"

#include <optional>

namespace portlight {

// ssl_… as they stand for one level. What merges by rules of its own is apart: certificates and keys are inherited
// each for itself, and so are the two kinds of session caches (ngx_http_ssl_merge_srv_conf).
struct ServerTlsSettings {
    enum class BuiltinCache : quint8 { Off, None, NotBuiltin, Default, Sized };

    TlsServerSettings context;
    std::vector<TlsFileSetting> certificates; // as written
    std::vector<TlsFileSetting> keys;
    BuiltinCache builtinCache = BuiltinCache::None;
    bool saysBuiltin = false; // at this level
    int builtinSessions = 0;  // of Sized
    qint64 zoneBytes = 0;     // of a shared zone; 0: none
    bool on = false;          // the "ssl" directive of nginx before 1.25.1

    bool needsContext() const { return !certificates.empty() || context.rejectHandshake; }
};

} // namespace portlight
