// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/compile.h"

#include "proxy/compileupstreams.h"
#include "proxy/levelsettings.h"

#include <QDir>

#include <algorithm>
#include <unistd.h>

namespace portlight {

namespace {

// Builds one CompiledConfig from one tree. Lives for one call of compileConfig.
class Compiler
{
public:
    Compiler(const ConfigTree &tree, const CompileOptions &options, CompiledConfig &config, Diagnostics &diagnostics)
        : m_tree(tree)
        , m_options(options)
        , m_config(config)
        , m_diagnostics(diagnostics)
        , m_upstreams(config, diagnostics)
    {}

    void run();

private:
    void compileMain();
    void compileMaps(const ConfigNode &http);
    void compileServer(const ConfigNode &block, const LevelSettings &http);
    void compileListens(const ConfigNode &block, const ServerConfig *server);
    void compileNames(const ConfigNode &block, ServerConfig &server);
    std::unique_ptr<LocationConfig> compileLocation(const ConfigNode &block, const LevelSettings &server);
    void compileProxyPass(const ConfigNode &node, const LevelSettings &level, LocationConfig &location);
    std::optional<ReturnRule> compileReturn(const ConfigNode &block);
    void addListener(const ListenAddress &address, const ListenOptions &options, const ServerConfig *server,
                     const TextPosition &where);
    void report(const Error &error, const TextPosition &where);

    const ConfigTree &m_tree;
    const CompileOptions &m_options;
    CompiledConfig &m_config;
    Diagnostics &m_diagnostics;
    UpstreamCompiler m_upstreams;
    Template::Maps m_maps;
    QHash<QByteArray, size_t> m_listenerIndex; // by address as text
};

void Compiler::report(const Error &error, const TextPosition &where)
{
    Diagnostic problem = Diagnostic::fromError(error);
    problem.where = where;
    m_diagnostics.append(problem);
}

void Compiler::run()
{
    m_config.version = m_options.version;
    m_config.serverHeaderShort = "nginx";
    m_config.serverHeader = "nginx/" + m_options.version.toString();
    compileMain();
    const ConfigNode *http = m_tree.child("http");
    if (!http)
        return;
    compileMaps(*http);
    LevelSettings level = LevelSettings::defaults(m_options.version);
    level.take(*http, m_maps, m_diagnostics);
    for (const ConfigNode *block : http->childrenNamed("upstream"))
        m_upstreams.addBlock(*block);
    for (const ConfigNode *block : http->childrenNamed("server"))
        compileServer(*block, level);
}

void Compiler::compileMain()
{
    for (const ConfigNode *scope : {m_tree.child("http"), static_cast<const ConfigNode *>(nullptr)}) {
        const ConfigNode *node = scope ? scope->child("error_log") : m_tree.child("error_log");
        if (!node)
            continue;
        const QString path = QString::fromUtf8(node->argument(0));
        m_config.errorLogPath = path == u"stderr" ? path : QDir(m_options.prefix).filePath(path);
        if (node->arguments.size() > 1) {
            if (const auto level = parseLogLevel(node->argument(1)))
                m_config.errorLogLevel = *level;
            else
                report(level.error(), node->position);
        }
        break;
    }
    if (const ConfigNode *node = m_tree.child("worker_shutdown_timeout")) {
        if (const auto timeout = parseDuration(node->argument(0)))
            m_config.workerShutdownTimeout = *timeout;
    }
}

void Compiler::compileMaps(const ConfigNode &http)
{
    const auto blocks = http.childrenNamed("map");
    for (const ConfigNode *block : blocks) {
        m_config.maps.push_back(std::make_unique<CompiledMap>());
        m_maps.insert(block->argument(1).toByteArray().mid(1).toLower(), m_config.maps.back().get());
    }
    size_t index = 0;
    for (const ConfigNode *block : blocks) {
        CompiledMap &map = *m_config.maps[index++];
        if (auto source = Template::compile(block->argument(0), m_maps))
            map.source = std::move(*source);
        else
            report(source.error(), block->position);
        for (const ConfigNode &entry : block->children) {
            if (entry.isComment() || entry.arguments.size() != 1)
                continue;
            auto value = Template::compile(entry.argument(0), m_maps);
            if (!value)
                report(value.error(), entry.position);
            else if (entry.name == "default")
                map.fallback = std::move(*value);
            else
                map.values.insert((entry.name.startsWith('\\') ? entry.name.mid(1) : entry.name).toLower(),
                                  std::move(*value));
        }
    }
}

void Compiler::compileServer(const ConfigNode &block, const LevelSettings &http)
{
    const ConfigNode *enabled = block.child("portlight_enabled");
    if (enabled && enabled->argument(0) == "off")
        return;
    auto server = std::make_unique<ServerConfig>();
    LevelSettings level = http;
    level.take(block, m_maps, m_diagnostics);
    server->core = level.core;
    server->position = block.position;
    const ConfigNode *own = block.child("portlight_domain");
    server->own = own && own->argument(0) == "on";
    server->returnRule = compileReturn(block);
    compileNames(block, *server);
    for (const ConfigNode *location : block.childrenNamed("location")) {
        if (auto compiled = compileLocation(*location, level))
            server->locations.push_back(std::move(compiled));
    }
    std::stable_sort(server->locations.begin(), server->locations.end(), [](const auto &a, const auto &b) {
        if (a->match != b->match)
            return a->match == LocationConfig::Match::Exact;
        return a->path.size() > b->path.size();
    });
    server->implicitLocation = std::make_unique<LocationConfig>();
    server->implicitLocation->core = level.core;
    server->implicitLocation->position = block.position;
    m_config.servers.push_back(std::move(server));
    compileListens(block, m_config.servers.back().get());
}

void Compiler::compileNames(const ConfigNode &block, ServerConfig &server)
{
    for (const ConfigNode *node : block.childrenNamed("server_name")) {
        for (const ConfigArgument &name : node->arguments)
            server.names.push_back(name.value.toLower());
    }
    if (server.names.empty())
        server.names.push_back({}); // nginx: server_name ""
}

void Compiler::compileListens(const ConfigNode &block, const ServerConfig *server)
{
    const auto listens = block.childrenNamed("listen");
    for (const ConfigNode *node : listens) {
        std::vector<QByteArray> words;
        for (const ConfigArgument &argument : node->arguments)
            words.push_back(argument.value);
        const auto listen = parseListen(words);
        if (!listen) {
            report(listen.error(), node->position);
            continue;
        }
        for (const ListenAddress &address : listen->addresses)
            addListener(address, listen->options, server, node->position);
    }
    if (listens.empty()) // nginx: *:80 for the super-user, else *:8000; ours is a user's program
        addListener({ListenAddress::Kind::Inet, "0.0.0.0", quint16(::geteuid() == 0 ? 80 : 8000), {}, true}, {}, server,
                    block.position);
}

void Compiler::addListener(const ListenAddress &address, const ListenOptions &options, const ServerConfig *server,
                           const TextPosition &where)
{
    const QByteArray key = address.toString();
    if (!m_listenerIndex.contains(key)) {
        m_listenerIndex.insert(key, m_config.listeners.size());
        m_config.listeners.push_back({address, options, {}, nullptr, where});
    } else {
        ListenOptions &merged = m_config.listeners[m_listenerIndex.value(key)].options;
        if (options.backlog)
            merged.backlog = options.backlog;
        merged.reusePort |= options.reusePort;
    }
    ListenerConfig &listener = m_config.listeners[m_listenerIndex.value(key)];
    if (!listener.defaultServer || options.defaultServer)
        listener.defaultServer = server;
    for (const QByteArray &name : server->names) {
        if (!listener.servers.contains(name))
            listener.servers.insert(name, server);
    }
}

std::unique_ptr<LocationConfig> Compiler::compileLocation(const ConfigNode &block, const LevelSettings &server)
{
    auto location = std::make_unique<LocationConfig>();
    const QByteArrayView modifier = block.arguments.size() > 1 ? block.argument(0) : QByteArrayView();
    if (modifier.startsWith('~') || block.argument(0).startsWith('@'))
        return nullptr; // validation has named it as not run yet
    location->match = modifier == "=" ? LocationConfig::Match::Exact : LocationConfig::Match::Prefix;
    location->path = block.argument(block.arguments.size() > 1 ? 1 : 0).toByteArray();
    location->position = block.position;
    LevelSettings level = server;
    level.take(block, m_maps, m_diagnostics);
    location->core = level.core;
    location->returnRule = compileReturn(block);
    if (const ConfigNode *pass = block.child("proxy_pass"))
        compileProxyPass(*pass, level, *location);
    else if (block.child("stub_status"))
        location->content = ContentKind::StubStatus;
    return location;
}

void Compiler::compileProxyPass(const ConfigNode &node, const LevelSettings &level, LocationConfig &location)
{
    const auto target = parseProxyTarget(node.argument(0));
    if (!target) {
        report(target.error(), node.position);
        return;
    }
    ProxySettings proxy = level.proxy;
    proxy.target = *target;
    proxy.url = node.argument(0).toByteArray();
    proxy.position = node.position;
    proxy.upstream = m_upstreams.groupFor(*target, node.position);
    if (!proxy.upstream)
        return;
    location.proxy = std::move(proxy);
    location.content = ContentKind::Proxy;
    location.autoSlash = location.match == LocationConfig::Match::Prefix && location.path.endsWith('/');
}

std::optional<ReturnRule> Compiler::compileReturn(const ConfigNode &block)
{
    const ConfigNode *node = block.child("return");
    if (!node)
        return std::nullopt;
    ReturnRule rule;
    rule.position = node->position;
    QByteArrayView text;
    const QByteArrayView first = node->argument(0);
    if (const auto code = parseNumber(first, 0, 999)) {
        rule.status = int(*code);
        text = node->argument(1);
    } else if (node->arguments.size() == 1
               && (first.startsWith("http://") || first.startsWith("https://") || first.startsWith('$'))) {
        rule.status = 302;
        text = first;
    } else {
        report({ErrorCode::InvalidValue,
                QStringLiteral("invalid return code \"%1\"").arg(QString::fromUtf8(first)),
                {},
                QStringLiteral("return CODE [text], return CODE URL, or return URL")},
               node->position);
        return std::nullopt;
    }
    rule.isRedirect =
        rule.status == 301 || rule.status == 302 || rule.status == 303 || rule.status == 307 || rule.status == 308;
    if (auto compiled = Template::compile(text, m_maps))
        rule.text = std::move(*compiled);
    else
        report(compiled.error(), node->position);
    return rule;
}

} // namespace

CompileOutcome compileConfig(const ConfigTree &tree, const CompileOptions &options)
{
    auto config = std::make_shared<CompiledConfig>();
    CompileOutcome outcome;
    Compiler(tree, options, *config, outcome.diagnostics).run();
    if (!hasErrors(outcome.diagnostics))
        outcome.config = std::move(config);
    return outcome;
}

} // namespace portlight
