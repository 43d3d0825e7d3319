// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/certificatesigning.h"

#include "pki/certificatefacts.h"
#include "pki/localnames.h"
#include "pki/tlsfiles.h"

#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

using NumberHandle = std::unique_ptr<BIGNUM, OpenSslDelete<BN_free>>;
using ExtensionHandle = std::unique_ptr<X509_EXTENSION, OpenSslDelete<X509_EXTENSION_free>>;
using TimeHandle = std::unique_ptr<ASN1_TIME, OpenSslDelete<ASN1_TIME_free>>;
using ConstraintsHandle = std::unique_ptr<NAME_CONSTRAINTS, OpenSslDelete<NAME_CONSTRAINTS_free>>;

constexpr int SerialBits = 127; // 16 octets and positive; CAB Forum asks for 64 random bits at least
constexpr char Organization[] = "Portlight";
// A kind of name without a permitted subtree is left free, so mailboxes and URIs get one that nothing lies in:
// verifiers know an empty exclusion badly. Directory names stay free: no hostname is in them (a common name is checked
// as a DNS name by whoever still reads it), and Go refuses a root whose critical constraints speak of them.
constexpr char NoOnesName[] = "portlight.invalid";

struct Extension {
    int kind;
    QByteArray value;
};

bool setSerial(X509 *certificate)
{
    const NumberHandle number(BN_new());
    return number && BN_rand(number.get(), SerialBits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1
           && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool setSpan(X509 *certificate, const CertificateSpan &span)
{
    const TimeHandle from(ASN1_TIME_set(nullptr, time_t(span.notBefore.toSecsSinceEpoch())));
    const TimeHandle until(ASN1_TIME_set(nullptr, time_t(span.notAfter.toSecsSinceEpoch())));
    return from && until && X509_set1_notBefore(certificate, from.get()) == 1
           && X509_set1_notAfter(certificate, until.get()) == 1;
}

bool addToName(X509_NAME *name, const char *field, const QByteArray &text)
{
    return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                                      reinterpret_cast<const unsigned char *>(text.constData()), int(text.size()), -1,
                                      0)
           == 1;
}

bool addExtension(X509 *certificate, X509 *issuer, const Extension &extension)
{
    X509V3_CTX context{};
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const ExtensionHandle made(X509V3_EXT_nconf_nid(nullptr, &context, extension.kind, extension.value.constData()));
    return made && X509_add_ext(certificate, made.get(), -1) == 1;
}

struct Request {
    EVP_PKEY *key;
    QByteArray organization; // none: left out
    QByteArray commonName;
    CertificateSpan span;
    std::vector<Extension> extensions;
};

// A signer without a certificate signs itself.
Result<CertificateHandle> sign(const Signer &signer, const Request &request)
{
    CertificateHandle made(X509_new());
    X509 *const certificate = made.get();
    X509 *const issuer = signer.certificate ? signer.certificate : certificate;
    bool done = certificate && X509_set_version(certificate, X509_VERSION_3) == 1 && setSerial(certificate)
                && setSpan(certificate, request.span) && X509_set_pubkey(certificate, request.key) == 1;
    X509_NAME *const subject = done ? X509_get_subject_name(certificate) : nullptr;
    done = done && (request.organization.isEmpty() || addToName(subject, "O", request.organization))
           && addToName(subject, "CN", request.commonName)
           && X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1;
    for (const Extension &extension : request.extensions)
        done = done && addExtension(certificate, issuer, extension);
    done = done && X509_sign(certificate, signer.key, EVP_sha256()) > 0;
    if (!done)
        return openSslError(u"a certificate for \"%1\" cannot be made"_s.arg(QString::fromUtf8(request.commonName)));
    return made;
}

QByteArray constraintsText(const QByteArrayList &suffixes)
{
    QByteArray text = "critical";
    for (const QByteArray &suffix : suffixes)
        text += ",permitted;DNS:" + suffix;
    text += ",permitted;IP:127.0.0.0/255.0.0.0";
    text += ",permitted;IP:::1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
    text += QByteArray(",permitted;email:") + NoOnesName;
    text += QByteArray(",permitted;URI:") + NoOnesName;
    return text;
}

// What root and intermediate have in common. Their extended key usage keeps them from vouching for mail and programs.
std::vector<Extension> authorityExtensions(int pathLength, const QByteArrayList &suffixes)
{
    return {{NID_basic_constraints, "critical,CA:TRUE,pathlen:" + QByteArray::number(pathLength)},
            {NID_key_usage, "critical,keyCertSign,cRLSign"},
            {NID_ext_key_usage, "serverAuth"},
            {NID_name_constraints, constraintsText(suffixes)},
            {NID_subject_key_identifier, "hash"}};
}

QByteArray alternativeNames(const QByteArrayList &names)
{
    QByteArrayList parts;
    for (const QByteArray &name : names)
        parts.append((isAddress(name) ? "IP:" : "DNS:") + name);
    return parts.join(',');
}

// For people's eyes. Where there are addresses alone it must not look like a host name, or verifiers would hold it
// against the constraints.
QByteArray leafCommonName(const QByteArrayList &names)
{
    for (const QByteArray &name : names) {
        if (!isAddress(name) && name.size() <= CommonNameCharactersMax)
            return name;
    }
    return "Portlight local certificate";
}

QString plainLabel(const QString &label, qsizetype charactersMax)
{
    QString plain;
    for (const QChar character : label.simplified())
        plain += !character.isPrint() || character.isSurrogate() || character == u':' ? u'-' : character;
    return plain.left(charactersMax);
}

QString title(const QString &what, const QString &label, const QString &digits)
{
    const qsizetype rest = CommonNameCharactersMax - what.size() - digits.size() - 2;
    const QString plain = plainLabel(label, rest);
    return plain.isEmpty() ? what + u' ' + digits : what + u' ' + plain + u' ' + digits;
}

} // namespace

CertificateSpan certificateSpan(const QDateTime &now, qint64 days, const X509 *issuer)
{
    CertificateSpan span;
    span.notBefore = now.toUTC().addSecs(-ClockSkewSeconds);
    span.notAfter = span.notBefore.addDays(days);
    if (issuer) {
        span.notBefore = std::max(span.notBefore, certificateNotBefore(issuer));
        span.notAfter = std::min(span.notAfter, certificateNotAfter(issuer));
    }
    return span;
}

QDateTime renewalDate(const CertificateSpan &span)
{
    return span.notBefore.addSecs(span.notBefore.secsTo(span.notAfter) * 2 / 3);
}

Result<AuthorityTitles> makeAuthorityTitles(const QString &label)
{
    unsigned char random[4];
    if (RAND_bytes(random, int(sizeof random)) != 1)
        return openSslError(u"no random bytes are to be had"_s);
    const QString digits =
        QString::fromLatin1(QByteArray(reinterpret_cast<const char *>(random), sizeof random).toHex());
    return AuthorityTitles{title(u"Portlight local CA"_s, label, digits),
                           title(u"Portlight local issuer"_s, label, digits)};
}

Result<CertificateHandle> signRoot(EVP_PKEY *key, const QString &title, const QByteArrayList &suffixes,
                                   const CertificateSpan &span)
{
    return sign({nullptr, key}, {key, Organization, title.toUtf8(), span, authorityExtensions(1, suffixes)});
}

Result<CertificateHandle> signIntermediate(const Signer &root, EVP_PKEY *key, const QString &title,
                                           const QByteArrayList &suffixes, const CertificateSpan &span)
{
    std::vector<Extension> extensions = authorityExtensions(0, suffixes);
    extensions.push_back({NID_authority_key_identifier, "keyid:always"});
    return sign(root, {key, Organization, title.toUtf8(), span, std::move(extensions)});
}

Result<CertificateHandle> signLeaf(const Signer &intermediate, EVP_PKEY *key, const QByteArrayList &names,
                                   const CertificateSpan &span)
{
    return sign(intermediate, {key,
                               {},
                               leafCommonName(names),
                               span,
                               {{NID_basic_constraints, "critical,CA:FALSE"},
                                {NID_key_usage, "critical,digitalSignature"},
                                {NID_ext_key_usage, "serverAuth"},
                                {NID_subject_alt_name, alternativeNames(names)},
                                {NID_subject_key_identifier, "hash"},
                                {NID_authority_key_identifier, "keyid:always"}}});
}

QByteArrayList constrainedSuffixes(const X509 *root)
{
    int critical = 0;
    const ConstraintsHandle constraints(
        static_cast<NAME_CONSTRAINTS *>(X509_get_ext_d2i(root, NID_name_constraints, &critical, nullptr)));
    ERR_clear_error();
    QByteArrayList suffixes;
    if (!constraints || critical != 1)
        return suffixes;
    for (int i = 0; i < sk_GENERAL_SUBTREE_num(constraints->permittedSubtrees); ++i) {
        const GENERAL_NAME *const base = sk_GENERAL_SUBTREE_value(constraints->permittedSubtrees, i)->base;
        if (base->type != GEN_DNS)
            continue;
        suffixes.append({reinterpret_cast<const char *>(ASN1_STRING_get0_data(base->d.dNSName)),
                         qsizetype(ASN1_STRING_length(base->d.dNSName))});
    }
    return suffixes;
}

} // namespace portlight
