// SPDX-License-Identifier: GPL-3.0-or-later
#include "commands/commandline.h"
#include "commands/readconfig.h"
#include "commands/servedconfig.h"

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

// A configuration that somebody named: run as it is written, all of it or nothing, as nginx does.
class ServedFile final : public ServedConfig
{
public:
    explicit ServedFile(const ServeOptions &options)
        : m_path(options.file)
        , m_overlay(options.overlay)
        , m_isFragment(options.isFragment)
        , m_validation{.version = options.nginxVersion, .warnBeyondLoopback = true}
        , m_engine(options.engineOptions())
    {}

    ProxyEngine &engine() override { return m_engine; }
    const ConfigTree &tree() const override { return m_tree; }
    Diagnostics told() const override { return m_told; }

    std::optional<int> start() override
    {
        ReadConfig config = readConfig(m_path, m_validation, m_overlay, m_isFragment);
        printDiagnostics(config.diagnostics);
        m_told = config.diagnostics;
        if (!config.ok())
            return ExitFailed;
        noteDaemon(config.tree);
        apply(std::move(config.tree));
        return std::nullopt;
    }

    void reload(ServeLog &log) override
    {
        ReadConfig config = readConfig(m_path, m_validation, m_overlay, m_isFragment);
        m_told = config.diagnostics;
        log.write(m_told);
        if (config.ok())
            apply(std::move(config.tree));
    }

private:
    void apply(ConfigTree &&tree)
    {
        m_tree = std::move(tree);
        m_engine.applyConfig(std::make_shared<const ConfigTree>(m_tree), true);
    }

    static void noteDaemon(const ConfigTree &tree)
    {
        const ConfigNode *daemon = tree.child("daemon");
        if (!daemon || daemon->argument(0) != QByteArrayView("on"))
            return;
        printDiagnostics({{Severity::Note, ErrorCode::None, u"\"daemon on\" changes nothing here"_s, daemon->position,
                           u"serve stays in the foreground"_s}});
    }

    const QString m_path;
    const QString m_overlay;
    const bool m_isFragment;
    const ValidationOptions m_validation;
    Diagnostics m_told;
    ConfigTree m_tree;
    ProxyEngine m_engine;
};

} // namespace

std::unique_ptr<ServedConfig> makeServedFile(const ServeOptions &options)
{
    return std::make_unique<ServedFile>(options);
}

} // namespace portlight
