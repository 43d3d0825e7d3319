// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "pki/trustprograms.h"
#include "pki/truststores.h"

namespace portlight {

// A file of trusted roots that Java runtimes share or have for themselves.
struct JavaStorePlace {
    QString path;     // without symbolic links: several runtimes may lead to one file
    QStringList used; // by the runtimes in these folders; empty: by none that was found
    QString keytool;  // of one of them; empty: none has it
};
// In $JAVA_HOME, in each folder of /usr/lib/jvm, and Debian's shared one. Sorted by path.
std::vector<JavaStorePlace> findJavaStores(const TrustPlaces &places, const TrustPrograms &programs);
// The file is written by the system's own store, which it follows: changes made to it are lost.
bool followsSystemAnchors(const JavaStorePlace &place);

// An entry of `keytool -list -rfc`.
struct JavaEntry {
    QString alias;
    QByteArray fingerprint; // of its first certificate
    friend bool operator==(const JavaEntry &, const JavaEntry &) = default;
};
QList<JavaEntry> parseJavaListing(const QByteArray &listing);

} // namespace portlight
