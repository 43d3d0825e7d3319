// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "net/tlsclientsettings.h"
#include "pki/tlsfiles.h"

#include <memory>

namespace portlight {

// The loaded form of one level's TLS settings towards backends: files read, expressions proven. Immutable; made on a
// worker, shared between threads.
class TlsClientContext
{
public:
    // Reads the files and proves every setting on a context of its own. The error is in nginx's words and says where
    // the setting stands. Blocking.
    static Result<std::shared_ptr<const TlsClientContext>> create(const TlsClientSettings &settings);

    const TlsClientSettings &settings() const { return m_settings; }
    // Puts everything into a client's SSL_CTX, in nginx's order (ngx_http_proxy_set_ssl).
    Result<void> applyTo(SSL_CTX *context) const;
    // The same for one connection, as far as it can still be told after its ClientHello was written: certificate and
    // verification.
    Result<void> applyTo(SSL *connection) const;
    // The lowest and the highest protocol, as SSL_CONF_cmd(3) names them: "TLSv1.2".
    std::pair<QByteArray, QByteArray> protocolRange() const;

private:
    Result<void> load();
    Result<void> loadTrusted();
    Result<void> loadTrustedAsOld();
    Result<void> applyCertificate(SSL_CTX *context) const;

    TlsClientSettings m_settings;
    TlsCertificate m_certificate; // null parts: none
    StoreHandle m_store;          // of verification; null when it is off
};

} // namespace portlight
