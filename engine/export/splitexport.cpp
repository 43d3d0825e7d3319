// SPDX-License-Identifier: GPL-3.0-or-later
#include "export/splitexport.h"

#include "config/domaintree.h"
#include "config/parser.h"
#include "export/servertree.h"

#include <QMap>

namespace portlight {

namespace {

using namespace servertree;

constexpr const char *Folder = "conf.d/";

struct AddressUse {
    ConfigNode *firstListen = nullptr;
    int servers = 0;
    bool hasDefault = false;
};

void pinDefaultServers(ConfigNode &http)
{
    QMap<QByteArray, AddressUse> uses;
    for (ConfigNode *server : serversIn(http)) {
        for (ConfigNode &node : server->children) {
            if (!isListen(node))
                continue;
            for (const ListenAddress &address : addressesOf(node)) {
                AddressUse &use = uses[address.toString()];
                use.firstListen = use.firstListen ? use.firstListen : &node;
                ++use.servers;
                use.hasDefault = use.hasDefault || hasWord(node, "default_server") || hasWord(node, "default");
            }
        }
    }
    for (const AddressUse &use : std::as_const(uses)) {
        if (use.servers > 1 && !use.hasDefault)
            addWord(*use.firstListen, "default_server");
    }
}

QString fileNameFor(const ConfigNode &server)
{
    QByteArray title = titleOf(server);
    if (title.isEmpty())
        title = "default";
    for (char &c : title) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
        c = plain ? c : '_';
    }
    return QLatin1String(Folder) + QString::fromLatin1(title) + QLatin1String(".conf");
}

// The file of a statement of http: its server's, or that of the only file whose servers use the group; else none.
QString ownerOf(const ConfigNode &node, const QMap<QString, std::vector<const ConfigNode *>> &servers)
{
    if (isServer(node))
        return fileNameFor(node);
    if (!node.isBlock() || node.name != "upstream")
        return {};
    QString owner;
    for (auto file = servers.begin(); file != servers.end(); ++file) {
        const bool uses = std::any_of(file->begin(), file->end(), [&](const ConfigNode *server) {
            return domaintree::passesTo(*server, node.argument(0));
        });
        if (uses && !owner.isEmpty())
            return {};
        if (uses)
            owner = file.key();
    }
    return owner;
}

} // namespace

QList<ExportedFile> splitByDomain(ConfigTree &main)
{
    ConfigNode *const http = main.child("http");
    if (!http)
        return {};
    pinDefaultServers(*http);
    QMap<QString, std::vector<const ConfigNode *>> servers;
    for (const ConfigNode &node : http->children) {
        if (isServer(node))
            servers[fileNameFor(node)].push_back(&node);
    }
    QMap<QString, ConfigTree> files;
    std::vector<ConfigNode> kept;
    std::vector<ConfigNode> comments; // that stand in front of the next statement
    std::vector<ConfigNode> *last = &kept;
    for (const ConfigNode &node : http->children) {
        if (node.isComment() && node.onSameLine) {
            last->push_back(node);
            continue;
        }
        if (node.isComment()) {
            comments.push_back(node);
            continue;
        }
        const QString owner = ownerOf(node, servers);
        last = owner.isEmpty() ? &kept : &files[owner].nodes;
        last->insert(last->end(), comments.begin(), comments.end());
        last->push_back(node);
        comments.clear();
    }
    kept.insert(kept.end(), comments.begin(), comments.end());
    ConfigNode include = ConfigNode::directive("include", {QByteArray(Folder) + "*.conf"});
    include.blankLineBefore = !kept.empty();
    kept.push_back(std::move(include));
    http->children = std::move(kept);
    QList<ExportedFile> exported;
    for (auto file = files.begin(); file != files.end(); ++file) {
        file->nodes.front().blankLineBefore = false;
        exported.append({file.key(), writeConfig(*file)});
    }
    return exported;
}

} // namespace portlight
