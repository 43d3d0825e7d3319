// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/workspace.h"

#include <QObject>
#include <QPointer>
#include <QThreadPool>

class QWidget;

namespace portlight {

class ImportDialog;

// From "Import nginx.conf…" to the servers in the workspace: choose a file, read it on a worker, show the dialog,
// merge. Main thread; owned by the window.
class ImportFlow final : public QObject
{
    Q_OBJECT
public:
    ImportFlow(Workspace &workspace, QWidget *window);
    ~ImportFlow() override;

    // Asks which file.
    void begin();
    // Goes on with that one.
    void read(const QString &path);

Q_SIGNALS:
    void failed(const portlight::Error &error);
    void imported(int servers, const QString &fileName);

private:
    void show(const Result<ImportPlan> &plan);
    void merge();

    Workspace &m_workspace;
    QWidget *m_window;
    QThreadPool m_pool;
    QPointer<ImportDialog> m_dialog;
};

} // namespace portlight
