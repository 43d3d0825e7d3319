// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/compilelocations.h"

#include "config/locationmatch.h"
#include "proxy/compilehealth.h"
#include "proxy/rewritecompiler.h"

namespace portlight {

namespace {

LocationConfig::Kind kindOf(LocationMatch::Kind match)
{
    switch (match) {
    case LocationMatch::Kind::Exact: return LocationConfig::Kind::Exact;
    case LocationMatch::Kind::PrefixBeforeRegex: return LocationConfig::Kind::PrefixFinal;
    case LocationMatch::Kind::Regex:
    case LocationMatch::Kind::RegexIgnoringCase: return LocationConfig::Kind::Regex;
    case LocationMatch::Kind::Named: return LocationConfig::Kind::Named;
    case LocationMatch::Kind::Prefix: return LocationConfig::Kind::Prefix;
    }
    Q_UNREACHABLE();
}

LocationEntry::Kind entryKindOf(LocationMatch::Kind match)
{
    switch (match) {
    case LocationMatch::Kind::Exact: return LocationEntry::Kind::Exact;
    case LocationMatch::Kind::PrefixBeforeRegex: return LocationEntry::Kind::PrefixBeforeRegex;
    case LocationMatch::Kind::Regex:
    case LocationMatch::Kind::RegexIgnoringCase: return LocationEntry::Kind::Regex;
    case LocationMatch::Kind::Named: return LocationEntry::Kind::Named;
    case LocationMatch::Kind::Prefix: return LocationEntry::Kind::Prefix;
    }
    Q_UNREACHABLE();
}

} // namespace

std::unique_ptr<LocationConfig> LocationCompiler::compileServerLevel(const ConfigNode &server,
                                                                     const LevelSettings &http)
{
    auto root = std::make_unique<LocationConfig>();
    root->kind = LocationConfig::Kind::Server;
    root->position = server.position;
    takeLevel(server, http, *root);
    return root;
}

// The directives of one level, and the locations inside it, which inherit from all of them wherever they stand.
void LocationCompiler::takeLevel(const ConfigNode &block, const LevelSettings &inherited, LocationConfig &location)
{
    const LocationConfig *const around = std::exchange(m_scope.location, &location);
    location.settings = inherited;
    location.settings.take(block, m_scope);
    compileContent(block, location);
    compileHealthChecks(block, location, m_scope);
    compileTls(location);
    compileLimitExcept(block, location);
    compileRewrite(block, location);
    std::vector<LocationEntry> entries;
    for (const ConfigNode *inner : block.childrenNamed("location"))
        compileLocation(*inner, location, entries);
    location.table = LocationTable(std::move(entries));
    m_scope.location = around;
}

void LocationCompiler::compileLocation(const ConfigNode &block, LocationConfig &parent,
                                       std::vector<LocationEntry> &entries)
{
    const auto match = parseLocation(block);
    if (!match)
        return m_scope.report(match.error(), block.position);
    LocationEntry entry;
    if (match->isRegex()) {
        auto regex = m_scope.compileRegex(match->text, match->kind == LocationMatch::Kind::RegexIgnoringCase);
        if (!regex)
            return m_scope.report(regex.error(), block.position);
        entry.regex = std::move(*regex);
    }
    auto location = std::make_unique<LocationConfig>();
    location->kind = kindOf(match->kind);
    location->path = match->text;
    location->position = block.position;
    location->internal = parent.internal || location->kind == LocationConfig::Kind::Named || block.child("internal");
    takeLevel(block, parent.settings, *location);
    entry.path = location->path;
    entry.kind = entryKindOf(match->kind);
    entry.autoSlash = location->autoSlash;
    entry.nested = location->table.isEmpty() ? nullptr : &location->table;
    entry.location = location.get();
    entries.push_back(std::move(entry));
    parent.locations.push_back(std::move(location));
}

void LocationCompiler::compileContent(const ConfigNode &block, LocationConfig &location)
{
    if (const ConfigNode *pass = block.child("proxy_pass"))
        compileProxyPass(*pass, location);
    else if (block.child("stub_status"))
        location.content = ContentKind::StubStatus;
    if (const ConfigNode *node = block.child("try_files"))
        compileTryFiles(*node, location);
}

void LocationCompiler::compileTryFiles(const ConfigNode &node, LocationConfig &location)
{
    m_scope.variables.setPlace(node.position);
    auto rules = portlight::compileTryFiles(node, m_scope);
    if (!rules)
        return m_scope.report(rules.error(), node.position);
    location.tryFiles = std::make_unique<TryFiles>(std::move(*rules));
}

// A level of its own, which takes the place of the location's for the methods that are not named. Of the location it
// inherits what levels inherit, and where requests are passed to; neither its rewriting nor its try_files.
void LocationCompiler::compileLimitExcept(const ConfigNode &block, LocationConfig &location)
{
    const ConfigNode *node = block.child("limit_except");
    if (!node)
        return;
    auto methods = MethodSet::fromArguments(*node);
    if (!methods)
        return m_scope.report(methods.error(), node->position);
    auto limited = std::make_unique<LocationConfig>();
    limited->kind = LocationConfig::Kind::LimitExcept;
    limited->path = location.path;
    limited->position = node->position;
    limited->content = location.content == ContentKind::Proxy ? ContentKind::Proxy : ContentKind::None;
    limited->proxyPass = location.proxyPass; // its level may have TLS settings of its own
    takeLevel(*node, location.settings, *limited);
    location.unlimitedMethods = std::move(*methods);
    location.limitExcept = std::move(limited);
}

void LocationCompiler::compileProxyPass(const ConfigNode &node, LocationConfig &location)
{
    const QByteArrayView url = node.argument(0);
    ProxyPass pass;
    pass.url = url.toByteArray();
    pass.position = node.position;
    if (url.contains('$')) {
        m_scope.variables.setPlace(node.position);
        auto variable = Template::compile(url, m_scope.variables);
        if (!variable)
            return m_scope.report(variable.error(), node.position);
        pass.variable = std::move(*variable);
    } else {
        const auto target = parseProxyTarget(url);
        if (!target)
            return m_scope.report(target.error(), node.position);
        pass.target = *target;
        pass.upstream = m_upstreams.groupFor(*target, node.position);
        if (!pass.upstream)
            return;
    }
    location.proxyPass = std::move(pass);
    location.content = ContentKind::Proxy;
    const bool isPath = location.kind == LocationConfig::Kind::Prefix
                        || location.kind == LocationConfig::Kind::PrefixFinal
                        || location.kind == LocationConfig::Kind::Exact;
    location.autoSlash = isPath && location.path.endsWith('/');
}

// As in nginx also for URLs with variables, whatever their scheme will be.
void LocationCompiler::compileTls(LocationConfig &location)
{
    if (!location.proxyPass || (location.proxyPass->upstream && location.proxyPass->target.scheme != "https"))
        return;
    location.tls = m_tlsContexts.contextOf(*location.settings.proxyTls, location.proxyPass->position, m_scope);
}

void LocationCompiler::compileRewrite(const ConfigNode &block, LocationConfig &location)
{
    const bool isServer = location.kind == LocationConfig::Kind::Server; // where an `if` holds rewriting alone
    RewriteCompiler compiler(m_scope, [&](const ConfigNode &inner) -> const LocationConfig * {
        return isServer ? nullptr : compileIf(inner, location);
    });
    compiler.compile(block, location.rewrite);
}

// The level of an `if` block. What makes content is that of the location around, unless the block has its own
// (ngx_http_update_location_config, ngx_http_proxy_merge_loc_conf).
const LocationConfig *LocationCompiler::compileIf(const ConfigNode &block, LocationConfig &parent)
{
    auto location = std::make_unique<LocationConfig>();
    location->kind = LocationConfig::Kind::If;
    location->path = parent.path;
    location->position = block.position;
    location->settings = parent.settings;
    location->settings.take(block, m_scope);
    compileContent(block, *location);
    if (location->content == ContentKind::None) {
        location->content = parent.content;
        location->proxyPass = parent.proxyPass;
    }
    compileTls(*location);
    parent.locations.push_back(std::move(location));
    return parent.locations.back().get();
}

} // namespace portlight
