// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "theme/theme.h"

#include <QWidget>

class QCheckBox;
class QComboBox;

namespace portlight {

// The Settings page: appearance, capture, and where the configuration is.
class SettingsPage final : public QWidget
{
    Q_OBJECT
public:
    SettingsPage(const QString &configPath, Appearance appearance, QWidget *parent = nullptr);

    void setAppearance(Appearance appearance);
    void setCapturing(bool capturing);

Q_SIGNALS:
    void appearanceChosen(portlight::Appearance appearance);
    void captureToggled(bool on);
    void openFileRequested();
    void openFolderRequested();

private:
    QWidget *makeFileRow(const QString &configPath);

    QComboBox *m_appearance;
    QCheckBox *m_capture;
};

} // namespace portlight
