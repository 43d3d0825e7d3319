// SPDX-License-Identifier: GPL-3.0-or-later
#include "commands/serveoptions.h"
#include "commands/servesession.h"

#include <csignal>

namespace portlight {

int runServe(const QStringList &arguments)
{
    const auto options = parseServeOptions(arguments);
    if (const int *exitCode = std::get_if<int>(&options))
        return *exitCode;
    // A reader of our output or a peer that goes away is an error of that write, no reason to die.
    std::signal(SIGPIPE, SIG_IGN);
    ServeSession session(std::get<ServeOptions>(options));
    return session.run();
}

} // namespace portlight
