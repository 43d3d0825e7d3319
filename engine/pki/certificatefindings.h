// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/diagnostic.h"
#include "pki/tlsfiles.h"

namespace portlight {

// A certificate file and its key file, read; the names are for messages.
struct CertificateText {
    QString certificateName;
    QByteArray certificate;
    QString keyName;
    QByteArray key;
    std::vector<QByteArray> passwords; // tried in turn; empty: none are known
};

// What there is to say of a certificate and its key beyond OpenSSL's words.
struct CertificateFindings {
    // In the order that clients need, with what is not on the leaf's way to its root at the end. No leaf: it cannot be
    // used, and one of the hints says why.
    TlsCertificate usable;
    // Another certificate of the file is the key's: nginx gives up at the first ("key values mismatch").
    bool firstIsNotTheLeaf = false;
    // What to put behind nginx's words, as Error::hint, where it refuses.
    QString certificateHint; // the certificate file
    QString keyHint;         // the key file
    QString pairHint;        // the two together: they do not fit, or are too weak
    // Warnings and notes that name the file; the caller gives their position.
    Diagnostics remarks;
};

// No I/O. `now` judges the dates.
CertificateFindings inspectCertificate(const CertificateText &text, const QDateTime &now);

inline constexpr qint64 TlsFileBytesMax = 16 * 1024 * 1024;
// The bytes of a path, or of "data:" and PEM text, for inspectCertificate(). Blocking.
Result<QByteArray> readTlsSource(const QByteArray &source);

} // namespace portlight
