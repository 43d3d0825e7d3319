// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/importer.h"
#include "api/proxyengine.h"
#include "config/domains.h"
#include "config/store.h"
#include "names/listeningports.h"

#include <QObject>

namespace portlight {

// What people are told of listeners that are not open: the address, and who has the port.
Diagnostics listenerProblems(const QList<ListenerStatus> &listeners);

// The user's configuration and the engine that runs it, kept in step: every edit is checked, written atomically and
// applied; an edit from outside is noticed and followed. Main thread; owned by the application.
class Workspace final : public QObject
{
    Q_OBJECT
public:
    explicit Workspace(const QString &configPath, const EngineOptions &options = {}, QObject *parent = nullptr);
    ~Workspace() override;

    // Reads the file (a missing one is an empty configuration, written with the first domain) and applies it. A corrupt
    // file is reported by diagnosticsChanged, left as it is, and the running configuration goes on.
    void open();
    // Applies what runs again: its certificates may be others now.
    void reapply();
    const QString &configPath() const;
    const ConfigTree &tree() const;
    ProxyEngine &engine();
    bool isFirstStart() const; // no file was there
    bool isReadOnly() const;   // the file is corrupt: edits are refused until it is mended

    // What differs on this desk: local.conf beside the configuration, laid over it, followed when it is edited.
    QString overlayPath() const;
    // With what it includes and under the overlay: what runs.
    const ConfigTree &servedTree() const;
    // With what it includes, without the overlay: what is exported.
    ConfigTree treeToExport() const;

    QList<DomainView> domains() const;
    // Problems of the file, of the running configuration, and of listeners.
    Diagnostics diagnostics() const;
    // nginx's text for one domain.
    QByteArray previewAsNginx(int index) const;

    // Edits. Each is checked, saved and applied at once; the error is for people and nothing has changed then.
    // A new domain has HTTPS when there is a local authority that signs its name, unless its draft says otherwise.
    Result<int> addDomain(const DomainDraft &draft);
    Result<void> updateDomain(int index, const DomainDraft &draft);
    // HTTPS for the domains of ours that have none and did not decline it, with names below `suffixes`: an authority
    // has come into being. Their names.
    Result<QStringList> addHttpsToDomains(const QStringList &suffixes);
    Result<void> removeDomain(int index); // undoRemove() brings the last one back
    Result<void> undoRemove();
    bool canUndoRemove() const;
    Result<void> setDomainEnabled(int index, bool enabled);
    Result<DomainDraft> draftOf(int index) const;
    // The port that new domains listen on.
    quint16 listenPort() const;

    // Adds the servers of an imported configuration, and what makes them run here to the overlay. Gives their number.
    // Errors: those of mergeImported() and of an edit; nothing has changed then.
    Result<int> importConfig(const ImportPlan &plan);

    // Starts the built-in demo origin and maps "demo.localhost" to it.
    Result<int> startDemo();
    // Looks on a worker; answered by listeningPortsFound. Our own listeners are left out, the
    // demo origin is among them while it runs.
    void findListeningPorts();

Q_SIGNALS:
    void domainsChanged();
    void diagnosticsChanged();
    void listeningPortsFound(const QList<portlight::ListeningPort> &ports);

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace portlight
