// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/authoritystatus.h"

#include <QScrollArea>

namespace portlight {

// What to set for programs that read no trust store, each with a button that copies it.
class ProgramSettings final : public QScrollArea
{
    Q_OBJECT
public:
    explicit ProgramSettings(QWidget *parent = nullptr);

    void setSettings(const QList<TrustSetting> &settings);

private:
    QWidget *rowOf(const TrustSetting &setting);

    QList<TrustSetting> m_settings;
};

} // namespace portlight
