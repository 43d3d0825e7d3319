// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPushButton>

namespace portlight {

// A button with a text, by which assistive technology knows it too, and a name for tests and style sheets.
QPushButton *namedButton(const QString &objectName, const QString &text, QWidget *parent);

} // namespace portlight
