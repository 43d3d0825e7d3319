// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "pki/passphrasestore.h"

#include <QObject>
#include <QPointer>
#include <QTimer>

#include <chrono>
#include <deque>
#include <memory>

namespace QKeychain {
class Job;
}

namespace portlight {

// The keychain of the desktop session, by QtKeychain: the Secret Service (GNOME Keyring, KeePassXC) or KWallet. Entries
// stand under "Portlight" and the authority's fingerprint, never in plain text. Main thread, whose event loop must be
// Qt's own: libsecret answers through GLib. Owned by the Authority.
//
// QtKeychain's jobs cannot be stopped, and one that is destroyed while it runs is written to by libsecret: a job that
// does not answer in time is abandoned, not destroyed, and the next call waits for its turn behind it.
class Keychain final : public QObject, public PassphraseStore
{
    Q_OBJECT
public:
    // Nobody is asked anything: it answers at once, or never.
    static constexpr std::chrono::milliseconds AnswerWithin{20'000};
    // Somebody may have to find and type its password first.
    static constexpr std::chrono::milliseconds UnlockWithin{5 * 60'000};

    explicit Keychain(std::chrono::milliseconds within = UnlockWithin);
    // Calls that wait are not answered any more.
    ~Keychain() override;

    void read(const QString &key, Read answer) override;
    void write(const QString &key, const QByteArray &passphrase, Done answer) override;
    void remove(const QString &key, Done answer) override;
    void cancel() override;

private:
    enum class Kind : quint8 { Read, Write, Remove };
    struct Call {
        Kind kind = Kind::Read;
        QString key;
        QByteArray passphrase; // of Write
        Read answer;
        std::chrono::steady_clock::time_point until;
    };

    void add(Kind kind, const QString &key, const QByteArray &passphrase, Read answer);
    void startNext();
    void startJob(const QString &key);
    void takeEnd(QKeychain::Job *job);
    void takeLateEnd(QKeychain::Job *job);
    void giveUpLate();
    void armLimit();

    const std::chrono::milliseconds m_within;
    std::deque<Call> m_calls; // the first one is what m_job works for, unless that was abandoned
    QPointer<QKeychain::Job> m_job;
    bool m_abandoned = false; // nobody waits for m_job any more, or it undoes what one such wrote
    QTimer m_limit;
};

} // namespace portlight
