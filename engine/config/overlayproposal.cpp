// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/overlayproposal.h"

#include "config/inetaddress.h"

#include <QMap>
#include <QSet>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

using Kind = OverlayMapping::Kind;

constexpr quint16 HttpPort = 80;
constexpr quint16 HttpsPort = 443;
constexpr quint16 PrivilegedPortsEnd = 1024;
constexpr quint16 FirstBackendPort = 3000;
constexpr quint16 AbovePrivileged = 8000; // 80 becomes 8080, 443 becomes 8443, 25 becomes 8025

// Goes through a tree once and collects mappings.
class Proposer
{
public:
    Proposer(const DeskFacts &facts, const QString &fileName)
        : m_facts(facts)
    {
        m_overlay.fileName = fileName;
    }

    Overlay propose(const ConfigTree &tree);

private:
    void addServer(const ConfigNode &server);
    void addListen(const ConfigNode &listen);
    void addMovedListen(const QByteArray &written, const std::vector<ListenAddress> &addresses);
    void addCertificates(const ConfigNode &level);
    void addNames(const ConfigNode &server);
    void addBackends(const std::vector<ConfigNode> &nodes);
    void addPeer(const QByteArray &scheme, const QByteArray &address);
    void addPaths(const std::vector<ConfigNode> &nodes);
    void addContentPath(const QByteArray &written);
    void addLogPath(const QByteArray &written);
    void addStorePath(const QByteArray &written);
    void add(Kind kind, const QByteArray &from, const QByteArray &to, const QByteArray &reason);
    quint16 freePort(quint16 wanted);
    QByteArray absolute(const QByteArray &path) const;
    QByteArray uniqueFolder(const QByteArray &folder, const QByteArray &path);

    const DeskFacts &m_facts;
    Overlay m_overlay;
    QSet<QByteArray> m_listens;              // written forms that were looked at
    QMap<QByteArray, quint16> m_movedPorts;  // "port/how many addresses of it before" → here
    QMap<QByteArray, int> m_addressesOfPort; // "family/port" → how many
    QSet<quint16> m_takenPorts;              // given out by this proposal
    QSet<QByteArray> m_names;                // in use, lower case
    QSet<QByteArray> m_groups;
    QSet<QByteArray> m_folders;
};

void Proposer::add(Kind kind, const QByteArray &from, const QByteArray &to, const QByteArray &reason)
{
    if (!m_overlay.find(kind, from))
        m_overlay.mappings.push_back({kind, from, to, {}, reason, {}});
}

quint16 Proposer::freePort(quint16 wanted)
{
    for (int port = wanted; port <= 65535; ++port) {
        const auto candidate = static_cast<quint16>(port);
        if (!m_takenPorts.contains(candidate) && m_facts.isPortFree(candidate)) {
            m_takenPorts.insert(candidate);
            return candidate;
        }
    }
    return wanted;
}

// ---- listens ---------------------------------------------------------------------------------------

QByteArray loopbackOf(const ListenAddress &address)
{
    return address.kind == ListenAddress::Kind::Inet6 ? "[::1]:"_ba : "127.0.0.1:"_ba;
}

QByteArray whyMoved(const ListenAddress &first)
{
    if (first.kind == ListenAddress::Kind::Unix)
        return "its folder cannot be written here";
    if (first.port < PrivilegedPortsEnd)
        return "ports below 1024 are the system's";
    return first.isLoopback() ? "the port is taken here" : "loopback only";
}

void Proposer::addMovedListen(const QByteArray &written, const std::vector<ListenAddress> &addresses)
{
    const ListenAddress &first = addresses.front();
    if (first.kind == ListenAddress::Kind::Unix) {
        if (const qsizetype slash = first.path.lastIndexOf('/');
            slash > 0 && m_facts.isWritable(first.path.first(slash)))
            return;
        return add(Kind::Listen, written, "127.0.0.1:" + QByteArray::number(freePort(8080)), whyMoved(first));
    }
    const bool range = addresses.size() > 1 && addresses.back().port != first.port;
    if (range) {
        const QByteArray ports = QByteArray::number(first.port) + '-' + QByteArray::number(addresses.back().port);
        if (!first.isLoopback())
            add(Kind::Listen, written, loopbackOf(first) + ports, whyMoved(first));
        return;
    }
    const QByteArray port = QByteArray::number(first.port);
    const int before = m_addressesOfPort[QByteArray::number(int(first.kind)) + '/' + port]++;
    const QByteArray place = port + '/' + QByteArray::number(before);
    const quint16 wanted = first.port < PrivilegedPortsEnd ? quint16(AbovePrivileged + first.port) : first.port;
    // Both families of one port go to one port.
    if (!m_movedPorts.contains(place))
        m_movedPorts.insert(place, freePort(wanted));
    const quint16 here = m_movedPorts.value(place);
    if (first.isLoopback() && here == first.port)
        return;
    const QByteArray host = addresses.size() > 1 ? "localhost:"_ba : loopbackOf(first);
    add(Kind::Listen, written, host + QByteArray::number(here), whyMoved(first));
}

void Proposer::addListen(const ConfigNode &listen)
{
    const QByteArray written = listen.argument(0).toByteArray();
    const Result<Listen> parsed = parseListen({written});
    if (!parsed)
        return;
    QByteArray key;
    for (const ListenAddress &address : parsed->addresses)
        key += address.toString() + ' ';
    if (m_listens.contains(key))
        return;
    m_listens.insert(key);
    addMovedListen(written, parsed->addresses);
}

void Proposer::addCertificates(const ConfigNode &level)
{
    const std::vector<const ConfigNode *> certificates = level.childrenNamed("ssl_certificate");
    const std::vector<const ConfigNode *> keys = level.childrenNamed("ssl_certificate_key");
    const auto isHere = [this](QByteArrayView path) {
        return path.startsWith("data:") || m_facts.exists(absolute(path.toByteArray()));
    };
    for (size_t i = 0; i < certificates.size(); ++i) {
        const QByteArray path = certificates[i]->argument(0).toByteArray();
        const bool here = isHere(path);
        if (!here || (i < keys.size() && !isHere(keys[i]->argument(0))))
            add(Kind::Certificate, path, m_facts.hasAuthority ? "local"_ba : "plain"_ba,
                here ? "its key is not here"_ba : "it is not here"_ba);
    }
}

// ---- names -----------------------------------------------------------------------------------------

bool isLocalName(const QByteArray &name)
{
    return !name.contains('.') || name.endsWith(".localhost") || name.endsWith(".local") || name.endsWith(".test")
           || name.endsWith(".internal") || isInet4(name) || name.startsWith('[');
}

void Proposer::addNames(const ConfigNode &server)
{
    for (const ConfigNode *node : server.childrenNamed("server_name")) {
        for (const ConfigArgument &argument : node->arguments) {
            if (m_overlay.find(Kind::Name, argument.value))
                continue;
            const QByteArray local =
                localNameFor(argument.value, [this](const QByteArray &name) { return m_names.contains(name); });
            if (local.isEmpty())
                continue;
            m_names.insert(local);
            add(Kind::Name, argument.value, local, {});
        }
    }
}

// ---- backends --------------------------------------------------------------------------------------

void Proposer::addPeer(const QByteArray &scheme, const QByteArray &address)
{
    const bool tls = scheme == "https" || scheme == "grpcs" || scheme == "suwsgi";
    const Result<PeerAddress> peer = parsePeerAddress(address, tls ? HttpsPort : HttpPort);
    if (!peer || address.contains('$') || m_groups.contains(peer->host.toLower()))
        return;
    const bool local = peer->unixPath.isEmpty()
                       && (peer->host.startsWith("127.") || peer->host == "::1"
                           || peer->host.compare("localhost", Qt::CaseInsensitive) == 0);
    if (local)
        return; // it may be started later, and then it is the right one
    const QByteArray from = peer->toString();
    if (m_overlay.find(Kind::Peer, from))
        return;
    if (m_facts.doesPeerAnswer(*peer))
        return;
    const quint16 port = peer->unixPath.isEmpty() && peer->port >= PrivilegedPortsEnd ? peer->port : FirstBackendPort;
    quint16 here = port;
    while (m_takenPorts.contains(here))
        ++here;
    m_takenPorts.insert(here);
    const QByteArray to = "127.0.0.1:" + QByteArray::number(here);
    add(Kind::Peer, from, scheme == "https" ? "http://" + to : to, "it does not answer from here");
}

void Proposer::addBackends(const std::vector<ConfigNode> &nodes)
{
    for (const ConfigNode &node : nodes) {
        if (node.isComment())
            continue;
        if (node.name == "upstream") {
            for (const ConfigNode *server : node.childrenNamed("server"))
                addPeer({}, server->argument(0).toByteArray());
        } else if (node.isBlock()) {
            addBackends(node.children);
        } else if (node.name.endsWith("_pass") && node.arguments.size() == 1) {
            const QByteArray value = node.argument(0).toByteArray();
            const qsizetype scheme = value.indexOf("://");
            const QByteArray rest = scheme < 0 ? value : value.mid(scheme + 3);
            const bool socket = rest.startsWith("unix:");
            const qsizetype end = socket ? rest.indexOf(':', 5) : rest.indexOf('/');
            addPeer(scheme < 0 ? QByteArray() : value.first(scheme), end < 0 ? rest : rest.first(end));
        }
    }
}

// ---- paths -----------------------------------------------------------------------------------------

QByteArray withoutVariables(const QByteArray &path)
{
    const qsizetype variable = path.indexOf('$');
    if (variable < 0)
        return path.endsWith('/') && path.size() > 1 ? path.chopped(1) : path;
    const qsizetype slash = path.lastIndexOf('/', variable);
    return slash <= 0 ? QByteArray() : path.first(slash);
}

// Up to the first variable; empty when that is the prefix or the root.
QByteArray folderOfLog(const QByteArray &path)
{
    if (path.contains('$'))
        return withoutVariables(path);
    const qsizetype slash = path.lastIndexOf('/');
    return slash <= 0 ? QByteArray() : path.first(slash);
}

QByteArray lastPart(const QByteArray &path)
{
    return path.mid(path.lastIndexOf('/') + 1);
}

QByteArray Proposer::absolute(const QByteArray &path) const
{
    return path.startsWith('/') ? path : m_facts.prefix + '/' + path;
}

QByteArray Proposer::uniqueFolder(const QByteArray &folder, const QByteArray &path)
{
    const QByteArray wanted = folder + '/' + lastPart(path);
    QByteArray name = wanted;
    for (int n = 2; m_folders.contains(name); ++n)
        name = wanted + '-' + QByteArray::number(n);
    m_folders.insert(name);
    return name;
}

void Proposer::addContentPath(const QByteArray &written)
{
    const QByteArray path = withoutVariables(written);
    if (path.size() < 2 || m_overlay.find(Kind::Path, path))
        return;
    if (!m_facts.exists(absolute(path)))
        add(Kind::Path, path, uniqueFolder("www"_ba, path), "it is not here");
    else if (!path.startsWith('/'))
        add(Kind::Path, path, absolute(path), "relative to its old folder");
}

void Proposer::addLogPath(const QByteArray &written)
{
    if (written == "off" || written == "stderr" || written.startsWith("syslog:") || written.startsWith("memory:")
        || written.startsWith("/dev/"))
        return;
    const QByteArray folder = folderOfLog(written);
    if (folder.isEmpty() && !written.contains('$') && !written.startsWith('/'))
        add(Kind::Path, written, absolute(written), "relative to its old folder");
    if (folder.isEmpty() || m_overlay.find(Kind::Path, folder))
        return;
    if (!m_facts.isWritable(absolute(folder)))
        add(Kind::Path, folder, "logs"_ba, "it cannot be written here");
    else if (!folder.startsWith('/'))
        add(Kind::Path, folder, absolute(folder), "relative to its old folder");
}

void Proposer::addStorePath(const QByteArray &written)
{
    const QByteArray path = withoutVariables(written);
    const qsizetype slash = path.lastIndexOf('/');
    if (path.size() < 2 || m_overlay.find(Kind::Path, path))
        return;
    if (slash <= 0 || !m_facts.isWritable(absolute(path.first(slash))))
        add(Kind::Path, path, uniqueFolder("cache"_ba, path), "it cannot be written here");
}

void Proposer::addPaths(const std::vector<ConfigNode> &nodes)
{
    for (const ConfigNode &node : nodes) {
        if (node.isBlock() && node.name != "map" && node.name != "types" && node.name != "geo")
            addPaths(node.children);
        if (node.isComment() || node.isBlock() || node.arguments.empty())
            continue;
        const QByteArray value = node.argument(0).toByteArray();
        if (node.name == "root" || node.name == "alias")
            addContentPath(value);
        else if (node.name == "access_log" || node.name == "error_log")
            addLogPath(value);
        else if (node.name.endsWith("_cache_path") || node.name.endsWith("_temp_path"))
            addStorePath(value);
    }
}

// ---- all -------------------------------------------------------------------------------------------

void Proposer::addServer(const ConfigNode &server)
{
    const std::vector<const ConfigNode *> listens = server.childrenNamed("listen");
    for (const ConfigNode *listen : listens)
        addListen(*listen);
    if (listens.empty())
        addListen(ConfigNode::directive("listen"_ba, {"80"_ba}));
    addCertificates(server);
    addNames(server);
}

Overlay Proposer::propose(const ConfigTree &tree)
{
    if (const ConfigNode *http = tree.child("http")) {
        for (const ConfigNode *group : http->childrenNamed("upstream"))
            m_groups.insert(group->argument(0).toByteArray().toLower());
        const std::vector<const ConfigNode *> servers = http->childrenNamed("server");
        for (const ConfigNode *server : servers) {
            for (const ConfigNode *names : server->childrenNamed("server_name")) {
                for (const ConfigArgument &argument : names->arguments)
                    m_names.insert(argument.value.toLower());
            }
        }
        addCertificates(*http);
        for (const ConfigNode *server : servers)
            addServer(*server);
        addBackends(http->children);
    }
    addPaths(tree.nodes);
    return std::move(m_overlay);
}

} // namespace

QByteArray localNameFor(const QByteArray &name, const std::function<bool(const QByteArray &)> &taken)
{
    if (name.startsWith('~') || name.endsWith(".*") || name.contains('$'))
        return {};
    const bool wildcard = name.startsWith("*.");
    const QByteArray pattern = wildcard ? "*."_ba : name.startsWith('.') ? "."_ba : QByteArray();
    const QByteArray plain = name.mid(pattern.size()).toLower();
    if (isLocalName(plain) || plain.endsWith('.'))
        return {};
    const QList<QByteArray> labels = plain.split('.');
    const bool www = labels.first() == "www" && labels.size() > 2;
    // One label more each time the shorter name is taken: shop, shop.example, shop.example.com.
    for (qsizetype count = www ? 2 : 1; count <= labels.size(); ++count) {
        const QByteArray candidate = pattern + labels.mid(0, count).join('.') + ".localhost";
        if (!taken(candidate))
            return candidate;
    }
    return {};
}

Overlay proposeOverlay(const ConfigTree &expandedTree, const DeskFacts &facts, const QString &fileName)
{
    return Proposer(facts, fileName).propose(expandedTree);
}

} // namespace portlight
