// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/parser.h"
#include "proxy/bodystore.h"

#include <QByteArray>

#include <chrono>

namespace portlight {

using std::chrono::milliseconds;

enum class LingeringClose : quint8 { Off, On, Always };
enum class ServerTokens : quint8 { Off, On, Build };

// Settings of ngx_http_core_module as they stand for one level, inheritance resolved.
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
    bool absoluteRedirect = true;
    bool portInRedirect = true;
    bool serverNameInRedirect = false;
    bool chunkedTransferEncoding = true;
    bool msiePadding = true;
    QByteArray defaultType;
    BodyStoreOptions bodyStore; // less the bound, which is clientBodyBufferBytes
};

} // namespace portlight
