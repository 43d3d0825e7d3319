// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/diagnostic.h"
#include "base/result.h"
#include "net/tlsserversettings.h"
#include "net/tlstickets.h"
#include "net/tlsverification.h"
#include "pki/tlsfiles.h"

#include <memory>

namespace portlight {

// The loaded form of one server's TLS settings: files read, keys decrypted, expressions proven. Immutable; made on a
// worker, shared between threads.
class TlsServerContext
{
public:
    // Reads the files and proves every setting on a context of its own. `local`: the certificate of the local
    // authority, when the settings ask for one; null: there is none. The error is in nginx's words and says where the
    // setting stands. Blocking.
    static Result<std::shared_ptr<const TlsServerContext>> create(const TlsServerSettings &settings,
                                                                  std::shared_ptr<const TlsCertificate> local);

    const TlsServerSettings &settings() const { return m_settings; }
    // Puts everything into a server's SSL_CTX, in nginx's order (ngx_http_ssl_merge_srv_conf), ALPN for HTTP/1
    // included. Whatever QSslSocket said in it before is taken back, or becomes what OpenSSL begins with.
    Result<void> applyTo(SSL_CTX *context) const;
    // Without any certificate no handshake can succeed.
    bool hasCertificate() const { return m_local || !m_certificates.empty() || m_settings.varying; }
    // The leaf and its chain, of each kind of key.
    std::vector<const TlsCertificate *> certificates() const;
    // What is odd about the certificates: chains out of order, dates that have passed.
    const Diagnostics &remarks() const { return m_remarks; }
    // The same settings, and files of the same content: sessions outlive a reload.
    bool isSameAs(const TlsServerContext &other) const { return m_digest == other.m_digest; }

private:
    Result<void> load();
    Result<void> loadPair(const TlsCertificateSetting &pair);
    Result<void> loadKeyExchange();
    Result<void> applyOptions(SSL_CTX *context) const;
    Result<void> applyCertificates(SSL_CTX *context) const;
    void applyVerification(SSL_CTX *context) const;
    Result<void> applyKeyExchange(SSL_CTX *context) const;
    void applySessions(SSL_CTX *context) const;
    QByteArray sessionContext() const;
    QByteArray digest() const;

    TlsServerSettings m_settings;
    std::vector<TlsCertificate> m_certificates;
    QStringList m_pairHints; // where a certificate and its key do not fit
    Diagnostics m_remarks;
    std::shared_ptr<const TlsCertificate> m_local;
    TlsVerification m_verification;
    KeyHandle m_dhParameters; // null: none
    TlsTicketKeys m_ticketKeys;
    QByteArray m_digest; // of all of the above
};

} // namespace portlight
