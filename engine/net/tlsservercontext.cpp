// SPDX-License-Identifier: GPL-3.0-or-later
#define OPENSSL_SUPPRESS_DEPRECATED // nginx's words about a file of parameters are those of the older function
#include "net/tlsservercontext.h"

#include "net/tlscontextsettings.h"
#include "net/tlsserverhandshake.h"
#include "pki/certificatefindings.h"

#include <openssl/dh.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <cstring>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

constexpr quint64 AllOptions = ~quint64(0);
constexpr long SendFragmentMin = 512; // SSL_CTX_set_max_send_fragment(3)
constexpr long SendFragmentMax = SSL3_RT_MAX_PLAIN_LENGTH;

// The suites of TLS 1.3 that OpenSSL, and its own configuration, begin with.
QByteArray defaultSuites(SSL_CTX *fresh)
{
    QByteArray names;
    const STACK_OF(SSL_CIPHER) *const all = SSL_CTX_get_ciphers(fresh);
    for (int i = 0; i < sk_SSL_CIPHER_num(all); ++i) {
        const SSL_CIPHER *const cipher = sk_SSL_CIPHER_value(all, i);
        if (std::strcmp(SSL_CIPHER_get_version(cipher), "TLSv1.3") != 0)
            continue;
        names += names.isEmpty() ? "" : ":";
        names += SSL_CIPHER_get_name(cipher);
    }
    return names;
}

Result<void> useCertificate(SSL_CTX *context, const TlsCertificate &certificate, const TlsCertificateSetting &names)
{
    if (SSL_CTX_use_certificate(context, certificate.leaf.get()) == 0)
        return failedTlsCall("SSL_CTX_use_certificate", names.certificate.path, names.certificate.where);
    SSL_CTX_clear_chain_certs(context);
    for (const CertificateHandle &above : certificate.chain) {
        if (SSL_CTX_add1_chain_cert(context, above.get()) == 0)
            return failedTlsCall("SSL_CTX_set0_chain", names.certificate.path, names.certificate.where);
    }
    if (SSL_CTX_use_PrivateKey(context, certificate.key.get()) == 0)
        return failedTlsCall("SSL_CTX_use_PrivateKey", names.key.path, names.key.where);
    return {};
}

CertificateHandle sharedCertificate(const CertificateHandle &certificate)
{
    X509_up_ref(certificate.get());
    return CertificateHandle(certificate.get());
}

// Of files that cannot be read there is nothing to find out: nginx's words will do.
CertificateFindings findingsOf(const TlsCertificateSetting &pair, const std::vector<QByteArray> &passwords)
{
    const auto certificate = readTlsSource(pair.certificate.path);
    const auto key = readTlsSource(pair.key.path);
    if (!certificate || !key)
        return {};
    return inspectCertificate(
        {QString::fromUtf8(pair.certificate.path), *certificate, QString::fromUtf8(pair.key.path), *key, passwords},
        QDateTime::currentDateTimeUtc());
}

Error hinted(Error error, const TextPosition &where, const QString &hint)
{
    error.where = where;
    if (!hint.isEmpty())
        error.hint = hint;
    return error;
}

} // namespace

Result<std::shared_ptr<const TlsServerContext>> TlsServerContext::create(const TlsServerSettings &settings,
                                                                         std::shared_ptr<const TlsCertificate> local)
{
    ERR_clear_error();
    const auto made = std::make_shared<TlsServerContext>();
    made->m_settings = settings;
    made->m_local = std::move(local);
    if (const Result<void> loaded = made->load(); !loaded)
        return loaded.error();
    const TlsContextHandle proof(SSL_CTX_new(TLS_method()));
    if (!proof)
        return openSslError(u"SSL_CTX_new() failed"_s);
    if (const Result<void> applied = made->applyTo(proof.get()); !applied)
        return applied.error();
    made->m_digest = made->digest();
    return std::shared_ptr<const TlsServerContext>(made);
}

std::vector<const TlsCertificate *> TlsServerContext::certificates() const
{
    std::vector<const TlsCertificate *> all;
    for (const TlsCertificate &certificate : m_certificates)
        all.push_back(&certificate);
    if (m_local)
        all.push_back(m_local.get());
    return all;
}

Result<void> TlsServerContext::load()
{
    for (const TlsCertificateSetting &pair : m_settings.certificates) {
        if (const Result<void> loaded = loadPair(pair); !loaded)
            return loaded;
    }
    auto verification = loadTlsVerification(m_settings);
    if (!verification)
        return verification.error();
    m_verification = std::move(*verification);
    if (const Result<void> loaded = loadKeyExchange(); !loaded)
        return loaded;
    for (const TlsFileSetting &file : m_settings.ticketKeys) {
        const auto key = loadTlsTicketKey(file);
        if (!key)
            return key.error();
        m_ticketKeys.push_back(*key);
    }
    return {};
}

// In nginx's words, with what was found out behind them.
Result<void> TlsServerContext::loadPair(const TlsCertificateSetting &pair)
{
    const CertificateFindings found = findingsOf(pair, m_settings.passwords);
    ERR_clear_error();
    auto certificate = loadTlsCertificate(pair.certificate.path);
    if (!certificate)
        return hinted(certificate.error(), pair.certificate.where, found.certificateHint);
    auto key = loadTlsKey(pair.key.path, m_settings.passwords);
    if (!key)
        return hinted(key.error(), pair.key.where, found.keyHint);
    certificate->key = std::move(*key);
    // nginx sends a chain as it is written; clients may not take one that is out of order.
    if (found.usable.leaf && X509_cmp(found.usable.leaf.get(), certificate->leaf.get()) == 0) {
        certificate->chain.clear();
        for (const CertificateHandle &above : found.usable.chain)
            certificate->chain.push_back(sharedCertificate(above));
    }
    m_certificates.push_back(std::move(*certificate));
    m_pairHints.append(found.pairHint);
    for (Diagnostic remark : found.remarks) {
        remark.where = pair.certificate.where;
        m_remarks.append(remark);
    }
    return {};
}

Result<void> TlsServerContext::loadKeyExchange()
{
    const TlsFileSetting &file = m_settings.dhParameters;
    if (file.path.isEmpty())
        return {};
    const BioHandle source(BIO_new_file(file.path.constData(), "r"));
    if (!source)
        return failedTlsCall("BIO_new_file", file.path, file.where);
    DH *const parameters = PEM_read_bio_DHparams(source.get(), nullptr, nullptr, nullptr);
    if (!parameters)
        return failedTlsCall("PEM_read_bio_DHparams", file.path, file.where);
    m_dhParameters.reset(EVP_PKEY_new());
    EVP_PKEY_assign_DH(m_dhParameters.get(), parameters);
    return {};
}

Result<void> TlsServerContext::applyTo(SSL_CTX *context) const
{
    if (const Result<void> applied = applyOptions(context); !applied)
        return applied;
    applyTlsServerHandshake(context, m_settings.rejectHandshake);
    if (SSL_CTX_set_cipher_list(context, m_settings.ciphers.constData()) == 0)
        return failedTlsCall("SSL_CTX_set_cipher_list", m_settings.ciphers, m_settings.ciphersAt);
    if (m_settings.preferServerCiphers)
        SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
    if (const Result<void> applied = applyCertificates(context); !applied)
        return applied;
    applyVerification(context);
    if (const Result<void> applied = applyKeyExchange(context); !applied)
        return applied;
    applySessions(context);
    return applyTlsCommands(context, m_settings.commands, m_settings.prefix);
}

// ngx_ssl_create, on top of a new SSL_CTX.
Result<void> TlsServerContext::applyOptions(SSL_CTX *context) const
{
    const TlsContextHandle fresh(SSL_CTX_new(TLS_method()));
    if (!fresh)
        return openSslError(u"SSL_CTX_new() failed"_s);
    SSL_CTX_clear_options(context, AllOptions);
    SSL_CTX_set_options(context, SSL_CTX_get_options(fresh.get()));
    SSL_CTX_set_security_level(context, SSL_CTX_get_security_level(fresh.get()));
    SSL_CTX_set_ciphersuites(context, defaultSuites(fresh.get()).constData());
    SSL_CTX_set_options(context, SSL_OP_DONT_INSERT_EMPTY_FRAGMENTS | SSL_OP_SINGLE_DH_USE | SSL_OP_NO_COMPRESSION
                                     | SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_RENEGOTIATION);
    applyTlsProtocols(context, m_settings.protocols);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN);
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_max_send_fragment(context, qBound(SendFragmentMin, long(m_settings.bufferBytes), SendFragmentMax));
    return {};
}

Result<void> TlsServerContext::applyCertificates(SSL_CTX *context) const
{
    for (size_t i = 0; i < m_certificates.size(); ++i) {
        const Result<void> used = useCertificate(context, m_certificates[i], m_settings.certificates[i]);
        if (!used)
            return hinted(used.error(), used.error().where, m_pairHints[qsizetype(i)]);
    }
    applyTlsVaryingCertificates(context, m_settings.varying);
    if (!m_local)
        return {};
    const TlsFileSetting place{"of the local authority"_ba, m_settings.localCertificateAt};
    return useCertificate(context, *m_local, {place, place});
}

void TlsServerContext::applyVerification(SSL_CTX *context) const
{
    const bool verifies = m_settings.verifyClient != ClientVerify::Off;
    SSL_CTX_set_verify(context, verifies ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, goOnVerifying);
    SSL_CTX_set_verify_depth(context, m_settings.verifyDepth);
    SSL_CTX_set1_cert_store(context, m_verification.store.get());
    const NameListHandle &authorities = m_verification.authorities;
    SSL_CTX_set_client_CA_list(context, authorities ? SSL_dup_CA_list(authorities.get()) : nullptr);
}

Result<void> TlsServerContext::applyKeyExchange(SSL_CTX *context) const
{
    if (m_dhParameters) {
        EVP_PKEY_up_ref(m_dhParameters.get());
        if (SSL_CTX_set0_tmp_dh_pkey(context, m_dhParameters.get()) != 1) {
            EVP_PKEY_free(m_dhParameters.get());
            return failedTlsCall("SSL_CTX_set_tmp_dh", m_settings.dhParameters.path, m_settings.dhParameters.where);
        }
    }
    SSL_CTX_set_options(context, SSL_OP_SINGLE_ECDH_USE);
    if (m_settings.curves == "auto")
        return {};
    if (SSL_CTX_set1_groups_list(context, m_settings.curves.constData()) == 0)
        return failedTlsCall("SSL_CTX_set1_curves_list", m_settings.curves, m_settings.curvesAt);
    return {};
}

// ngx_ssl_session_cache: what was kept in shared memory there is kept with the SSL_CTX here.
void TlsServerContext::applySessions(SSL_CTX *context) const
{
    const TlsSessionCache &cache = m_settings.sessionCache;
    SSL_CTX_set_timeout(context, long(m_settings.sessionTimeout.count()));
    const QByteArray name = sessionContext();
    SSL_CTX_set_session_id_context(context, reinterpret_cast<const unsigned char *>(name.constData()),
                                   static_cast<unsigned int>(name.size()));
    switch (cache.kind) {
    case TlsSessionCache::Kind::Off: SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF); break;
    case TlsSessionCache::Kind::None:
        SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_SERVER | SSL_SESS_CACHE_NO_AUTO_CLEAR
                                                    | SSL_SESS_CACHE_NO_INTERNAL_STORE);
        SSL_CTX_sess_set_cache_size(context, 1);
        break;
    case TlsSessionCache::Kind::Kept:
        SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_SERVER);
        SSL_CTX_sess_set_cache_size(context, cache.sessionsMax);
        break;
    }
    if (!m_settings.sessionTickets)
        SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    applyTlsTicketKeys(context, m_ticketKeys);
}

} // namespace portlight
