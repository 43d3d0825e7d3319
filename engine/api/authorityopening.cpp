// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/authority_p.h"

#include "pki/passphrasefile.h"

#include <QDir>
#include <QFileInfo>

// How the authority in the folder becomes the one that is used.
//
//   (reading) ─→ None │ Broken
//       ├─→ Unlocking (keychain) ─→ Ready │ Locked
//       ├─→ (passphrase file) ────→ Ready │ Locked
//       └─→ Locked (a person's passphrase) ─ unlock() ─→ Ready
//
// Whatever happens in the folder leads to another reading; what is open already stays open when it is still the same.
namespace portlight {

using namespace Qt::StringLiterals;

namespace {

Error lockedBy(const Error &why)
{
    return {ErrorCode::AuthorityLocked,
            u"the local authority is locked: %1"_s.arg(why.message),
            {},
            why.hint.isEmpty() ? u"unlock it on the Certificates page, or by: portlightctl ca unlock"_s : why.hint};
}

// What stays a warning as long as it is so.
QString protectionProblem(const AuthorityStatus &status)
{
    return status.protection == AuthorityProtection::File
               ? u"the passphrase of the authority's keys lies in a file beside them: whoever can read your files can "
                 u"sign with it"_s
               : QString();
}

QString protectionRemedy(const AuthorityStatus &status)
{
    return status.protection == AuthorityProtection::File
               ? u"with a keychain at hand, make it anew: portlightctl ca init --replace --protect keychain"_s
               : QString();
}

Result<QByteArray> keptPassphrase(const QString &folder)
{
    Result<QByteArray> passphrase = readPassphraseFile(passphraseFilePath(folder));
    if (passphrase || !passphrase.error().hint.isEmpty())
        return passphrase;
    Error lost = passphrase.error();
    lost.hint = u"put the file back from a backup, or make a new authority, which must then be trusted anew: "
                u"portlightctl ca init --replace"_s;
    return lost;
}

QString nearestFolder(const QString &path)
{
    QString folder = path;
    while (!QFileInfo(folder).isDir()) {
        const QString above = QFileInfo(folder).absolutePath();
        if (above == folder)
            break;
        folder = above;
    }
    return folder;
}

} // namespace

void Authority::Private::startOpening()
{
    if (creating) { // which ends with opened(), too
        settle.start();
        return;
    }
    stopOpening();
    const quint64 attempt = opening;
    isOpening = true;
    if (!hasRead) { // at once, for domains that are added in the same breath; it is one small file
        const Result<AuthorityFacts> facts = LocalAuthority::inspect(options.folder);
        certificates->setSuffixes(facts ? facts->suffixes : QByteArrayList());
    }
    if (!authority)
        certificates->expect(); // the reading, or more
    watch();
    onWorker([folder = options.folder] { return describeAuthority(folder); },
             [this, attempt](AuthorityReading reading) {
                 if (attempt == opening)
                     takeReading(std::move(reading));
             });
}

void Authority::Private::stopOpening()
{
    slow.stop();
    ++opening;
    if (isOpening && status.state == AuthorityState::Unlocking && keychain)
        keychain->cancel();
    isOpening = false;
}

void Authority::Private::takeReading(AuthorityReading reading)
{
    watch(); // it may have come into being
    AuthorityStatus &next = reading.status;
    const bool same = reading.facts && authority && authority->facts().fingerprint == reading.facts->fingerprint;
    if (!next.fingerprint.isEmpty() && next.fingerprint == status.fingerprint) {
        next.stores = status.stores; // proven of the same root
        next.trustKnown = status.trustKnown;
    }
    certificates->setSuffixes(reading.facts ? reading.facts->suffixes : QByteArrayList());
    if (same) {
        next.state = AuthorityState::Ready;
        next.problem = status.problem;
        next.remedy = status.remedy;
        setStatus(std::move(next));
        endOpening();
        return;
    }
    if (!reading.facts) {
        const AuthorityState state = next.state;
        setStatus(std::move(next));
        stayClosed(state, reading.problem);
        return;
    }
    if (opensWhenAsked) {
        const bool another = hasRead && next.fingerprint != status.fingerprint;
        setStatus(std::move(next));
        waitUntilAsked(another);
        return;
    }
    const KeyProtection protection = reading.facts->protection;
    const QString fingerprint = QString::fromLatin1(reading.facts->fingerprint);
    if (protection != KeyProtection::Passphrase)
        next.state = AuthorityState::Unlocking;
    setStatus(std::move(next));
    switch (protection) {
    case KeyProtection::Keychain: askKeychain(fingerprint); return;
    case KeyProtection::File: readPassphrase(); return;
    case KeyProtection::Passphrase:
        stayClosed(AuthorityState::Locked,
                   {ErrorCode::AuthorityLocked, u"its keys are under a passphrase of yours"_s, {}, {}});
        return;
    }
}

void Authority::Private::waitUntilAsked(bool another)
{
    authority = nullptr;
    certificates->openWhenAsked([owner = q] {
        QMetaObject::invokeMethod(
            owner, [owner] { owner->open(); }, Qt::QueuedConnection);
    });
    if (another) // than at the reading before
        Q_EMIT q->certificatesChanged();
    endOpening();
}

void Authority::Private::askKeychain(const QString &fingerprint)
{
    if (!keychain) {
        stayClosed(AuthorityState::Locked,
                   {ErrorCode::KeychainMissing, u"its passphrase is in a keychain, and there is none here"_s, {}, {}});
        return;
    }
    slow.start();
    keychain->read(fingerprint, [this, attempt = opening](const Result<QByteArray> &passphrase) {
        if (attempt != opening)
            return;
        slow.stop();
        if (passphrase)
            openWith(*passphrase);
        else
            stayClosed(AuthorityState::Locked, passphrase.error());
    });
}

void Authority::Private::readPassphrase()
{
    onWorker([folder = options.folder] { return keptPassphrase(folder); },
             [this, attempt = opening](const Result<QByteArray> &passphrase) {
                 if (attempt != opening)
                     return;
                 if (passphrase)
                     openWith(*passphrase);
                 else
                     stayClosed(AuthorityState::Locked, passphrase.error());
             });
}

void Authority::Private::openWith(const QByteArray &passphrase)
{
    onWorker([folder = options.folder, clock = options.clock,
              passphrase] { return LocalAuthority::open(folder, passphrase, clock); },
             [this, attempt = opening](const Result<std::shared_ptr<LocalAuthority>> &opened) {
                 if (attempt != opening)
                     return;
                 if (opened)
                     becomeReady(*opened);
                 else
                     stayClosed(opened.error().code == ErrorCode::WrongPassphrase ? AuthorityState::Locked
                                                                                  : AuthorityState::Broken,
                                opened.error());
             });
}

void Authority::Private::becomeReady(std::shared_ptr<LocalAuthority> opened)
{
    authority = std::move(opened);
    certificates->setSuffixes(authority->facts().suffixes);
    certificates->use(authority);
    AuthorityStatus next = status;
    next.state = AuthorityState::Ready;
    next.problem = protectionProblem(next);
    next.remedy = protectionRemedy(next);
    setStatus(std::move(next));
    Q_EMIT q->certificatesChanged();
    endOpening();
}

void Authority::Private::stayClosed(AuthorityState state, const Error &why)
{
    const bool wasOpen = std::exchange(authority, nullptr) != nullptr;
    certificates->refuse(state == AuthorityState::Locked ? lockedBy(why) : why);
    if (state != AuthorityState::None) {
        AuthorityStatus next = status;
        next.state = state;
        next.problem = why.message;
        next.remedy = state == AuthorityState::Locked ? lockedBy(why).hint : why.hint;
        setStatus(std::move(next));
    }
    if (wasOpen)
        Q_EMIT q->certificatesChanged();
    endOpening();
}

void Authority::Private::endOpening()
{
    isOpening = false;
    hasRead = true;
    if (!renewal.isActive())
        renewal.start();
    Q_EMIT q->opened();
}

void Authority::Private::saySlow()
{
    AuthorityStatus next = status;
    next.problem = u"the keychain has not answered yet; it may be asking for its password in a window of its own"_s;
    next.remedy = u"unlock it there, or give up waiting"_s;
    setStatus(std::move(next));
}

// The folder, those above it as far as they are there, and that of the certificates: a folder tells of what comes into
// being right below it alone.
void Authority::Private::watch()
{
    QStringList folders{nearestFolder(options.folder), nearestFolder(QFileInfo(options.folder).absolutePath())};
    const QStringList below = QDir(options.folder).entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    for (const QString &name : below.first(std::min<qsizetype>(below.size(), 16)))
        folders.append(options.folder + u'/' + name);
    for (const QString &folder : std::as_const(folders)) {
        const QFileInfo info(folder);
        if (!watcher.directories().contains(folder) && info.isDir() && info.isReadable()) // else Qt complains
            watcher.addPath(folder);
    }
}

void Authority::Private::tellRenewalProblem()
{
    const std::optional<Error> problem = authority->renewalProblem();
    if (!problem.has_value() && !renewalFails)
        return;
    renewalFails = problem.has_value();
    AuthorityStatus next = status;
    next.problem = renewalFails ? u"certificates cannot be renewed: "_s + problem->message : protectionProblem(next);
    next.remedy = renewalFails ? problem->hint : protectionRemedy(next);
    setStatus(std::move(next));
}

// By the wall clock: a timer of days would not count those that the desk sleeps.
void Authority::Private::renew()
{
    const QDateTime now = options.clock();
    if (!authority)
        return;
    tellRenewalProblem();
    if (renewedAt.isValid() && renewedAt.secsTo(now) < options.renewalRetryAfter.count() && renewedAt <= now)
        return;
    if (!certificates->takeDue())
        return;
    renewedAt = now;
    Q_EMIT q->certificatesChanged();
    refreshCertificates();
}

} // namespace portlight
