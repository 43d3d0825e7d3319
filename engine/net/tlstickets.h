// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "net/tlsclientsettings.h"
#include "pki/opensslhandles.h"

#include <vector>

namespace portlight {

// One key that session tickets are encrypted with: a file of 48 bytes (AES-128) or of 80 (AES-256), as
// ngx_ssl_session_ticket_keys reads it.
struct TlsTicketKey {
    QByteArray name; // 16 bytes, in front of each ticket
    QByteArray cipherKey;
    QByteArray macKey; // of HMAC-SHA256
};
using TlsTicketKeys = std::vector<TlsTicketKey>;

Result<TlsTicketKey> loadTlsTicketKey(const TlsFileSetting &file);
// The first key encrypts, all of them decrypt (ngx_ssl_ticket_key_callback). None: OpenSSL makes one of its own, which
// lives as long as the SSL_CTX.
void applyTlsTicketKeys(SSL_CTX *context, const TlsTicketKeys &keys);

} // namespace portlight
