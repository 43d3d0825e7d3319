// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "theme/colors.h"

#include <QRect>

class QPainter;
class QStyleOption;
class QStyleOptionComplex;
class QWidget;

namespace portlight {

// The shapes that the style and the table cells share. Rectangles are in device-independent pixels.

inline constexpr int ControlRadius = 6;

// The colour of a widget's text, whatever role its place gives it.
void setInk(QWidget *widget, const QColor &color);
void paintButton(QPainter &painter, const QStyleOption &option, const QWidget *widget);
void paintField(QPainter &painter, const QRect &rect, const ThemeColors &colors, bool focused, bool enabled);
// The ring around whatever has the keyboard.
void paintFocusRing(QPainter &painter, const QRect &rect, const ThemeColors &colors);
// A switch, vertically centred in `rect`, 30 × 16.
void paintSwitch(QPainter &painter, const QRect &rect, const ThemeColors &colors, bool on, bool enabled);
void paintHeaderSection(QPainter &painter, const QStyleOption &option);
void paintHeaderLabel(QPainter &painter, const QStyleOption &option);
void paintTab(QPainter &painter, const QStyleOption &option);
void paintTabLabel(QPainter &painter, const QStyleOption &option);
void paintScrollBar(QPainter &painter, const QStyleOptionComplex &option, const QRect &slider);
void paintComboBox(QPainter &painter, const QStyleOptionComplex &option, const QRect &arrow);

} // namespace portlight
