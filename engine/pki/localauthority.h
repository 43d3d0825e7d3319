// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "pki/localcertificates.h"

#include <QDateTime>
#include <QString>

#include <functional>

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
};

// What the files of an authority say without any secret.
struct AuthorityFacts {
    QString folder;
    QString name; // the root's common name: "Portlight local CA anna@laptop 3f2a91c0"
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
    QString keyPath;         // encrypted PKCS#8
    QByteArray fingerprint;
    QByteArray serial; // hex
    QDateTime notBefore;
    QDateTime notAfter;
    QDateTime renewAt; // two thirds of the way
};

// The local certificate authority: a root with name constraints, an intermediate, and what they signed, in one folder.
// Every write is atomic; a failure leaves the files as they were. Any thread (calls exclude each other, other processes
// by a lock); shared by those who use it.
class LocalAuthority final : public LocalCertificates
{
public:
    using Clock = std::function<QDateTime()>;

    // $XDG_DATA_HOME/portlight/ca
    static QString defaultFolder();
    // Error FileNotFound: there is no authority. Others name the file that is broken, and the remedy.
    static Result<AuthorityFacts> inspect(const QString &folder);
    // Makes root and intermediate, under the passphrase. Error: AlreadyExists (see discard()), FileNotWritable.
    static Result<std::shared_ptr<LocalAuthority>> create(const QString &folder, const AuthorityPlan &plan,
                                                          const QByteArray &passphrase, Clock clock = {});
    // Decrypts the intermediate's key. Error WrongPassphrase.
    static Result<std::shared_ptr<LocalAuthority>> open(const QString &folder, const QByteArray &passphrase,
                                                        Clock clock = {});
    // Moves an authority aside ("ca.old-1"), so that another can be made; gives the new name.
    static Result<QString> setAside(const QString &folder);
    // What was issued, without any secret; those that cannot be read are left out.
    static QList<LeafFacts> leaves(const QString &folder);
    ~LocalAuthority() override;

    const AuthorityFacts &facts() const;
    Result<std::shared_ptr<const TlsCertificate>> certificateFor(const QByteArrayList &names) override;
    // As above, always a new one.
    Result<LeafFacts> issue(const QByteArrayList &names);
    // Says why a name cannot be signed: outside the constraints (a new root is needed), or no name at all.
    Result<void> checkName(const QByteArray &name) const;

    // For other programs: certificate and chain as PEM, the key as unencrypted PKCS#8 PEM.
    Result<QByteArray> leafPem(const LeafFacts &leaf) const;
    Result<QByteArray> leafKeyPem(const LeafFacts &leaf) const;
    // Key, certificate and chain under `password`.
    Result<QByteArray> leafPkcs12(const LeafFacts &leaf, const QByteArray &password) const;
    Result<QByteArray> rootPkcs12(const QByteArray &password) const; // the certificate alone

private:
    class Private;
    explicit LocalAuthority(std::unique_ptr<Private> data);
    std::unique_ptr<Private> d;
};

} // namespace portlight
