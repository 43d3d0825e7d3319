// SPDX-License-Identifier: GPL-3.0-or-later
#include "commands/ca.h"

#include "commands/commandline.h"

#include <array>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

constexpr std::array<Command, 7> CaCommands{{
    {"init", "Make the local authority, and give your domains HTTPS", runCaInit},
    {"show", "Show the authority, how its keys are protected, and its certificates", runCaShow},
    {"issue", "Write a certificate and its key for other programs", runCaIssue},
    {"unlock", "Give the running Portlight the passphrase of the keys", runCaUnlock},
    {"trust", "Have browsers and programs of this desk trust it", runCaTrust},
    {"untrust", "Take it out of their trust again", runCaUntrust},
    {"status", "Prove in which stores it is trusted", runCaStatus},
}};

QString helpText()
{
    QString text =
        u"Usage: portlightctl ca COMMAND [OPTIONS]\n\n"
        u"The local certificate authority: certificates for the names of this desk that its browsers accept. "
        u"Its\nroot can sign names below its suffixes and loopback addresses, and nothing else.\n\n"
        u"Commands:\n"_s;
    for (const Command &command : CaCommands)
        text += u"  %1  %2\n"_s.arg(QLatin1String(command.name), -8).arg(QLatin1String(command.summary));
    return text
           + u"\nThe usual way: portlightctl ca init && portlightctl ca trust\n"
             u"portlightctl ca COMMAND --help tells more of a command.\n"_s;
}

} // namespace

int runCa(const QStringList &arguments)
{
    const QString name = arguments.value(0);
    if (name == u"--help"_s || name == u"-h"_s || name == u"help"_s) {
        print(helpText());
        return ExitOk;
    }
    for (const Command &command : CaCommands) {
        if (name == QLatin1String(command.name))
            return command.run(arguments.mid(1));
    }
    printError(name.isEmpty()
                   ? helpText()
                   : u"portlightctl ca: there is no command \"%1\"; try portlightctl ca --help\n"_s.arg(name));
    return ExitUsage;
}

} // namespace portlight
