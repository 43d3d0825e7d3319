// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/anchorproof.h"

#include "pki/opensslerrors.h"
#include "pki/tlsfiles.h"

#include <QFile>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

using StoreContextHandle = std::unique_ptr<X509_STORE_CTX, OpenSslDelete<X509_STORE_CTX_free>>;
// The certificates in it stay their owner's.
using CertificateListHandle =
    std::unique_ptr<STACK_OF(X509), OpenSslDelete<[](STACK_OF(X509) * list) { sk_X509_free(list); }>>;

Result<void> verify(X509_STORE *store, const TrustedRoot &root)
{
    const std::vector<CertificateHandle> chain = certificatesInPem(root.leafPem.isEmpty() ? root.pem : root.leafPem);
    if (chain.empty())
        return Error{ErrorCode::InvalidCertificate, u"there is no certificate to verify with"_s, {}, {}};
    const CertificateListHandle others(sk_X509_new_null());
    for (size_t index = 1; index < chain.size(); ++index)
        sk_X509_push(others.get(), chain[index].get());
    const StoreContextHandle context(X509_STORE_CTX_new());
    if (X509_STORE_CTX_init(context.get(), store, chain.front().get(), others.get()) != 1)
        return openSslError(u"the certificate cannot be verified"_s);
    if (!root.leafPem.isEmpty())
        X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_SSL_SERVER);
    const bool good = X509_verify_cert(context.get()) == 1;
    takeOpenSslErrors(); // the verdict is the context's
    if (good)
        return {};
    const QByteArray words = verifyErrorWords(X509_STORE_CTX_get_error(context.get()));
    return Error{ErrorCode::InvalidCertificate, QString::fromUtf8(words), {}, {}};
}

Result<void> unreadable(const QString &place)
{
    takeOpenSslErrors();
    return Error{ErrorCode::FileNotReadable, u"%1 cannot be read as certificates"_s.arg(place), {}, {}};
}

} // namespace

std::vector<CertificateHandle> certificatesInPem(const QByteArray &pem)
{
    std::vector<CertificateHandle> certificates;
    constexpr QByteArrayView begin = "-----BEGIN ";
    const QByteArrayView text(pem);
    // One that is broken hides none behind it: each is read on its own.
    for (qsizetype at = text.indexOf(begin); at >= 0;) {
        const qsizetype next = text.indexOf(begin, at + begin.size());
        const QByteArrayView one = text.sliced(at, (next < 0 ? text.size() : next) - at);
        at = next;
        const BioHandle bio(BIO_new_mem_buf(one.data(), int(one.size())));
        // Also "TRUSTED CERTIFICATE", as Fedora and Arch keep them.
        if (X509 *certificate = PEM_read_bio_X509_AUX(bio.get(), nullptr, giveNoPassword, nullptr))
            certificates.emplace_back(certificate);
    }
    ERR_clear_error();
    return certificates;
}

QByteArrayList fingerprintsInPem(const QByteArray &pem)
{
    QByteArrayList fingerprints;
    for (const CertificateHandle &certificate : certificatesInPem(pem))
        fingerprints.append(certificateFingerprint(certificate.get()));
    return fingerprints;
}

Result<QByteArrayList> fingerprintsInFile(const QString &path)
{
    QFile file(path);
    if (!file.exists())
        return Error{ErrorCode::FileNotFound, u"%1 is not there"_s.arg(path), {}, {}};
    if (!file.open(QIODevice::ReadOnly))
        return Error{ErrorCode::FileNotReadable, u"%1 cannot be read: %2"_s.arg(path, file.errorString()), {}, {}};
    const QByteArray content = file.read(AnchorFileBytesMax + 1);
    if (content.size() > AnchorFileBytesMax)
        return Error{ErrorCode::FileNotReadable,
                     u"%1 is larger than the %2 bytes that are read"_s.arg(path).arg(AnchorFileBytesMax),
                     {},
                     {}};
    return fingerprintsInPem(content);
}

Result<void> verifyAgainstFile(const TrustedRoot &root, const QString &file)
{
    const StoreHandle store(X509_STORE_new());
    if (X509_STORE_load_file(store.get(), QFile::encodeName(file).constData()) != 1)
        return unreadable(file);
    return verify(store.get(), root);
}

Result<void> verifyAgainstFolder(const TrustedRoot &root, const QString &folder)
{
    const StoreHandle store(X509_STORE_new());
    if (X509_STORE_load_path(store.get(), QFile::encodeName(folder).constData()) != 1)
        return unreadable(folder);
    return verify(store.get(), root);
}

} // namespace portlight
