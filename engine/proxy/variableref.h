// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/message.h"

#include <QByteArray>

namespace portlight {

// The variables that run now; names and meanings are nginx's (ngx_http_variables.c and the proxy module).
enum class VariableId : quint8 {
    Literal,
    ArgumentNamed,
    CookieNamed,
    HeaderNamed,
    SentNamed,
    SentTrailerNamed,
    UpstreamCookieNamed,
    UpstreamHttpNamed,
    UpstreamTrailerNamed,
    Capture, // $1 of the last regular expression
    Slot,    // one that the configuration defines
    Tls,     // $ssl_…: VariableRef::slot is its index among these
    Args,
    BinaryRemoteAddr,
    BodyBytesSent,
    BytesSent,
    Connection,
    ConnectionRequests,
    ConnectionTime,
    ContentLength,
    ContentType,
    Host,
    Hostname,
    DocumentRoot,
    Https,
    IsArgs,
    IsRequestPort,
    LimitRate,
    Msec,
    NginxVersion,
    Pid,
    Pipe,
    ProxyAddXForwardedFor,
    ProxyHost,
    ProxyPort,
    QueryString,
    RealpathRoot,
    RemoteAddr,
    RemotePort,
    RemoteUser,
    Request,
    RequestBody,
    RequestBodyFile,
    RequestFilename,
    RequestCompletion,
    RequestId,
    RequestLength,
    RequestMethod,
    RequestPort,
    RequestTime,
    RequestUri,
    Scheme,
    ServerAddr,
    ServerName,
    ServerPort,
    ServerProtocol,
    Status,
    TcpInfoRcvSpace,
    TcpInfoRtt,
    TcpInfoRttVar,
    TcpInfoSndCwnd,
    TimeIso8601,
    TimeLocal,
    UpstreamAddr,
    UpstreamBytesReceived,
    UpstreamBytesSent,
    UpstreamConnectTime,
    UpstreamHeaderTime,
    UpstreamResponseLength,
    UpstreamResponseTime,
    UpstreamStatus,
    Uri,
    Nothing, // known to nginx, not worked out here: never found
};

// One variable of a template, looked up when the configuration is compiled.
struct VariableRef {
    VariableId id = VariableId::Literal;
    QByteArray text; // of a literal; else the name behind the prefix, '_' as '-' for headers
    HeaderId header = HeaderId::Other;
    quint16 slot = 0;   // of Slot and Tls
    quint8 capture = 0; // of Capture: 1 to 9
};

} // namespace portlight
