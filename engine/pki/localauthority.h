// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "pki/authorityfacts.h"
#include "pki/localcertificates.h"

#include <functional>
#include <optional>

namespace portlight {

// The local certificate authority: a root with name constraints, an intermediate, and what they signed, in one folder.
// Every write is atomic; a failure leaves the files as they were. Any thread (calls exclude each other, other processes
// by a lock); shared by those who use it.
class LocalAuthority final : public LocalCertificates
{
public:
    using Clock = std::function<QDateTime()>;

    static constexpr qsizetype PassphraseBytesMin = 8;
    static constexpr qsizetype PassphraseBytesMax = 1000;

    // $XDG_DATA_HOME/portlight/ca
    static QString defaultFolder();
    // Names, for a plan or a domain, before anything is made. Error InvalidName.
    static Result<void> checkSuffix(const QByteArray &suffix);
    // Error FileNotFound: there is no authority. Others name the file that is broken, and the remedy.
    static Result<AuthorityFacts> inspect(const QString &folder);
    // The same of the root's certificate alone, however broken the rest is; of the protection it says nothing.
    static Result<AuthorityFacts> inspectRoot(const QString &folder);
    // A random one, for the keychain: 32 bytes as text.
    static Result<QByteArray> newPassphrase();
    // Makes root and intermediate, under the passphrase, in a folder beside, which is then renamed. Errors:
    // AlreadyExists (see AuthorityPlan::replace), InvalidName (a suffix), InvalidValue (the passphrase),
    // FileNotWritable, FileLocked.
    static Result<std::shared_ptr<LocalAuthority>> create(const QString &folder, const AuthorityPlan &plan,
                                                          const QByteArray &passphrase, Clock clock = {});
    // Decrypts the intermediate's key. Errors: FileNotFound, WrongPassphrase, InvalidCertificate, KeyMismatch,
    // CertificateExpired (or not valid yet).
    static Result<std::shared_ptr<LocalAuthority>> open(const QString &folder, const QByteArray &passphrase,
                                                        Clock clock = {});
    // Moves an authority, broken or not, aside ("ca.old-1"), so that another can be made; gives the new name.
    static Result<QString> setAside(const QString &folder);
    // What was issued, without any secret; those that cannot be read are left out.
    static QList<LeafFacts> leaves(const QString &folder);
    ~LocalAuthority() override;

    const AuthorityFacts &facts() const;
    // The same object while it is unchanged. Errors: InvalidName, NameNotAllowed; CertificateExpired (the authority);
    // FileNotWritable, FileLocked; NoAuthority: the folder has another one now, or none.
    Result<std::shared_ptr<const TlsCertificate>> certificateFor(const QByteArrayList &names) override;
    // As above, always a new one.
    Result<LeafFacts> issue(const QByteArrayList &names);
    // Says why a name cannot be signed: outside the constraints (a new root is needed), or no name at all.
    Result<void> checkName(const QByteArray &name) const;
    // Why the last certificateFor() could not renew something that is still good for a while.
    std::optional<Error> renewalProblem() const;

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
