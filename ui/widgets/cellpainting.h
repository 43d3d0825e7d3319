// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "theme/colors.h"

#include <QList>
#include <QRect>
#include <QSize>
#include <QString>

class QFont;
class QPainter;

namespace portlight {

// Small pictures inside rows and labels; rectangles in device-independent pixels.

QSize badgeSize(const QString &text);
// At the left of `rect`, vertically centred, elided when it does not fit.
void paintBadge(QPainter &painter, const QRect &rect, const QString &text, const ToneColors &tone);
void paintDot(QPainter &painter, const QPoint &center, const QColor &color);
// The newest value at the right edge; a flat line at zero is drawn faint.
void paintSparkline(QPainter &painter, const QRect &rect, const QList<double> &values, const QColor &color);
// A mark for each value, the newest at the right edge, those that do not fit left out: what failed (0) is higher than
// what passed, so that it shows without its colour, too.
void paintTicks(QPainter &painter, const QRect &rect, const QList<double> &values, const ThemeColors &colors);
// Which value paintTicks drew there, or -1.
qsizetype tickAt(const QRect &rect, qsizetype count, int x);
// At least two pixels long.
void paintBar(QPainter &painter, const QRect &rect, double share, const QColor &color);
// Right-aligned, every digit as wide as the widest: QFont of Qt 6.4 cannot ask for tabular figures.
void paintTabular(QPainter &painter, const QRect &rect, const QString &text);
int tabularWidth(const QFont &font, const QString &text);

} // namespace portlight
