// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "net/tlsserversettings.h"
#include "pki/opensslhandles.h"

namespace portlight {

// What a server verifies its clients' certificates with: ssl_client_certificate, ssl_trusted_certificate, ssl_crl.
struct TlsVerification {
    StoreHandle store;
    NameListHandle authorities; // whose names are sent to clients; null: none
};

// Reads the files in nginx's order and with its words (ngx_ssl_client_certificate, ngx_ssl_trusted_certificate,
// ngx_ssl_crl). Blocking.
Result<TlsVerification> loadTlsVerification(const TlsServerSettings &settings);

} // namespace portlight
