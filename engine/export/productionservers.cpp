// SPDX-License-Identifier: GPL-3.0-or-later
#include "export/productionservers.h"

#include "config/domainhttps.h"
#include "export/securityheaders.h"
#include "export/servertree.h"

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

using namespace servertree;

constexpr NginxVersion Http2Directive = {1, 25, 1}; // `http2 on` instead of `listen … http2`
constexpr quint16 HttpsPort = 443;

QString text(QByteArrayView bytes)
{
    return QString::fromUtf8(bytes);
}

void lose(Diagnostics &losses, const ConfigNode &node, const QString &message, const QString &hint = {})
{
    losses.append({Severity::Warning, ErrorCode::ExportLoss, message, node.position, hint});
}

bool isTls(const ConfigNode &server)
{
    return std::any_of(server.children.begin(), server.children.end(),
                       [](const ConfigNode &node) { return isListen(node) && hasWord(node, "ssl"); });
}

// A server whose only work is to send clients to HTTPS stays on plain HTTP.
bool isRedirectServer(const ConfigNode &server)
{
    const ConfigNode *const answer = server.child("return");
    return answer && answer->arguments.size() == 2 && answer->argument(1).startsWith("https://")
           && answer->argument(0).startsWith("30");
}

bool isNameOfThisMachine(const QByteArray &name)
{
    return name == "localhost" || name.endsWith(".localhost") || name.endsWith(".test") || name.endsWith(".local");
}

// ---- names -----------------------------------------------------------------------------------------

void setArgument(ConfigNode &node, size_t index, const QByteArray &value)
{
    node.arguments[index].value = value;
    node.arguments[index].written = quoteConfigWord(value);
}

// Also the groups of Portlight's own domains, which are called after them.
void renameDomains(ConfigNode &http, const NginxExportOptions &options)
{
    const auto publicName = [&](const QByteArray &name) { return options.names.value(name.toLower()); };
    QHash<QByteArray, QByteArray> groups;
    for (ConfigNode &node : http.children) {
        if (!node.isBlock() || node.name != "upstream" || node.arguments.empty())
            continue;
        const QByteArray name = node.arguments[0].value;
        if (const QByteArray renamed = publicName(name); !renamed.isEmpty()) {
            groups.insert(name, renamed);
            setArgument(node, 0, renamed);
        }
    }
    forEach(http, [&](ConfigNode &node) {
        for (size_t i = 0; node.name == "server_name" && i < node.arguments.size(); ++i) {
            if (const QByteArray renamed = publicName(node.arguments[i].value); !renamed.isEmpty())
                setArgument(node, i, renamed);
        }
        if (node.name != "proxy_pass" || node.arguments.empty())
            return;
        const QByteArray url = node.arguments[0].value;
        const qsizetype start = url.indexOf("://") + 3;
        const qsizetype slash = url.indexOf('/', start);
        const QByteArray host = url.mid(start, slash < 0 ? -1 : slash - start);
        if (const QByteArray renamed = groups.value(host); !renamed.isEmpty())
            setArgument(node, 0, url.first(start) + renamed + (slash < 0 ? QByteArray() : url.mid(slash)));
    });
}

void noteLocalNames(const ConfigNode &server, Diagnostics &losses)
{
    for (const QByteArray &name : publicNamesOf(server)) {
        if (isNameOfThisMachine(name.toLower())) {
            lose(losses, server, u"\"%1\" is a name of this machine: nobody else can ask for it"_s.arg(text(name)),
                 u"say which public name it gets: %1=shop.example.com"_s.arg(text(name)));
        }
    }
}

// ---- listens ---------------------------------------------------------------------------------------

ConfigNode makeListen(const QByteArray &address, std::initializer_list<QByteArray> words, bool defaultServer)
{
    std::vector<QByteArray> arguments = {address};
    for (const QByteArray &word : words) {
        if (!word.isEmpty())
            arguments.push_back(word);
    }
    if (defaultServer)
        arguments.push_back("default_server");
    return ConfigNode::directive("listen", arguments);
}

struct ListenFacts {
    bool plain = false;
    bool tls = false;
    bool http2 = false;
    bool defaultServer = false;
};

ListenFacts factsOf(const ConfigNode &server)
{
    ListenFacts facts;
    facts.plain = server.childrenNamed("listen").empty();
    for (const ConfigNode &node : server.children) {
        if (!isListen(node))
            continue;
        const bool ssl = hasWord(node, "ssl");
        facts.tls = facts.tls || ssl;
        facts.plain = facts.plain || (!ssl && !hasWord(node, "quic"));
        facts.http2 = facts.http2 || hasWord(node, "http2");
        facts.defaultServer = facts.defaultServer || hasWord(node, "default_server") || hasWord(node, "default");
    }
    return facts;
}

// Parameters of a socket were chosen for the address that is left.
void noteSocketParameters(const ConfigNode &server, Diagnostics &losses)
{
    for (const ConfigNode &node : server.children) {
        if (!isListen(node))
            continue;
        for (size_t i = 1; i < node.arguments.size(); ++i) {
            const QByteArray &word = node.arguments[i].value;
            const bool kept = word == "ssl" || word == "http2" || word == "default_server" || word == "default"
                              || word.startsWith("ipv6only=");
            if (!kept)
                lose(losses, node, u"\"%1\" of a listen is left out with its address"_s.arg(text(word)));
        }
    }
}

void moveToProductionPorts(ConfigNode &server, const NginxExportOptions &options, Diagnostics &losses)
{
    ListenFacts facts = factsOf(server);
    moveRedirect(server, tlsPortOf(server).value_or(HttpsPort), HttpsPort);
    noteSocketParameters(server, losses);
    const bool wanted = options.certificates != NginxExportOptions::Certificates::AsWritten;
    if (wanted && !facts.tls && !isRedirectServer(server)) {
        if (titleOf(server).isEmpty())
            lose(losses, server, u"a server without a name gets no certificate; it stays on port 80"_s);
        else
            facts.tls = facts.http2 = true;
    }
    const bool asWord = facts.http2 && options.version < Http2Directive;
    std::vector<ConfigNode> listens;
    const auto add = [&](const char *four, const char *six, const QByteArray &first, const QByteArray &second) {
        listens.push_back(makeListen(four, {first, second}, facts.defaultServer));
        listens.push_back(makeListen(six, {first, second}, facts.defaultServer));
    };
    if (facts.plain)
        add("80", "[::]:80", {}, {});
    if (facts.tls)
        add("443", "[::]:443", "ssl", asWord ? "http2"_ba : QByteArray());
    if (facts.tls && facts.http2 && !asWord && !server.child("http2"))
        listens.push_back(ConfigNode::directive("http2", {"on"_ba}));
    size_t place = 0;
    while (place < server.children.size() && !isListen(server.children[place]))
        ++place;
    place = place == server.children.size() ? 0 : place;
    if (place < server.children.size())
        listens.front().blankLineBefore = server.children[place].blankLineBefore;
    std::vector<ConfigNode> children(server.children.begin(), server.children.begin() + static_cast<qsizetype>(place));
    children.insert(children.end(), listens.begin(), listens.end());
    bool behindListen = false;
    for (size_t i = place; i < server.children.size(); ++i) {
        const ConfigNode &node = server.children[i];
        const bool itsComment = behindListen && node.isComment() && node.onSameLine;
        behindListen = isListen(node) || itsComment;
        if (!behindListen)
            children.push_back(node);
    }
    server.children = std::move(children);
}

// ---- certificates ----------------------------------------------------------------------------------

void setCertificates(ConfigNode &server, const NginxExportOptions &options, Diagnostics &losses)
{
    if (!isTls(server) || server.child("ssl_reject_handshake"))
        return;
    const QByteArray title = titleOf(server);
    if (title.isEmpty())
        return lose(losses, server, u"a server without a name keeps its certificate as written"_s);
    const CertificatePaths paths = certificatePathsFor(title, options);
    std::erase_if(server.children, [](const ConfigNode &node) {
        return !node.isComment() && (node.name == "ssl_certificate" || node.name == "ssl_certificate_key");
    });
    std::vector<ConfigNode> added = {ConfigNode::directive("ssl_certificate", {paths.certificate}),
                                     ConfigNode::directive("ssl_certificate_key", {paths.key})};
    added.front().blankLineBefore = true;
    insertBehind(server, {"listen", "http2", "server_name"}, std::move(added));
    for (size_t i = 0; i + 1 < server.children.size(); ++i) {
        if (server.children[i].name == "ssl_certificate_key")
            server.children[i + 1].blankLineBefore = !server.children[i + 1].name.startsWith("ssl_");
    }
}

// ---- redirect --------------------------------------------------------------------------------------

// Takes the plain listens of a server with TLS into a server that only redirects.
std::optional<ConfigNode> splitRedirect(ConfigNode &server)
{
    const ListenFacts facts = factsOf(server);
    if (!facts.tls || !facts.plain || titleOf(server).isEmpty())
        return std::nullopt;
    ConfigNode redirect = ConfigNode::block("server");
    redirect.blankLineBefore = true;
    for (const ConfigNode &node : server.children) {
        if (isListen(node) && !hasWord(node, "ssl") && !hasWord(node, "quic"))
            redirect.children.push_back(node);
    }
    std::erase_if(server.children, [](const ConfigNode &node) {
        return isListen(node) && !hasWord(node, "ssl") && !hasWord(node, "quic");
    });
    removeRedirect(server); // nothing plain comes in there any more
    for (const ConfigNode *names : server.childrenNamed("server_name"))
        redirect.children.push_back(*names);
    const quint16 port = tlsPortOf(server).value_or(HttpsPort);
    const QByteArray shownPort = port == HttpsPort ? QByteArray() : ':' + QByteArray::number(port);
    redirect.children.push_back(
        ConfigNode::directive("return", {"301"_ba, "https://$host" + shownPort + "$request_uri"}));
    for (ConfigNode &node : redirect.children)
        node.blankLineBefore = false;
    return redirect;
}

bool sameBut(const ConfigNode &a, const ConfigNode &b, const char *except)
{
    const auto lines = [except](const ConfigNode &server) {
        QByteArray all;
        for (const ConfigNode &node : server.children) {
            for (const ConfigArgument &argument : node.arguments)
                all += node.name != except ? argument.value + ' ' : QByteArray();
        }
        return all;
    };
    return lines(a) == lines(b);
}

ConfigNode *mergeTarget(std::vector<ConfigNode> &nodes, const ConfigNode &redirect)
{
    for (ConfigNode &node : nodes) {
        if (isServer(node) && isRedirectServer(node) && sameBut(node, redirect, "server_name"))
            return &node;
    }
    return nullptr;
}

void addRedirects(ConfigNode &http, const NginxExportOptions &options)
{
    std::vector<ConfigNode> nodes;
    size_t commentsOf = 0; // where the comments in front of the current server begin
    for (ConfigNode &node : http.children) {
        std::optional<ConfigNode> redirect = isServer(node) ? splitRedirect(node) : std::nullopt;
        ConfigNode *const known = redirect && !options.filePerDomain ? mergeTarget(nodes, *redirect) : nullptr;
        if (known) {
            for (const ConfigArgument &name : redirect->child("server_name")->arguments)
                known->child("server_name")->arguments.push_back({name.value, name.written, 0, 0});
        } else if (redirect) {
            ConfigNode comment = ConfigNode::makeComment("Plain HTTP leads to HTTPS.");
            comment.blankLineBefore = commentsOf > 0;
            redirect->blankLineBefore = false;
            const auto place = nodes.begin() + static_cast<qsizetype>(commentsOf);
            nodes.insert(place, {std::move(comment), std::move(*redirect)});
            if (commentsOf + 2 < nodes.size())
                nodes[commentsOf + 2].blankLineBefore = true;
            else
                node.blankLineBefore = true;
        }
        const bool comment = node.isComment() && !node.onSameLine;
        nodes.push_back(std::move(node));
        commentsOf = comment ? commentsOf : nodes.size();
    }
    http.children = std::move(nodes);
}

} // namespace

CertificatePaths certificatePathsFor(const QByteArray &title, const NginxExportOptions &options)
{
    if (options.certificates == NginxExportOptions::Certificates::Folder) {
        const QByteArray path =
            options.certificateFolder + (options.certificateFolder.endsWith('/') ? "" : "/") + title;
        return {path + ".crt", path + ".key"};
    }
    const QByteArray folder = "/etc/letsencrypt/live/" + title;
    return {folder + "/fullchain.pem", folder + "/privkey.pem"};
}

void makeProductionServers(ConfigNode &http, const NginxExportOptions &options, Diagnostics &losses)
{
    const bool moves = options.ports == NginxExportOptions::Ports::Production;
    if (!options.names.isEmpty())
        renameDomains(http, options);
    for (ConfigNode *server : serversIn(http)) {
        if (moves) {
            noteLocalNames(*server, losses);
            moveToProductionPorts(*server, options, losses);
        }
        if (options.certificates != NginxExportOptions::Certificates::AsWritten)
            setCertificates(*server, options, losses);
    }
    if (options.redirectToHttps)
        addRedirects(http, options);
    if (options.securityHeaders)
        addSecurityHeaders(http);
}

} // namespace portlight
