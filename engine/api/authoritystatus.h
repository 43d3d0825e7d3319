// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/error.h"

#include <QDateTime>
#include <QList>
#include <QMetaType>
#include <QString>
#include <QStringList>

namespace portlight {

enum class AuthorityState : quint8 {
    None,      // there is no local authority
    Locked,    // its passphrase is needed: unlock(), or the keychain would not give it (see problem)
    Unlocking, // the keychain is asked
    Ready,
    Broken, // its files cannot be used: see problem
};

// Where the passphrase is kept; the same as pki's KeyProtection.
enum class AuthorityProtection : quint8 { Keychain, Passphrase, File };

// One certificate of the local authority, for a list.
struct IssuedCertificate {
    QStringList names;
    QString certificatePath;
    QString keyPath;
    QString fingerprint;
    QString serial;
    QDateTime notBefore;
    QDateTime notAfter;
    QDateTime renewAt;
    friend bool operator==(const IssuedCertificate &, const IssuedCertificate &) = default;
};

// What was proven of the root in one trust store.
struct TrustStoreStatus {
    enum class State : quint8 { Trusted, NotTrusted, Partly, Unavailable, ToolMissing, Unknown };
    QString id;
    QString name;
    QString place;
    State state = State::Unknown;
    QString detail;
    QString remedy;
    QStringList privilegedCommand; // what install or remove needs privilege for
    friend bool operator==(const TrustStoreStatus &, const TrustStoreStatus &) = default;
};

struct TrustSetting {
    QString program; // "Node.js"
    QString setting; // to be pasted into a shell
    QString note;    // how the program behaves without it
    friend bool operator==(const TrustSetting &, const TrustSetting &) = default;
};

// The local authority as the window and portlightctl show it.
struct AuthorityStatus {
    AuthorityState state = AuthorityState::None;
    QString problem; // of Locked and Broken; and its remedy
    QString remedy;
    QString folder;
    QString name; // the root's common name
    AuthorityProtection protection = AuthorityProtection::Keychain;
    QStringList suffixes;
    QString fingerprint;
    QDateTime notBefore;
    QDateTime notAfter;
    QString rootPath;
    QList<IssuedCertificate> certificates;
    QList<TrustStoreStatus> stores; // empty until refreshTrust() has answered
    QList<TrustSetting> settings;
    bool trustKnown = false;
    bool busy = false; // a command is under way
    friend bool operator==(const AuthorityStatus &, const AuthorityStatus &) = default;
};

// The outcome of one command to the authority.
struct AuthorityOutcome {
    quint64 request = 0;
    bool ok = false;
    Error error;
    QString text;                   // for people: what was done
    QStringList files;              // that were written
    QList<TrustStoreStatus> stores; // of trust and untrust: each store's report
};

} // namespace portlight

Q_DECLARE_METATYPE(portlight::AuthorityStatus)
Q_DECLARE_METATYPE(portlight::AuthorityOutcome)
