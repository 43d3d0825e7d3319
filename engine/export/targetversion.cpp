// SPDX-License-Identifier: GPL-3.0-or-later
#include "export/targetversion.h"

#include "export/servertree.h"

#include <QSet>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

using namespace servertree;

constexpr NginxVersion Http2Directive = {1, 25, 1};
constexpr NginxVersion KeepsConnections = {1, 29, 7}; // to backends, without a word in the configuration

bool isOn(const ConfigNode *directive)
{
    return directive && directive->argument(0).compare("on", Qt::CaseInsensitive) == 0;
}

void eraseNamed(ConfigNode &block, const char *name)
{
    std::erase_if(block.children, [name](const ConfigNode &node) { return !node.isComment() && node.name == name; });
}

void toListenWord(ConfigNode &http)
{
    const bool everywhere = isOn(http.child("http2"));
    for (ConfigNode *server : serversIn(http)) {
        const ConfigNode *const own = server->child("http2");
        const bool on = own ? isOn(own) : everywhere;
        eraseNamed(*server, "http2");
        for (ConfigNode &node : server->children) {
            if (on && isListen(node) && hasWord(node, "ssl"))
                addWord(node, "http2");
        }
    }
    eraseNamed(http, "http2");
}

void toDirective(ConfigNode &http)
{
    for (ConfigNode *server : serversIn(http)) {
        bool had = false;
        for (ConfigNode &node : server->children) {
            if (!isListen(node) || !hasWord(node, "http2"))
                continue;
            had = true;
            removeWord(node, "http2");
        }
        if (had && !server->child("http2"))
            insertBehind(*server, {"listen"}, {ConfigNode::directive("http2", {"on"_ba})});
    }
}

bool anyBelow(const ConfigNode &node, const std::function<bool(const ConfigNode &)> &test)
{
    bool found = false;
    forEach(node, [&](const ConfigNode &each) { found = found || test(each); });
    return found;
}

// ---- connections to backends -----------------------------------------------------------------------

QSet<QByteArray> groupsThatKeepConnections(const ConfigNode &http)
{
    QSet<QByteArray> groups;
    for (const ConfigNode *group : http.childrenNamed("upstream")) {
        const ConfigNode *const keepalive = group->child("keepalive");
        if (keepalive && keepalive->argument(0) != "0")
            groups.insert(group->argument(0).toByteArray());
    }
    return groups;
}

bool setsConnection(const ConfigNode &level)
{
    const std::vector<const ConfigNode *> fields = level.childrenNamed("proxy_set_header");
    return std::any_of(fields.begin(), fields.end(), [](const ConfigNode *field) {
        return field->argument(0).compare("Connection", Qt::CaseInsensitive) == 0;
    });
}

QByteArray groupOf(const ConfigNode &location)
{
    const ConfigNode *const pass = location.child("proxy_pass");
    const QByteArray url = pass ? pass->argument(0).toByteArray() : QByteArray();
    const qsizetype start = url.indexOf("://");
    const qsizetype slash = url.indexOf('/', start + 3);
    return start < 0 ? QByteArray() : url.mid(start + 3, slash < 0 ? -1 : slash - start - 3);
}

// `fields` is the level whose proxy_set_header count here; the walk passes it down as nginx inherits them.
void clearConnection(ConfigNode &level, bool inheritedConnection, const QSet<QByteArray> &groups,
                     const std::vector<const ConfigNode *> &inheritedFields)
{
    const bool ownFields = !level.childrenNamed("proxy_set_header").empty();
    bool connection = ownFields ? setsConnection(level) : inheritedConnection;
    if (groups.contains(groupOf(level)) && !connection) {
        std::vector<ConfigNode> added;
        if (!ownFields) {
            // A field at this level hides those from above.
            for (const ConfigNode *field : inheritedFields)
                added.push_back(*field);
            for (ConfigNode &field : added)
                field.blankLineBefore = false;
        }
        added.push_back(ConfigNode::directive("proxy_set_header", {"Connection"_ba, ""_ba}));
        insertBehind(level, {"proxy_pass", "proxy_http_version", "proxy_set_header"}, std::move(added));
        connection = true;
    }
    const ConfigNode asWritten = level;
    const std::vector<const ConfigNode *> own = asWritten.childrenNamed("proxy_set_header");
    for (ConfigNode &node : level.children) {
        if (node.isBlock() && node.name != "upstream" && node.name != "map")
            clearConnection(node, connection, groups, own.empty() ? inheritedFields : own);
    }
}

// ---- defaults --------------------------------------------------------------------------------------

struct ChangedDefault {
    const char *directive;
    bool (*matters)(const ConfigNode &http);
};

bool proxies(const ConfigNode &http)
{
    return anyBelow(http, [](const ConfigNode &node) { return node.name == "proxy_pass"; });
}

bool hasTls(const ConfigNode &http)
{
    return anyBelow(http, [](const ConfigNode &node) { return isListen(node) && hasWord(node, "ssl"); });
}

constexpr ChangedDefault Changed[] = {
    {"proxy_http_version", proxies},
    {"keepalive_requests", [](const ConfigNode &) { return true; }},
    {"ssl_protocols", hasTls},
};

std::optional<ConfigNode> explicitDefault(const ConfigNode &http, const char *name, const NginxVersion &version)
{
    const QByteArray here = directiveDefault(name, NginxVersion::current());
    const QByteArray there = directiveDefault(name, version);
    if (here == there || http.child(name))
        return std::nullopt;
    const QList<QByteArray> words = here.split(' ');
    return ConfigNode::directive(name, std::vector<QByteArray>(words.begin(), words.end()));
}

} // namespace

void spellHttp2(ConfigNode &http, const NginxExportOptions &options)
{
    if (options.version < Http2Directive)
        toListenWord(http);
    else if (options.forVersion)
        toDirective(http);
}

void writeChangedDefaults(ConfigNode &http, const NginxExportOptions &options, Diagnostics &losses)
{
    std::vector<ConfigNode> added;
    for (const ChangedDefault &each : Changed) {
        std::optional<ConfigNode> directive = explicitDefault(http, each.directive, options.version);
        if (directive && each.matters(http))
            added.push_back(std::move(*directive));
    }
    if (options.version < KeepsConnections) {
        const QSet<QByteArray> groups = groupsThatKeepConnections(http);
        clearConnection(http, false, groups, {});
        for (const ConfigNode *group : http.childrenNamed("upstream")) {
            const QByteArray name = group->argument(0).toByteArray();
            if (!group->child("keepalive"))
                losses.append({Severity::Note, ErrorCode::ExportLoss,
                               u"nginx %1 opens a connection to \"%2\" for each request; here they are kept"_s.arg(
                                   QString::fromLatin1(options.version.toString()), QString::fromUtf8(name)),
                               group->position, u"write \"keepalive 32;\" into the group"_s});
        }
    }
    if (added.empty())
        return;
    ConfigNode comment = ConfigNode::makeComment("Defaults that newer versions have and nginx "
                                                 + options.version.toString() + " has not.");
    comment.blankLineBefore = true;
    added.insert(added.begin(), std::move(comment));
    insertBeforeBlocks(http, std::move(added));
}

} // namespace portlight
