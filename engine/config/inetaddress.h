// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QByteArrayView>

#include <optional>

namespace portlight {

inline constexpr qsizetype UnixPathBytesMax = 107; // sockaddr_un on Linux, without its terminating zero

// "127.0.0.1": four decimal numbers, as ngx_inet_addr.
bool isInet4(QByteArrayView text);
// The shortest form of an IPv6 address without brackets, or nothing when it is none.
std::optional<QByteArray> canonicalInet6(QByteArrayView text);
// A port, 1 to 65535; the error is nginx's "invalid port".
Result<quint16> parsePort(QByteArrayView text);

// "host:port", "[v6]:port" or one without port, taken apart; nothing is resolved.
struct HostAndPort {
    QByteArray host; // without brackets
    quint16 port = 0;
    bool hasPort = false;
    bool bracketed = false;
};
// Errors in nginx's words: "no host", "invalid host", "invalid port".
Result<HostAndPort> parseHostAndPort(QByteArrayView text);

} // namespace portlight
