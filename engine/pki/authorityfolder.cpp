// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/authorityfolder.h"

#include "pki/certificatefacts.h"
#include "pki/certificatesigning.h"
#include "pki/localnames.h"
#include "pki/pemtext.h"
#include "pki/safefiles.h"
#include "pki/sealedkey.h"
#include "pki/tlsfiles.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <algorithm>
#include <cerrno>
#include <iterator>

#include <fcntl.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

constexpr QByteArrayView ProtectionWords[] = {"keychain", "passphrase", "file"}; // in KeyProtection's order

bool isReadable(const QString &path)
{
    return ::faccessat(AT_FDCWD, QFile::encodeName(path).constData(), R_OK, AT_EACCESS) == 0 || errno != EACCES;
}

// The content of one of the files; one that is missing breaks the authority as well.
Result<QByteArray> readPart(const QString &path)
{
    Result<QByteArray> content = readWholeFile(path, AuthorityFileBytesMax);
    if (content)
        return content;
    const bool missing = content.error().code == ErrorCode::FileNotFound;
    Error broken = brokenAuthority(missing ? ErrorCode::InvalidCertificate : content.error().code, path, {});
    broken.message = u"the local authority cannot be used: %1"_s.arg(content.error().message);
    if (!isReadable(path))
        broken.hint = u"it, and the folders that it lies in, must be readable for you"_s;
    return broken;
}

Result<CertificateHandle> readCertificatePart(const QString &path)
{
    const Result<QByteArray> pem = readPart(path);
    if (!pem)
        return pem.error();
    Result<CertificateHandle> certificate = parseCertificate(*pem);
    if (!certificate)
        return brokenAuthority(ErrorCode::InvalidCertificate, path, certificate.error().message);
    return certificate;
}

Result<QByteArray> readKeyPart(const QString &path)
{
    Result<QByteArray> pem = readPart(path);
    if (!pem)
        return pem;
    if (const Result<void> checked = checkSealedKey(*pem); !checked)
        return brokenAuthority(checked.error().code, path, checked.error().message);
    return pem;
}

Result<KeyProtection> readProtection(const QString &path)
{
    const Result<QByteArray> text = readPart(path);
    if (!text)
        return text.error();
    const auto *const found = std::find(std::begin(ProtectionWords), std::end(ProtectionWords), text->trimmed());
    if (found == std::end(ProtectionWords))
        return brokenAuthority(ErrorCode::InvalidCertificate, path,
                               u"it says neither \"keychain\" nor \"passphrase\" nor \"file\""_s);
    return KeyProtection(std::distance(std::begin(ProtectionWords), found));
}

// A root without limits, which somebody may have put there, is never used: whoever has its key can pass for any site.
Result<void> checkRoot(const CertificateHandle &root, const QByteArrayList &suffixes, const QString &path)
{
    if (X509_check_ca(root.get()) != 1 || !isIssuedBy(root.get(), root.get()))
        return brokenAuthority(ErrorCode::InvalidCertificate, path, u"it is no root certificate"_s);
    const auto isName = [](const QByteArray &suffix) {
        const Result<QByteArray> canonical = canonicalLocalName(suffix);
        return canonical && *canonical == suffix && !isAddress(suffix);
    };
    if (suffixes.isEmpty() || !std::all_of(suffixes.begin(), suffixes.end(), isName))
        return brokenAuthority(ErrorCode::InvalidCertificate, path,
                               u"it is not limited to local names, as Portlight's own roots are"_s);
    return {};
}

Result<CertificateHandle> readRoot(const QString &folder)
{
    if (!isAuthorityPresent(folder))
        return Error{ErrorCode::FileNotFound,
                     u"there is no local authority in \"%1\""_s.arg(folder),
                     {folder, 0, 0},
                     u"make one: portlightctl ca init"_s};
    const QString path = AuthorityPaths{folder}.rootCertificate();
    auto root = readCertificatePart(path);
    if (!root)
        return root;
    if (const Result<void> checked = checkRoot(*root, constrainedSuffixes(root->get()), path); !checked)
        return checked.error();
    return root;
}

AuthorityFacts factsOf(const QString &folder, const CertificateHandle &root)
{
    AuthorityFacts facts;
    facts.folder = folder;
    facts.rootPath = AuthorityPaths{folder}.rootCertificate();
    facts.name = certificateTitle(root.get());
    facts.suffixes = constrainedSuffixes(root.get());
    facts.rootPem = certificatePem(root.get());
    facts.fingerprint = certificateFingerprint(root.get());
    facts.notBefore = certificateNotBefore(root.get());
    facts.notAfter = certificateNotAfter(root.get());
    return facts;
}

Error locked(const QString &folder, const Error &why)
{
    if (why.code == ErrorCode::FileLocked)
        return {ErrorCode::FileLocked,
                u"the authority \"%1\" is being changed by %2"_s.arg(folder, why.message),
                {folder, 0, 0},
                u"try again in a moment"_s};
    return {ErrorCode::FileNotWritable,
            u"nothing can be written beside \"%1\": %2"_s.arg(folder, why.message),
            {folder, 0, 0},
            u"its folder must be writable for you, and there must be room"_s};
}

} // namespace

QString AuthorityPaths::rootCertificate() const
{
    return folder + u"/root.crt"_s;
}

QString AuthorityPaths::rootKey() const
{
    return folder + u"/root.key"_s;
}

QString AuthorityPaths::intermediateCertificate() const
{
    return folder + u"/intermediate.crt"_s;
}

QString AuthorityPaths::intermediateKey() const
{
    return folder + u"/intermediate.key"_s;
}

QString AuthorityPaths::protection() const
{
    return folder + u"/protection"_s;
}

QString AuthorityPaths::leaves() const
{
    return folder + u"/leaves"_s;
}

Error brokenAuthority(ErrorCode code, const QString &path, const QString &why)
{
    return {code,
            u"the local authority cannot be used: \"%1\": %2"_s.arg(path, why),
            {path, 0, 0},
            u"put the file back from a backup, or make a new authority, which must then be trusted anew: portlightctl "
            u"ca init --replace"_s};
}

Result<CertificateHandle> parseCertificate(const QByteArray &pem)
{
    const BioHandle memory(BIO_new_mem_buf(pem.constData(), int(pem.size())));
    CertificateHandle certificate(PEM_read_bio_X509(memory.get(), nullptr, giveNoPassword, nullptr));
    ERR_clear_error();
    if (!certificate)
        return Error{ErrorCode::InvalidCertificate, whyNoCertificate(pem, u"it"_s), {}, {}};
    return certificate;
}

Result<AuthorityFacts> readAuthorityRoot(const QString &folder)
{
    const auto root = readRoot(folder);
    return root ? Result<AuthorityFacts>(factsOf(folder, *root)) : root.error();
}

Result<AuthorityParts> readAuthority(const QString &folder)
{
    auto root = readRoot(folder);
    if (!root)
        return root.error();
    const AuthorityPaths paths{folder};
    auto intermediate = readCertificatePart(paths.intermediateCertificate());
    if (!intermediate)
        return intermediate.error();
    if (X509_check_ca(intermediate->get()) != 1 || !isIssuedBy(intermediate->get(), root->get()))
        return brokenAuthority(ErrorCode::InvalidCertificate, paths.intermediateCertificate(),
                               u"it is not an authority signed by \"%1\""_s.arg(paths.rootCertificate()));
    auto rootKey = readKeyPart(paths.rootKey());
    if (!rootKey)
        return rootKey.error();
    auto intermediateKey = readKeyPart(paths.intermediateKey());
    if (!intermediateKey)
        return intermediateKey.error();
    const auto protection = readProtection(paths.protection());
    if (!protection)
        return protection.error();
    AuthorityFacts facts = factsOf(folder, *root);
    facts.protection = *protection;
    return AuthorityParts{std::move(facts), std::move(*root), std::move(*intermediate), std::move(*rootKey),
                          std::move(*intermediateKey)};
}

Result<void> writeAuthority(const QString &folder, const AuthorityParts &parts)
{
    const AuthorityPaths paths{folder};
    if (Result<void> made = makePrivateFolder(paths.leaves()); !made)
        return made;
    const QByteArray root = certificatePem(parts.root.get());
    const QByteArray intermediate = certificatePem(parts.intermediate.get());
    const QByteArray protection = ProtectionWords[size_t(parts.facts.protection)].toByteArray() + '\n';
    return writeFilesSafely({{paths.rootKey(), parts.rootKey, FileAccess::OwnerAlone},
                             {paths.intermediateKey(), parts.intermediateKey, FileAccess::OwnerAlone},
                             {paths.protection(), protection, FileAccess::OwnerAlone},
                             {paths.intermediateCertificate(), intermediate, FileAccess::EverybodyReads},
                             {paths.rootCertificate(), root, FileAccess::EverybodyReads}});
}

bool isAuthorityPresent(const QString &folder)
{
    const QFileInfo info(folder);
    if (info.isDir())
        return !isReadable(folder)
               || !QDir(folder).isEmpty(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot);
    return info.exists() || info.isSymLink();
}

Result<QString> moveAuthorityAside(const QString &folder)
{
    for (int number = 1; number <= AsideNumberMax; ++number) {
        const QString aside = u"%1.old-%2"_s.arg(folder).arg(number);
        if (QFileInfo::exists(aside))
            continue;
        if (const Result<void> renamed = renameFolder(folder, aside); !renamed)
            return renamed.error();
        return aside;
    }
    return Error{
        ErrorCode::FileNotWritable,
        u"\"%1\" cannot be set aside: there are %2 old ones beside it already"_s.arg(folder).arg(AsideNumberMax),
        {folder, 0, 0},
        u"remove those that are not needed"_s};
}

Result<AuthorityLock> lockAuthority(const QString &folder, std::chrono::milliseconds wait)
{
    if (!QDir().mkpath(QFileInfo(folder).absolutePath()))
        return Error{ErrorCode::FileNotWritable,
                     u"the folder \"%1\" cannot be made"_s.arg(QFileInfo(folder).absolutePath()),
                     {folder, 0, 0},
                     u"the folder above it must be writable for you"_s};
    auto lock = FileLock::take(folder + u".lock"_s, wait);
    return lock ? std::move(lock) : Result<AuthorityLock>(locked(folder, lock.error()));
}

} // namespace portlight
