// SPDX-License-Identifier: GPL-3.0-or-later
#include "commands/commandline.h"
#include "commands/commands.h"

#include <QCoreApplication>

using namespace portlight;

int main(int argc, char *argv[])
{
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
        return command->run(arguments);
    printError(QStringLiteral("portlightctl: there is no command \"%1\"; try portlightctl help\n").arg(name));
    return ExitUsage;
}
