// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

namespace portlight {

// Somebody sits there who can be asked.
bool hasTerminal();
// Asks on the terminal, without echo. Errors: InvalidValue without a terminal; Cancelled by Ctrl+C.
Result<QString> askSecret(const QString &prompt);
// Asks twice, until both are the same.
Result<QString> askNewSecret(const QString &what);
// The first line of a file that only its owner can read, or of standard input for "-". Errors: those of
// readPassphraseFile.
Result<QString> secretFromFile(const QString &file);
// Asks "… [y/N]" on the terminal; without one the answer is no.
bool askYes(const QString &question);

} // namespace portlight
