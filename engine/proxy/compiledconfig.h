// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/errorlog.h"
#include "config/directivetable.h"
#include "config/tree.h"
#include "config/values.h"
#include "http/parser.h"
#include "proxy/template.h"
#include "upstream/upstreamconfig.h"

#include <QHash>

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

namespace portlight {

enum class LingeringClose : quint8 { Off, On, Always };
enum class ServerTokens : quint8 { Off, On, Build };

// Settings of ngx_http_core_module as they stand for one location, inheritance resolved.
struct CoreSettings {
    milliseconds clientHeaderTimeout;
    milliseconds clientBodyTimeout;
    milliseconds sendTimeout;
    milliseconds keepaliveTimeout;
    std::chrono::seconds keepaliveTimeoutHeader{0}; // 0: no Keep-Alive field
    milliseconds keepaliveTime;
    qint64 keepaliveRequests;
    qint64 clientMaxBodyBytes; // 0: no limit
    qint64 clientBodyBufferBytes;
    RequestLimits requestLimits;
    LingeringClose lingeringClose;
    milliseconds lingeringTime;
    milliseconds lingeringTimeout;
    ServerTokens serverTokens;
    bool resetTimedoutConnection;
    bool tcpNodelay;
    bool mergeSlashes;
    QByteArray defaultType;
};

// A field to be sent to the backend in place of whatever the client sent under that name; empty values are not sent.
struct SetHeader {
    QByteArray name;
    HeaderId id = HeaderId::Other;
    Template value;
};

struct ProxySettings {
    const UpstreamConfig *upstream = nullptr;
    ProxyTarget target;
    QByteArray url;      // as written
    HttpVersion version; // to the backend
    bool buffering = true;
    bool requestBuffering = true;
    bool passTrailers = false;
    quint32 bufferBytes = 4096; // proxy_buffer_size: bounds the response head
    milliseconds connectTimeout;
    milliseconds sendTimeout;
    milliseconds readTimeout;
    std::vector<SetHeader> setHeaders;
    quint64 setFieldIds = 0; // a bit for each HeaderId among setHeaders
    TextPosition position;
    TextPosition readTimeoutPosition;

    // True when setHeaders replaces the field of that id, or of that name for HeaderId::Other.
    bool setsField(HeaderId id, QByteArrayView name = {}) const
    {
        if (id != HeaderId::Other || !(setFieldIds & 1))
            return setFieldIds >> quint8(id) & 1;
        for (const SetHeader &field : setHeaders) {
            if (field.id == HeaderId::Other && equalsIgnoringCase(field.name, name))
                return true;
        }
        return false;
    }
};

struct ReturnRule {
    int status = 0;
    Template text; // body, or the URL of a redirect
    bool isRedirect = false;
    TextPosition position;
};

enum class ContentKind : quint8 { None, Proxy, StubStatus };

struct LocationConfig {
    enum class Match : quint8 { Exact, Prefix };
    Match match = Match::Prefix;
    QByteArray path; // "/" and up
    ContentKind content = ContentKind::None;
    CoreSettings core;
    std::optional<ProxySettings> proxy;
    std::optional<ReturnRule> returnRule;
    bool autoSlash = false; // a proxied prefix "/x/": "/x" is redirected there
    TextPosition position;
};

struct ServerConfig {
    std::vector<QByteArray> names; // lower case
    CoreSettings core;
    std::optional<ReturnRule> returnRule;
    std::vector<std::unique_ptr<LocationConfig>> locations; // exact ones first, then prefixes, longest first
    std::unique_ptr<LocationConfig> implicitLocation;       // where no location matches
    bool own = false;                                       // portlight_domain: explaining pages
    TextPosition position;

    QByteArray firstName() const { return names.empty() ? QByteArray() : names.front(); }
};

struct ListenerConfig {
    ListenAddress address;
    ListenOptions options;
    QHash<QByteArray, const ServerConfig *> servers; // by lower-case name
    const ServerConfig *defaultServer = nullptr;
    TextPosition position;
};

// The form that the engine runs: looked up, inherited, resolved. Immutable; shared between threads and exchanges.
struct CompiledConfig {
    NginxVersion version;
    QByteArray serverHeader;      // "nginx/1.31.5"
    QByteArray serverHeaderShort; // "nginx"
    std::vector<std::unique_ptr<ServerConfig>> servers;
    std::vector<std::unique_ptr<UpstreamConfig>> upstreams;
    std::vector<std::unique_ptr<CompiledMap>> maps;
    std::vector<ListenerConfig> listeners;
    QString errorLogPath; // empty: as the program was told
    LogLevel errorLogLevel = LogLevel::Error;
    milliseconds workerShutdownTimeout{0}; // 0: no bound
};
using CompiledConfigPtr = std::shared_ptr<const CompiledConfig>;

} // namespace portlight
