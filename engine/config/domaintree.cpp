// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/domaintree.h"

#include "config/locationmatch.h"

namespace portlight::domaintree {

namespace {

bool isServer(const ConfigNode &node)
{
    return node.isBlock() && node.name == "server";
}

bool isMainLocation(const ConfigNode &node)
{
    if (!node.isBlock() || node.name != "location")
        return false;
    const Result<LocationMatch> match = parseLocation(node);
    const bool prefix =
        match && (match->kind == LocationMatch::Kind::Prefix || match->kind == LocationMatch::Kind::PrefixBeforeRegex);
    return prefix && match->text == "/";
}

bool isProxyDirective(const ConfigNode &node)
{
    return node.name.endsWith("_pass") && !node.arguments.empty();
}

} // namespace

std::vector<const ConfigNode *> serversOf(const ConfigTree &tree)
{
    std::vector<const ConfigNode *> servers;
    if (const ConfigNode *http = tree.child("http")) {
        for (const ConfigNode &node : http->children) {
            if (isServer(node))
                servers.push_back(&node);
        }
    }
    return servers;
}

int placeOfServer(const ConfigNode &http, int index)
{
    int at = 0;
    for (size_t place = 0; place < http.children.size(); ++place) {
        if (isServer(http.children[place]) && at++ == index)
            return static_cast<int>(place);
    }
    return -1;
}

const ConfigNode *mainLocation(const ConfigNode &server)
{
    for (const ConfigNode &node : server.children) {
        if (isMainLocation(node))
            return &node;
    }
    const std::vector<const ConfigNode *> all = server.childrenNamed("location");
    return all.size() == 1 ? all.front() : nullptr;
}

ConfigNode *mainLocation(ConfigNode &server)
{
    return const_cast<ConfigNode *>(mainLocation(std::as_const(server)));
}

const ConfigNode *findUpstream(const ConfigNode &http, QByteArrayView name)
{
    for (const ConfigNode &node : http.children) {
        if (node.isBlock() && node.name == "upstream" && node.argument(0) == name)
            return &node;
    }
    return nullptr;
}

ConfigNode *findUpstream(ConfigNode &http, QByteArrayView name)
{
    return const_cast<ConfigNode *>(findUpstream(std::as_const(http), name));
}

const ConfigNode *onlyPeer(const ConfigNode &upstream)
{
    const std::vector<const ConfigNode *> peers = upstream.childrenNamed("server");
    return peers.size() == 1 && peers.front()->arguments.size() == 1 ? peers.front() : nullptr;
}

ConfigNode *onlyPeer(ConfigNode &upstream)
{
    return const_cast<ConfigNode *>(onlyPeer(std::as_const(upstream)));
}

std::optional<ProxyTarget> proxyTargetOf(const ConfigNode &location)
{
    const ConfigNode *const pass = location.child("proxy_pass");
    if (!pass)
        return std::nullopt;
    const Result<ProxyTarget> target = parseProxyTarget(pass->argument(0));
    if (!target)
        return std::nullopt;
    return *target;
}

bool passesTo(const ConfigNode &node, QByteArrayView upstream)
{
    if (isProxyDirective(node)) {
        const Result<ProxyTarget> target = parseProxyTarget(node.argument(0));
        if ((target && target->peer.host == upstream) || node.argument(0) == upstream)
            return true;
    }
    return std::any_of(node.children.begin(), node.children.end(),
                       [&](const ConfigNode &child) { return passesTo(child, upstream); });
}

bool isEnabled(const ConfigNode &server)
{
    const ConfigNode *const enabled = server.child("portlight_enabled");
    return !enabled || enabled->argument(0).compare("off", Qt::CaseInsensitive) != 0;
}

std::vector<QByteArray> namesOf(const ConfigNode &server)
{
    std::vector<QByteArray> names;
    for (const ConfigNode *node : server.childrenNamed("server_name")) {
        for (const ConfigArgument &argument : node->arguments)
            names.push_back(argument.value);
    }
    return names;
}

std::vector<Listen> listensOf(const ConfigNode &server)
{
    std::vector<Listen> listens;
    for (const ConfigNode *node : server.childrenNamed("listen")) {
        std::vector<QByteArray> words;
        for (const ConfigArgument &argument : node->arguments)
            words.push_back(argument.value);
        if (Result<Listen> listen = parseListen(words))
            listens.push_back(std::move(listen).value());
    }
    return listens;
}

} // namespace portlight::domaintree
