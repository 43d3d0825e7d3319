// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "export/exportactions.h"

#include <QWidget>

class QPushButton;

namespace portlight {

class ExportFindings;
class ExportOptionsPanel;
class ExportPreview;
class NoticeBar;
class PageHeader;
struct NginxVerdict;

// The Export page: choices, what they give, what is lost, and two proofs by the real nginx.
class ExportPage final : public QWidget
{
    Q_OBJECT
public:
    // The exporter is asked whenever the page is shown, refreshed, or a choice is made.
    explicit ExportPage(ExportActions actions, QWidget *parent = nullptr);

    // The configuration changed.
    void refresh();
    // Writes all files and the hand-over page into a folder. Errors: AlreadyExists when a file is there and may not be
    // overwritten, FileNotWritable.
    Result<void> saveTo(const QString &folder, bool overwrite) const;

protected:
    void showEvent(QShowEvent *event) override;

private:
    QList<ExportedFile> files(Diagnostics *losses = nullptr) const;
    void buildHeader(PageHeader *header);
    void askWhere();
    void save(const QString &folder, bool overwrite);
    void validate();
    void showVerdict(const NginxVerdict &verdict);
    void verify();
    void showSummary(const VerifySummary &summary);

    ExportActions m_actions;
    QPushButton *m_validate = nullptr;
    QPushButton *m_verify = nullptr;
    NoticeBar *m_notice;
    ExportOptionsPanel *m_options;
    ExportPreview *m_preview;
    ExportFindings *m_findings;
    QString m_refusedFolder; // where files were in the way
};

} // namespace portlight
