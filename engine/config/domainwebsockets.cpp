// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/domainwebsockets.h"

#include "config/directivetable.h"
#include "config/domainpreset.h"
#include "config/domaintree.h"
#include "config/statements.h"

#include <algorithm>

namespace portlight {

namespace {

using namespace domaintree;

constexpr QByteArrayView SetField = "proxy_set_header";
constexpr QByteArrayView ConnectionVariable = "$connection_upgrade";
constexpr QByteArrayView QuietTime = "1h"; // between two messages of a tunnel

// A location and what it inherits from.
struct Levels {
    const ConfigNode &http;
    const ConfigNode &server;
    const ConfigNode &location;

    // The nearest one, or null.
    const ConfigNode *inForce(QByteArrayView name) const
    {
        for (const ConfigNode *level : {&location, &server, &http}) {
            if (const ConfigNode *found = level->child(name))
                return found;
        }
        return nullptr;
    }
    // A level that sets any field inherits none (ngx_http_proxy_merge_loc_conf).
    const ConfigNode *fieldsOwner() const
    {
        for (const ConfigNode *level : {&location, &server, &http}) {
            if (level->child(SetField))
                return level;
        }
        return nullptr;
    }
};

bool setsField(const ConfigNode &node, QByteArrayView field)
{
    return node.name == SetField && node.argument(0).compare(field, Qt::CaseInsensitive) == 0;
}

const ConfigNode *fieldOf(const ConfigNode &level, QByteArrayView field)
{
    const auto found = std::find_if(level.children.begin(), level.children.end(),
                                    [field](const ConfigNode &node) { return setsField(node, field); });
    return found == level.children.end() ? nullptr : &*found;
}

ConfigNode *fieldOf(ConfigNode &level, QByteArrayView field)
{
    return const_cast<ConfigNode *>(fieldOf(std::as_const(level), field));
}

QByteArrayView valueInForce(const Levels &levels, QByteArrayView field)
{
    const ConfigNode *owner = levels.fieldsOwner();
    const ConfigNode *node = owner ? fieldOf(*owner, field) : nullptr;
    return node ? node->argument(1) : QByteArrayView();
}

bool speaksHttp11(const Levels &levels)
{
    const ConfigNode *node = levels.inForce("proxy_http_version");
    const QByteArray version =
        node ? node->argument(0).toByteArray() : directiveDefault("proxy_http_version", NginxVersion::current());
    return version == "1.1";
}

// "upgrade", $connection_upgrade or whatever somebody's own map is called; not "close", and not left out.
bool asksForUpgrade(QByteArrayView connection)
{
    return !connection.isEmpty() && connection.compare("close", Qt::CaseInsensitive) != 0
           && connection.compare("keep-alive", Qt::CaseInsensitive) != 0;
}

bool passes(const Levels &levels)
{
    return speaksHttp11(levels) && !valueInForce(levels, "Upgrade").isEmpty()
           && asksForUpgrade(valueInForce(levels, "Connection"));
}

void setSecondArgument(ConfigNode &node, QByteArrayView value)
{
    node = ConfigNode::directive(node.name, {node.argument(0).toByteArray(), value.toByteArray()});
}

bool isProxyLine(const ConfigNode &node)
{
    return node.name.startsWith("proxy_");
}

void setField(ConfigNode &location, QByteArrayView field, QByteArrayView value)
{
    if (ConfigNode *node = fieldOf(location, field)) {
        const bool blank = node->blankLineBefore;
        setSecondArgument(*node, value);
        node->blankLineBefore = blank;
        return;
    }
    ConfigNode made = ConfigNode::directive(SetField.toByteArray(), {field.toByteArray(), value.toByteArray()});
    if (location.child(SetField))
        insertBehind(
            location, [](const ConfigNode &node) { return node.name == SetField; }, std::move(made));
    else
        insertBehind(location, isProxyLine, std::move(made));
}

// Lines of its own for the fields that the location inherits: the next one that it sets would hide them.
void takeOverFields(ConfigNode &location, const ConfigNode *owner)
{
    if (!owner || owner == &location)
        return;
    for (const ConfigNode *node : owner->childrenNamed(SetField)) {
        std::vector<QByteArray> words;
        for (const ConfigArgument &argument : node->arguments)
            words.push_back(argument.value);
        const auto belongs = [](const ConfigNode &line) { return isProxyLine(line); };
        insertBehind(location, belongs, ConfigNode::directive(SetField.toByteArray(), words));
    }
}

void switchOn(ConfigNode &location, const Levels &levels)
{
    if (!speaksHttp11(levels) || !levels.inForce("proxy_http_version")) {
        removeWhere(location, [](const ConfigNode &node) { return node.name == "proxy_http_version"; });
        insertBehind(
            location, [](const ConfigNode &node) { return node.name == "proxy_pass"; },
            ConfigNode::directive("proxy_http_version", {"1.1"}));
    }
    const bool hasUpgrade = !valueInForce(levels, "Upgrade").isEmpty();
    const bool hasConnection = asksForUpgrade(valueInForce(levels, "Connection"));
    if (!hasUpgrade || !hasConnection)
        takeOverFields(location, levels.fieldsOwner());
    if (!hasUpgrade)
        setField(location, "Upgrade", "$http_upgrade");
    if (!hasConnection)
        setField(location, "Connection", ConnectionVariable);
    if (!levels.inForce("proxy_read_timeout"))
        insertBehind(location, isProxyLine, ConfigNode::directive("proxy_read_timeout", {QuietTime.toByteArray()}));
}

// A group that keeps its connections needs HTTP/1.1 and an empty Connection field without WebSockets too.
void switchOff(ConfigNode &location, const Levels &levels, bool keepsConnections)
{
    takeOverFields(location, levels.fieldsOwner());
    removeWhere(location, [](const ConfigNode &node) { return setsField(node, "Upgrade"); });
    if (keepsConnections) {
        setField(location, "Connection", "");
    } else {
        removeWhere(location, [](const ConfigNode &node) {
            return setsField(node, "Connection") || (node.name == "proxy_http_version" && node.argument(0) == "1.1");
        });
    }
    const ConfigNode *buffering = location.child("proxy_buffering");
    const bool streams = buffering && buffering->argument(0) == "off"; // event streams are quiet for long as well
    if (!streams)
        removeWhere(location, [](const ConfigNode &node) {
            return node.name == "proxy_read_timeout" && node.argument(0) == QuietTime;
        });
    if (!valueInForce(levels, "Upgrade").isEmpty())
        setField(location, "Upgrade", ""); // what would be inherited again
}

bool definesConnectionUpgrade(const ConfigNode &http)
{
    return std::any_of(http.children.begin(), http.children.end(), [](const ConfigNode &node) {
        return node.name == "map" && node.argument(1) == ConnectionVariable;
    });
}

bool keepsConnections(const ConfigNode &http, const ConfigNode &location)
{
    const std::optional<ProxyTarget> target = proxyTargetOf(location);
    const ConfigNode *group = target ? findUpstream(http, target->peer.host) : nullptr;
    return group && group->child("keepalive");
}

} // namespace

void ensureConnectionUpgradeMap(ConfigNode &http)
{
    if (definesConnectionUpgrade(http))
        return;
    int place = 0;
    for (const ConfigNode &node : http.children) {
        if (node.isBlock() && (node.name == "server" || node.name == "upstream"))
            break;
        ++place;
    }
    // A comment right above the first server belongs to the server.
    while (place > 0 && http.children[static_cast<size_t>(place) - 1].isComment()
           && place < static_cast<int>(http.children.size()))
        --place;
    http.children.insert(http.children.begin() + place, makeConnectionUpgradeMap());
}

bool passesWebSockets(const ConfigNode &http, int place)
{
    const ConfigNode &server = http.children[static_cast<size_t>(place)];
    const ConfigNode *location = mainLocation(server);
    return location && location->child("proxy_pass") && passes({http, server, *location});
}

int setWebSockets(ConfigNode &http, int place, bool on)
{
    const bool needsMap = on && !passesWebSockets(http, place);
    if (needsMap) {
        const size_t before = http.children.size();
        ensureConnectionUpgradeMap(http);
        place += static_cast<int>(http.children.size() - before); // it stands before every server
    }
    ConfigNode &server = http.children[static_cast<size_t>(place)];
    ConfigNode *const location = mainLocation(server);
    if (!location || !location->child("proxy_pass") || passesWebSockets(http, place) == on)
        return place;
    if (on)
        switchOn(*location, {http, server, *location});
    else
        switchOff(*location, {http, server, *location}, keepsConnections(http, *location));
    return place;
}

} // namespace portlight
