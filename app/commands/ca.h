// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

namespace portlight {

// The commands behind `portlightctl ca`; each gives an ExitCode.
int runCaInit(const QStringList &arguments);
int runCaShow(const QStringList &arguments);
int runCaIssue(const QStringList &arguments);
int runCaUnlock(const QStringList &arguments);
int runCaTrust(const QStringList &arguments);
int runCaUntrust(const QStringList &arguments);
int runCaStatus(const QStringList &arguments);

} // namespace portlight
