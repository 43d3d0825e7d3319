// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/verifyplan.h"

#include "config/domaintree.h"
#include "config/locationmatch.h"

#include <QDir>
#include <QFile>
#include <QSet>
#include <QUrl>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

constexpr const char *UnknownName = "nobody.invalid";
constexpr const char *UnknownPath = "/nothing-of-that-name";
constexpr quint16 HttpPort = 80;
constexpr quint16 HttpsPort = 443;

std::vector<ListenAddress> addressesOf(const ConfigNode &listen)
{
    const Result<Listen> parsed = parseListen({listen.argument(0).toByteArray()});
    return parsed ? parsed->addresses : std::vector<ListenAddress>();
}

bool isListen(const ConfigNode &node)
{
    return !node.isComment() && node.name == "listen" && !node.arguments.empty();
}

// Of the process, of files that the configuration's owner keeps, or of TLS: certificates are elsewhere, and what is
// asked has none.
bool isTakenOut(const ConfigNode &node)
{
    static const QSet<QByteArray> names = {"pid",
                                           "daemon",
                                           "master_process",
                                           "user",
                                           "load_module",
                                           "error_log",
                                           "access_log",
                                           "lock_file",
                                           "worker_processes",
                                           "http2",
                                           "http3",
                                           "worker_cpu_affinity",
                                           "worker_rlimit_nofile",
                                           "worker_priority",
                                           "working_directory"};
    return !node.isComment()
           && (names.contains(node.name) || node.name == "ssl" || node.name.startsWith("ssl_")
               || node.name.startsWith("quic_"));
}

// Files that nginx looks for beside the configuration, not under its prefix.
bool hasConfigPath(const ConfigNode &node)
{
    static const QSet<QByteArray> names = {
        "auth_basic_user_file",          "proxy_ssl_certificate", "proxy_ssl_certificate_key",
        "proxy_ssl_trusted_certificate", "proxy_ssl_crl",         "proxy_ssl_password_file"};
    return names.contains(node.name) && !node.arguments.empty();
}

class Preparation
{
public:
    explicit Preparation(const QString &folder)
        : m_folder(folder)
    {}

    void prepare(std::vector<ConfigNode> &nodes);
    VerifySetup take() { return std::move(m_setup); }

private:
    void prepareListen(ConfigNode &listen);
    void note(const QString &text);

    QDir m_folder;
    VerifySetup m_setup;
};

void Preparation::note(const QString &text)
{
    if (!m_setup.notes.contains(text))
        m_setup.notes += text;
}

void Preparation::prepareListen(ConfigNode &listen)
{
    const bool tls = std::any_of(listen.arguments.begin() + 1, listen.arguments.end(),
                                 [](const ConfigArgument &word) { return word.value == "ssl"; });
    if (tls)
        note(u"both servers speak TLS with one throw-away certificate: what ssl_ directives say is not compared"_s);
    listen.arguments.erase(std::remove_if(listen.arguments.begin() + 1, listen.arguments.end(),
                                          [](const ConfigArgument &word) {
                                              return word.value != "default_server" && word.value != "default"
                                                     && word.value != "ssl";
                                          }),
                           listen.arguments.end());
    for (const ListenAddress &address : addressesOf(listen)) {
        if (!m_setup.addresses.contains(address.toString()))
            m_setup.addresses += address.toString();
        if (tls)
            m_setup.tlsAddresses += address.toString();
    }
}

void Preparation::prepare(std::vector<ConfigNode> &nodes)
{
    std::erase_if(nodes, isTakenOut);
    for (ConfigNode &node : nodes) {
        if (node.isComment() || node.name == "map" || node.name == "types" || node.name == "geo")
            continue;
        if (isListen(node)) {
            prepareListen(node);
        } else if (hasConfigPath(node)) {
            node.arguments[0].value =
                QFile::encodeName(m_folder.absoluteFilePath(QFile::decodeName(node.argument(0).toByteArray())));
            node.arguments[0].written = quoteConfigWord(node.arguments[0].value);
        }
        if (!node.isBlock())
            continue;
        if (node.name == "server" && node.childrenNamed("listen").empty())
            node.children.insert(node.children.begin(), ConfigNode::directive("listen"_ba, {"80"_ba}));
        prepare(node.children);
    }
}

std::vector<ConfigNode> movedListens(const ConfigNode &listen, const QHash<QByteArray, quint16> &ports)
{
    std::vector<ConfigNode> moved;
    for (const ListenAddress &address : addressesOf(listen)) {
        ConfigNode node = listen;
        node.arguments[0].value = "127.0.0.1:" + QByteArray::number(ports.value(address.toString()));
        node.arguments[0].written = node.arguments[0].value;
        moved.push_back(std::move(node));
    }
    return moved;
}

// What a client would ask for by that name; empty for an expression.
QByteArray hostFor(const QByteArray &name)
{
    if (name.startsWith('~') || name.contains('$'))
        return {};
    if (name.startsWith("*."))
        return "any" + name.mid(1);
    if (name.startsWith('.'))
        return name.mid(1);
    if (name.endsWith(".*"))
        return name.chopped(1) + "example";
    return name.isEmpty() || name == "_" ? QByteArray(UnknownName) : name;
}

// A request line holds no spaces and no control characters.
QByteArray escapedTarget(const QByteArray &path)
{
    return QUrl::toPercentEncoding(QString::fromUtf8(path), "/!$&'()*+,;=:@~");
}

std::vector<QByteArray> targetsOf(const ConfigNode &server)
{
    std::vector<QByteArray> targets = {"/"_ba};
    for (const ConfigNode *location : server.childrenNamed("location")) {
        const Result<LocationMatch> match = parseLocation(*location);
        if (!match || match->isRegex() || match->kind == LocationMatch::Kind::Named || !match->text.startsWith('/'))
            continue;
        const QByteArray target = escapedTarget(match->text);
        if (std::find(targets.begin(), targets.end(), target) == targets.end())
            targets.push_back(target);
    }
    return targets;
}

void addUnique(std::vector<VerifyRequest> &requests, const VerifyRequest &request)
{
    if (requests.size() < size_t(VerifyRequestsMax)
        && std::find(requests.begin(), requests.end(), request) == requests.end())
        requests.push_back(request);
}

std::vector<QByteArray> addressKeysOf(const ConfigNode &server)
{
    std::vector<QByteArray> keys;
    for (const ConfigNode *listen : server.childrenNamed("listen")) {
        for (const ListenAddress &address : addressesOf(*listen))
            keys.push_back(address.toString());
    }
    return keys;
}

// The first one, and the first with TLS: one of them may only lead to the other.
std::vector<QByteArray> askedAddressesOf(const ConfigNode &server, const VerifySetup &setup)
{
    const std::vector<QByteArray> keys = addressKeysOf(server);
    std::vector<QByteArray> asked = {keys.front()};
    const auto tls =
        std::find_if(keys.begin(), keys.end(), [&](const QByteArray &key) { return setup.tlsAddresses.contains(key); });
    if (tls != keys.end() && !setup.tlsAddresses.contains(keys.front()))
        asked.push_back(*tls);
    return asked;
}

bool answersTo(const ConfigNode &server, const QByteArray &host)
{
    const std::vector<QByteArray> names = domaintree::namesOf(server);
    return std::any_of(names.begin(), names.end(), [&](const QByteArray &written) {
        const QByteArray name = written.toLower();
        if (name.startsWith("*."))
            return host.endsWith(name.mid(1));
        if (name.startsWith('.'))
            return host == name.mid(1) || host.endsWith(name);
        return host == name || (name.endsWith(".*") && host.startsWith(name.chopped(1)));
    });
}

// The address that a client of that URL would have reached: of a server of that name the one with that port, else its
// first; else that port anywhere; else the first of all.
QByteArray addressFor(const VerifySetup &setup, const QByteArray &host, quint16 port)
{
    const QByteArray suffix = ':' + QByteArray::number(port);
    QByteArray fallback;
    for (const ConfigNode *server : domaintree::serversOf(setup.tree)) {
        if (!answersTo(*server, host.toLower()))
            continue;
        for (const QByteArray &key : addressKeysOf(*server)) {
            if (key.endsWith(suffix))
                return key;
            fallback = fallback.isEmpty() ? key : fallback;
        }
    }
    if (!fallback.isEmpty())
        return fallback;
    for (const QByteArray &key : setup.addresses) {
        if (key.endsWith(suffix))
            return key;
    }
    return setup.addresses.isEmpty() ? QByteArray() : setup.addresses.first();
}

QByteArray hostAndPort(const QByteArray &host, quint16 port, const QByteArray &scheme)
{
    const quint16 usual = scheme == "https" ? HttpsPort : HttpPort;
    return port == usual ? host : host + ':' + QByteArray::number(port);
}

} // namespace

QString VerifyRequest::toString() const
{
    return u"%1 %2%3"_s.arg(QString::fromUtf8(method), QString::fromUtf8(host), QString::fromUtf8(target));
}

QByteArray VerifyRequest::toBytes() const
{
    QByteArray bytes = method + ' ' + target + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n";
    for (const auto &[name, value] : fields)
        bytes += name + ": " + value + "\r\n";
    if (!body.isEmpty() || method == "POST" || method == "PUT")
        bytes += "Content-Length: " + QByteArray::number(body.size()) + "\r\n";
    return bytes + "\r\n" + body;
}

Result<VerifySetup> prepareVerification(const ConfigTree &tree, const QString &configFolder)
{
    Preparation preparation(configFolder);
    ConfigTree prepared = tree;
    preparation.prepare(prepared.nodes);
    VerifySetup setup = preparation.take();
    setup.tree = std::move(prepared);
    if (setup.addresses.isEmpty())
        return Error{
            ErrorCode::MissingDirective, u"there is no server in it that could be asked"_s, {tree.fileName, 0, 0}, {}};
    if (setup.addresses.size() > VerifyListensMax)
        return Error{ErrorCode::InvalidValue,
                     u"it listens on %1 addresses; at most %2 can be verified at once"_s.arg(setup.addresses.size())
                         .arg(VerifyListensMax),
                     {tree.fileName, 0, 0},
                     {}};
    return setup;
}

ConfigTree withPorts(const VerifySetup &setup, const QHash<QByteArray, quint16> &ports)
{
    ConfigTree tree = setup.tree;
    ConfigNode *const http = tree.child("http");
    for (ConfigNode &server : http->children) {
        if (!server.isBlock() || server.name != "server")
            continue;
        std::vector<ConfigNode> children;
        for (const ConfigNode &node : server.children) {
            if (!isListen(node)) {
                children.push_back(node);
                continue;
            }
            for (ConfigNode &moved : movedListens(node, ports))
                children.push_back(std::move(moved));
        }
        server.children = std::move(children);
    }
    return tree;
}

void addCertificate(ConfigTree &tree, const QByteArray &certificate, const QByteArray &key)
{
    std::vector<ConfigNode> &children = tree.child("http")->children;
    children.insert(children.begin(), {ConfigNode::directive("ssl_certificate", {certificate}),
                                       ConfigNode::directive("ssl_certificate_key", {key})});
}

std::vector<VerifyRequest> defaultRequests(const VerifySetup &setup)
{
    std::vector<VerifyRequest> requests;
    for (const ConfigNode *server : domaintree::serversOf(setup.tree)) {
        const std::vector<QByteArray> addresses = askedAddressesOf(*server, setup);
        std::vector<QByteArray> names = domaintree::namesOf(*server);
        if (names.empty())
            names.push_back({});
        for (const QByteArray &name : names) {
            const QByteArray host = hostFor(name);
            if (host.isEmpty())
                continue;
            std::vector<QByteArray> targets = targetsOf(*server);
            targets.push_back(UnknownPath);
            for (const QByteArray &address : addresses) {
                for (const QByteArray &target : targets)
                    addUnique(requests, {.address = address, .host = host, .target = target});
            }
        }
    }
    for (const QByteArray &address : setup.addresses)
        addUnique(requests, {.address = address, .host = UnknownName, .target = "/"});
    return requests;
}

Result<VerifyRequest> parseVerifyRequest(const QString &text, const VerifySetup &setup)
{
    const QStringList words = text.split(u' ', Qt::SkipEmptyParts);
    const Error wrong{ErrorCode::InvalidValue,
                      u"\"%1\" is no request"_s.arg(text),
                      {},
                      u"write it as 'GET /path' or 'GET http://shop.example.com/path'"_s};
    if (words.size() != 2)
        return wrong;
    VerifyRequest request;
    request.method = words[0].toUtf8();
    const bool upper =
        std::all_of(request.method.begin(), request.method.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    if (!upper)
        return wrong;
    if (words[1].startsWith(u'/')) {
        request.address = setup.addresses.first();
        const std::vector<VerifyRequest> usual = defaultRequests(setup);
        request.host = usual.empty() ? QByteArray(UnknownName) : usual.front().host;
        request.target = words[1].toUtf8();
        return request;
    }
    const QUrl url(words[1], QUrl::StrictMode);
    if (!url.isValid() || url.host().isEmpty() || (url.scheme() != u"http"_s && url.scheme() != u"https"_s))
        return wrong;
    const QByteArray scheme = url.scheme().toLatin1();
    const QByteArray host = url.host(QUrl::FullyEncoded).toLatin1();
    const quint16 port = quint16(url.port(scheme == "https" ? HttpsPort : HttpPort));
    request.address = addressFor(setup, host, port);
    request.host = hostAndPort(host, port, scheme);
    const QString path = words[1].mid(words[1].indexOf(u'/', words[1].indexOf(u"://"_s) + 3));
    request.target = words[1].indexOf(u'/', words[1].indexOf(u"://"_s) + 3) < 0 ? "/"_ba : path.toUtf8();
    return request;
}

VerifyRequest requestFromHar(const HarRequest &recorded, const VerifySetup &setup)
{
    return {addressFor(setup, recorded.host, recorded.port),
            recorded.method,
            hostAndPort(recorded.host, recorded.port, recorded.scheme),
            recorded.target,
            recorded.fields,
            recorded.body};
}

} // namespace portlight
