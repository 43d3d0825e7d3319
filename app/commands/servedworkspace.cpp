// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/controlcommands.h"
#include "api/controlserver.h"
#include "api/workspace.h"
#include "commands/commandline.h"
#include "commands/servedconfig.h"

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

// The user's own configuration: open to commands, followed when it is edited; a taken port does not stop the rest.
class ServedWorkspace final : public ServedConfig
{
public:
    ServedWorkspace(const ServeOptions &options, ServeLog &log, Authority &authority)
        : m_log(log)
        , m_workspace(ConfigStore::defaultPath(), options.engineOptions())
        , m_control(std::make_unique<ControlServer>())
    {
        addWorkspaceCommands(*m_control, m_workspace);
        addAuthorityCommands(*m_control, authority);
    }

    ProxyEngine &engine() override { return m_workspace.engine(); }
    const ConfigTree &tree() const override { return m_workspace.tree(); }
    Diagnostics told() const override { return m_told; }

    std::optional<int> start() override
    {
        if (const auto started = m_control->start(); !started) {
            printFailure(started.error());
            return ExitCannotStart;
        }
        m_workspace.open();
        m_told = m_workspace.diagnostics();
        printDiagnostics(m_told);
        if (m_workspace.isReadOnly())
            return ExitFailed;
        QObject::connect(&m_workspace, &Workspace::diagnosticsChanged, &m_workspace, [this] { logRefusal(); });
        return std::nullopt;
    }

    void reload(ServeLog &) override
    {
        m_told.clear();
        m_workspace.open();
    }

    void certificatesChanged() override { m_workspace.reapply(); }
    void aboutToStop() override { m_control.reset(); }

    QString greeting() const override { return u"Portlight runs %1\n"_s.arg(m_workspace.configPath()); }
    QString advice() const override
    {
        return m_workspace.domains().isEmpty() ? u"There is no domain yet; add one: portlightctl add shop 3000\n"_s
                                               : QString();
    }

private:
    // A file that was edited into something that cannot run, here or by its editor.
    void logRefusal()
    {
        if (!m_workspace.isReadOnly() || m_told == m_workspace.diagnostics())
            return;
        m_told = m_workspace.diagnostics();
        m_log.write(m_told);
    }

    ServeLog &m_log;
    Workspace m_workspace;
    Diagnostics m_told;
    std::unique_ptr<ControlServer> m_control;
};

} // namespace

std::unique_ptr<ServedConfig> makeServedWorkspace(const ServeOptions &options, ServeLog &log, Authority &authority)
{
    return std::make_unique<ServedWorkspace>(options, log, authority);
}

} // namespace portlight
