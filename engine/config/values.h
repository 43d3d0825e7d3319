// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QByteArrayView>

#include <chrono>
#include <optional>
#include <vector>

namespace portlight {

// Values of directives in nginx's notation (src/core/ngx_parse.c). Errors carry nginx's words, which callers put behind
// the directive's name, and a hint; they carry no position.

// "8k", "1m", "2g" (the last only with allowGiga), plain bytes. nginx: ngx_parse_size, ngx_parse_offset.
Result<qint64> parseSize(QByteArrayView text, bool allowGiga = true);
// "30", "60s", "500ms", "1h 30m" glued: "1h30m". A plain number is seconds. nginx: ngx_parse_time.
Result<std::chrono::milliseconds> parseDuration(QByteArrayView text);
// The same for directives that count in seconds: years and months too, but no milliseconds.
Result<std::chrono::seconds> parseSeconds(QByteArrayView text);
// "on" or "off".
Result<bool> parseFlag(QByteArrayView text);
Result<qint64> parseNumber(QByteArrayView text, qint64 min, qint64 max);

// One `listen` directive taken apart.
struct ListenAddress {
    enum class Kind : quint8 { Inet, Inet6, Unix };
    Kind kind = Kind::Inet;
    QByteArray host; // "127.0.0.1", "::1", "0.0.0.0", "::"; empty for unix
    quint16 port = 80;
    QByteArray path; // of a unix socket
    bool ipv6Only = true;

    bool isWildcard() const;
    bool isLoopback() const; // unix counts as loopback
    // "127.0.0.1:8080", "[::1]:8080", "unix:/run/x.sock"
    QByteArray toString() const;
    friend bool operator==(const ListenAddress &, const ListenAddress &) = default;
    friend bool operator<(const ListenAddress &a, const ListenAddress &b) { return order(a, b) < 0; }

private:
    // Negative, zero or positive. Spelled out, for QByteArray has no three-way comparison in Qt 6.4.
    static int order(const ListenAddress &a, const ListenAddress &b);
};

// "so_keepalive=on|off|idle:interval:count"; unset parts are the system's.
struct TcpKeepalive {
    bool on = false;
    std::optional<int> idleSeconds;
    std::optional<int> intervalSeconds;
    std::optional<int> probes;
    friend bool operator==(const TcpKeepalive &, const TcpKeepalive &) = default;
};

struct ListenOptions {
    bool defaultServer = false;
    bool ssl = false;
    bool http2 = false;
    bool reusePort = false;
    std::optional<int> backlog;
    std::optional<int> receiveBufferBytes;
    std::optional<int> sendBufferBytes;
    std::optional<int> fastOpen; // connections that wait for their handshake
    std::optional<TcpKeepalive> keepalive;
    bool deferred = false;
    std::vector<QByteArray> others; // understood by nginx, not acted on yet
};

struct Listen {
    std::vector<ListenAddress> addresses; // a host name may give several
    ListenOptions options;
};

// "80", "*:80", "127.0.0.1", "[::1]:80", "localhost:80", "unix:/path" and the parameters behind it.
Result<Listen> parseListen(const std::vector<QByteArray> &arguments);

// The address part of proxy_pass or of an upstream's server: "host:port", "host", "unix:/path".
struct PeerAddress {
    QByteArray host; // without brackets; empty for unix
    quint16 port = 0;
    QByteArray unixPath;
    bool hasPort = false;

    QByteArray toString() const;
    friend bool operator==(const PeerAddress &, const PeerAddress &) = default;
};
Result<PeerAddress> parsePeerAddress(QByteArrayView text, quint16 defaultPort);

// "http://host:port/uri" of proxy_pass: scheme, peer, and the URI part when there is one.
struct ProxyTarget {
    QByteArray scheme; // "http" or "https"
    PeerAddress peer;
    QByteArray hostPort; // the value of $proxy_host: the port only where it is not the scheme's; "localhost" for unix
    QByteArray uri;      // empty and hasUri false: the request's own URI is passed
    bool hasUri = false;
};
Result<ProxyTarget> parseProxyTarget(QByteArrayView url);

} // namespace portlight
