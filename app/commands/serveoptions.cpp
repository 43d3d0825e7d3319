// SPDX-License-Identifier: GPL-3.0-or-later
#include "commands/serveoptions.h"

#include "commands/commandline.h"

#include <QDir>

namespace portlight {

using namespace Qt::StringLiterals;

std::variant<ServeOptions, int> parseServeOptions(const QStringList &arguments)
{
    CommandLine line(
        u"serve"_s,
        u"Runs the proxy in the foreground until it gets a signal: TERM or INT stop at once, QUIT after the requests "
        u"under way, HUP reads the configuration again, USR1 opens the logs again. Without FILE it runs your own "
        u"portlight.conf, and portlightctl add, remove, list and status act on it while it runs."_s);
    line.addOperand(u"file"_s, u"nginx configuration to run exactly as it is written."_s, u"[FILE]"_s);
    line.addOption(u"demo"_s, u"Run a built-in backend and map http://demo.localhost to it."_s);
    line.addOption(u"overlay"_s, u"What differs on this desk, laid over FILE: a local.conf as import writes it."_s,
                   u"file"_s);
    line.addFragmentOption();
    line.addOption(u"prefix"_s, u"The folder that relative paths inside the configuration start from."_s, u"folder"_s);
    line.addOption(u"pid"_s, u"Write the process id there once every listener is open."_s, u"file"_s);
    line.addOption(u"error-log"_s, u"Write the error log there, not to standard error."_s, u"file"_s);
    line.addOption(u"control"_s,
                   u"With a FILE or --demo: take portlightctl backends, drain, down, up and weight there. Its folder "
                   u"must be yours alone."_s,
                   u"socket"_s);
    line.addOption(u"capture"_s, u"Keep the last exchanges in memory."_s);
    line.addOption(u"json"_s, u"Print one line of JSON when it runs."_s);
    line.addVersionOption();
    if (const auto over = line.parse(arguments, 0, 1))
        return *over;
    if (line.isSet(u"demo"_s) && !line.operands().isEmpty()) {
        printError(u"portlightctl serve: give a FILE or --demo, not both\n"_s);
        return ExitUsage;
    }
    if (line.isSet(u"overlay"_s) && line.operands().isEmpty()) {
        printError(u"portlightctl serve: --overlay lies over a FILE: name it\n"_s);
        return ExitUsage;
    }
    if (line.isSet(u"control"_s) && line.operands().isEmpty() && !line.isSet(u"demo"_s))
        return line.usageError(u"--control goes with a FILE or --demo; your own configuration has its socket"_s);
    ServeOptions options;
    options.control = line.value(u"control"_s);
    options.file = line.operands().value(0);
    options.isFragment = line.isSet(u"fragment"_s);
    options.overlay = line.value(u"overlay"_s);
    options.demo = line.isSet(u"demo"_s);
    options.prefix = line.isSet(u"prefix"_s) ? QDir(line.value(u"prefix"_s)).absolutePath() : QString();
    options.pidFile = line.value(u"pid"_s);
    options.errorLog = line.value(u"error-log"_s);
    options.nginxVersion = line.nginxVersion();
    options.capture = line.isSet(u"capture"_s);
    options.json = line.isSet(u"json"_s);
    return options;
}

} // namespace portlight
