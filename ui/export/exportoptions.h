// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "export/nginxexporter.h"

#include <QWidget>

class QCheckBox;
class QComboBox;
class QGridLayout;
class QLabel;
class QLineEdit;

namespace portlight {

// The column of choices beside the preview: for which nginx, on which ports, with which certificates.
class ExportOptionsPanel final : public QWidget
{
    Q_OBJECT
public:
    explicit ExportOptionsPanel(QWidget *parent = nullptr);

    NginxExportOptions options() const;

Q_SIGNALS:
    void changed();

private:
    QComboBox *addChoice(QGridLayout *grid, const QString &objectName, const QString &title,
                         const QStringList &choices);
    QLineEdit *addField(QGridLayout *grid, const QString &objectName, const QString &title, const QString &placeholder);
    QCheckBox *makeSwitch(const QString &objectName, const QString &text);
    void showFields();

    QComboBox *m_version = nullptr;
    QComboBox *m_ports = nullptr;
    QComboBox *m_certificates = nullptr;
    QLineEdit *m_folder = nullptr;
    QLineEdit *m_names = nullptr;
    QCheckBox *m_redirect = nullptr;
    QCheckBox *m_headers = nullptr;
    QCheckBox *m_perDomain = nullptr;
};

} // namespace portlight
