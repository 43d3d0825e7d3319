// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QString>
#include <QStringList>

#include <chrono>
#include <stop_token>

namespace portlight {

// How a command of a TrustReport gets the privilege that it needs.
enum class PrivilegeWay : quint8 {
    None,   // there is no way: it is shown, to be run elsewhere
    Direct, // this process is root
    Pkexec, // asks in a window of the desktop
    Sudo,   // asks in the terminal
};

struct PrivilegeSurroundings {
    bool root = false;
    bool desktop = false;    // somebody sees windows
    bool terminal = false;   // standard input is one
    QStringList toolFolders; // as TrustPlaces has them
};
// Direct for root; sudo in a terminal, pkexec on a desktop, whichever is installed.
PrivilegeWay privilegeWay(const PrivilegeSurroundings &surroundings);

// As long as a person may take for the password; then the command is given up.
inline constexpr std::chrono::minutes PrivilegedTimeMax{5};
// Runs a report's privileged command; blocking. Errors: Cancelled (refused, dismissed, or stopped before it was
// allowed), ToolMissing (no way), ToolFailed with the program's own words.
Result<void> runPrivileged(const QStringList &command, PrivilegeWay way, const QStringList &toolFolders,
                           const std::stop_token &stop = {});

// The command as a shell takes it, quoted where it has to be: to be shown, and pasted.
QString shellText(const QStringList &command);

} // namespace portlight
