// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/tlsfiles.h"

#include "base/loglevel.h"
#include "pki/opensslerrors.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <QFile>
#include <QFileInfo>

#include <cerrno>
#include <cstring>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

constexpr QByteArrayView InlinePrefix = "data:";

// A failure inside one file: which function of OpenSSL said so. The queue has the rest.
struct PemFailure {
    const char *function;
};

template<typename T>
using PemResult = std::variant<T, PemFailure>;

BioHandle openPem(const QByteArray &source)
{
    if (source.startsWith(InlinePrefix))
        return BioHandle(
            BIO_new_mem_buf(source.constData() + InlinePrefix.size(), int(source.size() - InlinePrefix.size())));
    return BioHandle(BIO_new_file(source.constData(), "r"));
}

const char *openFunction(const QByteArray &source)
{
    return source.startsWith(InlinePrefix) ? "BIO_new_mem_buf()" : "BIO_new_file()";
}

// The last read found no further block: the end of the file, and nothing wrong.
bool endedCleanly()
{
    const unsigned long error = ERR_peek_last_error();
    if (ERR_GET_LIB(error) != ERR_LIB_PEM || ERR_GET_REASON(error) != PEM_R_NO_START_LINE)
        return false;
    ERR_clear_error();
    return true;
}

// The first is read as a trusted one may be written (X509_AUX), the others as `readNext` does.
template<typename Read>
PemResult<std::vector<CertificateHandle>> readCertificates(const QByteArray &source, Read readNext,
                                                           const char *nextFunction)
{
    const BioHandle file = openPem(source);
    if (!file)
        return PemFailure{openFunction(source)};
    std::vector<CertificateHandle> all;
    CertificateHandle first(PEM_read_bio_X509_AUX(file.get(), nullptr, giveNoPassword, nullptr));
    if (!first)
        return PemFailure{"PEM_read_bio_X509_AUX()"};
    all.push_back(std::move(first));
    while (CertificateHandle next{readNext(file.get(), nullptr, giveNoPassword, nullptr)})
        all.push_back(std::move(next));
    if (!endedCleanly())
        return PemFailure{nextFunction};
    return all;
}

struct PasswordTry {
    const QByteArray *password = nullptr;
};

int givePassword(char *buffer, int size, int forWriting, void *context)
{
    const QByteArray *const password = static_cast<PasswordTry *>(context)->password;
    if (forWriting || !password)
        return 0;
    const int length = int(qMin<qsizetype>(password->size(), size));
    std::memcpy(buffer, password->constData(), size_t(length));
    return length;
}

PemResult<KeyHandle> readKey(const QByteArray &source, const std::vector<QByteArray> &passwords)
{
    const BioHandle file = openPem(source);
    if (!file)
        return PemFailure{openFunction(source)};
    const size_t tries = qMax<size_t>(passwords.size(), 1);
    for (size_t i = 0; i < tries; ++i) {
        PasswordTry attempt{passwords.empty() ? nullptr : &passwords[i]};
        // Without a callback OpenSSL would ask at the terminal.
        KeyHandle key(PEM_read_bio_PrivateKey(file.get(), nullptr, givePassword, &attempt));
        if (key)
            return key;
        if (i + 1 < tries) {
            ERR_clear_error();
            BIO_reset(file.get());
        }
    }
    return PemFailure{"PEM_read_bio_PrivateKey()"};
}

Error cannotLoad(const char *what, const QByteArray &source, const PemFailure &failure)
{
    return openSslError(u"cannot load %1 \"%2\": %3 failed"_s.arg(QLatin1String(what), QString::fromUtf8(source),
                                                                  QLatin1String(failure.function)));
}

Error fileError(const char *function, const QByteArray &path, int error)
{
    return {ErrorCode::FileNotReadable,
            u"%1 \"%2\" failed (%3)"_s.arg(QLatin1String(function), QString::fromUtf8(path),
                                           QString::fromUtf8(describeErrno(error))),
            {},
            {}};
}

Result<QByteArray> readPasswordFile(const QByteArray &path)
{
    errno = 0;
    QFile file(QString::fromUtf8(path));
    if (!file.open(QIODevice::ReadOnly)) {
        const int error = errno; // none of a folder, which Qt refuses by itself
        return fileError("open()", path, error ? error : QFileInfo(file).isDir() ? EISDIR : ENOENT);
    }
    return file.read(PasswordFileBytesMax + 1);
}

} // namespace

int giveNoPassword(char *, int, int, void *)
{
    return 0;
}

Error openSslError(const QString &message)
{
    const QByteArray words = takeOpenSslErrors();
    return {ErrorCode::FileNotReadable, words.isEmpty() ? message : message + u' ' + QString::fromUtf8(words), {}, {}};
}

Result<TlsCertificate> loadTlsCertificate(const QByteArray &source)
{
    auto certificates = readCertificates(source, PEM_read_bio_X509, "PEM_read_bio_X509()");
    if (const auto *failure = std::get_if<PemFailure>(&certificates))
        return cannotLoad("certificate", source, *failure);
    auto &all = std::get<0>(certificates);
    TlsCertificate loaded;
    loaded.leaf = std::move(all.front());
    loaded.chain.assign(std::make_move_iterator(all.begin() + 1), std::make_move_iterator(all.end()));
    return loaded;
}

Result<KeyHandle> loadTlsKey(const QByteArray &source, const std::vector<QByteArray> &passwords)
{
    auto key = readKey(source, passwords);
    if (const auto *failure = std::get_if<PemFailure>(&key))
        return cannotLoad("certificate key", source, *failure);
    return std::move(std::get<0>(key));
}

Result<void> useTlsCertificate(SSL *connection, const TlsCertificate &certificate, const QByteArray &name)
{
    if (SSL_use_certificate(connection, certificate.leaf.get()) == 0)
        return openSslError(u"SSL_use_certificate(\"%1\") failed"_s.arg(QString::fromUtf8(name)));
    SSL_clear_chain_certs(connection);
    for (const CertificateHandle &above : certificate.chain)
        SSL_add1_chain_cert(connection, above.get());
    if (SSL_use_PrivateKey(connection, certificate.key.get()) == 0)
        return openSslError(u"SSL_use_PrivateKey(\"%1\") failed"_s.arg(QString::fromUtf8(name)));
    return {};
}

Result<std::vector<CertificateHandle>> loadTrustedCertificates(const QByteArray &path)
{
    auto all = readCertificates(path, PEM_read_bio_X509_AUX, "PEM_read_bio_X509_AUX()");
    if (const auto *failure = std::get_if<PemFailure>(&all))
        return cannotLoad("certificate", path, *failure);
    return std::move(std::get<0>(all));
}

Result<std::vector<RevocationHandle>> loadRevocations(const QByteArray &path)
{
    const BioHandle file = openPem(path);
    if (!file)
        return cannotLoad("CRL", path, {openFunction(path)});
    std::vector<RevocationHandle> all;
    while (RevocationHandle next{PEM_read_bio_X509_CRL(file.get(), nullptr, giveNoPassword, nullptr)})
        all.push_back(std::move(next));
    if (all.empty() || !endedCleanly())
        return cannotLoad("CRL", path, {"PEM_read_bio_X509_CRL()"});
    return all;
}

Result<std::vector<QByteArray>> loadPasswords(const QByteArray &path, std::chrono::milliseconds pipeWaitMax)
{
    const Result<QByteArray> read =
        isNamedPipe(path) ? readNamedPipe(path, PasswordFileBytesMax, pipeWaitMax) : readPasswordFile(path);
    if (!read)
        return read.error();
    const QByteArray &text = *read;
    if (text.size() > PasswordFileBytesMax)
        return Error{
            ErrorCode::InvalidValue,
            u"\"%1\" is no password file: over %2 bytes"_s.arg(QString::fromUtf8(path)).arg(PasswordFileBytesMax),
            {},
            {}};
    std::vector<QByteArray> passwords;
    for (QByteArray line : text.split('\n')) {
        if (line.size() >= PasswordLineBytesMax)
            return Error{ErrorCode::InvalidValue, u"too long line in \"%1\""_s.arg(QString::fromUtf8(path)), {}, {}};
        if (line.endsWith('\r'))
            line.chop(1);
        if (!line.isEmpty())
            passwords.push_back(line);
    }
    if (passwords.empty())
        passwords.emplace_back();
    return passwords;
}

} // namespace portlight
