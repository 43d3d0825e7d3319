// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "export/nginxexporter.h"

#include <QWidget>

#include <functional>

class QLabel;

namespace portlight {

class CodeView;
class NoticeBar;

// The Export page: the whole configuration as nginx reads it, to copy or to save.
class ExportPage final : public QWidget
{
    Q_OBJECT
public:
    // `exporter` is asked whenever the page is shown or refreshed.
    explicit ExportPage(std::function<ExportResult()> exporter, QWidget *parent = nullptr);

    // The configuration changed.
    void refresh();
    // Errors: FileNotWritable.
    Result<void> saveTo(const QString &path) const;

protected:
    void showEvent(QShowEvent *event) override;

private:
    void askWhere();

    std::function<ExportResult()> m_exporter;
    NoticeBar *m_notice;
    CodeView *m_code;
    QLabel *m_losses;
};

} // namespace portlight
