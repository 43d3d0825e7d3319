// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/compile.h"

#include "proxy/compilehealth.h"
#include "proxy/compilelocations.h"
#include "proxy/compilelogs.h"
#include "proxy/compilenames.h"
#include "proxy/compilescope.h"
#include "proxy/compileservertls.h"
#include "proxy/compileupstreams.h"
#include "proxy/geovariable.h"
#include "proxy/mapvariable.h"
#include "proxy/splitvariable.h"

#include <QDir>
#include <QSysInfo>

#include <algorithm>
#include <unistd.h>

namespace portlight {

namespace {

bool setsSocketOptions(const ListenOptions &options)
{
    return options.backlog || options.receiveBufferBytes || options.sendBufferBytes || options.fastOpen
           || options.keepalive || options.deferred || options.reusePort;
}

// Builds one CompiledConfig from one tree. Lives for one call of compileConfig.
class Compiler
{
public:
    Compiler(const ConfigTree &tree, const CompileOptions &options, CompiledConfig &config, Diagnostics &diagnostics)
        : m_tree(tree)
        , m_options(options)
        , m_config(config)
        , m_scope{config, m_variables, diagnostics, options.version, options.prefix}
        , m_upstreams(m_scope)
        , m_locations(m_scope, m_upstreams)
    {}

    void run();

private:
    void compileMain();
    void defineSetVariables(const std::vector<ConfigNode> &nodes);
    void compileMaps(const ConfigNode &http);
    void reportUndefined();
    void compileServer(const ConfigNode &block, const LevelSettings &http);
    void compileListens(const ConfigNode &block, const ServerConfig *server);
    void compileNames(const ConfigNode &block, ServerConfig &server);
    void compileTls();
    void addListener(const ListenAddress &address, const ListenOptions &options, const ServerConfig *server,
                     const TextPosition &where);

    const ConfigTree &m_tree;
    const CompileOptions &m_options;
    CompiledConfig &m_config;
    VariableTable m_variables;
    CompileScope m_scope;
    UpstreamCompiler m_upstreams;
    LocationCompiler m_locations;
    QHash<QByteArray, size_t> m_listenerIndex; // by address as text
    std::vector<std::vector<const ServerConfig *>> m_listenerServers;
};

void Compiler::run()
{
    m_config.version = m_options.version;
    m_config.prefix = QDir(m_options.prefix).absolutePath().toUtf8();
    if (!m_config.prefix.endsWith('/'))
        m_config.prefix += '/';
    m_config.serverHeaderShort = "nginx";
    m_config.serverHeader = "nginx/" + m_options.version.toString();
    compileMain();
    const ConfigNode *http = m_tree.child("http");
    if (!http)
        return;
    defineSetVariables(http->children);
    compileMaps(*http);
    compileHealthMatches(*http, m_scope);
    LevelSettings level = LevelSettings::defaults(m_scope);
    level.take(*http, m_scope);
    for (const ConfigNode *block : http->childrenNamed("upstream")) {
        m_upstreams.addBlock(*block);
        compileGroupResolver(*m_config.upstreams.back(), *block, *level.resolver, m_scope);
    }
    for (const ConfigNode *block : http->childrenNamed("server"))
        compileServer(*block, level);
    compileTls();
    reportUndefined();
    m_config.readsSentFields = m_variables.readsSentFields();
    m_config.readsUpstreamFields = m_variables.readsUpstreamFields();
    m_config.variablesBySlot = m_variables.slots();
}

void Compiler::reportUndefined()
{
    for (const VariableTable::Use &use : m_variables.undefined())
        m_scope.report(
            {ErrorCode::UnknownVariable, QStringLiteral("unknown \"%1\" variable").arg(QString::fromUtf8(use.name))},
            use.where);
}

void Compiler::compileMain()
{
    compileMainErrorLog(m_tree, m_scope);
    if (const ConfigNode *node = m_tree.child("worker_shutdown_timeout")) {
        if (const auto timeout = parseDuration(node->argument(0)))
            m_config.workerShutdownTimeout = *timeout;
    }
}

// What `set` fills is a slot wherever it is named, also in front of it. Problems are told where `set` is compiled.
void Compiler::defineSetVariables(const std::vector<ConfigNode> &nodes)
{
    for (const ConfigNode &node : nodes) {
        if (node.name == "set" && node.argument(0).startsWith('$') && !node.isBlock()) {
            m_variables.setPlace(node.position);
            static_cast<void>(m_variables.defineStored(node.argument(0).sliced(1)));
        } else if (node.name == "server" || node.name == "location" || node.name == "if") {
            defineSetVariables(node.children);
        }
    }
}

void Compiler::compileMaps(const ConfigNode &http)
{
    for (const ConfigNode &block : http.children) {
        if (block.name == "map")
            compileMap(block, m_scope);
        else if (block.name == "geo")
            compileGeo(block, m_scope);
        else if (block.name == "split_clients")
            compileSplitClients(block, m_scope);
    }
}

void Compiler::compileServer(const ConfigNode &block, const LevelSettings &http)
{
    const ConfigNode *enabled = block.child("portlight_enabled");
    if (enabled && enabled->argument(0) == "off")
        return;
    auto server = std::make_unique<ServerConfig>();
    server->position = block.position;
    const ConfigNode *own = block.child("portlight_domain");
    server->own = own && own->argument(0) == "on";
    m_scope.server = server.get();
    server->root = m_locations.compileServerLevel(block, http);
    compileNames(block, *server);
    m_config.servers.push_back(std::move(server));
    compileListens(block, m_config.servers.back().get());
}

void Compiler::compileNames(const ConfigNode &block, ServerConfig &server)
{
    const QByteArray hostname = QSysInfo::machineHostName().toLower().toUtf8();
    for (const ConfigNode *node : block.childrenNamed("server_name")) {
        for (const ConfigArgument &word : node->arguments) {
            if (word.value.startsWith('~')) { // its captures become variables
                if (const auto regex = m_scope.compileRegex(QByteArrayView(word.value).sliced(1), false); !regex) {
                    m_scope.report(regex.error(), node->position);
                    continue;
                }
            }
            auto name = parseServerName(word.value, hostname, m_scope.regexes);
            if (!name) {
                m_scope.report(name.error(), node->position);
                continue;
            }
            if (server.names.empty())
                server.serverName = name->isRegex()              ? word.value
                                    : name->text.startsWith('.') ? name->text.mid(1)
                                                                 : name->text;
            server.names.push_back(std::move(*name));
        }
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
            m_scope.report(listen.error(), node->position);
            continue;
        }
        for (const ListenAddress &address : listen->addresses)
            addListener(address, listen->options, server, node->position);
    }
    if (listens.empty()) // nginx: *:80 for the super-user, else *:8000; ours is a user's program
        addListener({ListenAddress::Kind::Inet, "0.0.0.0", quint16(::geteuid() == 0 ? 80 : 8000), {}, true}, {}, server,
                    block.position);
}

// An address has TLS or it has not, for all servers that share it (ngx_http_add_addresses).
void Compiler::compileTls()
{
    ServerTlsCompiler compiler(m_scope, m_options.localCertificates);
    QSet<const ServerConfig *> overTls;
    for (size_t i = 0; i < m_config.listeners.size(); ++i) {
        ListenerConfig &listener = m_config.listeners[i];
        listener.tls = listener.tls || listener.defaultServer->root->settings.tls->on;
        if (listener.tls)
            overTls.unite({m_listenerServers[i].begin(), m_listenerServers[i].end()});
    }
    for (const std::unique_ptr<ServerConfig> &server : m_config.servers)
        compiler.compileServer(*server, overTls.contains(server.get()));
    for (size_t i = 0; i < m_config.listeners.size(); ++i)
        compiler.checkListener(m_config.listeners[i], m_listenerServers[i]);
}

void Compiler::addListener(const ListenAddress &address, const ListenOptions &options, const ServerConfig *server,
                           const TextPosition &where)
{
    const QByteArray key = address.toString();
    if (!m_listenerIndex.contains(key)) {
        m_listenerIndex.insert(key, m_config.listeners.size());
        m_config.listeners.push_back({address, options, {}, nullptr, false, where});
        m_listenerServers.emplace_back();
    } else {
        ListenOptions &merged = m_config.listeners[m_listenerIndex.value(key)].options;
        if (setsSocketOptions(options)) // of all listens of an address, one may
            merged = options;
    }
    ListenerConfig &listener = m_config.listeners[m_listenerIndex.value(key)];
    if (!listener.defaultServer || options.defaultServer)
        listener.defaultServer = server;
    listener.tls = listener.tls || options.ssl;
    m_listenerServers[m_listenerIndex.value(key)].push_back(server);
    for (const ServerName &name : server->names) {
        // Validation has told of wildcards that there are not. On an address with one server nginx never looks.
        listener.names.add(name, server);
    }
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
