// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/domainhttps.h"
#include "config/domainname.h"
#include "config/domainpreset.h"
#include "config/domains.h"
#include "config/domaintree.h"
#include "config/domainwebsockets.h"
#include "config/parser.h"
#include "config/statements.h"

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

using namespace domaintree;

struct CheckedDraft {
    DomainDraft draft;
    ProxyTarget target;
};

// A draft may come from a window or a command line; what is wrong with it is said before anything is changed.
Result<CheckedDraft> check(const DomainDraft &draft)
{
    const Result<QString> name = completeDomainName(draft.name);
    if (!name)
        return name.error();
    const Result<QString> target = completeDomainTarget(draft.target);
    if (!target)
        return target.error();
    if (draft.listenPort == 0)
        return Error{ErrorCode::InvalidName, u"a domain needs a port to listen on, 1 to 65535"_s, {}, {}};
    const Result<ProxyTarget> parsed = parseProxyTarget(target->toUtf8());
    if (!parsed)
        return Error{ErrorCode::InvalidTarget, parsed.error().message, {}, parsed.error().hint};
    CheckedDraft checked{draft, *parsed};
    checked.draft.name = *name;
    checked.draft.target = *target;
    return checked;
}

bool listensOn(const ConfigNode &server, quint16 port)
{
    const std::vector<Listen> listens = listensOf(server);
    if (listens.empty())
        return port == 80;
    return std::any_of(listens.begin(), listens.end(), [&](const Listen &listen) {
        return std::any_of(listen.addresses.begin(), listen.addresses.end(), [&](const ListenAddress &address) {
            return address.kind != ListenAddress::Kind::Unix && address.port == port;
        });
    });
}

// Two servers of one name on one port: nginx would ignore the second. `except` is the place of the one being edited.
Result<void> requireFree(const ConfigTree &tree, const QString &wanted, quint16 port, int except)
{
    int index = 0;
    for (const ConfigNode *server : serversOf(tree)) {
        const bool other = index++ != except;
        if (!other || !listensOn(*server, port))
            continue;
        for (const QByteArray &name : namesOf(*server)) {
            if (name.compare(wanted.toUtf8(), Qt::CaseInsensitive) == 0)
                return Error{ErrorCode::AlreadyExists, u"%1 exists already on port %2"_s.arg(wanted).arg(port),
                             server->position, u"edit that one, or choose another name"_s};
        }
    }
    return {};
}

// On the ports that the draft asks for.
Result<void> requireFree(const ConfigTree &tree, const DomainDraft &draft, int except)
{
    const Result<void> free = requireFree(tree, draft.name, draft.listenPort, except);
    return free && draft.https == true ? requireFree(tree, draft.name, draft.tlsPort, except) : free;
}

QByteArray freeUpstreamName(const ConfigNode &http, const QString &domain)
{
    const QByteArray name = domain.toUtf8();
    QByteArray candidate = name;
    for (int number = 2; findUpstream(http, candidate); ++number)
        candidate = name + '-' + QByteArray::number(number);
    return candidate;
}

ConfigNode &ensureHttp(ConfigTree &tree)
{
    if (ConfigNode *http = tree.child("http"))
        return *http;
    ConfigNode http = ConfigNode::block("http");
    http.blankLineBefore = !tree.nodes.empty() && !tree.nodes.back().isComment();
    tree.nodes.push_back(std::move(http));
    return tree.nodes.back();
}

void insertChild(ConfigNode &http, int place, ConfigNode node)
{
    const int end = static_cast<int>(http.children.size());
    http.children.insert(http.children.begin() + std::clamp(place, 0, end), std::move(node));
}

Error noSuchDomain(const ConfigTree &tree, int index)
{
    return {ErrorCode::NotFound, u"there is no domain number %1"_s.arg(index), {tree.fileName, 0, 0}, {}};
}

void rename(ConfigNode &server, const QString &oldName, const QString &newName)
{
    for (ConfigNode &node : server.children) {
        if (node.name != "server_name")
            continue;
        for (ConfigArgument &argument : node.arguments) {
            if (QString::fromUtf8(argument.value).compare(oldName, Qt::CaseInsensitive) == 0)
                return setValue(argument, newName.toUtf8());
        }
    }
}

// How many servers of http pass to that group.
qsizetype usersOf(const ConfigNode &http, QByteArrayView upstream)
{
    return std::count_if(http.children.begin(), http.children.end(),
                         [&](const ConfigNode &node) { return passesTo(node, upstream); });
}

// Leads the main location to another target: by its group when it is the only user of one, else by proxy_pass itself.
void retarget(ConfigNode &http, ConfigNode &server, const CheckedDraft &to, const QString &oldName)
{
    ConfigNode *const location = mainLocation(server);
    ConfigNode *const pass = location ? location->child("proxy_pass") : nullptr;
    const std::optional<ProxyTarget> current = pass ? proxyTargetOf(*location) : std::nullopt;
    if (!current)
        return;
    ConfigNode *const group = current->peer.hasPort ? nullptr : findUpstream(http, current->peer.host);
    ConfigNode *const peer = group && usersOf(http, current->peer.host) == 1 ? onlyPeer(*group) : nullptr;
    if (!peer)
        return setValue(pass->arguments[0], to.draft.target.toUtf8());
    // An address that means the same stays as it is written.
    if (upstreamAddress(to.target) != peer->argument(0))
        setValue(peer->arguments[0], upstreamAddress(to.target));
    QByteArray groupName = current->peer.host;
    if (groupName == oldName.toUtf8() && oldName != to.draft.name) {
        groupName = freeUpstreamName(http, to.draft.name);
        setValue(group->arguments[0], groupName);
    }
    if (proxyPassTo(groupName, to.target) != pass->argument(0))
        setValue(pass->arguments[0], proxyPassTo(groupName, to.target));
}

Result<void> addHttps(ConfigNode &http, int place, const DomainDraft &draft)
{
    if (!draft.https)
        return {};
    return setHttps(http, place, *draft.https, draft.tlsPort, draft.tls.value_or(DomainTls()));
}

Result<void> updateHttps(ConfigNode &http, int place, const DomainDraft &before, const DomainDraft &after)
{
    const bool on = after.https.value_or(before.https == true);
    const DomainTls tls = after.tls.value_or(*before.tls);
    // A draft that was made for another purpose has no wish about the port.
    const quint16 port = after.https ? after.tlsPort : before.tlsPort;
    const bool same = on == before.https && (!on || (port == before.tlsPort && tls == *before.tls));
    return same ? Result<void>() : setHttps(http, place, on, port, tls);
}

// Of a copy: its last step may fail.
Result<void> update(ConfigTree &tree, int index, const DomainDraft &draft)
{
    const Result<DomainDraft> before = draftOfDomain(tree, index);
    if (!before)
        return before.error();
    const Result<CheckedDraft> checked = check(draft);
    if (!checked)
        return checked.error();
    if (const Result<void> free = requireFree(tree, checked->draft, index); !free)
        return free;
    ConfigNode &http = *tree.child("http");
    ConfigNode &server = http.children[static_cast<size_t>(placeOfServer(http, index))];
    const DomainDraft &after = checked->draft;
    if (after.target != before->target || after.name != before->name)
        retarget(http, server, *checked, before->name);
    if (after.name != before->name)
        rename(server, before->name, after.name);
    if (after.listenPort != before->listenPort)
        movePort(server, before->listenPort, after.listenPort);
    if (after.webSockets && after.webSockets != before->webSockets)
        setWebSockets(http, placeOfServer(http, index), *after.webSockets);
    return updateHttps(http, placeOfServer(http, index), *before, after);
}

} // namespace

ConfigTree emptyConfig(const QString &fileName)
{
    const QByteArray text = "# Portlight's configuration. It is nginx configuration: edit it here or in the window.\n"
                            "http {}\n";
    return parseConfig(text, fileName).tree;
}

Result<int> addDomain(ConfigTree &tree, const DomainDraft &draft)
{
    const Result<CheckedDraft> checked = check(draft);
    if (!checked)
        return checked.error();
    if (const Result<void> free = requireFree(tree, checked->draft, -1); !free)
        return free.error();
    const std::optional<ConfigTree> before = checked->draft.https == true ? std::optional(tree) : std::nullopt;
    ConfigNode &http = ensureHttp(tree);
    ensureConnectionUpgradeMap(http);
    DomainPreset preset =
        makeDomainPreset(checked->draft, checked->target, freeUpstreamName(http, checked->draft.name));
    http.children.push_back(std::move(preset.upstream));
    http.children.push_back(std::move(preset.server));
    const int place = static_cast<int>(http.children.size()) - 1;
    if (checked->draft.webSockets == false)
        setWebSockets(http, place, false);
    if (const auto set = addHttps(http, place, checked->draft); !set) {
        tree = *before;
        return set.error();
    }
    return static_cast<int>(serversOf(tree).size()) - 1;
}

Result<void> updateDomain(ConfigTree &tree, int index, const DomainDraft &draft)
{
    ConfigTree edited = tree;
    const Result<void> updated = update(edited, index, draft);
    if (updated)
        tree = std::move(edited);
    return updated;
}

Result<RemovedDomain> removeDomain(ConfigTree &tree, int index)
{
    ConfigNode *const http = tree.child("http");
    const int place = http ? placeOfServer(*http, index) : -1;
    if (place < 0)
        return noSuchDomain(tree, index);
    RemovedDomain removed;
    removed.serverPlace = place;
    removed.server = std::move(http->children[static_cast<size_t>(place)]);
    http->children.erase(http->children.begin() + place);
    const ConfigNode *const location = mainLocation(removed.server);
    const std::optional<ProxyTarget> target = location ? proxyTargetOf(*location) : std::nullopt;
    const bool ours = removed.server.child("portlight_domain") != nullptr;
    if (!ours || !target || usersOf(*http, target->peer.host) > 0)
        return removed;
    if (const ConfigNode *group = findUpstream(*http, target->peer.host)) {
        removed.upstreamPlace = static_cast<int>(group - http->children.data());
        removed.upstream = std::move(http->children[static_cast<size_t>(removed.upstreamPlace)]);
        http->children.erase(http->children.begin() + removed.upstreamPlace);
    }
    return removed;
}

Result<int> restoreDomain(ConfigTree &tree, RemovedDomain removed)
{
    const std::vector<QByteArray> names = namesOf(removed.server);
    for (const Listen &listen : listensOf(removed.server)) {
        for (const ListenAddress &address : listen.addresses) {
            const QString name = names.empty() ? QString() : QString::fromUtf8(names.front());
            if (const Result<void> free = requireFree(tree, name, address.port, -1); !free)
                return free.error();
        }
    }
    ConfigNode &http = ensureHttp(tree);
    // In the reverse order of removal, so that both places are right again.
    if (removed.upstream && !findUpstream(http, removed.upstream->argument(0)))
        insertChild(http, removed.upstreamPlace, std::move(*removed.upstream));
    const int place = std::min(removed.serverPlace, static_cast<int>(http.children.size()));
    insertChild(http, place, std::move(removed.server));
    const auto isServer = [](const ConfigNode &node) { return node.isBlock() && node.name == "server"; };
    return static_cast<int>(std::count_if(http.children.begin(), http.children.begin() + place, isServer));
}

Result<void> setDomainEnabled(ConfigTree &tree, int index, bool enabled)
{
    ConfigNode *const http = tree.child("http");
    const int place = http ? placeOfServer(*http, index) : -1;
    if (place < 0)
        return noSuchDomain(tree, index);
    std::vector<ConfigNode> &children = http->children[static_cast<size_t>(place)].children;
    children.erase(std::remove_if(children.begin(), children.end(),
                                  [](const ConfigNode &node) { return node.name == "portlight_enabled"; }),
                   children.end());
    if (enabled)
        return {};
    auto behind = children.begin(); // the names and addresses come first
    for (auto it = children.begin(); it != children.end(); ++it) {
        if (it->name == "listen" || it->name == "server_name" || it->name == "portlight_domain")
            behind = std::next(it);
    }
    while (behind != children.end() && behind->isComment() && behind->onSameLine)
        ++behind;
    children.insert(behind, ConfigNode::directive("portlight_enabled", {"off"}));
    return {};
}

} // namespace portlight
