// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/tlsclientcontext.h"

#include "net/tlscontextsettings.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

using namespace Qt::StringLiterals;

namespace portlight {

Result<std::shared_ptr<const TlsClientContext>> TlsClientContext::create(const TlsClientSettings &settings)
{
    ERR_clear_error();
    const auto made = std::make_shared<TlsClientContext>();
    made->m_settings = settings;
    if (const Result<void> loaded = made->load(); !loaded)
        return loaded.error();
    const TlsContextHandle proof(SSL_CTX_new(TLS_client_method()));
    if (!proof)
        return openSslError(u"SSL_CTX_new() failed"_s);
    if (const Result<void> applied = made->applyTo(proof.get()); !applied)
        return applied.error();
    return std::shared_ptr<const TlsClientContext>(made);
}

Result<void> TlsClientContext::load()
{
    if (const TlsFileSetting &certificate = m_settings.certificate; !certificate.path.isEmpty()) {
        auto loaded = loadTlsCertificate(certificate.path);
        if (!loaded)
            return placedAt(loaded.error(), certificate.where);
        auto key = loadTlsKey(m_settings.certificateKey.path, m_settings.passwords);
        if (!key)
            return placedAt(key.error(), m_settings.certificateKey.where);
        m_certificate = std::move(*loaded);
        m_certificate.key = std::move(*key);
    }
    return m_settings.verify ? m_settings.loadsAsOld ? loadTrustedAsOld() : loadTrusted() : Result<void>();
}

Result<void> TlsClientContext::loadTrusted()
{
    m_store.reset(X509_STORE_new());
    auto trusted = loadTrustedCertificates(m_settings.trustedCertificate.path);
    if (!trusted)
        return placedAt(trusted.error(), m_settings.trustedCertificate.where);
    for (const CertificateHandle &certificate : *trusted) // one that is there already is no error
        X509_STORE_add_cert(m_store.get(), certificate.get());
    if (m_settings.revocations.path.isEmpty())
        return {};
    auto revocations = loadRevocations(m_settings.revocations.path);
    if (!revocations)
        return placedAt(revocations.error(), m_settings.revocations.where);
    for (const RevocationHandle &list : *revocations)
        X509_STORE_add_crl(m_store.get(), list.get());
    X509_STORE_set_flags(m_store.get(), X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
    ERR_clear_error();
    return {};
}

Result<void> TlsClientContext::loadTrustedAsOld()
{
    m_store.reset(X509_STORE_new());
    const QByteArray &trusted = m_settings.trustedCertificate.path;
    if (X509_STORE_load_locations(m_store.get(), trusted.constData(), nullptr) == 0)
        return failedTlsCall("SSL_CTX_load_verify_locations", trusted, m_settings.trustedCertificate.where);
    ERR_clear_error(); // nginx: the end of the file is left there as an error
    const QByteArray &revocations = m_settings.revocations.path;
    if (revocations.isEmpty())
        return {};
    X509_LOOKUP *const lookup = X509_STORE_add_lookup(m_store.get(), X509_LOOKUP_file());
    if (!lookup || X509_LOOKUP_load_file(lookup, revocations.constData(), X509_FILETYPE_PEM) == 0)
        return failedTlsCall("X509_LOOKUP_load_file", revocations, m_settings.revocations.where);
    X509_STORE_set_flags(m_store.get(), X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
    return {};
}

Result<void> TlsClientContext::applyTo(SSL_CTX *context) const
{
    applyTlsProtocols(context, m_settings.protocols);
    if (SSL_CTX_set_cipher_list(context, m_settings.ciphers.constData()) == 0)
        return failedTlsCall("SSL_CTX_set_cipher_list", m_settings.ciphers, m_settings.ciphersAt);
    if (const Result<void> applied = applyCertificate(context); !applied)
        return applied;
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, goOnVerifying);
    if (m_store) {
        SSL_CTX_set1_cert_store(context, m_store.get());
        SSL_CTX_set_verify_depth(context, m_settings.verifyDepth);
    }
    // Sessions are kept by whoever connects: one for each peer and name.
    SSL_CTX_set_session_cache_mode(context, m_settings.sessionReuse ? SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL
                                                                    : SSL_SESS_CACHE_OFF);
    return applyTlsCommands(context, m_settings.commands, m_settings.prefix);
}

Result<void> TlsClientContext::applyCertificate(SSL_CTX *context) const
{
    if (!m_certificate.leaf)
        return {};
    if (SSL_CTX_use_certificate(context, m_certificate.leaf.get()) == 0)
        return failedTlsCall("SSL_CTX_use_certificate", m_settings.certificate.path, m_settings.certificate.where);
    SSL_CTX_clear_chain_certs(context);
    for (const CertificateHandle &above : m_certificate.chain)
        SSL_CTX_add1_chain_cert(context, above.get());
    if (SSL_CTX_use_PrivateKey(context, m_certificate.key.get()) == 0)
        return failedTlsCall("SSL_CTX_use_PrivateKey", m_settings.certificateKey.path, m_settings.certificateKey.where);
    return {};
}

Result<void> TlsClientContext::applyTo(SSL *connection) const
{
    SSL_set_verify(connection, SSL_VERIFY_NONE, goOnVerifying);
    if (m_store) {
        SSL_set1_verify_cert_store(connection, m_store.get());
        SSL_set_verify_depth(connection, m_settings.verifyDepth);
    }
    return m_certificate.leaf ? useTlsCertificate(connection, m_certificate, m_settings.certificate.path)
                              : Result<void>();
}

std::pair<QByteArray, QByteArray> TlsClientContext::protocolRange() const
{
    std::pair<QByteArray, QByteArray> range;
    for (const TlsProtocolRow &row : tlsProtocolRows()) {
        if (!row.name || !(m_settings.protocols & quint8(row.protocol)))
            continue;
        range.second = row.name;
        if (range.first.isEmpty())
            range.first = row.name;
    }
    return range;
}

} // namespace portlight
