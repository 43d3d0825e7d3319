// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/hostnamekeys.h"
#include "config/validationstate.h"
#include "config/values.h"

using namespace Qt::StringLiterals;

namespace portlight::validation {

namespace {

// A name of a server, and where it stands.
struct NameUse {
    QByteArray name; // in lower case
    TextPosition where;
};

// What one address is used for, over all servers.
struct AddressUse {
    std::optional<TextPosition> defaultServer;
    std::optional<TextPosition> socketOptions;
    int servers = 0;
    std::vector<NameUse> names;
};

// Looks at the servers of one http block against each other, as ngx_http_add_listen and ngx_http_server_names do.
class ServerCheck
{
public:
    explicit ServerCheck(State &state)
        : m_state(state)
    {}
    void add(const ConfigNode &server);
    void finish(); // once all were added

private:
    void addListen(const ConfigNode &node, QHash<QByteArray, TextPosition> &own);
    void addOptions(const ConfigNode &node, const Listen &listen, const QByteArray &address);
    void addNames(const ConfigNode &server, const QList<QByteArray> &addresses);
    void compareNames(const QByteArray &address, const AddressUse &use);

    State &m_state;
    QHash<QByteArray, AddressUse> m_uses;
};

// Parameters that nginx lets one listen of an address set, for they are of the socket.
bool setsSocketOptions(const ConfigNode &node)
{
    for (size_t i = 1; i < node.arguments.size(); ++i) {
        const QByteArrayView word = node.argument(i);
        const bool shared = word == "default_server" || word == "default" || word == "ssl" || word == "http2"
                            || word == "quic" || word == "proxy_protocol";
        if (!shared)
            return true;
    }
    return false;
}

bool isDisabled(const ConfigNode &server)
{
    const ConfigNode *const enabled = server.child("portlight_enabled");
    return enabled && enabled->argument(0).compare("off", Qt::CaseInsensitive) == 0;
}

Result<Listen> listenOf(const ConfigNode &node)
{
    std::vector<QByteArray> words;
    for (const ConfigArgument &argument : node.arguments)
        words.push_back(argument.value);
    return parseListen(words);
}

void ServerCheck::addOptions(const ConfigNode &node, const Listen &listen, const QByteArray &address)
{
    AddressUse &use = m_uses[address];
    if (listen.options.defaultServer) {
        if (use.defaultServer)
            m_state.error(ErrorCode::ConflictingListen, u"a duplicate default server for %1"_s.arg(text(address)),
                          node.position, firstAt(*use.defaultServer, node.position));
        else
            use.defaultServer = node.position;
    }
    if (setsSocketOptions(node)) {
        if (use.socketOptions)
            m_state.error(ErrorCode::ConflictingListen, u"duplicate listen options for %1"_s.arg(text(address)),
                          node.position, firstAt(*use.socketOptions, node.position));
        else
            use.socketOptions = node.position;
    }
}

void ServerCheck::addListen(const ConfigNode &node, QHash<QByteArray, TextPosition> &own)
{
    const Result<Listen> listen = listenOf(node);
    if (!listen)
        return; // told where the directive's values are checked
    for (const ListenAddress &address : listen->addresses) {
        const QByteArray key = address.toString();
        const auto first = own.constFind(key);
        if (first != own.constEnd()) {
            m_state.error(ErrorCode::ConflictingListen, u"a duplicate listen %1"_s.arg(text(key)), node.position,
                          firstAt(*first, node.position));
            continue;
        }
        own.insert(key, node.position);
        addOptions(node, *listen, key);
    }
}

void ServerCheck::addNames(const ConfigNode &server, const QList<QByteArray> &addresses)
{
    std::vector<NameUse> names;
    for (const ConfigNode *node : server.childrenNamed("server_name")) {
        for (size_t i = 0; i < node->arguments.size(); ++i)
            names.push_back({node->arguments[i].value.toLower(), positionOf(*node, i)});
    }
    if (names.empty()) // a server without a name has the empty one
        names.push_back({QByteArray(""), server.position});
    for (const QByteArray &address : addresses) {
        AddressUse &use = m_uses[address];
        ++use.servers;
        use.names.insert(use.names.end(), names.begin(), names.end());
    }
}

// ngx_http_server_names: names are compared only where an address has several servers.
void ServerCheck::compareNames(const QByteArray &address, const AddressUse &use)
{
    QHash<QByteArray, TextPosition> known;
    for (const NameUse &one : use.names) {
        if (one.name.startsWith('~'))
            continue;
        const std::optional<QList<QByteArray>> keys = hostnameKeys(one.name);
        if (!keys) {
            m_state.error(ErrorCode::InvalidValue,
                          u"invalid server name or wildcard \"%1\" on %2"_s.arg(text(one.name), text(address)),
                          one.where, u"wildcards are *.example.com, .example.com and www.example.*"_s);
            continue;
        }
        for (const QByteArray &key : *keys) {
            const auto first = known.constFind(key);
            if (first == known.constEnd()) {
                known.insert(key, one.where);
                continue;
            }
            m_state.warning(ErrorCode::ConflictingName,
                            u"conflicting server name \"%1\" on %2, ignored"_s.arg(text(one.name), text(address)),
                            one.where, firstAt(*first, one.where));
            break;
        }
    }
}

void ServerCheck::finish()
{
    QList<QByteArray> addresses = m_uses.keys();
    std::sort(addresses.begin(), addresses.end());
    for (const QByteArray &address : addresses) {
        if (const AddressUse &use = m_uses[address]; use.servers > 1)
            compareNames(address, use);
    }
}

void ServerCheck::add(const ConfigNode &server)
{
    QHash<QByteArray, TextPosition> own;
    const std::vector<const ConfigNode *> listens = server.childrenNamed("listen");
    for (const ConfigNode *listen : listens)
        addListen(*listen, own);
    QList<QByteArray> addresses = own.keys();
    if (listens.empty())
        addresses = {"0.0.0.0:80"_ba}; // nginx's own for a server that names none
    std::sort(addresses.begin(), addresses.end());
    addNames(server, addresses);
}

} // namespace

void checkServers(State &state, const ConfigNode &http)
{
    ServerCheck check(state);
    for (const ConfigNode &node : http.children) {
        if (node.isBlock() && node.name == "server" && !isDisabled(node))
            check.add(node);
    }
    check.finish();
}

} // namespace portlight::validation
