// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/statements.h"

#include "config/values.h"

namespace portlight {

void setValue(ConfigArgument &argument, const QByteArray &value)
{
    argument.value = value;
    argument.written = quoteConfigWord(value);
}

void insertBehind(ConfigNode &level, const NodeTest &belongs, ConfigNode node)
{
    auto place = level.children.end();
    for (auto it = level.children.begin(); it != level.children.end(); ++it) {
        if (belongs(*it))
            place = std::next(it);
    }
    while (place != level.children.end() && place->isComment() && place->onSameLine)
        ++place;
    level.children.insert(place, std::move(node));
}

void removeWhere(ConfigNode &level, const NodeTest &goes)
{
    std::vector<ConfigNode> kept;
    bool removed = false;
    for (ConfigNode &node : level.children) {
        const bool isItsComment = removed && node.isComment() && node.onSameLine;
        removed = isItsComment || goes(node);
        if (!removed)
            kept.push_back(std::move(node));
    }
    level.children = std::move(kept);
}

QByteArray withPort(QByteArrayView address, quint16 oldPort, quint16 newPort)
{
    const QByteArray before = QByteArray::number(oldPort);
    const QByteArray after = QByteArray::number(newPort);
    if (address == before)
        return after;
    if (address.endsWith(':' + before))
        return address.chopped(before.size()).toByteArray() + after;
    return address.toByteArray() + ':' + after;
}

void movePort(ConfigNode &server, quint16 oldPort, quint16 newPort)
{
    bool listens = false;
    for (ConfigNode &node : server.children) {
        if (node.name != "listen" || node.arguments.empty())
            continue;
        listens = true;
        const Result<Listen> listen = parseListen({node.arguments[0].value});
        const bool moves = listen && listen->addresses.front().kind != ListenAddress::Kind::Unix
                           && listen->addresses.front().port == oldPort;
        if (moves)
            setValue(node.arguments[0], withPort(node.arguments[0].value, oldPort, newPort));
    }
    if (!listens)
        server.children.insert(server.children.begin(), ConfigNode::directive("listen", {QByteArray::number(newPort)}));
}

} // namespace portlight
