// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/certificatefindings.h"

#include "pki/certificatechain.h"
#include "pki/certificatefacts.h"
#include "pki/pemtext.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <QDateTime>
#include <QFile>
#include <QStringList>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

constexpr char InlinePrefix[] = "data:";
constexpr qsizetype InlinePrefixLength = sizeof InlinePrefix - 1;

using AuthorityAccess = std::unique_ptr<AUTHORITY_INFO_ACCESS, OpenSslDelete<AUTHORITY_INFO_ACCESS_free>>;

// Collects what is remarkable about one file.
class Remarks
{
public:
    explicit Remarks(const QString &file)
        : m_file(file)
    {}
    void add(Severity severity, ErrorCode code, const QString &text, const QString &hint = {})
    {
        m_all.append({severity, code, u"certificate \"%1\": %2"_s.arg(m_file, text), {}, hint});
    }
    Diagnostics take() { return std::move(m_all); }

private:
    QString m_file;
    Diagnostics m_all;
};

QString quotedTitle(const CertificateHandle &certificate)
{
    return u'"' + certificateTitle(certificate.get()) + u'"';
}

QString quotedIssuer(const CertificateHandle &certificate)
{
    char text[200];
    X509_NAME_oneline(X509_get_issuer_name(certificate.get()), text, int(sizeof text));
    return u'"' + QString::fromLatin1(text) + u'"';
}

// A key's bytes in a buffer of their own, wiped at the end.
class InlineSource
{
public:
    explicit InlineSource(const QByteArray &text)
        : m_text(InlinePrefix + text)
    {}
    ~InlineSource() { OPENSSL_cleanse(m_text.data(), size_t(m_text.size())); }
    Q_DISABLE_COPY_MOVE(InlineSource)
    const QByteArray &source() const { return m_text; }

private:
    QByteArray m_text;
};

struct ErrorsForgotten {
    ~ErrorsForgotten() { ERR_clear_error(); }
};

// Where the issuer's certificate lies (id-ad-caIssuers): authorities that have intermediates say it in their leaves.
QString issuersPlace(const CertificateHandle &certificate)
{
    const AuthorityAccess all(
        static_cast<AUTHORITY_INFO_ACCESS *>(X509_get_ext_d2i(certificate.get(), NID_info_access, nullptr, nullptr)));
    ERR_clear_error();
    for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(all.get()); ++i) {
        const ACCESS_DESCRIPTION *const one = sk_ACCESS_DESCRIPTION_value(all.get(), i);
        if (OBJ_obj2nid(one->method) != NID_ad_ca_issuers || one->location->type != GEN_URI)
            continue;
        const ASN1_IA5STRING *const place = one->location->d.uniformResourceIdentifier;
        return QString::fromLatin1(reinterpret_cast<const char *>(ASN1_STRING_get0_data(place)),
                                   qMin(ASN1_STRING_length(place), 200));
    }
    return {};
}

void remarkDates(Remarks &remarks, const CertificateHandle &certificate, const QDateTime &now)
{
    const QDateTime from = certificateNotBefore(certificate.get());
    const QDateTime until = certificateNotAfter(certificate.get());
    if (until.isValid() && until < now)
        remarks.add(Severity::Warning, ErrorCode::CertificateExpired,
                    u"%1 expired on %2"_s.arg(quotedTitle(certificate), dateText(until)), u"renew it"_s);
    if (from.isValid() && from > now)
        remarks.add(Severity::Warning, ErrorCode::CertificateExpired,
                    u"%1 is not valid before %2"_s.arg(quotedTitle(certificate), dateText(from)),
                    u"it is %1 by this computer's clock"_s.arg(dateText(now)));
}

// What browsers ask of a server's certificate.
void remarkUse(Remarks &remarks, const CertificateHandle &leaf)
{
    if (certificateNames(leaf.get()).isEmpty())
        remarks.add(Severity::Warning, ErrorCode::InvalidCertificate,
                    u"%1 has no names in subjectAltName: browsers refuse it"_s.arg(quotedTitle(leaf)));
    const bool restricted = X509_get_extension_flags(leaf.get()) & EXFLAG_XKUSAGE;
    if (restricted && !(X509_get_extended_key_usage(leaf.get()) & (XKU_SSL_SERVER | XKU_ANYEKU)))
        remarks.add(Severity::Warning, ErrorCode::InvalidCertificate,
                    u"%1 is not meant for servers (extendedKeyUsage): clients refuse it"_s.arg(quotedTitle(leaf)));
}

QString rightOrder(const std::vector<CertificateHandle> &all, const ChainOrder &order)
{
    QStringList titles;
    for (size_t at : order.path)
        titles.append(quotedTitle(all[at]));
    return u"write them in this order: %1"_s.arg(titles.join(u", "_s));
}

void remarkOrder(Remarks &remarks, const std::vector<CertificateHandle> &all, const ChainOrder &order)
{
    if (order.path.front() == 0 && !order.isAsWritten())
        remarks.add(Severity::Warning, ErrorCode::InvalidCertificate,
                    u"its certificates are out of order, and nginx would send them so; they are sent in the right "
                    u"order"_s,
                    rightOrder(all, order));
}

QString leafElsewhere(const CertificateText &text, const std::vector<CertificateHandle> &all, const ChainOrder &order)
{
    const size_t leaf = order.path.front();
    return u"the key \"%1\" belongs to certificate %2 in \"%3\", %4, and not to the first, %5: %6"_s.arg(text.keyName)
        .arg(leaf + 1)
        .arg(text.certificateName, quotedTitle(all[leaf]), quotedTitle(all[0]), rightOrder(all, order));
}

// What distributions have OpenSSL ask for (security level 2, SSL_CTX_set_security_level(3)).
constexpr int SecurityBitsMin = 112;

QString weakness(X509 *leaf)
{
    const EVP_PKEY *const key = X509_get0_pubkey(leaf);
    if (EVP_PKEY_get_security_bits(key) < SecurityBitsMin)
        return u"its key, %1, is too weak: make one of RSA with 2048 bits, or on P-256"_s.arg(keyKind(key));
    if (X509_self_signed(leaf, 0) == 1) // nobody relies on that signature
        return {};
    int bits = 0;
    if (X509_get_signature_info(leaf, nullptr, nullptr, &bits, nullptr) == 1 && bits < SecurityBitsMin)
        return u"its signature's digest is too weak: have it signed anew, with SHA-256"_s;
    return {};
}

// A certificate off the leaf's way that still has to do with it: a cross-signed issuer.
bool isAnotherIssuer(const std::vector<CertificateHandle> &all, const ChainOrder &order, size_t at)
{
    for (size_t on : order.path) {
        if (isIssuedBy(all[on].get(), all[at].get()))
            return true;
    }
    for (size_t other : order.others) { // one step further up
        if (other == at || !isIssuedBy(all[other].get(), all[at].get()))
            continue;
        for (size_t on : order.path) {
            if (isIssuedBy(all[on].get(), all[other].get()))
                return true;
        }
    }
    return false;
}

bool isRepeated(const std::vector<CertificateHandle> &all, size_t at)
{
    for (size_t i = 0; i < all.size(); ++i) {
        if (i != at && X509_cmp(all[i].get(), all[at].get()) == 0)
            return true;
    }
    return false;
}

void remarkOthers(Remarks &remarks, const std::vector<CertificateHandle> &all, const ChainOrder &order)
{
    const QString leaf = quotedTitle(all[order.path.front()]);
    for (size_t at : order.others) {
        if (isRepeated(all, at))
            remarks.add(Severity::Note, ErrorCode::InvalidCertificate, u"%1 is in it twice"_s.arg(quotedTitle(all[at])),
                        u"remove one"_s);
        else if (!isAnotherIssuer(all, order, at))
            remarks.add(Severity::Warning, ErrorCode::InvalidCertificate,
                        u"%1 has nothing to do with %2, and is sent for nothing"_s.arg(quotedTitle(all[at]), leaf),
                        u"remove it"_s);
    }
}

// Whether a client will find the way to its root cannot be known here; what can be seen is an issuer that authorities
// hand out with the leaf, and that is not there.
void remarkMissing(Remarks &remarks, const std::vector<CertificateHandle> &all, const ChainOrder &order)
{
    const CertificateHandle &last = all[order.path.back()];
    if (X509_self_signed(last.get(), 0) == 1)
        return;
    const bool leafAlone = order.path.size() == 1;
    const QString place = issuersPlace(last);
    const QString issuer = quotedIssuer(last);
    if (leafAlone && (!place.isEmpty() || !order.others.empty()))
        remarks.add(Severity::Warning, ErrorCode::InvalidCertificate,
                    u"the certificate of the issuer %1 of %2 is missing: many clients cannot verify without it"_s.arg(
                        issuer, quotedTitle(last)),
                    place.isEmpty() ? u"put it behind the leaf"_s
                                    : u"put it, from %1, behind the leaf as PEM"_s.arg(place));
    else if (leafAlone)
        remarks.add(Severity::Note, ErrorCode::InvalidCertificate,
                    u"it holds a leaf alone: clients must know its issuer, %1"_s.arg(issuer));
}

QString mismatch(const CertificateText &text, const std::vector<CertificateHandle> &all, const EVP_PKEY *key)
{
    const QString which = all.size() == 1 ? u"the certificate"_s : u"any of the %1 certificates"_s.arg(all.size());
    return u"the key \"%1\" (%2) does not belong to %3 in \"%4\" (%5)"_s.arg(
        text.keyName, keyKind(key), which, text.certificateName, keyKind(X509_get0_pubkey(all.front().get())));
}

TlsCertificate inOrder(std::vector<CertificateHandle> all, const ChainOrder &order, KeyHandle key)
{
    TlsCertificate usable;
    usable.leaf = std::move(all[order.path.front()]);
    usable.key = std::move(key);
    for (size_t i = 1; i < order.path.size(); ++i)
        usable.chain.push_back(std::move(all[order.path[i]]));
    for (size_t at : order.others)
        usable.chain.push_back(std::move(all[at]));
    return usable;
}

} // namespace

CertificateFindings inspectCertificate(const CertificateText &text, const QDateTime &now)
{
    // What OpenSSL thought of it meanwhile is no part of a later message.
    const ErrorsForgotten atTheEnd;
    CertificateFindings findings;
    auto loaded = loadTlsCertificate(InlinePrefix + text.certificate);
    if (!loaded)
        findings.certificateHint = whyNoCertificate(text.certificate, text.certificateName);
    const InlineSource keySource(text.key);
    auto key = loadTlsKey(keySource.source(), text.passwords);
    if (!key)
        findings.keyHint = whyNoKey(text.key, text.keyName, text.passwords.size());
    if (!loaded)
        return findings;

    std::vector<CertificateHandle> all;
    all.push_back(std::move(loaded->leaf));
    std::move(loaded->chain.begin(), loaded->chain.end(), std::back_inserter(all));
    const ChainOrder order = findChainOrder(all, key ? key->get() : nullptr);
    Remarks remarks(text.certificateName);
    remarkOrder(remarks, all, order);
    for (size_t at : order.path)
        remarkDates(remarks, all[at], now);
    remarkUse(remarks, all[order.path.front()]);
    remarkOthers(remarks, all, order);
    remarkMissing(remarks, all, order);
    findings.remarks = remarks.take();
    if (!key)
        return findings;
    if (!order.leafFitsKey) {
        findings.pairHint = mismatch(text, all, key->get());
        return findings;
    }
    findings.firstIsNotTheLeaf = order.path.front() != 0;
    findings.pairHint =
        findings.firstIsNotTheLeaf ? leafElsewhere(text, all, order) : weakness(all[order.path.front()].get());
    findings.usable = inOrder(std::move(all), order, std::move(*key));
    return findings;
}

Result<QByteArray> readTlsSource(const QByteArray &source)
{
    if (source.startsWith(InlinePrefix))
        return source.sliced(InlinePrefixLength);
    const QString path = QString::fromUtf8(source);
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return Error{ErrorCode::FileNotReadable, u"\"%1\" cannot be read: %2"_s.arg(path, file.errorString()), {}, {}};
    QByteArray text = file.read(TlsFileBytesMax + 1);
    if (text.size() > TlsFileBytesMax)
        return Error{ErrorCode::FileNotReadable, u"\"%1\" has over %2 bytes"_s.arg(path).arg(TlsFileBytesMax), {}, {}};
    return text;
}

} // namespace portlight
