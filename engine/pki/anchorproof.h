// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "pki/certificatefacts.h"
#include "pki/truststores.h"

#include <vector>

namespace portlight {

// Larger files of certificates are not read; the largest bundle known has 250 kB.
inline constexpr qint64 AnchorFileBytesMax = 16 * 1024 * 1024;

// The certificates in a PEM text, in its order; what stands around and between them, and what is none, is left out.
std::vector<CertificateHandle> certificatesInPem(const QByteArray &pem);
// Of the certificates in a PEM text.
QByteArrayList fingerprintsInPem(const QByteArray &pem);
// Of those in a file; FileNotReadable names it, FileNotFound too.
Result<QByteArrayList> fingerprintsInFile(const QString &path);

// Verifies the root's leaf for a TLS server against exactly these anchors, as `openssl verify` and curl would: a file,
// or a folder of hashed names. Without a leaf the root itself. InvalidCertificate has OpenSSL's words.
Result<void> verifyAgainstFile(const TrustedRoot &root, const QString &file);
Result<void> verifyAgainstFolder(const TrustedRoot &root, const QString &folder);

} // namespace portlight
