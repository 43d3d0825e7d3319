// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/throwawaycertificate.h"

#include "pki/certificatesigning.h"
#include "pki/safefiles.h"
#include "pki/tlsfiles.h"

#include <openssl/pem.h>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

template<typename Write>
QByteArray pemOf(const Write &write)
{
    const BioHandle memory(BIO_new(BIO_s_mem()));
    if (!memory || write(memory.get()) != 1)
        return {};
    char *text = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &text);
    return {text, qsizetype(size)};
}

} // namespace

Result<void> writeThrowAwayCertificate(const QString &certificateFile, const QString &keyFile)
{
    // A leaf: a root's key may not be used for handshakes before TLS 1.3.
    const KeyHandle rootKey(EVP_EC_gen("P-256"));
    const KeyHandle key(EVP_EC_gen("P-256"));
    if (!rootKey || !key)
        return openSslError(u"no key for a comparison can be made"_s);
    const CertificateSpan span = certificateSpan(QDateTime::currentDateTimeUtc(), 1, nullptr);
    const Result<CertificateHandle> root = signRoot(rootKey.get(), u"Portlight comparison"_s, {"localhost"}, span);
    if (!root)
        return root.error();
    const Result<CertificateHandle> certificate =
        signLeaf({root->get(), rootKey.get()}, key.get(), {"localhost"}, span);
    if (!certificate)
        return certificate.error();
    const QByteArray certificateText = pemOf([&](BIO *to) { return PEM_write_bio_X509(to, certificate->get()); });
    const QByteArray keyText = pemOf(
        [&](BIO *to) { return PEM_write_bio_PKCS8PrivateKey(to, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
    if (certificateText.isEmpty() || keyText.isEmpty())
        return openSslError(u"the certificate for a comparison cannot be written"_s);
    return writeFilesSafely(
        {{certificateFile, certificateText, FileAccess::EverybodyReads}, {keyFile, keyText, FileAccess::OwnerAlone}});
}

} // namespace portlight
