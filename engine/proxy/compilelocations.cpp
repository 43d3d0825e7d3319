// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/compilelocations.h"

#include "config/locationmatch.h"

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
    location.settings = inherited;
    location.settings.take(block, m_scope);
    compileContent(block, location);
    std::vector<LocationEntry> entries;
    for (const ConfigNode *inner : block.childrenNamed("location"))
        compileLocation(*inner, location, entries);
    location.table = LocationTable(std::move(entries));
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
    location->internal = location->kind == LocationConfig::Kind::Named || block.child("internal");
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
    if (const ConfigNode *node = block.child("return"))
        compileReturn(*node, location);
    if (const ConfigNode *pass = block.child("proxy_pass"))
        compileProxyPass(*pass, location);
    else if (block.child("stub_status"))
        location.content = ContentKind::StubStatus;
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
    location.autoSlash =
        location.path.endsWith('/')
        && (location.kind == LocationConfig::Kind::Prefix || location.kind == LocationConfig::Kind::PrefixFinal);
}

void LocationCompiler::compileReturn(const ConfigNode &node, LocationConfig &location)
{
    ReturnRule rule;
    rule.position = node.position;
    QByteArrayView text;
    const QByteArrayView first = node.argument(0);
    if (const auto code = parseNumber(first, 0, 999)) {
        rule.status = int(*code);
        text = node.argument(1);
    } else if (node.arguments.size() == 1
               && (first.startsWith("http://") || first.startsWith("https://") || first.startsWith('$'))) {
        rule.status = 302;
        text = first;
    } else {
        return m_scope.report({ErrorCode::InvalidValue,
                               QStringLiteral("invalid return code \"%1\"").arg(QString::fromUtf8(first)),
                               {},
                               QStringLiteral("return CODE [text], return CODE URL, or return URL")},
                              node.position);
    }
    rule.isRedirect =
        rule.status == 301 || rule.status == 302 || rule.status == 303 || rule.status == 307 || rule.status == 308;
    m_scope.variables.setPlace(node.position);
    auto compiled = Template::compile(text, m_scope.variables);
    if (!compiled)
        return m_scope.report(compiled.error(), node.position);
    rule.text = std::move(*compiled);
    location.returnRule = std::move(rule);
}

} // namespace portlight
