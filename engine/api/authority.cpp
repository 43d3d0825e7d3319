// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/authority_p.h"

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

AuthorityOptions completed(AuthorityOptions options)
{
    if (options.folder.isEmpty())
        options.folder = LocalAuthority::defaultFolder();
    if (!options.clock)
        options.clock = [] { return QDateTime::currentDateTimeUtc(); };
    if (!options.findStores)
        options.findStores = [] { return findTrustStores(TrustPlaces::ofThisUser()); };
    return options;
}

QByteArrayList bytesOf(const QStringList &texts)
{
    QByteArrayList bytes;
    for (const QString &text : texts)
        bytes.append(text.toUtf8());
    return bytes;
}

Error cancelled()
{
    return {ErrorCode::Cancelled, u"it was given up"_s, {}, {}};
}

} // namespace

Authority::Authority(std::unique_ptr<PassphraseStore> keychain, const QString &folder, QObject *parent)
    : Authority(std::move(keychain), AuthorityOptions{folder, {}, {}}, parent)
{}

Authority::Authority(std::unique_ptr<PassphraseStore> keychain, AuthorityOptions options, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>(this, std::move(keychain), completed(std::move(options))))
{}

Authority::~Authority()
{
    d->close();
}

const AuthorityStatus &Authority::status() const
{
    return d->status;
}

std::shared_ptr<LocalCertificates> Authority::certificates() const
{
    return d->certificates;
}

void Authority::open()
{
    d->opensWhenAsked = false;
    d->startOpening();
}

void Authority::openWhenAsked()
{
    d->opensWhenAsked = true;
    d->startOpening();
}

quint64 Authority::create(const AuthorityRequest &request)
{
    return d->enqueue([this, request] { d->create(request); });
}

quint64 Authority::unlock(const QString &passphrase)
{
    return d->enqueue([this, passphrase] { d->unlock(passphrase.toUtf8()); });
}

quint64 Authority::issue(const QStringList &names)
{
    return d->enqueue([this, names] { d->issue(bytesOf(names)); });
}

quint64 Authority::exportRoot(const QString &file, CertificateFormat format, const QString &password)
{
    return d->enqueue([this, file, format, password] { d->exportRoot(file, format, password.toUtf8()); });
}

quint64 Authority::exportCertificate(const QString &fingerprint, const QString &file, CertificateFormat format,
                                     const QString &password)
{
    return d->enqueue([this, fingerprint, file, format, password] {
        d->exportCertificate(fingerprint, file, format, password.toUtf8());
    });
}

quint64 Authority::refreshTrust()
{
    return d->enqueue([this] { d->refreshTrust(); });
}

quint64 Authority::trust(const QStringList &storeIds)
{
    return d->enqueue([this, storeIds] { d->changeTrust(storeIds, true); });
}

quint64 Authority::untrust(const QStringList &storeIds)
{
    return d->enqueue([this, storeIds] { d->changeTrust(storeIds, false); });
}

quint64 Authority::runPrivileged(const QString &storeId)
{
    return d->enqueue([this, storeId] { d->runPrivileged(storeId); });
}

void Authority::cancel()
{
    d->giveUp();
}

Authority::Private::Private(Authority *owner, std::unique_ptr<PassphraseStore> store, AuthorityOptions given)
    : q(owner)
    , keychain(std::move(store))
    , options(std::move(given))
    , certificates(std::make_shared<LiveCertificates>(options.clock))
{
    qRegisterMetaType<AuthorityStatus>();
    qRegisterMetaType<AuthorityOutcome>();
    status.folder = options.folder;
    pool.setMaxThreadCount(1); // commands and readings, in the order they came
    settle.setSingleShot(true);
    settle.setInterval(AuthoritySettleTime);
    slow.setSingleShot(true);
    slow.setInterval(KeychainSlowAfter);
    renewal.setInterval(options.renewalCheckEvery);
    connectSignals();
}

void Authority::Private::giveUp()
{
    stopVisit.request_stop();
    if (keychain)
        keychain->cancel();
}

// While the owner is still whole: those who are told may ask it.
void Authority::Private::close()
{
    keychain.reset(); // answers no more
    stopVisit.request_stop();
    certificates->refuse(cancelled());
    pool.waitForDone();
    for (const quint64 id : std::exchange(unanswered, {}))
        Q_EMIT q->finished({id, false, cancelled(), {}, {}, {}});
}

void Authority::Private::connectSignals()
{
    connect(&watcher, &QFileSystemWatcher::directoryChanged, &settle, qOverload<>(&QTimer::start));
    connect(&settle, &QTimer::timeout, q, [this] { startOpening(); });
    connect(&slow, &QTimer::timeout, q, [this] { saySlow(); });
    connect(&renewal, &QTimer::timeout, q, [this] { renew(); });
}

quint64 Authority::Private::enqueue(std::function<void()> begin)
{
    const quint64 id = ++lastRequest;
    unanswered.insert(id);
    if (commands.size() >= AuthorityCommandsMax) {
        const Error full{
            ErrorCode::InvalidValue, u"%1 commands wait already"_s.arg(AuthorityCommandsMax), {}, u"wait for them"_s};
        QMetaObject::invokeMethod(
            q,
            [this, id, full] {
                answer({id, false, full, {}, {}, {}});
            },
            Qt::QueuedConnection);
        return id;
    }
    commands.push_back({id, std::move(begin)});
    if (commands.size() == 1) // never before the caller knows the id
        QMetaObject::invokeMethod(
            q, [this] { runNext(); }, Qt::QueuedConnection);
    return id;
}

void Authority::Private::runNext()
{
    setStatus(status);
    if (!commands.empty())
        commands.front().begin();
}

void Authority::Private::finish(AuthorityOutcome outcome)
{
    outcome.request = commands.front().id;
    commands.pop_front();
    setStatus(status);
    if (!commands.empty())
        QMetaObject::invokeMethod(
            q, [this] { runNext(); }, Qt::QueuedConnection);
    answer(outcome);
}

void Authority::Private::answer(const AuthorityOutcome &outcome)
{
    unanswered.remove(outcome.request);
    Q_EMIT q->finished(outcome);
}

void Authority::Private::setStatus(AuthorityStatus next)
{
    next.busy = !commands.empty();
    if (next == status)
        return;
    status = std::move(next);
    Q_EMIT q->statusChanged(status);
}

void Authority::Private::refreshCertificates()
{
    onWorker([folder = options.folder] { return issuedCertificates(folder); },
             [this](QList<IssuedCertificate> issued) {
                 AuthorityStatus next = status;
                 if (next.state != AuthorityState::None)
                     next.certificates = std::move(issued);
                 setStatus(std::move(next));
             });
}

} // namespace portlight
