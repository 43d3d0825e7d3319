// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/domainpreset.h"

#include "config/parser.h"

namespace portlight {

namespace {

// Why each line of the preset is there:
// - an upstream group, because that is how nginx keeps connections to a backend open;
// - both loopback families, or a stranger on ::1 gets the browser; nothing wider;
// - client_max_body_size 0: an upload that the backend takes is not refused on the way;
// - Host is $http_host and not $host: development servers put the port of the address bar into links, redirects and
//   origin checks, and $host has lost it;
// - Connection from the map: "upgrade" for WebSocket, empty (so that it is not sent) for keep-alive;
// - no buffering, so that event streams and progress arrive when they are sent, and a read timeout that lets quiet
//   tunnels live.
constexpr const char *ServerText = R"(server {
    listen 127.0.0.1:@PORT@;
    listen [::1]:@PORT@;
    server_name @NAME@;
    portlight_domain on;
    client_max_body_size 0;

    location / {
        proxy_pass @PASS@;
        proxy_http_version 1.1;
        proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_set_header X-Forwarded-Host $http_host;
        proxy_set_header X-Forwarded-Port $server_port;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_buffering off;
        proxy_request_buffering off;
        proxy_read_timeout 1h; # tunnels and event streams stay open
    }
}
)";

constexpr const char *UpstreamText = R"(upstream @UPSTREAM@ {
    server @ADDRESS@;
    keepalive 16;
}
)";

constexpr const char *MapText = R"(map $http_upgrade $connection_upgrade {
    default upgrade;
    '' '';
}
)";

// Positions in the texts above would be taken for positions in the user's file.
void forgetPositions(ConfigNode &node)
{
    node.position = {};
    for (ConfigArgument &argument : node.arguments)
        argument.line = argument.column = 0;
    for (ConfigNode &child : node.children)
        forgetPositions(child);
}

ConfigNode nodeFrom(const QByteArray &text)
{
    ParseOutcome outcome = parseConfig(text, {});
    Q_ASSERT(outcome.ok() && outcome.tree.nodes.size() == 1);
    ConfigNode node = std::move(outcome.tree.nodes.front());
    forgetPositions(node);
    node.blankLineBefore = true;
    return node;
}

} // namespace

QByteArray upstreamAddress(const ProxyTarget &target)
{
    if (!target.peer.unixPath.isEmpty() || target.peer.hasPort)
        return target.peer.toString();
    // Inside an upstream block a server without a port means 80, whatever the scheme is.
    PeerAddress peer = target.peer;
    peer.port = target.scheme == "https" ? 443 : 80;
    return peer.toString();
}

QByteArray proxyPassTo(const QByteArray &upstreamName, const ProxyTarget &target)
{
    return target.scheme + "://" + upstreamName + target.uri;
}

DomainPreset makeDomainPreset(const DomainDraft &draft, const ProxyTarget &target, const QByteArray &upstreamName)
{
    QByteArray server(ServerText);
    server.replace("@PORT@", QByteArray::number(draft.listenPort));
    server.replace("@NAME@", quoteConfigWord(draft.name.toUtf8()));
    server.replace("@PASS@", quoteConfigWord(proxyPassTo(upstreamName, target)));
    QByteArray upstream(UpstreamText);
    upstream.replace("@UPSTREAM@", quoteConfigWord(upstreamName));
    upstream.replace("@ADDRESS@", quoteConfigWord(upstreamAddress(target)));
    return {nodeFrom(upstream), nodeFrom(server)};
}

ConfigNode makeConnectionUpgradeMap()
{
    return nodeFrom(QByteArray(MapText));
}

} // namespace portlight
