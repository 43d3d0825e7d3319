// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <memory>
#include <vector>

namespace portlight {

// What was proven of a root in a store: by its fingerprint, and by verifying a leaf against that store.
enum class TrustState : quint8 {
    Trusted,
    NotTrusted,
    Partly,      // it is there but a leaf does not verify: distrusted, or another flag is missing
    Unavailable, // there is no such store here (no profile, no JDK)
    ToolMissing, // certutil, keytool: the remedy names the package
    Unknown,     // it cannot be read; the detail says why
};

struct TrustReport {
    QString id;   // "system", "nss:/home/a/.pki/nssdb", "java:/usr/lib/jvm/…"; stable
    QString name; // "Firefox, profile default-release"
    QString place;
    TrustState state = TrustState::Unknown;
    QString detail; // what was found, or why it failed
    QString remedy; // what a person can do: a package, a command, a setting
    // One command that needs privilege and does the rest, word by word. Whoever has shown it (shellText) and was told
    // to go on runs it with runPrivileged (pki/privilege.h) and inspects the store again. Empty: nothing to do.
    QStringList privilegedCommand;
};

// A root certificate as trust stores take it.
struct TrustedRoot {
    QByteArray pem;
    QByteArray fingerprint; // SHA-256, 64 lower-case hex digits
    QString name;           // its common name: the nickname, without colons
    QByteArray leafPem;     // one that it signed, with the chain, to prove the store with; empty: by fingerprint alone
    QString path;           // the file that holds `pem`: what privileged commands read
};

// Where stores are looked for. Tests give scratch folders; nothing is written outside of them.
struct TrustPlaces {
    QString home;
    QString systemRoot = QStringLiteral("/"); // the system's anchors and Java's folders lie below
    QString dataHome;                         // $XDG_DATA_HOME; empty: its default in `home`
    QString configHome;                       // $XDG_CONFIG_HOME; likewise
    QString javaHome;                         // $JAVA_HOME; counts when it lies below `systemRoot`
    QString javaStorePassword;                // $PORTLIGHT_JAVA_STOREPASS; empty: Java's own, "changeit"
    QStringList toolFolders;                  // where programs are looked up: $PATH, then the administrator's
    // The program runs as root, but `home` is another user's: its stores are not touched.
    bool homeIsAnothers = false;
    static TrustPlaces ofThisUser();
};

// One store of trusted roots. Blocking (other programs run): call it on a worker.
class TrustStore
{
public:
    virtual ~TrustStore() = default;
    virtual QString id() const = 0;
    virtual TrustReport inspect(const TrustedRoot &root) = 0;
    // Symmetric, by fingerprint; doing it twice is no error. The report is what was proven afterwards. Nothing is done
    // that this process may not do: then the report has the privileged command.
    virtual TrustReport install(const TrustedRoot &root) = 0;
    virtual TrustReport remove(const TrustedRoot &root) = 0;
};

// Every store that is there, and those that are missing as stores that say so. One that fails stops no other. The
// system's comes first: others may follow it.
inline constexpr int NssStoresMax = 64;
inline constexpr int JavaStoresMax = 16;
std::vector<std::unique_ptr<TrustStore>> findTrustStores(const TrustPlaces &places);

// For programs that read no store, or only a part: the exact setting, given the root's file.
struct TrustHint {
    QString program; // "Node.js"
    QString setting; // "export NODE_EXTRA_CA_CERTS=/home/a/…/root.crt": to be pasted into a shell
    QString note;    // how the program behaves without it, once the system's store has the root
};
QList<TrustHint> trustHints(const QString &rootPath);

} // namespace portlight
