// SPDX-License-Identifier: GPL-3.0-or-later
#include "commands/commands.h"

#include "commands/commandline.h"

#include <array>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

constexpr std::array<Command, 17> Commands{{
    {"serve", "Run the proxy in the foreground", runServe},
    {"check", "Check a configuration and say what is wrong with it", runCheck},
    {"add", "Add a domain: portlightctl add shop 3000", runAdd},
    {"remove", "Remove a domain", runRemove},
    {"list", "List the domains", runList},
    {"status", "Show the counters and listeners of the running Portlight", runStatus},
    {"backends", "Show the backends of the running Portlight, and how each does", runBackends},
    {"drain", "Give a backend no new requests: portlightctl drain api 127.0.0.1:3001", runDrain},
    {"down", "Give a backend no requests", runDown},
    {"up", "Give a backend requests again", runUp},
    {"weight", "Change a backend's share of the requests", runWeight},
    {"reload", "Have the running Portlight read its configuration again", runReload},
    {"import", "Make somebody's nginx.conf run on this desk", runImport},
    {"export", "Write the configuration for another server", runExport},
    {"verify", "Play requests to a real nginx and to Portlight, and compare the answers", runVerify},
    {"ca", "Certificates that browsers accept: portlightctl ca init && portlightctl ca trust", runCa},
    {"reference", "Print what is known of each directive", runReference},
}};

} // namespace

std::span<const Command> allCommands()
{
    return Commands;
}

const Command *findCommand(QStringView name)
{
    const auto found = std::find_if(Commands.begin(), Commands.end(),
                                    [name](const Command &command) { return name == QLatin1String(command.name); });
    return found == Commands.end() ? nullptr : found;
}

QString generalHelp()
{
    QString text = u"Usage: portlightctl COMMAND [OPTIONS]\n\nA reverse proxy for developers, without its window.\n\n"
                   u"Commands:\n"_s;
    for (const Command &command : Commands)
        text += u"  %1  %2\n"_s.arg(QLatin1String(command.name), -9).arg(QLatin1String(command.summary));
    return text
           + u"\nportlightctl COMMAND --help tells more of a command; portlightctl --version the version.\n"
             u"Exit codes: 0 done, 1 problems or failed, 2 wrong usage, 3 cannot start.\n"_s;
}

int runHelp(const QStringList &arguments)
{
    if (arguments.isEmpty()) {
        print(generalHelp());
        return ExitOk;
    }
    if (const Command *command = findCommand(arguments.first()))
        return command->run({u"--help"_s});
    printError(u"portlightctl: there is no command \"%1\"\n"_s.arg(arguments.first()));
    return ExitUsage;
}

} // namespace portlight
