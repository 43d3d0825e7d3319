// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/overlaystate.h"

using namespace Qt::StringLiterals;

namespace portlight {

namespace overlaying {

namespace {

using Kind = OverlayMapping::Kind;

constexpr quint16 HttpPort = 80;
constexpr quint16 HttpsPort = 443;

// ---- backends --------------------------------------------------------------------------------------

struct PeerMapping {
    QByteArray scheme; // "http://", or empty: as written
    QByteArray address;
};

const OverlayMapping *findPeer(const State &state, const PeerAddress &peer)
{
    for (const OverlayMapping &mapping : state.overlay.mappings) {
        if (mapping.kind != Kind::Peer)
            continue;
        const Result<PeerAddress> from = parsePeerAddress(mapping.from, HttpPort);
        if (from && peerKey(*from) == peerKey(peer))
            return &mapping;
    }
    return nullptr;
}

PeerMapping targetOf(const OverlayMapping &mapping)
{
    if (mapping.to.startsWith("http://"))
        return {"http://"_ba, mapping.to.mid(7)};
    return {{}, mapping.to};
}

void noteBackend(State &state, const OverlayMapping &mapping, const ConfigNode &node)
{
    state.used.insert(&mapping);
    state.note(Kind::Peer, node.position, u"the backend is %1 here"_s.arg(text(targetOf(mapping).address)));
}

void overlayGroup(State &state, ConfigNode &group)
{
    for (ConfigNode &node : group.children) {
        if (node.isComment() || node.name != "server" || node.arguments.empty())
            continue;
        const Result<PeerAddress> peer = parsePeerAddress(node.argument(0), HttpPort);
        if (!peer)
            continue;
        if (const OverlayMapping *mapping = findPeer(state, *peer)) {
            setArgument(node, 0, targetOf(*mapping).address);
            noteBackend(state, *mapping, node);
        }
    }
}

// "http://host:port/uri" in its three parts; the scheme may be missing, as in fastcgi_pass.
struct PassParts {
    QByteArray scheme;
    QByteArray address;
    QByteArray rest;
};

PassParts partsOfPass(const QByteArray &value)
{
    PassParts parts;
    const qsizetype scheme = value.indexOf("://");
    parts.scheme = scheme < 0 ? QByteArray() : value.first(scheme + 3);
    const QByteArray behind = value.mid(parts.scheme.size());
    qsizetype end = behind.size();
    if (behind.startsWith("unix:")) {
        const qsizetype colon = behind.indexOf(':', 5);
        end = colon < 0 ? end : colon;
    } else {
        for (qsizetype i = 0; i < behind.size() && end == behind.size(); ++i) {
            if (behind[i] == '/' || behind[i] == '?')
                end = i;
        }
    }
    parts.address = behind.first(end);
    parts.rest = behind.mid(end);
    return parts;
}

void overlayPass(State &state, ConfigNode &node)
{
    const PassParts parts = partsOfPass(node.argument(0).toByteArray());
    if (parts.address.contains('$'))
        return;
    const Result<PeerAddress> peer = parsePeerAddress(parts.address, parts.scheme == "https://" ? HttpsPort : HttpPort);
    if (!peer || state.groups.contains(peer->host.toLower()))
        return;
    const OverlayMapping *const mapping = findPeer(state, *peer);
    if (!mapping)
        return;
    const PeerMapping to = targetOf(*mapping);
    // Behind a socket's path the URI stands after a colon.
    QByteArray rest = parts.rest;
    if (parts.address.startsWith("unix:") && rest.startsWith(':') && !to.address.startsWith("unix:"))
        rest.remove(0, 1);
    setArgument(node, 0, (to.scheme.isEmpty() ? parts.scheme : to.scheme) + to.address + rest);
    noteBackend(state, *mapping, node);
}

// ---- paths -----------------------------------------------------------------------------------------

// Directives with a path as their first argument.
bool hasPath(const QByteArray &name)
{
    static const QSet<QByteArray> names = {
        "root",
        "alias",
        "include",
        "access_log",
        "error_log",
        "auth_basic_user_file",
        "pid",
        "lock_file",
        "client_body_temp_path",
        "proxy_temp_path",
        "proxy_cache_path",
        "fastcgi_temp_path",
        "fastcgi_cache_path",
        "uwsgi_temp_path",
        "uwsgi_cache_path",
        "scgi_temp_path",
        "scgi_cache_path",
        "load_module",
        "ssl_dhparam",
        "ssl_crl",
        "ssl_trusted_certificate",
        "ssl_client_certificate",
        "ssl_password_file",
        "proxy_ssl_trusted_certificate",
        "proxy_ssl_certificate",
        "proxy_ssl_certificate_key",
        "proxy_store",
        "ssl_certificate",
        "ssl_certificate_key",
    };
    return names.contains(name);
}

QByteArray throughPath(const OverlayMapping &mapping, QByteArrayView path)
{
    QByteArrayView rest = path.sliced(mapping.from.size());
    QByteArray to = mapping.to;
    if (mapping.from.endsWith('/') && !to.endsWith('/'))
        to += '/';
    return to + rest.toByteArray();
}

void overlayPathOf(State &state, ConfigNode &node)
{
    const OverlayMapping *const mapping = overlayPathMapping(state.overlay, node.argument(0));
    if (!mapping)
        return;
    state.used.insert(mapping);
    setArgument(node, 0, throughPath(*mapping, node.argument(0)));
    state.note(Kind::Path, node.position, u"it is %1 here"_s.arg(text(node.argument(0))));
}

// ---- redirects -------------------------------------------------------------------------------------

// An absolute URL that a client is sent to, taken apart as far as that can be done before a request is there.
struct RedirectParts {
    QByteArray scheme;
    QByteArray host; // a name, or one variable
    quint16 port = 0;
    QByteArray rest;
};

std::optional<RedirectParts> partsOfRedirect(QByteArrayView url)
{
    RedirectParts parts;
    for (const char *scheme : {"http://", "https://"}) {
        if (url.startsWith(scheme))
            parts.scheme = scheme;
    }
    if (parts.scheme.isEmpty())
        return std::nullopt;
    const QByteArrayView behind = url.sliced(parts.scheme.size());
    qsizetype end = behind.startsWith('$') ? 1 : 0;
    const bool braces = behind.startsWith("${");
    const auto belongsToHost = [&](char c) {
        const bool word = QChar::fromLatin1(c).isLetterOrNumber() || c == '_';
        return behind.startsWith('$') ? word : word || c == '.' || c == '-';
    };
    if (braces)
        end = behind.indexOf('}') + 1;
    else
        while (end < behind.size() && belongsToHost(behind[end]))
            ++end;
    if (end < 2)
        return std::nullopt;
    parts.host = behind.first(end).toByteArray();
    QByteArrayView rest = behind.sliced(end);
    parts.port = parts.scheme == "https://" ? HttpsPort : HttpPort;
    if (rest.startsWith(':')) {
        qsizetype digits = 1;
        while (digits < rest.size() && rest[digits] >= '0' && rest[digits] <= '9')
            ++digits;
        parts.port = rest.sliced(1, digits - 1).toByteArray().toUShort();
        rest = rest.sliced(digits);
    }
    parts.rest = rest.toByteArray();
    return parts.port == 0 ? std::nullopt : std::optional(parts);
}

// The host of a redirect here, or nothing when it leads away from this configuration.
std::optional<QByteArray> redirectHost(State &state, const QByteArray &host)
{
    QByteArray variable = host;
    variable.replace("{", "").replace("}", "");
    if (variable == "$host" || variable == "$http_host" || variable == "$server_name")
        return "$host"_ba; // the name and port of the client's address bar, not the production ones
    if (host.startsWith('$'))
        return std::nullopt;
    for (const OverlayMapping &mapping : state.overlay.mappings) {
        if (mapping.kind == Kind::Name && mapping.from.compare(host, Qt::CaseInsensitive) == 0)
            return mapping.to;
    }
    return std::nullopt;
}

void overlayRedirect(State &state, ConfigNode &node, size_t index)
{
    const std::optional<RedirectParts> parts = partsOfRedirect(node.argument(index));
    if (!parts)
        return;
    const std::optional<QByteArray> host = redirectHost(state, parts->host);
    if (!host)
        return;
    const bool secure = parts->scheme == "https://";
    const bool losesTls = secure && state.plainPorts.contains(parts->port);
    const QHash<quint16, quint16> &ports = losesTls ? state.plainPorts : secure ? state.httpsPorts : state.httpPorts;
    const quint16 port = ports.value(parts->port, parts->port);
    if (port == parts->port && !losesTls && *host == parts->host)
        return;
    if (parts->host == "$http_host" && port == parts->port && !losesTls)
        return; // it has the port already
    const QByteArray scheme = losesTls ? "http://"_ba : parts->scheme;
    const quint16 usual = scheme == "https://" ? HttpsPort : HttpPort;
    const QByteArray shownPort = port == usual ? QByteArray() : ':' + QByteArray::number(port);
    const QByteArray name = *host == "$host" && shownPort.isEmpty() && !parts->rest.isEmpty()
                                    && (QChar::fromLatin1(parts->rest[0]).isLetterOrNumber())
                                ? "${host}"_ba
                                : *host;
    setArgument(node, index, scheme + name + shownPort + parts->rest);
    state.note(Kind::Listen, node.position,
               u"it leads to %1%2%3 here"_s.arg(text(scheme), text(*host), text(shownPort)));
}

// `return URL` and the codes whose text is a Location (ngx_http_rewrite_return); of the others it is a body.
bool redirects(const ConfigNode &node)
{
    if (node.arguments.size() < 2)
        return node.arguments.size() == 1;
    const QByteArrayView code = node.argument(0);
    return code == "301" || code == "302" || code == "303" || code == "307" || code == "308";
}

void overlayStatement(State &state, ConfigNode &node)
{
    if (node.name.endsWith("_pass") && node.arguments.size() == 1)
        overlayPass(state, node);
    else if (hasPath(node.name) && !node.arguments.empty())
        overlayPathOf(state, node);
    else if (node.name == "return" && redirects(node))
        overlayRedirect(state, node, node.arguments.size() - 1);
    else if (node.name == "rewrite" && node.arguments.size() > 1)
        overlayRedirect(state, node, 1);
}

bool holdsEntries(const ConfigNode &block)
{
    return block.name == "map" || block.name == "geo" || block.name == "split_clients" || block.name == "types";
}

} // namespace

QByteArray peerKey(const PeerAddress &peer)
{
    return peer.toString().toLower();
}

void overlayTargets(State &state, std::vector<ConfigNode> &nodes)
{
    for (ConfigNode &node : nodes) {
        if (node.isComment())
            continue;
        if (!node.isBlock()) {
            overlayStatement(state, node);
        } else if (node.name == "upstream") {
            overlayGroup(state, node);
        } else if (!holdsEntries(node)) {
            overlayTargets(state, node.children);
        }
    }
}

} // namespace overlaying

const OverlayMapping *overlayPathMapping(const Overlay &overlay, QByteArrayView path)
{
    const OverlayMapping *best = nullptr;
    for (const OverlayMapping &mapping : overlay.mappings) {
        if (mapping.kind != OverlayMapping::Kind::Path || !path.startsWith(mapping.from))
            continue;
        const bool whole =
            path.size() == mapping.from.size() || mapping.from.endsWith('/') || path[mapping.from.size()] == '/';
        if (whole && (!best || mapping.from.size() > best->from.size()))
            best = &mapping;
    }
    return best;
}

QByteArray overlaidPath(const Overlay &overlay, QByteArrayView path)
{
    const OverlayMapping *const mapping = overlayPathMapping(overlay, path);
    return mapping ? overlaying::throughPath(*mapping, path) : path.toByteArray();
}

} // namespace portlight
