// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "theme/colors.h"

#include <QWidget>

namespace portlight {

// A small rounded label: a status code, a state.
class Badge final : public QWidget
{
    Q_OBJECT
public:
    explicit Badge(QWidget *parent = nullptr);

    void setBadge(const QString &text, Tone tone);
    QString text() const { return m_text; }
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    QString m_text;
    Tone m_tone = Tone::Neutral;
};

// The colour of a status code: 2xx good, 3xx and 1xx accent, 4xx warning, 5xx error, none accent.
Tone toneOfStatus(int status);

} // namespace portlight
