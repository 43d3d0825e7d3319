// SPDX-License-Identifier: GPL-3.0-or-later
// What ngx_ssl_get_… of ngx_event_openssl.c give, in the same form. An empty value is none.
#include "proxy/tlsvariables.h"

#include "pki/opensslerrors.h"
#include "pki/opensslhandles.h"

#include <openssl/pem.h>

#include <QByteArray>
#include <QHash>

#include <ctime>
#include <vector>

namespace portlight {

namespace {

constexpr long DaySeconds = 86400;

CertificateHandle clientCertificate(SSL *connection)
{
    return CertificateHandle(SSL_get1_peer_certificate(connection));
}

QByteArray hex(const unsigned char *bytes, size_t size)
{
    return QByteArray(reinterpret_cast<const char *>(bytes), qsizetype(size)).toHex();
}

QByteArray hexCode(int code)
{
    return "0x" + QByteArray::number(code & 0xffff, 16).rightJustified(4, '0');
}

// What `print` writes about the client's certificate; nothing without one.
template<typename Print>
QByteArray printed(SSL *connection, Print print)
{
    const CertificateHandle certificate = clientCertificate(connection);
    if (!certificate)
        return {};
    const BioHandle out(BIO_new(BIO_s_mem()));
    print(out.get(), certificate.get());
    char *text = nullptr;
    const long size = BIO_get_mem_data(out.get(), &text);
    return {text, qsizetype(size)};
}

QByteArray protocol(SSL *connection)
{
    return SSL_get_version(connection);
}

QByteArray cipher(SSL *connection)
{
    return SSL_get_cipher_name(connection);
}

QByteArray ciphers(SSL *connection)
{
    const qsizetype each = SSL_get0_raw_cipherlist(connection, nullptr);
    unsigned char *list = nullptr;
    const qsizetype size = SSL_get0_raw_cipherlist(connection, &list);
    QByteArrayList names;
    for (qsizetype at = 0; each > 0 && at + each <= size; at += each) {
        const SSL_CIPHER *const known = SSL_CIPHER_find(connection, list + at);
        names << (known ? QByteArray(SSL_CIPHER_get_name(known)) : "0x" + hex(list + at, size_t(each)));
    }
    return names.join(':');
}

QByteArray groupName(SSL *connection, int id)
{
    if (!(id & TLSEXT_nid_unknown))
        return OBJ_nid2sn(id);
    const char *const name = SSL_group_to_name(connection, id);
    return name ? QByteArray(name) : hexCode(id);
}

QByteArray curve(SSL *connection)
{
    const int id = int(SSL_get_negotiated_group(connection));
    return id == NID_undef ? QByteArray() : groupName(connection, id);
}

QByteArray curves(SSL *connection)
{
    const long count = SSL_get1_groups(connection, nullptr);
    if (count <= 0)
        return {};
    std::vector<int> ids(static_cast<size_t>(count));
    SSL_get1_groups(connection, ids.data());
    QByteArrayList names;
    for (const int id : ids)
        names << groupName(connection, id);
    return names.join(':');
}

// By code, as nginx with an OpenSSL before 4.0.
QByteArray signatures(SSL *connection)
{
    const int count = SSL_get_sigalgs(connection, -1, nullptr, nullptr, nullptr, nullptr, nullptr);
    QByteArrayList codes;
    for (int i = 0; i < count; ++i) {
        unsigned char algorithm = 0;
        unsigned char hash = 0;
        SSL_get_sigalgs(connection, i, nullptr, nullptr, nullptr, &algorithm, &hash);
        codes << hexCode(hash << 8 | algorithm);
    }
    return codes.join(':');
}

// Names of the signatures that were used: OpenSSL 3.5 and later tell them.
QByteArray signature([[maybe_unused]] SSL *connection)
{
#ifdef SSL_get0_signature_name
    const char *name = nullptr;
    if (SSL_get0_signature_name(connection, &name))
        return name;
#endif
    return {};
}

QByteArray clientSignature([[maybe_unused]] SSL *connection)
{
#ifdef SSL_get0_peer_signature_name
    const char *name = nullptr;
    if (SSL_get0_peer_signature_name(connection, &name))
        return name;
#endif
    return {};
}

QByteArray sessionId(SSL *connection)
{
    const SSL_SESSION *const session = SSL_get0_session(connection);
    if (!session)
        return {};
    unsigned int size = 0;
    const unsigned char *const id = SSL_SESSION_get_id(session, &size);
    return hex(id, size);
}

QByteArray sessionReused(SSL *connection)
{
    return SSL_session_reused(connection) ? "r" : ".";
}

QByteArray earlyData(SSL *connection)
{
    return SSL_is_init_finished(connection) ? QByteArray() : QByteArray("1");
}

QByteArray serverName(SSL *connection)
{
    return SSL_get_servername(connection, TLSEXT_NAMETYPE_host_name);
}

QByteArray alpnProtocol(SSL *connection)
{
    const unsigned char *name = nullptr;
    unsigned int size = 0;
    SSL_get0_alpn_selected(connection, &name, &size);
    return {reinterpret_cast<const char *>(name), qsizetype(size)};
}

QByteArray rawCertificate(SSL *connection)
{
    return printed(connection, [](BIO *out, X509 *certificate) { PEM_write_bio_X509(out, certificate); });
}

// Fit for a header of one value: each line but the first begins with a tab.
QByteArray foldedCertificate(SSL *connection)
{
    QByteArray text = rawCertificate(connection);
    text.chop(text.isEmpty() ? 0 : 1);
    return text.replace('\n', "\n\t");
}

QByteArray escapedCertificate(SSL *connection)
{
    return rawCertificate(connection).toPercentEncoding();
}

QByteArray subject(SSL *connection)
{
    return printed(connection, [](BIO *out, X509 *certificate) {
        X509_NAME_print_ex(out, X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253);
    });
}

QByteArray issuer(SSL *connection)
{
    return printed(connection, [](BIO *out, X509 *certificate) {
        X509_NAME_print_ex(out, X509_get_issuer_name(certificate), 0, XN_FLAG_RFC2253);
    });
}

QByteArray oneLine(const X509_NAME *name)
{
    char *const text = X509_NAME_oneline(name, nullptr, 0);
    const QByteArray copy(text);
    OPENSSL_free(text);
    return copy;
}

QByteArray legacySubject(SSL *connection)
{
    const CertificateHandle certificate = clientCertificate(connection);
    return certificate ? oneLine(X509_get_subject_name(certificate.get())) : QByteArray();
}

QByteArray legacyIssuer(SSL *connection)
{
    const CertificateHandle certificate = clientCertificate(connection);
    return certificate ? oneLine(X509_get_issuer_name(certificate.get())) : QByteArray();
}

QByteArray serial(SSL *connection)
{
    return printed(connection,
                   [](BIO *out, X509 *certificate) { i2a_ASN1_INTEGER(out, X509_get0_serialNumber(certificate)); });
}

QByteArray fingerprint(SSL *connection)
{
    const CertificateHandle certificate = clientCertificate(connection);
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    if (!certificate || !X509_digest(certificate.get(), EVP_sha1(), digest, &size))
        return {};
    return hex(digest, size);
}

QByteArray verifyResult(SSL *connection)
{
    if (!clientCertificate(connection))
        return "NONE";
    const long result = SSL_get_verify_result(connection);
    return result == X509_V_OK ? QByteArray("SUCCESS") : "FAILED:" + verifyErrorWords(result);
}

QByteArray validFrom(SSL *connection)
{
    return printed(connection,
                   [](BIO *out, X509 *certificate) { ASN1_TIME_print(out, X509_get0_notBefore(certificate)); });
}

QByteArray validTo(SSL *connection)
{
    return printed(connection,
                   [](BIO *out, X509 *certificate) { ASN1_TIME_print(out, X509_get0_notAfter(certificate)); });
}

// Whole days.
QByteArray validDays(SSL *connection)
{
    const CertificateHandle certificate = clientCertificate(connection);
    std::tm end{};
    if (!certificate || ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &end) == 0)
        return {};
    const std::time_t left = ::timegm(&end) - std::time(nullptr);
    return QByteArray::number(qMax<qint64>(0, qint64(left) / DaySeconds));
}

struct Row {
    const char *name;
    QByteArray (*value)(SSL *connection);
};

constexpr Row Rows[] = {
    {"ssl_alpn_protocol", alpnProtocol},
    {"ssl_cipher", cipher},
    {"ssl_ciphers", ciphers},
    {"ssl_client_cert", foldedCertificate},
    {"ssl_client_escaped_cert", escapedCertificate},
    {"ssl_client_fingerprint", fingerprint},
    {"ssl_client_i_dn", issuer},
    {"ssl_client_i_dn_legacy", legacyIssuer},
    {"ssl_client_raw_cert", rawCertificate},
    {"ssl_client_s_dn", subject},
    {"ssl_client_s_dn_legacy", legacySubject},
    {"ssl_client_serial", serial},
    {"ssl_client_sigalg", clientSignature},
    {"ssl_client_v_end", validTo},
    {"ssl_client_v_remain", validDays},
    {"ssl_client_v_start", validFrom},
    {"ssl_client_verify", verifyResult},
    {"ssl_curve", curve},
    {"ssl_curves", curves},
    {"ssl_early_data", earlyData},
    {"ssl_protocol", protocol},
    {"ssl_server_name", serverName},
    {"ssl_session_id", sessionId},
    {"ssl_session_reused", sessionReused},
    {"ssl_sigalg", signature},
    {"ssl_sigalgs", signatures},
};

} // namespace

std::optional<quint16> tlsVariableIndex(QByteArrayView name)
{
    if (!name.startsWith("ssl_"))
        return std::nullopt;
    for (quint16 i = 0; i < std::size(Rows); ++i) {
        if (name == Rows[i].name)
            return i;
    }
    return std::nullopt;
}

bool appendTlsVariable(quint16 index, const ssl_st *connection, WireBuffer &out)
{
    if (!connection)
        return false;
    const QByteArray value = Rows[index].value(const_cast<SSL *>(connection)); // OpenSSL asks for more than it needs
    out.append(value);
    return !value.isEmpty();
}

} // namespace portlight
