// SPDX-License-Identifier: GPL-3.0-or-later
#include "export/handoverpage.h"

#include "export/productionservers.h"
#include "export/servertree.h"

#include <QMap>
#include <QSet>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

using namespace servertree;

constexpr quint16 HttpPort = 80;
constexpr quint16 HttpsPort = 443;

// One name that a client can ask for, and how.
struct Site {
    QByteArray name;
    quint16 port = HttpPort;
    bool tls = false;
    bool redirects = false; // to HTTPS
    bool hsts = false;
    bool loopback = false; // answers on the server itself alone
};

// What the page needs to know of the exported tree.
struct Facts {
    std::vector<Site> sites;
    QSet<quint16> openPorts;
    QMap<QByteArray, QSet<QByteArray>> certificates; // title → names on it
    QList<QByteArray> backends;
    bool hasTls = false;
};

// As a word of a shell.
QByteArray quoted(const QByteArray &word)
{
    const bool plain = std::all_of(word.begin(), word.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
               || QByteArrayView("._-/:@%+=").contains(c);
    });
    return plain && !word.isEmpty() ? word : '\'' + QByteArray(word).replace("'", "'\\''") + '\'';
}

void addSites(Facts &facts, const ConfigNode &server)
{
    const ConfigNode *const answer = server.child("return");
    const bool redirects = answer && answer->argument(1).startsWith("https://");
    const std::vector<const ConfigNode *> headers = server.childrenNamed("add_header");
    const bool hsts = std::any_of(headers.begin(), headers.end(), [](const ConfigNode *header) {
        return header->argument(0).compare("Strict-Transport-Security", Qt::CaseInsensitive) == 0;
    });
    QSet<quint16> seen;
    for (const ConfigNode &node : server.children) {
        if (!isListen(node))
            continue;
        const bool tls = hasWord(node, "ssl");
        for (const ListenAddress &address : addressesOf(node)) {
            if (address.kind == ListenAddress::Kind::Unix)
                continue;
            if (!address.isLoopback())
                facts.openPorts.insert(address.port);
            if (seen.contains(address.port))
                continue;
            seen.insert(address.port);
            for (const QByteArray &name : publicNamesOf(server)) {
                if (!name.startsWith('*') && !name.startsWith('.'))
                    facts.sites.push_back(
                        {name, address.port, tls, redirects && !tls, hsts && tls, address.isLoopback()});
            }
        }
        facts.hasTls = facts.hasTls || tls;
    }
    if (const QByteArray title = titleOf(server); facts.hasTls && !title.isEmpty() && server.child("ssl_certificate")) {
        for (const QByteArray &name : publicNamesOf(server)) {
            if (name.startsWith('.'))
                facts.certificates[title] += {name.mid(1), '*' + name};
            else
                facts.certificates[title].insert(name);
        }
    }
}

Facts factsOf(const ConfigTree &tree)
{
    Facts facts;
    const ConfigNode *const http = tree.child("http");
    if (!http)
        return facts;
    for (const ConfigNode &node : http->children) {
        if (isServer(node))
            addSites(facts, node);
        if (!node.isBlock() || node.name != "upstream")
            continue;
        for (const ConfigNode *peer : node.childrenNamed("server")) {
            if (!facts.backends.contains(peer->argument(0)))
                facts.backends.append(peer->argument(0).toByteArray());
        }
    }
    return facts;
}

QByteArray commands(const QByteArrayList &lines)
{
    return "```sh\n" + lines.join('\n') + "\n```\n\n";
}

QByteArray packagesSection(const Facts &facts, const NginxExportOptions &options)
{
    const bool certbot = facts.hasTls && options.certificates == NginxExportOptions::Certificates::Certbot;
    return "## Packages\n\nOn Debian or Ubuntu. The files are made for nginx " + options.version.toString()
           + (options.forVersion ? ".\n\n" : ", the current one; export for the version that `nginx -v` shows.\n\n")
           + commands({"sudo apt update",
                       certbot ? "sudo apt install nginx certbot ufw curl" : "sudo apt install nginx ufw curl",
                       "nginx -v"});
}

QByteArray namesSection(const Facts &facts)
{
    QByteArrayList lines;
    for (const Site &site : facts.sites) {
        const QByteArray line = "getent ahosts " + quoted(site.name);
        if (!lines.contains(line) && !site.loopback)
            lines += line;
    }
    if (lines.isEmpty())
        return {};
    return "## Names\n\nEach name must lead to the server before certificates can be issued:\n\n" + commands(lines);
}

QByteArray firewallSection(const Facts &facts)
{
    QList<quint16> ports(facts.openPorts.begin(), facts.openPorts.end());
    std::sort(ports.begin(), ports.end());
    if (ports.isEmpty())
        return "## Firewall\n\nEverything listens on the loopback alone: there is nothing to open.\n\n";
    QByteArrayList lines = {"sudo ufw allow OpenSSH"};
    for (const quint16 port : std::as_const(ports))
        lines += "sudo ufw allow " + QByteArray::number(port) + "/tcp";
    return "## Firewall\n\n" + commands(lines + QByteArrayList{"sudo ufw enable", "sudo ufw status"});
}

QByteArray certbotCommand(const QByteArray &title, const QSet<QByteArray> &names)
{
    QByteArrayList sorted(names.begin(), names.end());
    std::sort(sorted.begin(), sorted.end());
    const bool wildcard =
        std::any_of(sorted.begin(), sorted.end(), [](const QByteArray &n) { return n.startsWith('*'); });
    QByteArray line = wildcard ? "sudo certbot certonly --manual --preferred-challenges dns"
                               : "sudo certbot certonly --standalone \\\n"
                                 "    --pre-hook 'systemctl stop nginx' --post-hook 'systemctl start nginx'";
    line += " \\\n    --cert-name " + quoted(title);
    for (const QByteArray &name : std::as_const(sorted))
        line += " -d " + quoted(name);
    return line;
}

QByteArray certificatesSection(const Facts &facts, const NginxExportOptions &options)
{
    if (!facts.hasTls || facts.certificates.isEmpty())
        return {};
    QByteArray text = "## Certificates\n\n";
    QByteArrayList lines;
    const bool certbot = options.certificates == NginxExportOptions::Certificates::Certbot;
    for (auto it = facts.certificates.begin(); it != facts.certificates.end(); ++it) {
        if (certbot) {
            lines += certbotCommand(it.key(), it.value());
            continue;
        }
        if (options.certificates != NginxExportOptions::Certificates::Folder)
            continue;
        const CertificatePaths paths = certificatePathsFor(it.key(), options);
        lines += "sudo openssl x509 -noout -subject -enddate -in " + quoted(paths.certificate);
        lines += "sudo test -r " + quoted(paths.key) + " && echo the key is there";
    }
    if (lines.isEmpty())
        return text + "They stay where the configuration names them; `nginx -t` below says when one is missing.\n\n";
    if (!certbot)
        return text + "The configuration expects them here:\n\n" + commands(lines);
    return text
           + "Before the configuration is copied, since nginx does not start without them. The hooks are kept for "
             "the renewals, which certbot runs by itself.\n\n"
           + commands(lines) + "Prove the renewal:\n\n" + commands({"sudo certbot renew --dry-run"});
}

QByteArray backendsSection(const Facts &facts)
{
    QByteArrayList lines;
    for (const QByteArray &address : facts.backends) {
        if (address.startsWith("unix:"))
            lines += "curl -sS -o /dev/null -w '%{http_code}\\n' --unix-socket " + quoted(address.mid(5))
                     + " http://localhost/";
        else
            lines += "curl -sS -o /dev/null -w '%{http_code}\\n' " + quoted("http://" + address + "/");
    }
    if (lines.isEmpty())
        return {};
    return "## Backends\n\nEach must answer on the server itself:\n\n" + commands(lines);
}

QByteArray copySection(const ExportResult &exported)
{
    bool folder = false;
    for (const ExportedFile &file : exported.files)
        folder = folder || file.name.contains(u'/');
    QByteArrayList lines = {"scp -r nginx.conf" + QByteArray(folder ? " conf.d" : "") + " you@server:/tmp/",
                            "ssh you@server", "sudo cp -a /etc/nginx /etc/nginx.before",
                            "sudo install -m 644 /tmp/nginx.conf /etc/nginx/nginx.conf"};
    QByteArray after;
    if (folder) {
        lines += "sudo install -d /etc/nginx/conf.d";
        lines += "sudo install -m 644 /tmp/conf.d/*.conf /etc/nginx/conf.d/";
        lines += "ls /etc/nginx/conf.d";
        after = "Whatever else lies in `conf.d` is read as well: move it away if it is not wanted.\n\n";
    }
    return "## Copy\n\n" + commands(lines) + after;
}

QByteArray urlOf(const Site &site)
{
    const quint16 usual = site.tls ? HttpsPort : HttpPort;
    return (site.tls ? "https://"_ba : "http://"_ba) + site.name
           + (site.port == usual ? QByteArray() : ':' + QByteArray::number(site.port)) + '/';
}

QByteArray checksSection(const Facts &facts)
{
    QByteArrayList lines;
    for (const Site &site : facts.sites) {
        const QByteArray url = quoted(urlOf(site));
        if (site.redirects) {
            lines += "curl -sSI " + url + " | grep -i " + quoted("^location: https://" + site.name);
            continue;
        }
        lines += "curl -sS -o /dev/null -w '%{http_code} %{url_effective}\\n' " + url;
        if (site.hsts)
            lines += "curl -sSI " + url + " | grep -i '^strict-transport-security:'";
    }
    if (lines.isEmpty())
        return {};
    const Site &first = facts.sites.front();
    return "## Checks\n\nEach line must answer, with the status that the backend gives:\n\n" + commands(lines)
           + "Before the names lead to the server, the same with its address: `curl --resolve " + first.name + ':'
           + QByteArray::number(first.port) + ":ADDRESS " + urlOf(first) + "`.\n\n";
}

QByteArray lossesSection(const Diagnostics &losses)
{
    QByteArray text;
    for (const Diagnostic &loss : losses) {
        const QString hint = loss.hint.isEmpty() ? QString() : u" — "_s + loss.hint;
        text += "- " + (loss.message + hint).toUtf8() + '\n';
    }
    return text.isEmpty() ? QByteArray() : "## What nginx does otherwise\n\n" + text + '\n';
}

} // namespace

ExportedFile makeHandOverPage(const ExportResult &exported, const NginxExportOptions &options)
{
    const Facts facts = factsOf(exported.tree);
    QByteArrayList names;
    for (const Site &site : facts.sites) {
        if (!names.contains(site.name))
            names += site.name;
    }
    QByteArray text = "# Hand-over" + (names.isEmpty() ? QByteArray() : ": " + names.join(", ")) + "\n\n";
    text += "These files belong into `/etc/nginx`:\n\n";
    for (const ExportedFile &file : exported.files)
        text += "- `" + file.name.toUtf8() + "`\n";
    text += "\nThe steps below put them there and prove that they work.\n\n";
    text += packagesSection(facts, options) + namesSection(facts) + firewallSection(facts);
    text += certificatesSection(facts, options) + backendsSection(facts) + copySection(exported);
    text += "## Test and load\n\n" + commands({"sudo nginx -t", "sudo systemctl reload-or-restart nginx"});
    text += checksSection(facts) + lossesSection(exported.losses);
    text += "## Undo\n\n"
            + commands({"sudo mv /etc/nginx /etc/nginx.exported", "sudo mv /etc/nginx.before /etc/nginx",
                        "sudo nginx -t && sudo systemctl reload-or-restart nginx"});
    while (text.endsWith("\n\n"))
        text.chop(1);
    return {u"HANDOVER.md"_s, text};
}

} // namespace portlight
