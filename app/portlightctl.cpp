// SPDX-License-Identifier: GPL-3.0-or-later
#include "commands/commandline.h"
#include "commands/commands.h"

#include <QCoreApplication>

#include <csignal>
#include <cstdio>

using namespace portlight;

namespace {

// What was printed may lie in a file on a full disk; a proxy that ran has done its work.
int checkOutput(const QString &name, int exitCode)
{
    if (exitCode != ExitOk || std::ferror(stdout) == 0 || name == QLatin1String("serve"))
        return exitCode;
    printError(QStringLiteral("portlightctl: standard output cannot be written\n"));
    return ExitFailed;
}

} // namespace

int main(int argc, char *argv[])
{
    std::signal(SIGXFSZ, SIG_IGN); // a file at its limit is an error like any other, not the end
    QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("portlightctl"));
    QCoreApplication::setApplicationVersion(QStringLiteral(PORTLIGHT_VERSION));

    QStringList arguments = application.arguments().mid(1);
    if (arguments.isEmpty()) {
        printError(generalHelp());
        return ExitUsage;
    }
    const QString name = arguments.takeFirst();
    if (name == QLatin1String("--version") || name == QLatin1String("-v")) {
        print(QStringLiteral("portlightctl %1\n").arg(QCoreApplication::applicationVersion()));
        return ExitOk;
    }
    if (name == QLatin1String("help") || name == QLatin1String("--help") || name == QLatin1String("-h"))
        return runHelp(arguments);
    if (const Command *command = findCommand(name))
        return checkOutput(name, command->run(arguments));
    printError(QStringLiteral("portlightctl: there is no command \"%1\"; try portlightctl help\n").arg(name));
    return ExitUsage;
}
