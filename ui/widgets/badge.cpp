// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/badge.h"

#include "widgets/cellpainting.h"

#include <QPainter>

namespace portlight {

Badge::Badge(QWidget *parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

void Badge::setBadge(const QString &text, Tone tone)
{
    m_text = text;
    m_tone = tone;
    setAccessibleName(text);
    setVisible(!text.isEmpty());
    updateGeometry();
    update();
}

QSize Badge::sizeHint() const
{
    return badgeSize(m_text);
}

void Badge::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    paintBadge(painter, rect(), m_text, themeColors(palette()).tone(m_tone));
}

Tone toneOfStatus(int status)
{
    if (status >= 500)
        return Tone::Error;
    if (status >= 400)
        return Tone::Warning;
    if (status >= 200 && status < 300)
        return Tone::Good;
    return Tone::Accent;
}

} // namespace portlight
