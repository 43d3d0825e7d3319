// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/demoorigin.h"
#include "api/workspace.h"
#include "api/workspacefile.h"
#include "config/overlay.h"
#include "pki/localcertificates.h"

#include <QFileSystemWatcher>
#include <QThreadPool>
#include <QTimer>

#include <optional>

namespace portlight {

// An editor may write a file in several steps; it is looked at when it has been still for this long.
inline constexpr std::chrono::milliseconds SettleTime{100};

class Workspace::Private
{
public:
    Private(Workspace *workspace, const QString &path, const EngineOptions &options);
    ~Private();

    enum class ByIndex : quint8 { No, Yes };
    // Edits, saves and applies; an edit from outside that was not noticed yet is followed first.
    Result<int> edit(const std::function<Result<int>(ConfigTree &)> &change, ByIndex byIndex);
    Result<void> editAt(int index, const std::function<Result<void>(ConfigTree &)> &change);
    void apply();
    void watch();
    // True when there is another overlay than before.
    bool loadOverlay();

    Workspace *q;
    WorkspaceFile file;
    std::shared_ptr<LocalCertificates> certificates; // null: there is no local authority
    ProxyEngine engine;
    Diagnostics fileWarnings; // that the file is gone
    QByteArray overlayText;   // as last read or written
    Diagnostics overlayProblems;
    Diagnostics runDiagnostics;
    Diagnostics listenerDiagnostics;
    std::optional<RemovedDomain> removed; // for undo
    bool firstStart = false;
    DemoOrigin demo;
    QThreadPool pool;
    quint64 lastRequest = 0; // of applying

private:
    void connectSignals();
    void follow();
    void reportVanished();
    void takeOutcome(const ApplyOutcome &outcome);
    void takeListeners(const QList<ListenerStatus> &listeners);

    QFileSystemWatcher watcher;
    QTimer settle;
    QList<QByteArray> closedListeners; // what listenerDiagnostics are about
};

} // namespace portlight
