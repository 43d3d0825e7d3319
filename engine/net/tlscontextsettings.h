// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "net/tlsclientsettings.h"
#include "pki/opensslhandles.h"

#include <span>

namespace portlight {

// What the SSL_CTX of both sides are told in the same way, as nginx does (ngx_event_openssl.c).

struct TlsProtocolRow {
    TlsProtocol protocol;
    quint64 option;   // of OpenSSL that switches it off
    const char *name; // for SSL_CONF_cmd(3); null: OpenSSL has it no more
};
std::span<const TlsProtocolRow> tlsProtocolRows();

// `protocols`: bits of TlsProtocol. Whatever bounds were set before are lifted.
void applyTlsProtocols(SSL_CTX *context, quint8 protocols);
// SSL_CONF_cmd(3), files of which lie below `prefix`.
Result<void> applyTlsCommands(SSL_CTX *context, const std::vector<TlsClientSettings::Command> &commands,
                              const QByteArray &prefix);
// A verification callback: the handshake goes on whatever is found; SSL_get_verify_result() tells afterwards
// (ngx_ssl_verify_callback).
int goOnVerifying(int ok, X509_STORE_CTX *chain);

// The error with the place of the setting that it is about.
Error placedAt(Error error, const TextPosition &where);
// "SSL_CTX_use_certificate("/a.pem") failed (SSL: …)", placed.
Error failedTlsCall(const char *function, const QByteArray &argument, const TextPosition &where);

} // namespace portlight
