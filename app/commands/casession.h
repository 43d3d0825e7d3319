// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/authority.h"
#include "commands/commandline.h"
#include "processsignals.h"

#include <QTimer>

#include <memory>

namespace portlight {

// Adds --passphrase-file, which a session takes the passphrase from.
void addPassphraseOption(CommandLine &line);

// The authority as one command uses it: each call waits for its answer in an event loop, the only one that runs. Ctrl+C
// gives up. Main thread; owned by the command.
class CaSession final : public QObject
{
    Q_OBJECT
public:
    CaSession();
    ~CaSession() override;

    // Reads and unlocks the authority. A passphrase that nobody else knows comes from --passphrase-file, or is asked
    // for. Errors: NoAuthority, AuthorityLocked, and what is broken.
    Result<void> open(const CommandLine &line);
    const AuthorityStatus &status() const { return m_authority->status(); }
    AuthorityOutcome create(const AuthorityRequest &request);
    AuthorityOutcome issue(const QStringList &names);
    AuthorityOutcome exportRoot(const QString &file, CertificateFormat format, const QString &password);
    AuthorityOutcome exportCertificate(const QString &fingerprint, const QString &file, CertificateFormat format,
                                       const QString &password);

private:
    AuthorityOutcome wait(quint64 request);
    template<typename Signal>
    void runUntil(Signal signal);
    Result<void> whyClosed() const;
    void takeSignal(int signalNumber);

    ProcessSignals m_signals;
    std::unique_ptr<Authority> m_authority;
    QTimer m_slow;
    bool m_keeps = false; // a passphrase, in the keychain
    bool m_told = false;  // that the keychain is waited for
};

} // namespace portlight
