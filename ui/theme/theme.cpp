// SPDX-License-Identifier: GPL-3.0-or-later
#include "theme/theme.h"

#include "theme/colors.h"
#include "theme/fonts.h"
#include "theme/style.h"

#include <QApplication>
#include <QIcon>

namespace portlight {

using namespace Qt::StringLiterals;

Theme::Theme(QApplication &application, Appearance appearance)
    : QObject(&application)
    , m_appearance(appearance)
{
    QApplication::setStyle(new Style);
    QApplication::setFont(windowFont());
    apply();
}

void Theme::setAppearance(Appearance appearance)
{
    if (m_appearance == appearance)
        return;
    m_appearance = appearance;
    apply();
    Q_EMIT appearanceChanged();
}

void Theme::followSystem()
{
    if (m_appearance == Appearance::System)
        apply();
}

void Theme::apply()
{
    bool dark = m_appearance == Appearance::Dark;
    if (m_appearance == Appearance::System) {
        // Without an application palette Qt answers with the desktop's.
        QApplication::setPalette(QPalette());
        dark = isDarkPalette(QApplication::palette());
    }
    QApplication::setPalette(paletteOf(themeColors(dark)));
}

QString Theme::nameOf(Appearance appearance)
{
    switch (appearance) {
    case Appearance::Light: return u"light"_s;
    case Appearance::Dark: return u"dark"_s;
    case Appearance::System: break;
    }
    return u"system"_s;
}

Appearance Theme::fromName(const QString &name)
{
    if (name == QLatin1String("light"))
        return Appearance::Light;
    return name == QLatin1String("dark") ? Appearance::Dark : Appearance::System;
}

} // namespace portlight
