// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFont>

namespace portlight {

// The desktop's font; Inter, when installed, where the desktop names none.
QFont windowFont();
// For what was on the wire: the desktop's fixed font, or JetBrains Mono where that is the generic one.
QFont wireFont();
// Page titles: 3 points over the window's font, semibold.
QFont headingFont();
QFont semiboldFont();
// One point below the window's font, for badges.
QFont badgeFont();

} // namespace portlight
