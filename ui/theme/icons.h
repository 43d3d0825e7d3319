// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QIcon>
#include <QPixmap>
#include <QString>

class QPalette;

namespace portlight {

QIcon applicationIcon();
// One of resources/icons, drawn in the colour of the text around it at the screen's resolution: it follows a change
// of palette by itself.
QIcon themedIcon(const QString &name);
// One of resources/icons in a given colour; `size` in device-independent pixels.
QPixmap iconPixmap(const QString &name, const QColor &color, int size, qreal devicePixelRatio);
// One of resources/drawings in the colours of a palette, 220 × 120 device-independent pixels.
QPixmap drawingPixmap(const QString &name, const QPalette &palette, qreal devicePixelRatio);

} // namespace portlight
