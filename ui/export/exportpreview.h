// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "export/nginxexporter.h"

#include <QWidget>

class QTabBar;

namespace portlight {

class CodeView;

// The exported files, one tab each, the hand-over page last.
class ExportPreview final : public QWidget
{
    Q_OBJECT
public:
    explicit ExportPreview(QWidget *parent = nullptr);

    // The tab of the same name stays chosen.
    void setFiles(const QList<ExportedFile> &files);
    // The text that is shown.
    QString text() const;

private:
    void showFile(int index);

    QList<ExportedFile> m_files;
    QTabBar *m_tabs;
    CodeView *m_code;
    bool m_changing = false;
};

} // namespace portlight
