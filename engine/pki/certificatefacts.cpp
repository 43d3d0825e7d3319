// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/certificatefacts.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <QHostAddress>
#include <QTimeZone>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

using AlternativeNames = std::unique_ptr<GENERAL_NAMES, OpenSslDelete<GENERAL_NAMES_free>>;
using NumberHandle = std::unique_ptr<BIGNUM, OpenSslDelete<BN_free>>;

constexpr int TitleCharactersMax = 100;

QString printable(const QByteArray &text)
{
    QString shown = QString::fromUtf8(text.left(4 * TitleCharactersMax));
    for (QChar &character : shown) {
        if (!character.isPrint() || character == u'"')
            character = u'?';
    }
    return shown.size() > TitleCharactersMax ? shown.left(TitleCharactersMax) + u'…' : shown;
}

QByteArray takeText(BIO *memory)
{
    char *data = nullptr;
    const long length = BIO_get_mem_data(memory, &data);
    return {data, qsizetype(length)};
}

QByteArray commonName(const X509 *certificate)
{
    const X509_NAME *const subject = X509_get_subject_name(certificate);
    const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (at < 0)
        return {};
    unsigned char *text = nullptr;
    const int length = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
    if (length < 0)
        return {};
    const QByteArray name(reinterpret_cast<const char *>(text), length);
    OPENSSL_free(text);
    return name;
}

QByteArray wholeSubject(const X509 *certificate)
{
    const BioHandle memory(BIO_new(BIO_s_mem()));
    X509_NAME_print_ex(memory.get(), X509_get_subject_name(certificate), 0, XN_FLAG_ONELINE);
    return takeText(memory.get());
}

QDateTime dateOf(const ASN1_TIME *time)
{
    std::tm broken{};
    if (!time || ASN1_TIME_to_tm(time, &broken) != 1)
        return {};
    return {QDate(broken.tm_year + 1900, broken.tm_mon + 1, broken.tm_mday),
            QTime(broken.tm_hour, broken.tm_min, broken.tm_sec), Qt::UTC};
}

QByteArray addressText(const ASN1_OCTET_STRING *octets)
{
    const unsigned char *const bytes = ASN1_STRING_get0_data(octets);
    if (ASN1_STRING_length(octets) == 4)
        return QHostAddress(quint32(bytes[0]) << 24 | quint32(bytes[1]) << 16 | quint32(bytes[2]) << 8 | bytes[3])
            .toString()
            .toLatin1();
    if (ASN1_STRING_length(octets) == 16)
        return QHostAddress(bytes).toString().toLatin1();
    return {};
}

} // namespace

QString certificateTitle(const X509 *certificate)
{
    QByteArray title = commonName(certificate);
    if (title.isEmpty())
        title = certificateNames(certificate).value(0);
    return printable(title.isEmpty() ? wholeSubject(certificate) : title);
}

QByteArrayList certificateNames(const X509 *certificate)
{
    const AlternativeNames all(
        static_cast<GENERAL_NAMES *>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    QByteArrayList names;
    for (int i = 0; i < sk_GENERAL_NAME_num(all.get()); ++i) {
        int type = 0;
        const void *const value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(all.get(), i), &type);
        if (type == GEN_DNS) {
            const auto *const text = static_cast<const ASN1_IA5STRING *>(value);
            names.append(
                {reinterpret_cast<const char *>(ASN1_STRING_get0_data(text)), qsizetype(ASN1_STRING_length(text))});
        } else if (type == GEN_IPADD) {
            names.append(addressText(static_cast<const ASN1_OCTET_STRING *>(value)));
        }
    }
    ERR_clear_error(); // of an extension that could not be read
    return names;
}

QDateTime certificateNotBefore(const X509 *certificate)
{
    return dateOf(X509_get0_notBefore(certificate));
}

QDateTime certificateNotAfter(const X509 *certificate)
{
    return dateOf(X509_get0_notAfter(certificate));
}

QByteArray certificateFingerprint(const X509 *certificate)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    if (X509_digest(certificate, EVP_sha256(), digest, &length) != 1)
        return {};
    return QByteArray(reinterpret_cast<const char *>(digest), qsizetype(length)).toHex();
}

QByteArray certificateSerial(const X509 *certificate)
{
    const NumberHandle number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
    if (!number)
        return {};
    QByteArray bytes(BN_num_bytes(number.get()), Qt::Uninitialized);
    BN_bn2bin(number.get(), reinterpret_cast<unsigned char *>(bytes.data()));
    return bytes.toHex();
}

QByteArray certificatePem(const X509 *certificate)
{
    const BioHandle memory(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(memory.get(), certificate);
    return takeText(memory.get());
}

QString keyKind(const EVP_PKEY *key)
{
    const char *const type = key ? EVP_PKEY_get0_type_name(key) : nullptr;
    if (!type)
        return u"unknown"_s;
    const bool sized = EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_is_a(key, "RSA-PSS") || EVP_PKEY_is_a(key, "EC")
                       || EVP_PKEY_is_a(key, "DSA");
    return sized ? u"%1 of %2 bits"_s.arg(QLatin1String(type)).arg(EVP_PKEY_get_bits(key)) : QString::fromLatin1(type);
}

QString dateText(const QDateTime &date)
{
    return date.toUTC().toString(u"yyyy-MM-dd hh:mm:ss 'UTC'"_s);
}

bool isIssuedBy(X509 *certificate, X509 *issuer)
{
    EVP_PKEY *const key = X509_get0_pubkey(issuer);
    const bool issued =
        key && X509_check_issued(issuer, certificate) == X509_V_OK && X509_verify(certificate, key) == 1;
    ERR_clear_error();
    return issued;
}

} // namespace portlight
