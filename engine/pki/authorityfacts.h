// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayList>
#include <QDateTime>
#include <QString>

namespace portlight {

// Where the passphrase of the authority's keys is kept.
enum class KeyProtection : quint8 {
    Keychain,   // a random one, in the system's keychain
    Passphrase, // a person's, asked for each time
    File,       // a random one, in a file that its owner alone can read: asked for explicitly, and warned of
};

struct AuthorityPlan {
    QByteArrayList suffixes{"localhost", "test"}; // names it may sign, and all below them; loopback addresses besides
    QString label;                                // tells roots of several desks apart: "anna@laptop"
    KeyProtection protection = KeyProtection::Keychain;
    bool replace = false; // sets aside the one that is there, once the new one is complete
};

// What the files of an authority say without any secret.
struct AuthorityFacts {
    QString folder;
    QString rootPath; // its certificate, as PEM
    QString name;     // the root's common name: "Portlight local CA anna@laptop 3f2a91c0"
    KeyProtection protection = KeyProtection::Keychain;
    QByteArrayList suffixes;
    QByteArray rootPem;
    QByteArray fingerprint; // SHA-256 of the root, as 64 lower-case hex digits
    QDateTime notBefore;
    QDateTime notAfter;
};

// One certificate that was issued.
struct LeafFacts {
    QByteArrayList names;
    QString certificatePath; // the leaf and the intermediate
    QString keyPath;         // encrypted PKCS#8, under a passphrase that follows from the intermediate's key
    QByteArray fingerprint;
    QByteArray serial; // hex
    QDateTime notBefore;
    QDateTime notAfter;
    QDateTime renewAt; // two thirds of the way
};

} // namespace portlight
