// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/filelock.h"
#include "base/result.h"
#include "pki/authorityfacts.h"
#include "pki/opensslhandles.h"

#include <chrono>
#include <memory>

namespace portlight {

// The folder of a local authority:
//
//   root.crt  root.key                   keys are encrypted PKCS#8 (pki/sealedkey.h)
//   intermediate.crt  intermediate.key
//   protection                           "keychain", "passphrase" or "file"
//   leaves/                              see pki/leafstore.h
struct AuthorityPaths {
    QString folder;
    QString rootCertificate() const;
    QString rootKey() const;
    QString intermediateCertificate() const;
    QString intermediateKey() const;
    QString protection() const;
    QString leaves() const;
};

inline constexpr qint64 AuthorityFileBytesMax = 64 * 1024; // of each

// What the files hold, proven to belong together as far as that goes without the passphrase.
struct AuthorityParts {
    AuthorityFacts facts;
    CertificateHandle root;
    CertificateHandle intermediate;
    QByteArray rootKey; // sealed
    QByteArray intermediateKey;
};

// Errors: FileNotFound, there is no authority; InvalidCertificate and FileNotReadable name the file and the remedy.
Result<AuthorityParts> readAuthority(const QString &folder);
// What the root's certificate alone says, however broken the rest is: name, fingerprint, suffixes, dates.
Result<AuthorityFacts> readAuthorityRoot(const QString &folder);
// A file of an authority that cannot be used, and what to do.
Error brokenAuthority(ErrorCode code, const QString &path, const QString &why);
// One certificate, alone in its file. Error InvalidCertificate: what is wrong, without the file's name.
Result<CertificateHandle> parseCertificate(const QByteArray &pem);

// Fills a folder that is empty.
Result<void> writeAuthority(const QString &folder, const AuthorityParts &parts);
// Something is there: a folder that is not empty, or a file.
bool isAuthorityPresent(const QString &folder);
// Renames the folder to the first of "ca.old-1", "ca.old-2" … that is free, and gives that name.
inline constexpr int AsideNumberMax = 99;
Result<QString> moveAuthorityAside(const QString &folder);

// Held while an authority's files change; other threads and processes wait. It lies beside the folder, for the folder
// itself comes and goes. Error FileLocked says who has it.
using AuthorityLock = std::unique_ptr<FileLock>;
inline constexpr std::chrono::milliseconds AuthorityLockWait{10'000};
Result<AuthorityLock> lockAuthority(const QString &folder, std::chrono::milliseconds wait = AuthorityLockWait);

} // namespace portlight
