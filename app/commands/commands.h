// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

#include <span>

namespace portlight {

// Exit codes of every command; the manual page lists them.
enum ExitCode {
    ExitOk = 0,
    ExitFailed = 1,      // problems were found, or the command could not be done
    ExitUsage = 2,       // the command line makes no sense
    ExitCannotStart = 3, // a listener cannot be opened, the pid file or error log cannot be written
};

// One command of portlightctl: what follows its name comes as arguments, an ExitCode goes back.
struct Command {
    const char *name;
    const char *summary;
    int (*run)(const QStringList &arguments);
};

std::span<const Command> allCommands();
const Command *findCommand(QStringView name);
QString generalHelp();
// `help` and `help COMMAND`.
int runHelp(const QStringList &arguments);

int runServe(const QStringList &arguments);
int runCheck(const QStringList &arguments);
int runAdd(const QStringList &arguments);
int runRemove(const QStringList &arguments);
int runList(const QStringList &arguments);
int runStatus(const QStringList &arguments);
int runBackends(const QStringList &arguments);
int runDrain(const QStringList &arguments);
int runDown(const QStringList &arguments);
int runUp(const QStringList &arguments);
int runWeight(const QStringList &arguments);
int runReload(const QStringList &arguments);
int runImport(const QStringList &arguments);
int runExport(const QStringList &arguments);
int runVerify(const QStringList &arguments);
int runCa(const QStringList &arguments);
int runReference(const QStringList &arguments);

} // namespace portlight
