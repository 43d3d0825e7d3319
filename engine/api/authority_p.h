// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/authority.h"
#include "api/authorityoptions.h"
#include "api/authorityreading.h"
#include "api/authoritytrust.h"
#include "api/livecertificates.h"
#include "api/stagedauthority.h"
#include "pki/passphrasestore.h"

#include <QFileSystemWatcher>
#include <QSet>
#include <QThreadPool>
#include <QTimer>

#include <deque>
#include <stop_token>

namespace portlight {

// Another program writes an authority in several steps; it is looked at when its folder has been still for this long.
inline constexpr std::chrono::milliseconds AuthoritySettleTime{100};
// After that it is said that the keychain takes its time.
inline constexpr std::chrono::milliseconds KeychainSlowAfter{3'000};

// Commands run one after the other. Opening is none of them: a keychain that waits for its owner holds up nothing else.
class Authority::Private
{
public:
    Private(Authority *owner, std::unique_ptr<PassphraseStore> store, AuthorityOptions given);
    void close();  // answers what is under way; the last call
    void giveUp(); // what waits for a person

    // -- commands
    quint64 enqueue(std::function<void()> begin);
    void finish(AuthorityOutcome outcome);
    void fail(const Error &error) { finish({0, false, error, {}, {}, {}}); }
    // Work on the worker, and what to do with what it gives, here.
    template<typename Work, typename Then>
    void onWorker(Work work, Then then)
    {
        pool.start([this, work = std::move(work), then = std::move(then)]() mutable {
            QMetaObject::invokeMethod(
                q, [then = std::move(then), result = work()]() mutable { then(std::move(result)); },
                Qt::QueuedConnection);
        });
    }
    void create(const AuthorityRequest &request);
    void unlock(const QByteArray &passphrase);
    void exportRoot(const QString &file, CertificateFormat format, const QByteArray &password);
    void exportCertificate(const QString &fingerprint, const QString &file, CertificateFormat format,
                           const QByteArray &password);
    void issue(const QByteArrayList &names);
    void refreshTrust();
    void changeTrust(const QStringList &storeIds, bool install);
    void runPrivileged(const QString &storeId);

    // -- opening
    void startOpening();
    void stopOpening(); // late answers change nothing
    void becomeReady(std::shared_ptr<LocalAuthority> opened);
    void watch();

    // Of status: what differs from what was told is told.
    void setStatus(AuthorityStatus next);
    void refreshCertificates();

    Authority *q;
    std::unique_ptr<PassphraseStore> keychain;
    const AuthorityOptions options;
    AuthorityStatus status;
    bool opensWhenAsked = false;
    std::shared_ptr<LiveCertificates> certificates;
    std::shared_ptr<LocalAuthority> authority; // null: not open

private:
    struct Command {
        quint64 id;
        std::function<void()> begin;
    };

    void connectSignals();
    void runNext();
    void answer(const AuthorityOutcome &outcome);
    Result<QByteArray> chosenPassphrase(const AuthorityRequest &request) const;
    void keepPassphrase(const std::shared_ptr<StagedAuthority> &staged, const QByteArray &passphrase);
    void place(const std::shared_ptr<StagedAuthority> &staged);
    void takeCreated(const StagedAuthority &staged, const std::shared_ptr<LocalAuthority> &made);
    void discard(const std::shared_ptr<StagedAuthority> &staged, const Error &why);
    void endCreation(const Error &error);
    Error whyClosed() const;
    void finishExport(const Result<QStringList> &files);
    void visitTrust(const QStringList &storeIds, TrustAction action, const QStringList &privileged = {});
    void takeReports(const QList<TrustStoreStatus> &stores, bool all);

    void takeReading(AuthorityReading reading);
    void openWith(const QByteArray &passphrase);
    void waitUntilAsked(bool another);
    void askKeychain(const QString &fingerprint);
    void readPassphrase();
    void stayClosed(AuthorityState state, const Error &why);
    void endOpening();
    void saySlow();
    void renew();
    void tellRenewalProblem();

    QThreadPool pool;
    std::deque<Command> commands;
    std::stop_source stopVisit; // of trust stores, and of the administrator's command
    QSet<quint64> unanswered;
    quint64 lastRequest = 0;
    quint64 opening = 0; // counts attempts: answers to former ones are dropped
    bool isOpening = false;
    bool hasRead = false; // what the folder says, once at least
    bool creating = false;
    bool renewalFails = false;
    QFileSystemWatcher watcher;
    QTimer settle;
    QTimer slow;
    QTimer renewal;
    QDateTime renewedAt; // when certificates were last asked for because one was due
};

} // namespace portlight
