// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/domainhttps.h"

#include "config/domainhsts.h"
#include "config/domaintree.h"
#include "config/statements.h"

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

using namespace domaintree;

constexpr QByteArrayView LocalCertificate = "portlight_local_certificate";
constexpr const char *FileDirectives[] = {"ssl_certificate", "ssl_certificate_key"};

bool isTlsListen(const ConfigNode &node)
{
    return node.name == "listen"
           && std::any_of(node.arguments.begin(), node.arguments.end(),
                          [](const ConfigArgument &argument) { return argument.value == "ssl"; });
}

// Names, addresses and TLS come first in a block.
bool isHead(const ConfigNode &node)
{
    return node.name == "listen" || node.name == "server_name" || node.name.startsWith("portlight_")
           || node.name.startsWith("ssl_");
}

const ConfigNode *inForce(const ConfigNode &http, const ConfigNode &server, QByteArrayView name)
{
    const ConfigNode *own = server.child(name);
    return own ? own : http.child(name);
}

QString textInForce(const ConfigNode &http, const ConfigNode &server, QByteArrayView name)
{
    const ConfigNode *node = inForce(http, server, name);
    if (!node)
        return {};
    QStringList words;
    for (const ConfigArgument &argument : node->arguments)
        words += QString::fromUtf8(argument.value);
    return words.join(u' ');
}

bool flagIs(const ConfigNode &http, const ConfigNode &server, QByteArrayView value)
{
    const ConfigNode *flag = inForce(http, server, LocalCertificate);
    return flag && flag->argument(0).compare(value, Qt::CaseInsensitive) == 0;
}

// Another value for the first directive of that name, or a line of its own.
void setDirective(ConfigNode &server, QByteArrayView name, const std::vector<QByteArray> &values)
{
    ConfigNode made = ConfigNode::directive(name.toByteArray(), values);
    if (ConfigNode *node = server.child(name))
        node->arguments = std::move(made.arguments);
    else
        insertBehind(server, isHead, std::move(made));
}

void removeDirective(ConfigNode &server, QByteArrayView name)
{
    removeWhere(server, [name](const ConfigNode &node) { return node.name == name; });
}

// ------ the redirect

// "if ($scheme = http)", with or without spaces inside the parentheses.
bool asksForPlainHttp(const ConfigNode &node)
{
    if (!node.isBlock() || node.name != "if")
        return false;
    QByteArray condition;
    for (const ConfigArgument &argument : node.arguments)
        condition += argument.value + ' ';
    return condition.replace('(', ' ').replace(')', ' ').simplified() == "$scheme = http";
}

bool isRedirect(const ConfigNode &node)
{
    const ConfigNode *answer = asksForPlainHttp(node) ? node.child("return") : nullptr;
    return answer && !answer->arguments.empty() && answer->arguments.back().value.startsWith("https://");
}

QByteArray redirectTarget(quint16 port)
{
    return port == 443 ? "https://$host$request_uri"_ba : "https://$host:" + QByteArray::number(port) + "$request_uri";
}

// In front of the first block, and of the comment that belongs to it.
void addRedirect(ConfigNode &server, quint16 port)
{
    ConfigNode condition = ConfigNode::block("if", {"($scheme", "=", "http)"});
    condition.children.push_back(ConfigNode::directive("return", {"308", redirectTarget(port)})); // keeps the method
    condition.blankLineBefore = true;
    std::vector<ConfigNode> &children = server.children;
    auto place = std::find_if(children.begin(), children.end(), [](const ConfigNode &node) { return node.isBlock(); });
    const bool before = place != children.end();
    while (before && place != children.begin() && std::prev(place)->isComment() && !std::prev(place)->onSameLine)
        --place;
    if (before)
        place->blankLineBefore = true;
    children.insert(place, std::move(condition));
}

bool redirects(const ConfigNode &server)
{
    return std::any_of(server.children.begin(), server.children.end(), isRedirect);
}

// ------ listeners

void addListens(ConfigNode &server, quint16 port, const std::vector<QByteArray> &options)
{
    for (const QByteArray &host : {"127.0.0.1:"_ba, "[::1]:"_ba}) {
        std::vector<QByteArray> words{host + QByteArray::number(port)};
        words.insert(words.end(), options.begin(), options.end());
        ConfigNode listen = ConfigNode::directive("listen", words);
        if (server.child("listen"))
            insertBehind(
                server, [](const ConfigNode &node) { return node.name == "listen"; }, std::move(listen));
        else
            server.children.insert(server.children.begin(), std::move(listen));
    }
}

// nginx speaks TLS on an address as soon as one server asks for it there: all of them, or none.
Result<void> requireNoPlainListener(const ConfigNode &http, quint16 port)
{
    for (const ConfigNode *server : http.childrenNamed("server")) {
        for (const Listen &listen : listensOf(*server)) {
            const bool plain =
                !listen.options.ssl
                && std::any_of(listen.addresses.begin(), listen.addresses.end(), [port](const ListenAddress &address) {
                       return address.kind != ListenAddress::Kind::Unix && address.port == port;
                   });
            if (plain)
                return Error{ErrorCode::ConflictingListen, u"port %1 is listened on without TLS"_s.arg(port),
                             server->position, u"choose another port for HTTPS"_s};
        }
    }
    return {};
}

// ------ certificates

void useLocalCertificate(ConfigNode &server)
{
    for (const char *name : FileDirectives)
        removeDirective(server, name);
    setDirective(server, LocalCertificate, {"on"});
}

void useFiles(const ConfigNode &http, ConfigNode &server, const DomainTls &tls)
{
    if (http.child(LocalCertificate))
        setDirective(server, LocalCertificate, {"off"});
    else
        removeDirective(server, LocalCertificate);
    setDirective(server, "ssl_certificate", {tls.certificateFile.toUtf8()});
    setDirective(server, "ssl_certificate_key", {tls.keyFile.toUtf8()});
}

void setCertificate(const ConfigNode &http, ConfigNode &server, const DomainTls &tls)
{
    const DomainTls before = tlsOf(http, server);
    const bool fromFiles = tls.certificate == DomainCertificate::Files;
    const bool same = before.certificate == tls.certificate && before.certificateFile == tls.certificateFile
                      && before.keyFile == tls.keyFile;
    if (fromFiles && (!same || flagIs(http, server, "on") || server.child(LocalCertificate)))
        useFiles(http, server, tls);
    else if (!fromFiles && !(same && usesLocalCertificate(http, server)))
        useLocalCertificate(server);
}

// A value in force is left where it stands; an empty one takes the server's own line out.
void setText(const ConfigNode &http, ConfigNode &server, QByteArrayView name, const QString &value)
{
    if (textInForce(http, server, name) == value)
        return;
    if (value.isEmpty())
        return removeDirective(server, name);
    std::vector<QByteArray> words;
    for (const QString &word : value.split(u' ', Qt::SkipEmptyParts))
        words.push_back(word.toUtf8());
    setDirective(server, name, words);
}

void switchOff(ConfigNode &server)
{
    removeRedirect(server);
    removeHsts(server);
    removeWhere(server, isTlsListen);
    if (!server.child("listen"))
        addListens(server, DefaultListenPort, {});
    setDirective(server, LocalCertificate, {"off"});
}

Result<void> checkWish(const ConfigNode &http, quint16 port, const DomainTls &tls)
{
    if (port == 0)
        return Error{ErrorCode::InvalidValue, u"HTTPS needs a port to listen on, 1 to 65535"_s, {}, {}};
    const bool files = tls.certificate == DomainCertificate::Files;
    if (files && (tls.certificateFile.isEmpty() || tls.keyFile.isEmpty()))
        return Error{ErrorCode::InvalidValue,
                     tls.certificateFile.isEmpty() ? u"the certificate's file is missing"_s
                                                   : u"the file of the certificate's key is missing"_s,
                     {},
                     u"choose both files, or the local authority"_s};
    return requireNoPlainListener(http, port);
}

bool liesUnder(QByteArrayView name, const QStringList &suffixes)
{
    const QString text = QString::fromUtf8(name).toLower();
    return suffixes.isEmpty() || std::any_of(suffixes.begin(), suffixes.end(), [&](const QString &suffix) {
               return text == suffix || text.endsWith(u'.' + suffix);
           });
}

bool wantsDefaultHttps(const ConfigNode &http, const ConfigNode &server, const QStringList &suffixes)
{
    const ConfigNode *ours = server.child("portlight_domain");
    if (!ours || ours->argument(0).compare("on", Qt::CaseInsensitive) != 0)
        return false;
    const std::vector<QByteArray> names = namesOf(server);
    return !names.empty() && !hasHttps(server) && !declinesHttps(http, server)
           && std::all_of(names.begin(), names.end(),
                          [&](const QByteArray &name) { return liesUnder(name, suffixes); });
}

} // namespace

bool hasHttps(const ConfigNode &server)
{
    return std::any_of(server.children.begin(), server.children.end(), isTlsListen);
}

std::optional<quint16> tlsPortOf(const ConfigNode &server)
{
    for (const Listen &listen : listensOf(server)) {
        if (listen.options.ssl && listen.addresses.front().kind != ListenAddress::Kind::Unix)
            return listen.addresses.front().port;
    }
    return std::nullopt;
}

bool usesLocalCertificate(const ConfigNode &http, const ConfigNode &server)
{
    return hasHttps(server) && flagIs(http, server, "on");
}

bool declinesHttps(const ConfigNode &http, const ConfigNode &server)
{
    return !hasHttps(server) && flagIs(http, server, "off");
}

DomainTls tlsOf(const ConfigNode &http, const ConfigNode &server)
{
    DomainTls tls;
    if (inForce(http, server, "ssl_certificate") && !flagIs(http, server, "on")) {
        tls.certificate = DomainCertificate::Files;
        tls.certificateFile = textInForce(http, server, "ssl_certificate");
        tls.keyFile = textInForce(http, server, "ssl_certificate_key");
    }
    tls.redirects = redirects(server);
    tls.hsts = hstsOf(http, server);
    tls.protocols = textInForce(http, server, "ssl_protocols");
    tls.ciphers = textInForce(http, server, "ssl_ciphers");
    return tls;
}

Result<void> setHttps(ConfigNode &http, int place, bool on, quint16 port, const DomainTls &tls)
{
    ConfigNode &server = http.children[static_cast<size_t>(place)];
    if (!on) {
        switchOff(server);
        return {};
    }
    if (const Result<void> checked = checkWish(http, port, tls); !checked)
        return checked;
    const std::optional<quint16> before = tlsPortOf(server);
    if (!before) {
        addListens(server, port, {"ssl"});
    } else if (*before != port) {
        movePort(server, *before, port);
        moveRedirect(server, *before, port);
    }
    setCertificate(http, server, tls);
    setText(http, server, "ssl_protocols", tls.protocols);
    setText(http, server, "ssl_ciphers", tls.ciphers);
    if (tls.redirects && !redirects(server))
        addRedirect(server, port);
    else if (!tls.redirects)
        removeRedirect(server);
    return tls.hsts == hstsOf(http, server) ? Result<void>() : setHsts(http, server, tls.hsts);
}

void moveRedirect(ConfigNode &server, quint16 oldPort, quint16 newPort)
{
    for (ConfigNode &node : server.children) {
        if (!isRedirect(node))
            continue;
        ConfigArgument &target = node.child("return")->arguments.back();
        if (target.value == redirectTarget(oldPort))
            setValue(target, redirectTarget(newPort));
    }
}

void removeRedirect(ConfigNode &server)
{
    removeWhere(server, isRedirect);
}

quint16 customaryTlsPort(const ConfigTree &tree)
{
    for (const ConfigNode *server : serversOf(tree)) {
        const std::optional<quint16> port = server->child("portlight_domain") ? tlsPortOf(*server) : std::nullopt;
        if (port)
            return *port;
    }
    return DefaultTlsPort;
}

Result<void> checkCustomaryTlsPort(const ConfigTree &tree)
{
    const ConfigNode *const http = tree.child("http");
    return http ? requireNoPlainListener(*http, customaryTlsPort(tree)) : Result<void>();
}

QStringList addHttpsToOwnDomains(ConfigTree &tree, const QStringList &suffixes)
{
    QStringList changed;
    ConfigNode *const http = tree.child("http");
    const quint16 port = customaryTlsPort(tree);
    const int count = http ? static_cast<int>(http->children.size()) : 0;
    for (int place = 0; place < count; ++place) {
        const ConfigNode &server = http->children[static_cast<size_t>(place)];
        if (!server.isBlock() || server.name != "server" || !wantsDefaultHttps(*http, server, suffixes))
            continue;
        if (setHttps(*http, place, true, port, tlsOf(*http, server)))
            changed += QString::fromUtf8(namesOf(server).front());
    }
    return changed;
}

} // namespace portlight
