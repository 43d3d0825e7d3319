// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPalette>

namespace portlight {

// What a badge, a dot or a banner says by its colour.
enum class Tone : quint8 { Neutral, Accent, Good, Warning, Error };

// A colour for what is drawn, a darker or lighter one for text on `soft`, and the background of a badge.
struct ToneColors {
    QColor mark;
    QColor ink;
    QColor soft;
};

// Every colour of the window in one appearance. Text roles reach 4.5:1 on each background they are used on.
struct ThemeColors {
    bool dark = false;
    QColor window;  // status bar, code
    QColor sidebar; // navigation
    QColor base;    // pages and tables
    QColor text;
    QColor dim; // secondary text
    QColor hairline;
    QColor control; // borders of fields and buttons
    QColor hover;
    QColor selection;
    QColor accent;
    QColor onAccent; // text on `accent`
    QColor track;    // of a switch that is off
    ToneColors neutral;
    ToneColors accentTone;
    ToneColors good;
    ToneColors warning;
    ToneColors error;

    const ToneColors &tone(Tone tone) const;
};

const ThemeColors &themeColors(bool dark);
// The colours that belong to a palette of ours, found by how light its base is.
const ThemeColors &themeColors(const QPalette &palette);
QPalette paletteOf(const ThemeColors &colors);
// True when the palette shows light text on dark.
bool isDarkPalette(const QPalette &palette);
// Contrast ratio of two opaque colours, 1 to 21 (WCAG 2.2, 1.4.3).
double contrastRatio(const QColor &a, const QColor &b);

} // namespace portlight
