// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/authoritystatus.h"
#include "base/result.h"

#include <QObject>

#include <memory>

namespace portlight {

class LocalCertificates;
class PassphraseStore;
struct AuthorityOptions;

inline constexpr qsizetype PassphraseCharactersMin = 8; // of one that a person chooses
inline constexpr qsizetype PassphraseBytesMax = 1000;
inline constexpr size_t AuthorityCommandsMax = 64; // that wait for each other

struct AuthorityRequest {
    QStringList suffixes; // empty: localhost and test
    AuthorityProtection protection = AuthorityProtection::Keychain;
    QString passphrase;   // of Passphrase
    bool replace = false; // an authority that exists is set aside first
};

enum class CertificateFormat : quint8 {
    Pem,      // all in one file
    PemFiles, // a leaf's key in a file of its own beside it: "shop.pem", "shop-key.pem"
    Pkcs12,
};

// The door to the local authority and the trust stores: work runs on a worker, answers come as signals on the main
// thread, where it lives. Every command gives a request id, is answered by finished() exactly once, and changes nothing
// when it fails. Owned by the application.
class Authority final : public QObject
{
    Q_OBJECT
public:
    // `keychain` may be null: then there is none. `folder`: LocalAuthority::defaultFolder() when empty.
    explicit Authority(std::unique_ptr<PassphraseStore> keychain, const QString &folder = {},
                       QObject *parent = nullptr);
    Authority(std::unique_ptr<PassphraseStore> keychain, AuthorityOptions options, QObject *parent = nullptr);
    // What is under way is answered with Cancelled, and waited for.
    ~Authority() override;

    // Reads what there is and unlocks it when its passphrase is in the keychain or in its file. Answered by
    // opened(). What other programs do to the folder is followed from then on.
    void open();
    // The same, but its passphrase is asked for when the first certificate is: who needs none is not bothered.
    void openWhenAsked();
    const AuthorityStatus &status() const;
    // What compiling asks for certificates; the same object all the time, it refuses while the authority is locked.
    std::shared_ptr<LocalCertificates> certificates() const;

    quint64 create(const AuthorityRequest &request);
    quint64 unlock(const QString &passphrase);
    quint64 issue(const QStringList &names);
    // Writes the root's certificate, or a leaf with its chain and key, to `file` (0600 where a key is inside).
    // `password`: of PKCS#12.
    quint64 exportRoot(const QString &file, CertificateFormat format, const QString &password = {});
    quint64 exportCertificate(const QString &fingerprint, const QString &file, CertificateFormat format,
                              const QString &password = {});
    // Proves the state of each store again.
    quint64 refreshTrust();
    // Into and out of the stores of these ids; empty: all of them. Out of them go the roots of authorities that were
    // replaced as well. Stores that need privilege report the command.
    quint64 trust(const QStringList &storeIds = {});
    quint64 untrust(const QStringList &storeIds = {});
    // Runs the privilegedCommand that the store last reported, as root at once, else by pkexec, which asks; then proves
    // the store again.
    quint64 runPrivileged(const QString &storeId);
    // Gives up waiting for the keychain, for an administrator's permission, and for trust stores not visited yet.
    void cancel();

Q_SIGNALS:
    // open() has come to an end: the state is none of Unlocking.
    void opened();
    void statusChanged(const portlight::AuthorityStatus &status);
    void finished(const portlight::AuthorityOutcome &outcome);
    // The authority became ready, or another one: certificates should be asked for again.
    void certificatesChanged();

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace portlight
