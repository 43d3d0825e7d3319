// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/overlaystate.h"

using namespace Qt::StringLiterals;

namespace portlight {

namespace overlaying {

namespace {

using Kind = OverlayMapping::Kind;

constexpr quint16 HttpPort = 80;

// The listen mapping whose written address is that one.
const OverlayMapping *listenMapping(const State &state, const QByteArray &key)
{
    for (const OverlayMapping &mapping : state.overlay.mappings) {
        if (mapping.kind == Kind::Listen && listenKey({mapping.from}) == key)
            return &mapping;
    }
    return nullptr;
}

quint16 firstPort(const QByteArray &address)
{
    const Result<Listen> listen = parseListen({address});
    return listen ? listen->addresses.front().port : quint16(0);
}

// nginx listens on port 80 for a server that names no address.
std::vector<ConfigNode *> listensOf(ConfigNode &server)
{
    std::vector<ConfigNode *> listens;
    for (ConfigNode &node : server.children) {
        if (!node.isComment() && node.name == "listen")
            listens.push_back(&node);
    }
    return listens;
}

bool hasWord(const ConfigNode &listen, QByteArrayView word)
{
    return std::any_of(listen.arguments.begin() + 1, listen.arguments.end(),
                       [&](const ConfigArgument &argument) { return argument.value == word; });
}

void eraseWords(ConfigNode &listen, std::initializer_list<const char *> prefixes)
{
    listen.arguments.erase(std::remove_if(listen.arguments.begin() + 1, listen.arguments.end(),
                                          [&](const ConfigArgument &argument) {
                                              return std::any_of(prefixes.begin(), prefixes.end(), [&](const char *p) {
                                                  return argument.value.startsWith(p);
                                              });
                                          }),
                           listen.arguments.end());
}

void mapListen(State &state, ConfigNode &listen)
{
    const QByteArray key = listenKey(wordsOf(listen));
    if (state.isPlain(key) && (hasWord(listen, "ssl") || hasWord(listen, "quic"))) {
        eraseWords(listen, {"ssl", "http2", "quic", "spdy"});
        state.note(Kind::Certificate, listen.position, u"it is served without TLS here"_s);
    }
    const OverlayMapping *const mapping = listenMapping(state, key);
    if (!mapping)
        return;
    state.used.insert(mapping);
    setArgument(listen, 0, mapping->to);
    if (!mapping->to.startsWith('['))
        eraseWords(listen, {"ipv6only="});
    state.note(Kind::Listen, listen.position, u"it listens on %1 here"_s.arg(text(mapping->to)));
}

// Two addresses may have become one, and nginx refuses an address twice in a server.
void dropRepeatedListens(ConfigNode &server)
{
    QSet<QByteArray> seen;
    std::erase_if(server.children, [&](const ConfigNode &node) {
        if (node.isComment() || node.name != "listen")
            return false;
        const QByteArray key = listenKey(wordsOf(node));
        const bool repeated = !key.isEmpty() && seen.contains(key);
        seen.insert(key);
        return repeated;
    });
}

void mapListens(State &state, ConfigNode &server)
{
    if (listensOf(server).empty()) {
        const OverlayMapping *const mapping = listenMapping(state, listenKey({"80"_ba}));
        if (!mapping)
            return;
        ConfigNode listen = ConfigNode::directive("listen"_ba, {"80"_ba});
        listen.position = server.position;
        server.children.insert(server.children.begin(), std::move(listen));
    }
    for (ConfigNode *listen : listensOf(server))
        mapListen(state, *listen);
    dropRepeatedListens(server);
}

// The local authority's certificate takes the place of every file of that level.
bool mapToLocalCertificate(State &state, ConfigNode &level)
{
    const ConfigNode *replaced = nullptr;
    for (const ConfigNode *node : level.childrenNamed("ssl_certificate")) {
        const OverlayMapping *const mapping = state.overlay.find(Kind::Certificate, node->argument(0));
        if (!mapping || mapping->to != "local")
            continue;
        state.used.insert(mapping);
        state.note(Kind::Certificate, node->position, u"a certificate of the local authority is used here"_s);
        replaced = replaced ? replaced : node;
    }
    if (!replaced)
        return false;
    ConfigNode flag = ConfigNode::directive("portlight_local_certificate", {"on"});
    flag.position = replaced->position;
    level.children[static_cast<size_t>(replaced - level.children.data())] = std::move(flag);
    std::erase_if(level.children, [](const ConfigNode &node) {
        return node.name == "ssl_certificate" || node.name == "ssl_certificate_key" || node.name == "ssl_password_file";
    });
    return true;
}

void mapCertificate(State &state, ConfigNode &level)
{
    if (mapToLocalCertificate(state, level))
        return;
    std::vector<ConfigNode *> certificates;
    std::vector<ConfigNode *> keys;
    for (ConfigNode &node : level.children) {
        if (node.name == "ssl_certificate")
            certificates.push_back(&node);
        else if (node.name == "ssl_certificate_key")
            keys.push_back(&node);
    }
    for (size_t i = 0; i < certificates.size(); ++i) {
        ConfigNode &node = *certificates[i];
        const OverlayMapping *const mapping = state.overlay.find(Kind::Certificate, node.argument(0));
        if (!mapping || mapping->to == "plain")
            continue;
        state.used.insert(mapping);
        setArgument(node, 0, mapping->to);
        if (i < keys.size())
            setArgument(*keys[i], 0, mapping->key);
        state.note(Kind::Certificate, node.position, u"%1 is used here"_s.arg(text(mapping->to)));
    }
}

void mapNames(State &state, ConfigNode &server)
{
    QSet<QByteArray> present;
    for (const ConfigNode *node : server.childrenNamed("server_name")) {
        for (const ConfigArgument &argument : node->arguments)
            present.insert(argument.value.toLower());
    }
    for (ConfigNode &node : server.children) {
        if (node.isComment() || node.name != "server_name")
            continue;
        QStringList added;
        const std::vector<ConfigArgument> written = node.arguments;
        for (const ConfigArgument &argument : written) {
            for (const OverlayMapping &mapping : state.overlay.mappings) {
                if (mapping.kind != Kind::Name || mapping.from.compare(argument.value, Qt::CaseInsensitive) != 0)
                    continue;
                state.used.insert(&mapping);
                if (present.contains(mapping.to.toLower()))
                    continue;
                present.insert(mapping.to.toLower());
                node.arguments.push_back({mapping.to, quoteConfigWord(mapping.to), argument.line, argument.column});
                added += text(mapping.to);
            }
        }
        if (!added.isEmpty())
            state.note(Kind::Name, node.position, u"%1 leads here as well"_s.arg(added.join(u", "_s)), true);
    }
}

} // namespace

void State::note(OverlayMapping::Kind kind, const TextPosition &where, const QString &what, bool adds)
{
    if (effects)
        effects->push_back({kind, where, what, adds});
}

bool State::isPlain(const QByteArray &address) const
{
    return std::find(plainAddresses.begin(), plainAddresses.end(), address) != plainAddresses.end();
}

QString text(QByteArrayView bytes)
{
    return QString::fromUtf8(bytes);
}

void setArgument(ConfigNode &node, size_t index, const QByteArray &value)
{
    node.arguments[index].value = value;
    node.arguments[index].written = quoteConfigWord(value);
}

std::vector<QByteArray> wordsOf(const ConfigNode &node)
{
    std::vector<QByteArray> words;
    for (const ConfigArgument &argument : node.arguments)
        words.push_back(argument.value);
    return words;
}

QByteArray listenKey(const std::vector<QByteArray> &words)
{
    if (words.empty())
        return {};
    const Result<Listen> listen = parseListen({words.front()});
    if (!listen)
        return words.front();
    QByteArray key;
    for (const ListenAddress &address : listen->addresses)
        key += address.toString() + ' ';
    return key;
}

bool isPlainServer(State &state, const ConfigNode &server, const ConfigNode &http)
{
    const ConfigNode &level = server.child("ssl_certificate") ? server : http;
    bool plain = false;
    for (const ConfigNode *certificate : level.childrenNamed("ssl_certificate")) {
        const OverlayMapping *const mapping = state.overlay.find(Kind::Certificate, certificate->argument(0));
        if (!mapping)
            continue;
        state.used.insert(mapping);
        plain = plain || mapping->to == "plain";
    }
    return plain;
}

void dropTls(State &state, ConfigNode &level)
{
    std::erase_if(level.children, [&](const ConfigNode &node) {
        const bool tls = !node.isComment()
                         && (node.name.startsWith("ssl_") || node.name == "ssl" || node.name == "http2"
                             || node.name == "http3" || node.name.startsWith("quic_"));
        if (tls)
            state.note(Kind::Certificate, node.position, u"the server has no TLS here"_s);
        return tls;
    });
}

void overlayServer(State &state, ConfigNode &server, const ConfigNode &http)
{
    const bool plain = isPlainServer(state, server, http);
    bool losesTls = plain;
    for (const ConfigNode *listen : server.childrenNamed("listen"))
        losesTls = losesTls || (hasWord(*listen, "ssl") && state.isPlain(listenKey(wordsOf(*listen))));
    if (losesTls)
        dropTls(state, server);
    else
        mapCertificate(state, server);
    mapListens(state, server);
    mapNames(state, server);
}

namespace {

// An address has TLS or it has not, for all servers that share it (ngx_http_add_addresses): one that loses it takes the
// others along.
void collectPlainAddresses(State &state, const ConfigNode &http)
{
    for (const ConfigNode *server : http.childrenNamed("server")) {
        if (!isPlainServer(state, *server, http))
            continue;
        for (const ConfigNode *listen : server->childrenNamed("listen")) {
            const ConfigNode *const old = server->child("ssl"); // until 1.25
            if (hasWord(*listen, "ssl") || hasWord(*listen, "quic") || (old && old->argument(0) == "on"))
                state.plainAddresses.push_back(listenKey(wordsOf(*listen)));
        }
    }
}

void collectPorts(State &state, const ConfigNode &http)
{
    for (const ConfigNode *server : http.childrenNamed("server")) {
        for (const ConfigNode *listen : server->childrenNamed("listen")) {
            const QByteArray key = listenKey(wordsOf(*listen));
            const OverlayMapping *const mapping = listenMapping(state, key);
            const quint16 from = firstPort(listen->argument(0).toByteArray());
            const quint16 to = mapping ? firstPort(mapping->to) : from;
            if (from == 0 || to == 0)
                continue;
            const bool plain = state.isPlain(key);
            if (!plain && !mapping)
                continue;
            QHash<quint16, quint16> &ports = plain                     ? state.plainPorts
                                             : hasWord(*listen, "ssl") ? state.httpsPorts
                                                                       : state.httpPorts;
            if (!ports.contains(from))
                ports.insert(from, to);
        }
        if (server->childrenNamed("listen").empty()) {
            if (const OverlayMapping *const mapping = listenMapping(state, listenKey({"80"_ba})))
                state.httpPorts.insert(HttpPort, firstPort(mapping->to));
        }
    }
}

void overlayHttp(State &state, ConfigNode &http)
{
    for (const ConfigNode *group : http.childrenNamed("upstream"))
        state.groups.insert(group->argument(0).toByteArray().toLower());
    collectPlainAddresses(state, http);
    collectPorts(state, http);
    const ConfigNode asWritten = http; // servers look up what they inherit
    for (ConfigNode &node : http.children) {
        if (node.isBlock() && node.name == "server")
            overlayServer(state, node, asWritten);
    }
    bool plain = false;
    for (const ConfigNode *certificate : asWritten.childrenNamed("ssl_certificate")) {
        const OverlayMapping *const mapping = state.overlay.find(Kind::Certificate, certificate->argument(0));
        plain = plain || (mapping && mapping->to == "plain");
    }
    if (plain)
        dropTls(state, http);
    else
        mapCertificate(state, http);
}

void warnOfUnused(const State &state, const ConfigTree &tree, Diagnostics &diagnostics)
{
    for (const OverlayMapping &mapping : state.overlay.mappings) {
        if (state.used.contains(&mapping))
            continue;
        diagnostics.append({Severity::Warning, ErrorCode::NotFound,
                            u"\"%1 %2\" matches nothing in %3"_s.arg(text(overlayDirective(mapping.kind)),
                                                                     text(mapping.from), tree.fileName),
                            mapping.where, u"take the line out, or write the value as the configuration does"_s});
    }
}

} // namespace

} // namespace overlaying

ConfigTree applyOverlay(const ConfigTree &expandedTree, const Overlay &overlay, Diagnostics &diagnostics,
                        std::vector<OverlayEffect> *effects)
{
    using namespace overlaying;
    ConfigTree tree = expandedTree;
    if (overlay.isEmpty())
        return tree;
    State state{.overlay = overlay, .effects = effects};
    if (ConfigNode *http = tree.child("http"))
        overlayHttp(state, *http);
    overlayTargets(state, tree.nodes);
    warnOfUnused(state, expandedTree, diagnostics);
    return tree;
}

} // namespace portlight
