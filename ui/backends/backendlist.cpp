// SPDX-License-Identifier: GPL-3.0-or-later
#include "backends/backendlist.h"

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

QString text(QByteArrayView bytes)
{
    return QString::fromUtf8(bytes.data(), bytes.size());
}

// "http://api/x" → "api", "http://unix:/run/a.sock:/x" → "unix:/run/a.sock"
QString hostPortOf(const QString &url)
{
    QString rest = url.mid(url.indexOf(u"://"_s) + 3);
    if (rest.startsWith(u"unix:"_s)) {
        const qsizetype end = rest.indexOf(u':', 5);
        return end < 0 ? rest : rest.left(end);
    }
    return rest.section(u'/', 0, 0);
}

struct ProxyPass {
    QString hostPort;
    QString domain;
    TextPosition where;
};

void collectProxyPasses(const ConfigNode &node, const QString &domain, QList<ProxyPass> &found)
{
    for (const ConfigNode &child : node.children) {
        if (child.name == "proxy_pass" && !child.arguments.empty())
            found.append({hostPortOf(text(child.argument(0))), domain, child.position});
        if (child.isBlock())
            collectProxyPasses(child, domain, found);
    }
}

QList<ProxyPass> proxyPassesOf(const ConfigNode &http)
{
    QList<ProxyPass> found;
    for (const ConfigNode *server : http.childrenNamed("server")) {
        const ConfigNode *names = server->child("server_name");
        collectProxyPasses(*server, names ? text(names->argument(0)) : QString(), found);
    }
    return found;
}

QStringList usersOf(const QString &hostPort, const QList<ProxyPass> &passes)
{
    QStringList users;
    for (const ProxyPass &pass : passes) {
        if (pass.hostPort == hostPort && !users.contains(pass.domain))
            users.append(pass.domain);
    }
    return users;
}

} // namespace

QList<Backend> listBackends(const ConfigTree &tree)
{
    QList<Backend> backends;
    const ConfigNode *http = tree.child("http");
    if (!http)
        return backends;
    const QList<ProxyPass> passes = proxyPassesOf(*http);
    QStringList groups;
    for (const ConfigNode *upstream : http->childrenNamed("upstream")) {
        const QString group = text(upstream->argument(0));
        groups.append(group);
        for (const ConfigNode *server : upstream->childrenNamed("server")) {
            QStringList options;
            for (size_t i = 1; i < server->arguments.size(); ++i)
                options.append(text(server->argument(i)));
            backends.append(
                {group, text(server->argument(0)), options.join(u' '), usersOf(group, passes), server->position});
        }
    }
    QStringList seen;
    for (const ProxyPass &pass : passes) {
        if (groups.contains(pass.hostPort) || seen.contains(pass.hostPort))
            continue;
        seen.append(pass.hostPort);
        backends.append({{}, pass.hostPort, {}, usersOf(pass.hostPort, passes), pass.where});
    }
    return backends;
}

} // namespace portlight
