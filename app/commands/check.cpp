// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/controlreports.h"
#include "commands/commandline.h"
#include "commands/readconfig.h"

namespace portlight {

using namespace Qt::StringLiterals;

int runCheck(const QStringList &arguments)
{
    CommandLine line(u"check"_s,
                     u"Reads a configuration and reports every problem as file:line:column: severity: message. "
                     u"Exits with 0 when it can run, with 1 when it cannot."_s);
    line.addOperand(u"file"_s, u"nginx configuration; your own portlight.conf when not given."_s, u"[FILE]"_s);
    line.addOption(u"prefix"_s, u"The folder that relative paths inside the configuration start from."_s, u"folder"_s);
    line.addOption(u"overlay"_s, u"What differs on this desk, laid over the configuration."_s, u"file"_s);
    line.addFragmentOption();
    line.addJsonOption();
    line.addVersionOption();
    if (const auto over = line.parse(arguments, 0, 1))
        return *over;

    ReadConfig config =
        readConfig(line.configPath(), {.version = line.nginxVersion()}, line.overlayPath(), line.isSet(u"fragment"_s));
    if (config.ok())
        config.diagnostics += compileProblems(config, line.nginxVersion(), line.value(u"prefix"_s));
    if (line.isSet(u"json"_s)) {
        printJson({{u"file"_s, line.configPath()},
                   {u"ok"_s, config.ok()},
                   {u"diagnostics"_s, diagnosticsReport(config.diagnostics)}});
        return config.ok() ? ExitOk : ExitFailed;
    }
    for (const Diagnostic &diagnostic : config.diagnostics)
        print(diagnostic.toString() + u'\n');
    printError(u"portlightctl: configuration file %1 test %2\n"_s.arg(line.configPath(),
                                                                      config.ok() ? u"is successful"_s : u"failed"_s));
    return config.ok() ? ExitOk : ExitFailed;
}

} // namespace portlight
