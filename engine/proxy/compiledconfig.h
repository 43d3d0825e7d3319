// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/directivetable.h"
#include "config/tree.h"
#include "config/values.h"
#include "proxy/healthcheckplan.h"
#include "proxy/levelsettings.h"
#include "proxy/limitexcept.h"
#include "proxy/locationtable.h"
#include "proxy/rewriteprogram.h"
#include "proxy/servernames.h"
#include "proxy/tryfiles.h"
#include "proxy/upstreamtemplates.h"
#include "proxy/variabletable.h"
#include "upstream/upstreamconfig.h"

#include <QByteArrayList>
#include <QHash>

#include <memory>
#include <optional>
#include <vector>

namespace portlight {

class TlsClientContext;
class TlsServerContext;

enum class ContentKind : quint8 { None, Proxy, StubStatus };

// nginx's location configuration: of a location block, of an `if` or limit_except inside one, or of a server itself,
// which answers where no location matches.
struct LocationConfig {
    enum class Kind : quint8 { Server, Exact, Prefix, PrefixFinal, Regex, Named, If, LimitExcept };
    Kind kind = Kind::Prefix;
    QByteArray path; // as written: "/x", a pattern, "@name"; that of the location around for If and LimitExcept
    LevelSettings settings;
    ContentKind content = ContentKind::None;
    std::optional<ProxyPass> proxyPass;
    std::shared_ptr<const TlsClientContext> tls; // of a proxyPass that may go to https
    RewriteProgram rewrite; // of a location, or of a server's own level; that of an `if` stands in the one around it
    std::unique_ptr<TryFiles> tryFiles;
    MethodSet unlimitedMethods;                  // of limit_except
    std::unique_ptr<LocationConfig> limitExcept; // what holds for all other methods; null: this
    bool internal = false;
    bool autoSlash = false; // a proxied prefix "/x/": "/x" is redirected there
    // Those inside, in the order of the file: named ones only in a server, `if` blocks among them.
    std::vector<std::unique_ptr<LocationConfig>> locations;
    LocationTable table; // of the above that are locations
    TextPosition position;

    const CoreSettings &core() const { return *settings.core; }
    const ProxySettings &proxy() const { return *settings.proxy; }
    // This one, or what limit_except says for that method.
    const LocationConfig &forMethod(QByteArrayView method) const
    {
        return limitExcept && !unlimitedMethods.contains(method) ? *limitExcept : *this;
    }
};

struct ServerConfig {
    std::vector<ServerName> names;
    QByteArray serverName;                // $server_name: the first, as written, less a leading dot
    std::unique_ptr<LocationConfig> root; // its own level, and its locations
    bool own = false;                     // portlight_domain: explaining pages
    // Of a server with `listen … ssl`; null where its certificate could not be had: handshakes are refused.
    std::shared_ptr<const TlsServerContext> tls;
    TextPosition position;

    const QByteArray &firstName() const { return serverName; }
    const CoreSettings &core() const { return root->core(); }
};

struct ListenerConfig {
    ListenAddress address;
    ListenOptions options;
    ServerNames names;
    const ServerConfig *defaultServer = nullptr;
    bool tls = false; // one of its servers says `ssl`
    TextPosition position;
};

// A named group of an expression and the slot of its variable.
struct NamedCapture {
    size_t group = 0;
    quint16 slot = 0;
};

// The form that the engine runs: looked up, inherited, resolved. Immutable; shared between threads and exchanges.
struct CompiledConfig {
    NginxVersion version;
    QByteArray prefix;            // ends with a slash: relative paths lie below it
    QByteArray serverHeader;      // "nginx/1.31.5"
    QByteArray serverHeaderShort; // "nginx"
    std::vector<std::unique_ptr<ServerConfig>> servers;
    std::vector<std::unique_ptr<UpstreamConfig>> upstreams;
    std::vector<UpstreamTemplates> upstreamTemplates;         // of each of them, by UpstreamConfig::index
    std::vector<std::unique_ptr<ComputedVariable>> variables; // map, geo, split_clients
    std::vector<VariableSlot> variablesBySlot;
    QHash<QByteArray, std::vector<NamedCapture>> namedCaptures;          // by pattern
    QHash<QByteArray, const UpstreamConfig *> groupsByName;              // `upstream` blocks, for URLs with variables
    QHash<QByteArray, std::shared_ptr<const HealthMatch>> healthMatches; // `match` blocks
    std::vector<std::unique_ptr<HealthCheckPlan>> healthChecks;
    std::vector<ListenerConfig> listeners;
    LogPlan logs;
    bool readsSentFields = false;          // $sent_http_… is asked for somewhere
    bool readsUpstreamFields = false;      // $upstream_http_… and its like
    milliseconds workerShutdownTimeout{0}; // 0: no bound
    QByteArrayList tlsFiles;               // certificates, keys and their like that were read: full paths
};
using CompiledConfigPtr = std::shared_ptr<const CompiledConfig>;

} // namespace portlight
