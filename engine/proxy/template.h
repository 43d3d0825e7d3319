// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "http/message.h"
#include "http/wirebuffer.h"

#include <QByteArray>
#include <QHash>

#include <memory>
#include <vector>

namespace portlight {

class Exchange;

// The variables that run now; names and meanings are nginx's (ngx_http_variables.c and the proxy module).
enum class VariableId : quint8 {
    Literal,
    ArgumentNamed,
    CookieNamed,
    HeaderNamed,
    Map,
    Args,
    BinaryRemoteAddr,
    BodyBytesSent,
    BytesSent,
    Connection,
    ConnectionRequests,
    ContentLength,
    ContentType,
    Host,
    Hostname,
    Https,
    IsArgs,
    Msec,
    NginxVersion,
    Pid,
    ProxyAddXForwardedFor,
    ProxyHost,
    ProxyPort,
    QueryString,
    RemoteAddr,
    RemotePort,
    RemoteUser,
    Request,
    RequestId,
    RequestLength,
    RequestMethod,
    RequestTime,
    RequestUri,
    Scheme,
    ServerAddr,
    ServerName,
    ServerPort,
    ServerProtocol,
    Status,
    TimeIso8601,
    TimeLocal,
    UpstreamAddr,
    UpstreamResponseTime,
    UpstreamStatus,
    Uri,
};

struct CompiledMap;

// One variable of a template, looked up when the configuration is compiled.
struct VariableRef {
    VariableId id = VariableId::Literal;
    QByteArray text; // of a literal; else the name behind the prefix, '_' as '-' for headers
    HeaderId header = HeaderId::Other;
    const CompiledMap *map = nullptr; // owned by the compiled configuration
};

// A value that may hold variables: "$host:$server_port". Immutable once compiled.
class Template
{
public:
    using Maps = QHash<QByteArray, const CompiledMap *>;

    Template() = default;
    // Compiles `text`; the error names an unknown variable in nginx's words.
    static Result<Template> compile(QByteArrayView text, const Maps &maps);
    static Template literal(const QByteArray &text);

    bool isLiteral() const { return m_parts.empty() || (m_parts.size() == 1 && m_parts[0].id == VariableId::Literal); }
    bool isEmptyLiteral() const { return m_parts.empty(); }
    QByteArrayView literalText() const;
    // Appends the value for that exchange.
    void evaluate(const Exchange &exchange, WireBuffer &out) const;
    QByteArray evaluated(const Exchange &exchange) const;

private:
    std::vector<VariableRef> m_parts;
};

// A `map` block: a source and the values its exact matches give.
struct CompiledMap {
    Template source;
    QHash<QByteArray, Template> values; // by lower-cased key, as nginx compares
    Template fallback;
};

// Appends one variable's value; nothing for one that has none.
void appendVariable(const VariableRef &variable, const Exchange &exchange, WireBuffer &out);

} // namespace portlight
