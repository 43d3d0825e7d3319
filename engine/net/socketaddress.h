// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "config/values.h"

#include <QByteArray>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace portlight {

// An IPv4, IPv6 or unix socket address as the kernel takes it. A value.
class SocketAddress
{
public:
    SocketAddress();
    // Only numeric hosts; an error otherwise. `host` without brackets.
    static Result<SocketAddress> fromNumeric(const QByteArray &host, quint16 port);
    // Errors when the path is longer than sun_path holds (108 octets with its NUL).
    static Result<SocketAddress> fromUnixPath(const QByteArray &path);
    static Result<SocketAddress> fromListen(const ListenAddress &address);
    static SocketAddress fromRaw(const sockaddr *address, socklen_t length);
    // getsockname / getpeername; an unspecified address when the call fails.
    static SocketAddress localOf(int descriptor);
    static SocketAddress peerOf(int descriptor);

    const sockaddr *raw() const { return reinterpret_cast<const sockaddr *>(&m_storage); }
    socklen_t length() const { return m_length; }
    int family() const { return m_storage.any.sa_family; }
    bool isUnix() const { return family() == AF_UNIX; }
    bool isLoopback() const;    // 127.0.0.0/8, ::1, ::ffff:127.0.0.0/104, unix
    quint16 port() const;       // 0 for unix
    void setPort(quint16 port); // nothing for unix
    QByteArray host() const;    // "127.0.0.1", "::1", "unix:"
    // nginx's form: "127.0.0.1:3000", "[::1]:3000", "unix:/run/x.sock"
    QByteArray toString() const;
    friend bool operator==(const SocketAddress &a, const SocketAddress &b);

private:
    union Storage {
        sockaddr any;
        sockaddr_in inet;
        sockaddr_in6 inet6;
        sockaddr_un local;
    };
    Storage m_storage;
    socklen_t m_length = 0;
};

} // namespace portlight
