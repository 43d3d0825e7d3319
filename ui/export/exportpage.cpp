// SPDX-License-Identifier: GPL-3.0-or-later
#include "export/exportpage.h"

#include "widgets/codeview.h"
#include "widgets/noticebar.h"
#include "widgets/pageheader.h"

#include <QApplication>
#include <QClipboard>
#include <QFileDialog>
#include <QLabel>
#include <QPushButton>
#include <QSaveFile>
#include <QVBoxLayout>

namespace portlight {

using namespace Qt::StringLiterals;

ExportPage::ExportPage(std::function<ExportResult()> exporter, QWidget *parent)
    : QWidget(parent)
    , m_exporter(std::move(exporter))
    , m_notice(new NoticeBar(u"exportNotice"_s, this))
    , m_code(new CodeView(this))
    , m_losses(new QLabel(this))
{
    setObjectName(u"exportPage"_s);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    auto *header = new PageHeader(tr("Export to nginx"), this);
    QPushButton *copy = header->addButton(u"exportCopy"_s, tr("Copy"));
    QPushButton *save = header->addButton(u"exportSave"_s, tr("Save as…"), true);
    m_code->setObjectName(u"exportText"_s);
    m_code->setAccessibleName(tr("The configuration as nginx reads it"));
    m_losses->setObjectName(u"exportLosses"_s);
    m_losses->setForegroundRole(QPalette::PlaceholderText);
    m_losses->setWordWrap(true);
    auto *inside = new QVBoxLayout;
    inside->setContentsMargins(24, 0, 8, 8);
    inside->setSpacing(12);
    inside->addWidget(m_losses);
    inside->addWidget(m_code, 1);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(header);
    column->addWidget(m_notice);
    column->addLayout(inside, 1);
    connect(copy, &QPushButton::clicked, this, [this] { QApplication::clipboard()->setText(m_code->toPlainText()); });
    connect(save, &QPushButton::clicked, this, &ExportPage::askWhere);
}

void ExportPage::refresh()
{
    if (!isVisible())
        return; // asked again when shown
    const ExportResult result = m_exporter();
    m_code->setCode(result.files.isEmpty() ? QString() : QString::fromUtf8(result.files.first().text), Syntax::Nginx);
    QStringList losses;
    for (const Diagnostic &loss : result.losses)
        losses.append(loss.message);
    m_losses->setText(losses.isEmpty() ? tr("nginx can say all of it: nothing is lost.")
                                       : tr("Left out or translated: %1").arg(losses.join(u"; "_s)));
}

Result<void> ExportPage::saveTo(const QString &path) const
{
    const ExportResult result = m_exporter();
    const QByteArray text = result.files.isEmpty() ? QByteArray() : result.files.first().text;
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size() || !file.commit())
        return Error{ErrorCode::FileNotWritable, tr("%1 could not be written: %2").arg(path, file.errorString())};
    return {};
}

void ExportPage::askWhere()
{
    auto *dialog = new QFileDialog(this, tr("Save as nginx configuration"), QString(), tr("Configuration (*.conf)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(u"conf"_s);
    dialog->selectFile(u"nginx.conf"_s);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString &path) {
        const Result<void> saved = saveTo(path);
        m_notice->showNotice(saved ? Tone::Good : Tone::Error,
                             saved ? tr("Saved %1").arg(path) : saved.error().message);
    });
    dialog->open();
}

void ExportPage::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    refresh();
}

} // namespace portlight
