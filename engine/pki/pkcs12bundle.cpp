// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/pkcs12bundle.h"

#include <openssl/objects.h>
#include <openssl/pkcs12.h>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

using Pkcs12Handle = std::unique_ptr<PKCS12, OpenSslDelete<PKCS12_free>>;
using ObjectHandle = std::unique_ptr<ASN1_OBJECT, OpenSslDelete<ASN1_OBJECT_free>>;

constexpr int Iterations = 100'000; // a person's password, and no memory-hard function is in the standard
constexpr int CipherId = NID_aes_256_cbc;
// Oracle's trustedKeyUsage attribute, and the usage that it then names (anyExtendedKeyUsage).
constexpr char TrustedKeyUsage[] = "2.16.840.1.113894.746875.1.1";
constexpr char AnyUsage[] = "2.5.29.37.0";

struct FreeBags {
    void operator()(STACK_OF(PKCS12_SAFEBAG) * bags) const { sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free); }
};
struct FreeSafes {
    void operator()(STACK_OF(PKCS7) * safes) const { sk_PKCS7_pop_free(safes, PKCS7_free); }
};
struct FreeCertificates { // borrowed ones
    void operator()(STACK_OF(X509) * certificates) const { sk_X509_free(certificates); }
};

Result<void> checkPassword(const QByteArray &password)
{
    if (password.isEmpty() || password.contains('\0'))
        return Error{ErrorCode::InvalidValue, u"a PKCS#12 archive needs a password"_s, {}, {}};
    return {};
}

Result<QByteArray> toDer(const Pkcs12Handle &archive)
{
    unsigned char *bytes = nullptr;
    const int length = archive ? i2d_PKCS12(archive.get(), &bytes) : -1;
    if (length <= 0)
        return openSslError(u"a PKCS#12 archive cannot be made"_s);
    const QByteArray der(reinterpret_cast<const char *>(bytes), length);
    OPENSSL_free(bytes);
    return der;
}

// OpenSSL 3.0 has no function for an attribute of one's own; a bag that has attributes takes a further one.
bool markTrusted(PKCS12_SAFEBAG *bag)
{
    auto *attributes = const_cast<STACK_OF(X509_ATTRIBUTE) *>(PKCS12_SAFEBAG_get0_attrs(bag));
    const ObjectHandle usage(OBJ_txt2obj(AnyUsage, 1));
    return attributes && usage
           && X509at_add1_attr_by_txt(&attributes, TrustedKeyUsage, V_ASN1_OBJECT,
                                      reinterpret_cast<const unsigned char *>(usage.get()), -1)
                  != nullptr;
}

} // namespace

Result<QByteArray> makePkcs12(const TlsCertificate &certificate, const QString &name, const QByteArray &password)
{
    if (const Result<void> checked = checkPassword(password); !checked)
        return checked.error();
    const std::unique_ptr<STACK_OF(X509), FreeCertificates> chain(sk_X509_new_null());
    for (const CertificateHandle &above : certificate.chain)
        sk_X509_push(chain.get(), above.get());
    return toDer(Pkcs12Handle(PKCS12_create(password.constData(), name.toUtf8().constData(), certificate.key.get(),
                                            certificate.leaf.get(), chain.get(), CipherId, CipherId, Iterations,
                                            Iterations, 0)));
}

Result<QByteArray> makeTrustPkcs12(X509 *root, const QString &name, const QByteArray &password)
{
    if (const Result<void> checked = checkPassword(password); !checked)
        return checked.error();
    STACK_OF(PKCS12_SAFEBAG) *bags = nullptr;
    PKCS12_SAFEBAG *const bag = PKCS12_add_cert(&bags, root);
    const std::unique_ptr<STACK_OF(PKCS12_SAFEBAG), FreeBags> ownedBags(bags);
    const QByteArray utf8 = name.toUtf8();
    STACK_OF(PKCS7) *safes = nullptr;
    const bool packed = bag && PKCS12_add_friendlyname_utf8(bag, utf8.constData(), int(utf8.size())) == 1
                        && markTrusted(bag)
                        && PKCS12_add_safe(&safes, bags, CipherId, Iterations, password.constData()) == 1;
    const std::unique_ptr<STACK_OF(PKCS7), FreeSafes> ownedSafes(safes);
    Pkcs12Handle archive(packed ? PKCS12_add_safes(safes, 0) : nullptr);
    if (archive && PKCS12_set_mac(archive.get(), password.constData(), -1, nullptr, 0, Iterations, EVP_sha256()) != 1)
        archive.reset();
    return toDer(archive);
}

} // namespace portlight
