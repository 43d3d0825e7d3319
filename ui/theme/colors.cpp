// SPDX-License-Identifier: GPL-3.0-or-later
#include "theme/colors.h"

#include <cmath>

namespace portlight {

namespace {

ThemeColors lightColors()
{
    ThemeColors c;
    c.window = QColor(0xF6, 0xF7, 0xF9);
    c.sidebar = QColor(0xEE, 0xF0, 0xF3);
    c.base = QColor(0xFF, 0xFF, 0xFF);
    c.text = QColor(0x1B, 0x1F, 0x24);
    c.dim = QColor(0x57, 0x60, 0x6A);
    c.hairline = QColor(0xD9, 0xDD, 0xE3);
    c.control = QColor(0xD0, 0xD5, 0xDD);
    c.hover = QColor(0xF3, 0xF5, 0xF8);
    c.selection = QColor(0xE4, 0xED, 0xFD);
    c.accent = QColor(0x2F, 0x6F, 0xEB);
    c.onAccent = QColor(0xFF, 0xFF, 0xFF);
    c.track = QColor(0xC9, 0xCE, 0xD6);
    c.neutral = {QColor(0xAD, 0xB4, 0xBE), QColor(0x4C, 0x55, 0x5F), QColor(0xEC, 0xEF, 0xF3)};
    c.accentTone = {c.accent, QColor(0x1C, 0x59, 0xD1), QColor(0xE0, 0xEA, 0xFD)};
    c.good = {QColor(0x1A, 0x7F, 0x37), QColor(0x17, 0x72, 0x2F), QColor(0xDD, 0xF3, 0xE2)};
    c.warning = {QColor(0x9A, 0x67, 0x00), QColor(0x86, 0x59, 0x00), QColor(0xFD, 0xF0, 0xC4)};
    c.error = {QColor(0xCF, 0x22, 0x2E), QColor(0xBE, 0x1C, 0x28), QColor(0xFD, 0xE3, 0xE4)};
    return c;
}

ThemeColors darkColors()
{
    ThemeColors c;
    c.dark = true;
    c.window = QColor(0x16, 0x18, 0x1D);
    c.sidebar = QColor(0x1A, 0x1C, 0x22);
    c.base = QColor(0x1E, 0x21, 0x28);
    c.text = QColor(0xE6, 0xE8, 0xEB);
    c.dim = QColor(0x9F, 0xA8, 0xB4);
    c.hairline = QColor(0x30, 0x35, 0x3E);
    c.control = QColor(0x3B, 0x41, 0x4C);
    c.hover = QColor(0x25, 0x29, 0x31);
    c.selection = QColor(0x26, 0x34, 0x4F);
    c.accent = QColor(0x5B, 0x8D, 0xEF);
    c.onAccent = QColor(0x0D, 0x11, 0x17); // white would reach 3.2:1 only
    c.track = QColor(0x4A, 0x51, 0x5D);
    c.neutral = {QColor(0x5E, 0x66, 0x73), QColor(0xB2, 0xBA, 0xC5), QColor(0x2C, 0x31, 0x3A)};
    c.accentTone = {c.accent, QColor(0x7B, 0xA5, 0xF5), QColor(0x1E, 0x2D, 0x4A)};
    c.good = {QColor(0x3F, 0xB9, 0x50), QColor(0x56, 0xC8, 0x66), QColor(0x16, 0x32, 0x1F)};
    c.warning = {QColor(0xD2, 0x99, 0x22), QColor(0xDD, 0xA6, 0x33), QColor(0x3A, 0x2E, 0x10)};
    c.error = {QColor(0xF8, 0x51, 0x49), QColor(0xFF, 0x7F, 0x77), QColor(0x47, 0x1C, 0x1F)};
    return c;
}

double linear(int channel)
{
    const double value = channel / 255.0;
    return value <= 0.03928 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

double luminance(const QColor &color)
{
    return 0.2126 * linear(color.red()) + 0.7152 * linear(color.green()) + 0.0722 * linear(color.blue());
}

} // namespace

const ToneColors &ThemeColors::tone(Tone tone) const
{
    switch (tone) {
    case Tone::Accent: return accentTone;
    case Tone::Good: return good;
    case Tone::Warning: return warning;
    case Tone::Error: return error;
    case Tone::Neutral: break;
    }
    return neutral;
}

const ThemeColors &themeColors(bool dark)
{
    static const ThemeColors lightOnes = lightColors();
    static const ThemeColors darkOnes = darkColors();
    return dark ? darkOnes : lightOnes;
}

const ThemeColors &themeColors(const QPalette &palette)
{
    return themeColors(isDarkPalette(palette));
}

QPalette paletteOf(const ThemeColors &c)
{
    QPalette palette(c.base, c.window);
    const auto set = [&palette](QPalette::ColorRole role, const QColor &color) { palette.setColor(role, color); };
    set(QPalette::Window, c.window);
    set(QPalette::WindowText, c.text);
    set(QPalette::Base, c.base);
    set(QPalette::AlternateBase, c.window);
    set(QPalette::Text, c.text);
    set(QPalette::Button, c.base);
    set(QPalette::ButtonText, c.text);
    set(QPalette::BrightText, c.error.mark);
    set(QPalette::PlaceholderText, c.dim);
    set(QPalette::ToolTipBase, c.dark ? c.hover : c.text);
    set(QPalette::ToolTipText, c.dark ? c.text : c.base);
    set(QPalette::Highlight, c.accent);
    set(QPalette::HighlightedText, c.onAccent);
    set(QPalette::Link, c.accentTone.ink);
    set(QPalette::LinkVisited, c.accentTone.ink);
    set(QPalette::Light, c.base);
    set(QPalette::Midlight, c.hover);
    set(QPalette::Mid, c.hairline);
    set(QPalette::Dark, c.control);
    set(QPalette::Shadow, c.dark ? QColor(Qt::black) : c.control);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
        QColor faded = c.dim;
        faded.setAlpha(160);
        palette.setColor(QPalette::Disabled, role, faded);
    }
    return palette;
}

bool isDarkPalette(const QPalette &palette)
{
    return palette.color(QPalette::Base).lightness() < palette.color(QPalette::Text).lightness();
}

double contrastRatio(const QColor &a, const QColor &b)
{
    const double first = luminance(a);
    const double second = luminance(b);
    return (std::max(first, second) + 0.05) / (std::min(first, second) + 0.05);
}

} // namespace portlight
