// SPDX-License-Identifier: GPL-3.0-or-later
#include "export/exportpage.h"

#include "api/nginxcheck.h"
#include "export/exportfindings.h"
#include "export/exportoptions.h"
#include "export/exportpreview.h"
#include "export/handoverpage.h"
#include "widgets/noticebar.h"
#include "widgets/pageheader.h"

#include <QApplication>
#include <QClipboard>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QPushButton>
#include <QSaveFile>
#include <QSplitter>
#include <QVBoxLayout>

namespace portlight {

using namespace Qt::StringLiterals;

ExportPage::ExportPage(ExportActions actions, QWidget *parent)
    : QWidget(parent)
    , m_actions(std::move(actions))
    , m_notice(new NoticeBar(u"exportNotice"_s, this))
    , m_options(new ExportOptionsPanel(this))
    , m_preview(new ExportPreview(this))
    , m_findings(new ExportFindings(this))
{
    setObjectName(u"exportPage"_s);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    auto *header = new PageHeader(tr("Export to nginx"), this);
    buildHeader(header);
    auto *upper = new QWidget(this);
    auto *row = new QHBoxLayout(upper);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addWidget(m_options);
    row->addWidget(m_preview, 1);
    auto *splitter = new QSplitter(Qt::Vertical, this);
    splitter->setObjectName(u"exportSplitter"_s);
    splitter->setHandleWidth(1);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(upper);
    splitter->addWidget(m_findings);
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 1);
    splitter->setSizes({480, 170});
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(header);
    column->addWidget(m_notice);
    column->addWidget(splitter, 1);
    connect(m_options, &ExportOptionsPanel::changed, this, &ExportPage::refresh);
    connect(m_notice, &NoticeBar::actionTriggered, this, [this] { save(m_refusedFolder, true); });
}

void ExportPage::buildHeader(PageHeader *header)
{
    QPushButton *copy = header->addButton(u"exportCopy"_s, tr("Copy"));
    copy->setToolTip(tr("Copy the file that is shown"));
    m_validate = header->addButton(u"exportValidate"_s, tr("Validate with nginx"));
    m_validate->setToolTip(tr("Have the real nginx read it: nginx -t"));
    m_verify = header->addButton(u"exportVerify"_s, tr("Verify parity"));
    m_verify->setToolTip(tr("Play the same requests to a real nginx and to Portlight"));
    QPushButton *saveButton = header->addButton(u"exportSave"_s, tr("Save…"), true);
    connect(copy, &QPushButton::clicked, this, [this] { QApplication::clipboard()->setText(m_preview->text()); });
    connect(m_validate, &QPushButton::clicked, this, &ExportPage::validate);
    connect(m_verify, &QPushButton::clicked, this, &ExportPage::verify);
    connect(saveButton, &QPushButton::clicked, this, &ExportPage::askWhere);
}

QList<ExportedFile> ExportPage::files(Diagnostics *losses) const
{
    const NginxExportOptions options = m_options->options();
    const ExportResult result = m_actions.exporter(options);
    if (losses)
        *losses = result.losses;
    return result.files + QList{makeHandOverPage(result, options)};
}

void ExportPage::refresh()
{
    if (!isVisible())
        return; // asked again when shown
    Diagnostics losses;
    m_preview->setFiles(files(&losses));
    m_findings->setLosses(losses);
}

Result<void> ExportPage::saveTo(const QString &folder, bool overwrite) const
{
    const QList<ExportedFile> exported = files();
    const QDir into(folder);
    for (const ExportedFile &file : exported) {
        if (!overwrite && into.exists(file.name))
            return Error{ErrorCode::AlreadyExists, tr("%1 is there already").arg(into.filePath(file.name)), {}, {}};
    }
    for (const ExportedFile &file : exported) {
        const QString path = into.filePath(file.name);
        QDir().mkpath(QFileInfo(path).path());
        QSaveFile target(path);
        if (!target.open(QIODevice::WriteOnly) || target.write(file.text) != file.text.size() || !target.commit())
            return Error{
                ErrorCode::FileNotWritable, tr("%1 could not be written: %2").arg(path, target.errorString()), {}, {}};
    }
    return {};
}

void ExportPage::askWhere()
{
    auto *dialog = new QFileDialog(this, tr("Save into a folder"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString &folder) { save(folder, false); });
    dialog->open();
}

void ExportPage::save(const QString &folder, bool overwrite)
{
    const Result<void> saved = saveTo(folder, overwrite);
    if (saved)
        return m_notice->showNotice(Tone::Good, tr("Saved in %1, with the hand-over page").arg(folder));
    m_refusedFolder = folder;
    const bool inTheWay = saved.error().code == ErrorCode::AlreadyExists;
    m_notice->showNotice(inTheWay ? Tone::Warning : Tone::Error, saved.error().message,
                         inTheWay ? tr("Overwrite") : QString());
}

void ExportPage::validate()
{
    m_validate->setEnabled(false);
    auto *check = new NginxCheck(this);
    connect(check, &NginxCheck::finished, this, [this, check](const NginxVerdict &verdict) {
        check->deleteLater();
        m_validate->setEnabled(true);
        showVerdict(verdict);
    });
    QList<ExportedFile> configuration = files();
    configuration.removeLast(); // the hand-over page
    check->start(configuration);
}

void ExportPage::showVerdict(const NginxVerdict &verdict)
{
    const QString version = QString::fromLatin1(verdict.version.toString());
    if (!verdict.taken && verdict.version.isValid() && verdict.version < m_options->options().version)
        return m_notice->showNotice(Tone::Error,
                                    tr("%1 — the nginx here is %2: choose that version to have it checked here")
                                        .arg(verdict.complaint, version));
    if (!verdict.taken)
        return m_notice->showNotice(Tone::Error, verdict.complaint);
    if (!verdict.aside.isEmpty())
        return m_notice->showNotice(
            Tone::Good, tr("nginx %1 takes it. This machine alone would say: %2").arg(version, verdict.aside));
    m_notice->showNotice(Tone::Good, tr("nginx %1 takes it: the test is successful").arg(version));
}

void ExportPage::verify()
{
    m_verify->setEnabled(false);
    m_findings->beginComparison();
    auto *verifier = new Verifier(this);
    connect(verifier, &Verifier::compared, m_findings, &ExportFindings::addOutcome);
    connect(verifier, &Verifier::finished, this, [this, verifier](const VerifySummary &summary) {
        verifier->deleteLater();
        m_verify->setEnabled(true);
        showSummary(summary);
    });
    verifier->start(m_actions.verifyJob());
}

void ExportPage::showSummary(const VerifySummary &summary)
{
    m_findings->endComparison(summary);
    if (!summary.ran()) {
        const Diagnostic &problem = summary.problems.first();
        const QString hint = problem.hint.isEmpty() ? QString() : u" — "_s + problem.hint;
        return m_notice->showNotice(Tone::Error, problem.message + hint);
    }
    const QString version = QString::fromLatin1(summary.nginx.toString());
    const qsizetype all = summary.outcomes.size();
    if (summary.differing() == 0)
        return m_notice->showNotice(Tone::Good,
                                    tr("All %1 requests get the same answer from nginx %2").arg(all).arg(version));
    m_notice->showNotice(
        Tone::Warning,
        tr("%1 of %2 requests get another answer from nginx %3").arg(summary.differing()).arg(all).arg(version));
}

void ExportPage::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    refresh();
}

} // namespace portlight
