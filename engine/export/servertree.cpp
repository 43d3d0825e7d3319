// SPDX-License-Identifier: GPL-3.0-or-later
#include "export/servertree.h"

namespace portlight::servertree {

namespace {

bool holdsEntries(const ConfigNode &block)
{
    return block.name == "map" || block.name == "geo" || block.name == "types" || block.name == "split_clients";
}

} // namespace

bool isServer(const ConfigNode &node)
{
    return node.isBlock() && node.name == "server";
}

bool isListen(const ConfigNode &node)
{
    return !node.isComment() && node.name == "listen" && !node.arguments.empty();
}

std::vector<ConfigNode *> serversIn(ConfigNode &http)
{
    std::vector<ConfigNode *> servers;
    for (ConfigNode &node : http.children) {
        if (isServer(node))
            servers.push_back(&node);
    }
    return servers;
}

bool hasWord(const ConfigNode &listen, QByteArrayView word)
{
    return std::any_of(listen.arguments.begin() + 1, listen.arguments.end(),
                       [&](const ConfigArgument &argument) { return argument.value == word; });
}

void addWord(ConfigNode &listen, const QByteArray &word)
{
    if (!hasWord(listen, word))
        listen.arguments.push_back({word, quoteConfigWord(word), 0, 0});
}

void removeWord(ConfigNode &listen, QByteArrayView word)
{
    listen.arguments.erase(std::remove_if(listen.arguments.begin() + 1, listen.arguments.end(),
                                          [&](const ConfigArgument &argument) { return argument.value == word; }),
                           listen.arguments.end());
}

std::vector<ListenAddress> addressesOf(const ConfigNode &listen)
{
    Result<Listen> parsed = parseListen({listen.argument(0).toByteArray()});
    return parsed ? std::move(parsed).value().addresses : std::vector<ListenAddress>();
}

std::vector<QByteArray> publicNamesOf(const ConfigNode &server)
{
    std::vector<QByteArray> names;
    for (const ConfigNode *node : server.childrenNamed("server_name")) {
        for (const ConfigArgument &argument : node->arguments) {
            const QByteArray &name = argument.value;
            if (!name.isEmpty() && name != "_" && !name.startsWith('~') && !name.contains('$') && !name.endsWith(".*"))
                names.push_back(name);
        }
    }
    return names;
}

QByteArray titleOf(const ConfigNode &server)
{
    const std::vector<QByteArray> names = publicNamesOf(server);
    const auto exact = std::find_if(names.begin(), names.end(), [](const QByteArray &name) {
        return !name.startsWith('*') && !name.startsWith('.');
    });
    if (exact != names.end())
        return exact->toLower();
    if (names.empty())
        return {};
    const QByteArray &wildcard = names.front();
    return wildcard.mid(wildcard.startsWith('.') ? 1 : 2).toLower();
}

void insertBehind(ConfigNode &block, std::initializer_list<const char *> names, std::vector<ConfigNode> added)
{
    size_t place = 0;
    for (size_t i = 0; i < block.children.size(); ++i) {
        const ConfigNode &node = block.children[i];
        const bool one = std::any_of(names.begin(), names.end(), [&](const char *name) { return node.name == name; });
        if (!node.isComment() && one)
            place = i + 1;
    }
    while (place < block.children.size() && block.children[place].isComment() && block.children[place].onSameLine)
        ++place;
    block.children.insert(block.children.begin() + static_cast<qsizetype>(place),
                          std::make_move_iterator(added.begin()), std::make_move_iterator(added.end()));
}

void insertBeforeBlocks(ConfigNode &block, std::vector<ConfigNode> added)
{
    size_t place = 0;
    for (size_t i = 0; i < block.children.size() && !block.children[i].isBlock(); ++i) {
        if (!block.children[i].isComment() || block.children[i].onSameLine)
            place = i + 1;
    }
    if (place < block.children.size() && !added.empty())
        block.children[place].blankLineBefore = true;
    block.children.insert(block.children.begin() + static_cast<qsizetype>(place),
                          std::make_move_iterator(added.begin()), std::make_move_iterator(added.end()));
}

void forEach(ConfigNode &node, const std::function<void(ConfigNode &)> &visit)
{
    for (ConfigNode &child : node.children) {
        if (child.isComment())
            continue;
        visit(child);
        if (child.isBlock() && !holdsEntries(child))
            forEach(child, visit);
    }
}

void forEach(const ConfigNode &node, const std::function<void(const ConfigNode &)> &visit)
{
    for (const ConfigNode &child : node.children) {
        if (child.isComment())
            continue;
        visit(child);
        if (child.isBlock() && !holdsEntries(child))
            forEach(child, visit);
    }
}

} // namespace portlight::servertree
