// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "commands/servelog.h"
#include "commands/serveoptions.h"

#include <memory>

namespace portlight {

class Authority;

// What `serve` runs: somebody's file, the user's own configuration, or the demo. Main thread; owned by the session.
class ServedConfig
{
public:
    virtual ~ServedConfig() = default;
    virtual ProxyEngine &engine() = 0;
    virtual const ConfigTree &tree() const = 0;
    // Gives the engine its first configuration; an exit code when there is none to give, and why has been printed then.
    virtual std::optional<int> start() = 0;
    // Reads the configuration again. A bad one is told in the error log, and the one before goes on.
    virtual void reload(ServeLog &log) = 0;
    // The local authority has other certificates, or is there at last.
    virtual void certificatesChanged() { engine().reapply(); }
    // What start() has printed of the configuration, so that nothing is said twice.
    virtual Diagnostics told() const { return {}; }
    // No commands from outside any more.
    virtual void aboutToStop() {}
    // Printed once it runs, before the domains.
    virtual QString greeting() const { return {}; }
    // Printed behind the domains.
    virtual QString advice() const { return {}; }
};

std::unique_ptr<ServedConfig> makeServedFile(const ServeOptions &options);
std::unique_ptr<ServedConfig> makeServedWorkspace(const ServeOptions &options, ServeLog &log, Authority &authority);
std::unique_ptr<ServedConfig> makeServedDemo(const ServeOptions &options);

// "file:line:column: severity: message" on standard error, a line each.
void printDiagnostics(const Diagnostics &diagnostics);

} // namespace portlight
