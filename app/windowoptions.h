// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QApplication>
#include <QString>

namespace portlight {

// What the command line of the program with the window says.
struct WindowOptions {
    QString config;
    QString page;
    bool minimized = false;
};

// Ends the program on --help, --version and on what it does not understand.
WindowOptions readWindowOptions(const QApplication &application);

} // namespace portlight
