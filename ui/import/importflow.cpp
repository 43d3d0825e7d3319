// SPDX-License-Identifier: GPL-3.0-or-later
#include "import/importflow.h"

#include "import/importdialog.h"

#include <QFileDialog>
#include <QFileInfo>

namespace portlight {

using namespace Qt::StringLiterals;

ImportFlow::ImportFlow(Workspace &workspace, QWidget *window)
    : QObject(window)
    , m_workspace(workspace)
    , m_window(window)
{}

ImportFlow::~ImportFlow()
{
    // A plan that is still made ends by posting to this object.
    m_pool.waitForDone();
}

void ImportFlow::begin()
{
    auto *dialog = new QFileDialog(m_window, tr("Import nginx.conf"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setNameFilters({tr("Configuration (*.conf)"), tr("All files (*)")});
    connect(dialog, &QFileDialog::fileSelected, this, &ImportFlow::read);
    dialog->open();
}

void ImportFlow::read(const QString &path)
{
    ImportOptions options;
    options.overlayPath = m_workspace.overlayPath();
    m_pool.start([this, path, options] {
        const Result<ImportPlan> plan = planImport(path, options);
        QMetaObject::invokeMethod(
            this, [this, plan] { show(plan); }, Qt::QueuedConnection);
    });
}

void ImportFlow::show(const Result<ImportPlan> &plan)
{
    if (!plan) {
        Q_EMIT failed(plan.error());
        return;
    }
    delete m_dialog;
    m_dialog = new ImportDialog(*plan, m_window);
    m_dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(m_dialog, &ImportDialog::importRequested, this, &ImportFlow::merge);
    m_dialog->open();
}

void ImportFlow::merge()
{
    const Result<int> added = m_workspace.importConfig(m_dialog->plan());
    if (!added) {
        const QString hint = added.error().hint.isEmpty() ? QString() : u" — "_s + added.error().hint;
        return m_dialog->showProblem(added.error().message + hint);
    }
    Q_EMIT imported(*added, QFileInfo(m_dialog->plan().expanded.fileName).fileName());
    m_dialog->accept();
}

} // namespace portlight
