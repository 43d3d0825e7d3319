// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/workspace.h"

#include "api/httpsdefault.h"
#include "api/workspace_p.h"
#include "config/domainhttps.h"
#include "export/nginxexporter.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

constexpr const char *DemoName = "demo.localhost";

} // namespace

Workspace::Workspace(const QString &configPath, const EngineOptions &options, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>(this, configPath, options))
{}

Workspace::~Workspace() = default;

void Workspace::open()
{
    d->firstStart = !d->file.exists();
    d->fileWarnings.clear();
    d->loadOverlay();
    if (d->file.load())
        d->apply();
    d->watch();
    Q_EMIT domainsChanged();
    Q_EMIT diagnosticsChanged();
}

void Workspace::reapply()
{
    if (const quint64 request = d->engine.reapply(); request != 0)
        d->lastRequest = request;
}

const QString &Workspace::configPath() const
{
    return d->file.path();
}

const ConfigTree &Workspace::tree() const
{
    return d->file.tree();
}

ProxyEngine &Workspace::engine()
{
    return d->engine;
}

bool Workspace::isFirstStart() const
{
    return d->firstStart;
}

bool Workspace::isReadOnly() const
{
    return d->file.isReadOnly();
}

QList<DomainView> Workspace::domains() const
{
    if (d->file.overlay().isEmpty())
        return listDomains(tree());
    Diagnostics ignored;
    return listDomains(applyOverlay(tree(), d->file.overlay(), ignored));
}

Diagnostics Workspace::diagnostics() const
{
    Diagnostics all = d->overlayProblems + d->file.diagnostics() + d->fileWarnings;
    for (const Diagnostic &diagnostic : d->runDiagnostics) {
        if (!all.contains(diagnostic)) // the engine checks the file's tree once more
            all += diagnostic;
    }
    return all + d->listenerDiagnostics;
}

QByteArray Workspace::previewAsNginx(int index) const
{
    return previewDomainAsNginx(tree(), index);
}

Result<int> Workspace::addDomain(const DomainDraft &draft)
{
    const QByteArrayList suffixes = d->certificates ? d->certificates->suffixes() : QByteArrayList();
    return d->edit(additionOf(withDefaultHttps(draft, tree(), suffixes)), Private::ByIndex::No);
}

Result<QStringList> Workspace::addHttpsToDomains(const QStringList &suffixes)
{
    ConfigTree probe = tree();
    if (addHttpsToOwnDomains(probe, suffixes).isEmpty())
        return QStringList(); // nothing is written for nothing
    QStringList names;
    const Result<int> edited = d->edit(
        [&](ConfigTree &tree) -> Result<int> {
            names = addHttpsToOwnDomains(tree, suffixes);
            return int(names.size());
        },
        Private::ByIndex::No);
    if (!edited)
        return edited.error();
    return names;
}

Result<void> Workspace::updateDomain(int index, const DomainDraft &draft)
{
    return d->editAt(index, [&](ConfigTree &tree) { return portlight::updateDomain(tree, index, draft); });
}

Result<void> Workspace::removeDomain(int index)
{
    RemovedDomain domain;
    const Result<int> removed = d->edit(removalOf(index, &domain), Private::ByIndex::Yes);
    if (!removed)
        return removed.error();
    d->removed = std::move(domain);
    return {};
}

Result<void> Workspace::undoRemove()
{
    if (!d->removed)
        return Error{ErrorCode::NotFound, u"there is no removed domain to bring back"_s};
    const Result<int> restored =
        d->edit([this](ConfigTree &tree) { return restoreDomain(tree, *d->removed); }, Private::ByIndex::No);
    if (!restored)
        return restored.error();
    d->removed.reset();
    return {};
}

bool Workspace::canUndoRemove() const
{
    return d->removed.has_value() && !isReadOnly();
}

Result<void> Workspace::setDomainEnabled(int index, bool enabled)
{
    return d->editAt(index, [&](ConfigTree &tree) { return portlight::setDomainEnabled(tree, index, enabled); });
}

Result<DomainDraft> Workspace::draftOf(int index) const
{
    return draftOfDomain(tree(), index);
}

quint16 Workspace::listenPort() const
{
    return customaryListenPort(tree());
}

Result<int> Workspace::startDemo()
{
    const Result<quint16> port = d->demo.start();
    if (!port)
        return port.error();
    const QString name = QString::fromLatin1(DemoName);
    const DomainDraft draft{name, u"http://127.0.0.1:%1"_s.arg(*port), listenPort()};
    for (const DomainView &domain : domains()) {
        if (!domain.names.contains(name))
            continue;
        if (const auto updated = updateDomain(domain.index, draft); !updated)
            return updated.error();
        if (!domain.enabled) {
            if (const auto enabled = setDomainEnabled(domain.index, true); !enabled)
                return enabled.error();
        }
        return domain.index;
    }
    return addDomain(draft);
}

void Workspace::findListeningPorts()
{
    d->pool.start([this] {
        QList<ListeningPort> ports = listeningPorts();
        QMetaObject::invokeMethod(
            this,
            [this, ports = std::move(ports)]() mutable {
                // Our own process is left out of the search, and the demo listens in it.
                if (d->demo.port() != 0)
                    ports.append({d->demo.port(), true, QCoreApplication::applicationPid(), u"Portlight demo"_s, {}});
                Q_EMIT listeningPortsFound(ports);
            },
            Qt::QueuedConnection);
    });
}

Workspace::Private::Private(Workspace *workspace, const QString &path, const EngineOptions &options)
    : q(workspace)
    , file(path, {.version = options.nginxVersion})
    , certificates(options.localCertificates)
    , engine(options)
{
    qRegisterMetaType<QList<ListeningPort>>();
    settle.setSingleShot(true);
    settle.setInterval(SettleTime);
    connectSignals();
}

Workspace::Private::~Private()
{
    // A search that still runs ends by posting to the workspace.
    pool.waitForDone();
}

void Workspace::Private::connectSignals()
{
    connect(&watcher, &QFileSystemWatcher::fileChanged, &settle, qOverload<>(&QTimer::start));
    connect(&watcher, &QFileSystemWatcher::directoryChanged, &settle, qOverload<>(&QTimer::start));
    connect(&settle, &QTimer::timeout, q, [this] { follow(); });
    connect(&engine, &ProxyEngine::configApplied, q, [this](const ApplyOutcome &outcome) { takeOutcome(outcome); });
    // A port that was taken may be free later, and the engine tries again.
    connect(&engine, &ProxyEngine::statusChanged, q,
            [this](const EngineStatus &status) { takeListeners(status.listeners); });
}

// Both the file and its folder: an editor that replaces the file ends the watch on the old one, and only the folder
// tells of a file that comes into being.
void Workspace::Private::watch()
{
    const QFileInfo info(file.path());
    const QStringList paths = {info.absoluteFilePath(), info.absolutePath(), q->overlayPath()};
    for (const QString &path : paths + file.includedPaths()) {
        const QStringList watched = watcher.files() + watcher.directories();
        if (!watched.contains(path) && QFileInfo::exists(path))
            watcher.addPath(path);
    }
}

void Workspace::Private::follow()
{
    watch();
    if (file.exists() && !fileWarnings.isEmpty()) {
        fileWarnings.clear(); // it is back
        Q_EMIT q->diagnosticsChanged();
    }
    const bool otherOverlay = loadOverlay();
    if (!file.changedOutside() && !otherOverlay)
        return;
    if (!file.exists()) {
        reportVanished();
        return;
    }
    if (file.load()) {
        apply();
        Q_EMIT q->domainsChanged();
    }
    watch(); // it may include others now
    Q_EMIT q->diagnosticsChanged();
}

// Not followed: a file that is gone is no wish to run nothing. What runs goes on.
void Workspace::Private::reportVanished()
{
    const Diagnostic vanished{Severity::Warning,
                              ErrorCode::FileNotFound,
                              u"%1 is gone; what it said goes on running"_s.arg(file.path()),
                              {},
                              u"put it back, or start Portlight again to begin with an empty one"_s};
    if (fileWarnings.contains(vanished))
        return;
    fileWarnings += vanished;
    Q_EMIT q->diagnosticsChanged();
}

void Workspace::Private::apply()
{
    lastRequest = engine.applyConfig(std::make_shared<const ConfigTree>(file.served()));
}

void Workspace::Private::takeOutcome(const ApplyOutcome &outcome)
{
    if (outcome.request < lastRequest)
        return; // overtaken by a later edit
    runDiagnostics = outcome.diagnostics;
    closedListeners.clear();
    listenerDiagnostics.clear();
    takeListeners(outcome.listeners);
    Q_EMIT q->diagnosticsChanged();
}

// Who holds a port is looked up only when another set of listeners is closed than before.
void Workspace::Private::takeListeners(const QList<ListenerStatus> &listeners)
{
    QList<QByteArray> closed;
    for (const ListenerStatus &listener : listeners) {
        if (!listener.open)
            closed += listener.address;
    }
    if (closed == closedListeners)
        return;
    closedListeners = closed;
    listenerDiagnostics = listenerProblems(listeners);
    Q_EMIT q->diagnosticsChanged();
}

Result<int> Workspace::Private::edit(const std::function<Result<int>(ConfigTree &)> &change, ByIndex byIndex)
{
    if (file.exists() && file.changedOutside()) {
        const QList<DomainView> before = q->domains();
        follow();
        // An index that was chosen from the list before may mean another domain now.
        if (byIndex == ByIndex::Yes && !file.isReadOnly() && before != q->domains()) {
            return Error{ErrorCode::FileChangedOutside,
                         u"%1 was changed by another program"_s.arg(file.path()),
                         {},
                         u"the list shows its new content; try again"_s};
        }
    }
    const Result<int> index = file.edit(change);
    if (!index)
        return index;
    firstStart = false;
    watch();
    apply();
    Q_EMIT q->domainsChanged();
    Q_EMIT q->diagnosticsChanged();
    return index;
}

Result<void> Workspace::Private::editAt(int index, const std::function<Result<void>(ConfigTree &)> &change)
{
    const Result<int> edited = edit(
        [&](ConfigTree &tree) -> Result<int> {
            if (const auto changed = change(tree); !changed)
                return changed.error();
            return index;
        },
        ByIndex::Yes);
    if (!edited)
        return edited.error();
    return {};
}

Diagnostics listenerProblems(const QList<ListenerStatus> &listeners)
{
    Diagnostics problems;
    for (const ListenerStatus &listener : listeners) {
        if (listener.open)
            continue;
        const quint16 port = listener.address.sliced(listener.address.lastIndexOf(':') + 1).toUShort();
        const QString holder = port == 0 ? QString() : portHolder(port);
        const QString reason = holder.isEmpty() || listener.error.contains(holder)
                                   ? listener.error
                                   : u"port %1 is taken by %2"_s.arg(port).arg(holder);
        const bool taken = !holder.isEmpty();
        problems += Diagnostic{Severity::Error,
                               taken ? ErrorCode::AddressInUse : ErrorCode::SocketFailed,
                               u"cannot listen on %1: %2"_s.arg(QString::fromLatin1(listener.address), reason),
                               {},
                               taken ? u"end that process or use another port"_s : QString()};
    }
    return problems;
}

} // namespace portlight

#include "moc_workspace.cpp"
