// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "pki/opensslhandles.h"

namespace portlight {

// Gives an SSL_CTX what a server does while a handshake goes on: it checks the name asked for, refuses everybody when
// `rejects` is set (unrecognized_name), chooses http/1.1, http/1.0 or http/0.9 by ALPN (no_application_protocol when
// the client offers others alone), and keeps sessions of TLS 1.3 from living for ever (ngx_http_ssl_servername,
// ngx_http_ssl_alpn_select, ngx_ssl_info_callback). What QSslSocket gave the connection for the same is replaced.
void applyTlsServerHandshake(SSL_CTX *context, bool rejects);

} // namespace portlight
