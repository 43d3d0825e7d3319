// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/domainhttps.h"
#include "config/domains.h"
#include "config/domaintree.h"
#include "config/domainwebsockets.h"

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

using namespace domaintree;

using Groups = QHash<QByteArrayView, const ConfigNode *>;

// By name, so that listing ten thousand domains does not look through ten thousand groups for each.
Groups groupsOf(const ConfigNode &http)
{
    Groups groups;
    for (const ConfigNode &node : http.children) {
        if (node.isBlock() && node.name == "upstream" && !node.arguments.empty()
            && !groups.contains(node.arguments[0].value))
            groups.insert(node.arguments[0].value, &node);
    }
    return groups;
}

// A name that a browser can be sent to: no pattern, no catch-all.
bool isPlainName(const QString &name)
{
    return !name.isEmpty() && name != u"_"_s && !name.startsWith(u'~') && !name.startsWith(u'.') && !name.contains(u'*')
           && !name.contains(u'$');
}

QString returnText(const ConfigNode &node)
{
    QString text = u"return"_s;
    for (const ConfigArgument &argument : node.arguments)
        text += u' ' + QString::fromUtf8(argument.value);
    return text;
}

// An upstream with one plain server is how the preset names its backend: people want to see the backend.
QString targetText(const Groups &groups, const ProxyTarget &target)
{
    const ConfigNode *const upstream = target.peer.hasPort ? nullptr : groups.value(target.peer.host);
    const ConfigNode *const peer = upstream ? onlyPeer(*upstream) : nullptr;
    QByteArray address = peer ? peer->argument(0).toByteArray() : target.hostPort;
    if (!target.peer.unixPath.isEmpty())
        address = target.peer.toString();
    const bool socket = address.startsWith("unix:");
    const QByteArray uri = socket && target.hasUri ? ':' + target.uri : target.uri;
    return QString::fromUtf8(target.scheme + "://" + address + uri);
}

QString targetOf(const Groups &groups, const ConfigNode &server)
{
    if (const ConfigNode *answer = server.child("return"))
        return returnText(*answer);
    const ConfigNode *const location = mainLocation(server);
    if (!location)
        return {};
    if (const ConfigNode *answer = location->child("return"))
        return returnText(*answer);
    const std::optional<ProxyTarget> target = proxyTargetOf(*location);
    return target ? targetText(groups, *target) : QString();
}

QString hostForUrl(const QStringList &names, const ListenAddress &address)
{
    // A name that leads here wherever one is, before one that may lead to another machine.
    for (const QString &name : names) {
        if (isPlainName(name) && name.endsWith(u".localhost"_s))
            return name;
    }
    for (const QString &name : names) {
        if (isPlainName(name))
            return name;
    }
    if (address.isWildcard())
        return u"localhost"_s;
    const QString host = QString::fromUtf8(address.host);
    return address.kind == ListenAddress::Kind::Inet6 ? u'[' + host + u']' : host;
}

QString urlOf(const QStringList &names, const std::vector<Listen> &listens)
{
    ListenAddress fallback; // a server without listen is on port 80
    fallback.host = "0.0.0.0"_ba;
    if (listens.empty())
        return u"http://"_s + hostForUrl(names, fallback);
    for (const bool tls : {true, false}) {
        for (const Listen &listen : listens) {
            const ListenAddress &address = listen.addresses.front();
            if (address.kind == ListenAddress::Kind::Unix || listen.options.ssl != tls)
                continue;
            const bool usual = address.port == (tls ? 443 : 80);
            const QString port = usual ? QString() : u":%1"_s.arg(address.port);
            return (tls ? u"https://"_s : u"http://"_s) + hostForUrl(names, address) + port;
        }
    }
    return {};
}

void takeHttps(DomainView &view, const ConfigNode &http, const ConfigNode &server)
{
    const DomainTls tls = tlsOf(http, server);
    view.https = hasHttps(server);
    view.localCertificate = usesLocalCertificate(http, server);
    view.redirects = view.https && tls.redirects;
    view.hsts = view.https && tls.hsts && tls.hsts->count() > 0;
    view.declinedHttps = declinesHttps(http, server);
}

DomainView viewOf(const Groups &groups, const ConfigNode &http, const ConfigNode &server, int index)
{
    DomainView view;
    view.index = index;
    for (const QByteArray &name : namesOf(server))
        view.names += QString::fromUtf8(name);
    view.target = targetOf(groups, server);
    view.display = view.target.startsWith(u"http://"_s) ? view.target.mid(7) : view.target;
    const std::vector<Listen> listens = listensOf(server);
    for (const Listen &listen : listens) {
        for (const ListenAddress &address : listen.addresses)
            view.listens += QString::fromUtf8(address.toString());
    }
    view.url = urlOf(view.names, listens);
    takeHttps(view, http, server);
    view.enabled = isEnabled(server);
    const ConfigNode *const ours = server.child("portlight_domain");
    view.ours = ours && ours->argument(0).compare("on", Qt::CaseInsensitive) == 0;
    view.locationCount = static_cast<int>(server.childrenNamed("location").size());
    view.position = server.position;
    return view;
}

// The port that plain HTTP comes in by; that of HTTPS where there is no other, or nothing.
std::optional<quint16> mainPort(const std::vector<Listen> &listens)
{
    for (const bool tls : {false, true}) {
        for (const Listen &listen : listens) {
            const ListenAddress &address = listen.addresses.front();
            if (listen.options.ssl == tls && address.kind != ListenAddress::Kind::Unix)
                return address.port;
        }
    }
    return std::nullopt;
}

} // namespace

QList<DomainView> listDomains(const ConfigTree &tree)
{
    QList<DomainView> views;
    const ConfigNode *const http = tree.child("http");
    const Groups groups = http ? groupsOf(*http) : Groups();
    int index = 0;
    for (const ConfigNode *server : serversOf(tree))
        views += viewOf(groups, *http, *server, index++);
    return views;
}

Result<int> findDomain(const ConfigTree &tree, const QString &name)
{
    QStringList known;
    const QList<DomainView> domains = listDomains(tree);
    // The full name first, so that "shop" finds a domain called just that before "shop.localhost".
    for (const QString &wanted : {name, name + u".localhost"_s}) {
        for (const DomainView &domain : domains) {
            if (domain.names.contains(wanted, Qt::CaseInsensitive))
                return domain.index;
        }
    }
    for (const DomainView &domain : domains)
        known += domain.names;
    return Error{ErrorCode::NotFound,
                 u"there is no domain \"%1\""_s.arg(name),
                 {tree.fileName, 0, 0},
                 known.isEmpty() ? u"there is none at all yet"_s : u"there are: %1"_s.arg(known.join(u", "_s))};
}

Result<DomainDraft> draftOfDomain(const ConfigTree &tree, int index)
{
    const QList<DomainView> domains = listDomains(tree);
    if (index < 0 || index >= domains.size())
        return Error{ErrorCode::NotFound, u"there is no domain number %1"_s.arg(index), {tree.fileName, 0, 0}, {}};
    const DomainView &domain = domains[index];
    const ConfigNode &server = *serversOf(tree)[static_cast<size_t>(index)];
    const std::vector<Listen> listens = listensOf(server);
    const bool simple = domain.target.contains(u"://"_s) && !domain.target.startsWith(u"return"_s)
                        && !domain.names.isEmpty() && mainPort(listens);
    if (!simple)
        return Error{ErrorCode::NotFound, u"\"%1\" is more than a name, a port and a target"_s.arg(domain.name()),
                     domain.position, u"edit it as text"_s};
    const ConfigNode &http = *tree.child("http");
    DomainDraft draft{domain.name(), domain.target, *mainPort(listens),
                      passesWebSockets(http, placeOfServer(http, index)), domain.https};
    draft.tlsPort = tlsPortOf(server).value_or(customaryTlsPort(tree));
    draft.tls = tlsOf(http, server);
    return draft;
}

} // namespace portlight
