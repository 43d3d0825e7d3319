// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/socketaddress.h"

#include <arpa/inet.h>

#include <cstddef>
#include <cstring>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

constexpr size_t UnixPathOffset = offsetof(sockaddr_un, sun_path);

bool isLoopback4(in_addr_t networkOrder)
{
    return (ntohl(networkOrder) >> 24) == 127;
}

} // namespace

SocketAddress::SocketAddress()
{
    std::memset(&m_storage, 0, sizeof m_storage);
    m_storage.any.sa_family = AF_UNSPEC;
}

Result<SocketAddress> SocketAddress::fromNumeric(const QByteArray &host, quint16 port)
{
    SocketAddress address;
    if (!host.contains('\0')) {
        if (inet_pton(AF_INET, host.constData(), &address.m_storage.inet.sin_addr) == 1) {
            address.m_storage.inet.sin_family = AF_INET;
            address.m_storage.inet.sin_port = htons(port);
            address.m_length = sizeof(sockaddr_in);
            return address;
        }
        address = SocketAddress();
        if (inet_pton(AF_INET6, host.constData(), &address.m_storage.inet6.sin6_addr) == 1) {
            address.m_storage.inet6.sin6_family = AF_INET6;
            address.m_storage.inet6.sin6_port = htons(port);
            address.m_length = sizeof(sockaddr_in6);
            return address;
        }
    }
    return Error{ErrorCode::InvalidValue, u"expected a numeric address, got \"%1\""_s.arg(QString::fromUtf8(host))};
}

Result<SocketAddress> SocketAddress::fromUnixPath(const QByteArray &path)
{
    SocketAddress address;
    sockaddr_un &local = address.m_storage.local;
    if (path.isEmpty() || path.contains('\0'))
        return Error{ErrorCode::InvalidValue, u"expected the path of a unix socket, got none"_s};
    if (size_t(path.size()) >= sizeof local.sun_path) {
        return Error{ErrorCode::InvalidValue,
                     u"too long path in the unix domain socket \"unix:%1\": at most %2 bytes, got %3"_s
                         .arg(QString::fromUtf8(path))
                         .arg(sizeof local.sun_path - 1)
                         .arg(path.size())};
    }
    local.sun_family = AF_UNIX;
    std::memcpy(local.sun_path, path.constData(), size_t(path.size()) + 1);
    address.m_length = socklen_t(UnixPathOffset + size_t(path.size()) + 1);
    return address;
}

Result<SocketAddress> SocketAddress::fromListen(const ListenAddress &address)
{
    if (address.kind == ListenAddress::Kind::Unix)
        return fromUnixPath(address.path);
    return fromNumeric(address.host, address.port);
}

SocketAddress SocketAddress::fromRaw(const sockaddr *raw, socklen_t length)
{
    SocketAddress address;
    if (size_t(length) < sizeof(sa_family_t))
        return address;
    address.m_length = socklen_t(std::min(size_t(length), sizeof(Storage)));
    std::memcpy(&address.m_storage, raw, address.m_length);
    return address;
}

SocketAddress SocketAddress::localOf(int descriptor)
{
    SocketAddress address;
    socklen_t length = sizeof(Storage);
    if (getsockname(descriptor, &address.m_storage.any, &length) != 0)
        return {};
    address.m_length = socklen_t(std::min(size_t(length), sizeof(Storage)));
    return address;
}

SocketAddress SocketAddress::peerOf(int descriptor)
{
    SocketAddress address;
    socklen_t length = sizeof(Storage);
    if (getpeername(descriptor, &address.m_storage.any, &length) != 0)
        return {};
    address.m_length = socklen_t(std::min(size_t(length), sizeof(Storage)));
    return address;
}

bool SocketAddress::isLoopback() const
{
    switch (family()) {
    case AF_INET: return isLoopback4(m_storage.inet.sin_addr.s_addr);
    case AF_INET6: {
        const in6_addr &ip = m_storage.inet6.sin6_addr;
        if (!IN6_IS_ADDR_V4MAPPED(&ip))
            return IN6_IS_ADDR_LOOPBACK(&ip);
        in_addr_t mapped = 0;
        std::memcpy(&mapped, ip.s6_addr + 12, sizeof mapped);
        return isLoopback4(mapped);
    }
    case AF_UNIX: return true;
    default: return false;
    }
}

quint16 SocketAddress::port() const
{
    switch (family()) {
    case AF_INET: return ntohs(m_storage.inet.sin_port);
    case AF_INET6: return ntohs(m_storage.inet6.sin6_port);
    default: return 0;
    }
}

void SocketAddress::setPort(quint16 port)
{
    if (family() == AF_INET)
        m_storage.inet.sin_port = htons(port);
    else if (family() == AF_INET6)
        m_storage.inet6.sin6_port = htons(port);
}

QByteArray SocketAddress::host() const
{
    char text[INET6_ADDRSTRLEN] = "";
    switch (family()) {
    case AF_INET: return inet_ntop(AF_INET, &m_storage.inet.sin_addr, text, sizeof text);
    case AF_INET6: return inet_ntop(AF_INET6, &m_storage.inet6.sin6_addr, text, sizeof text);
    case AF_UNIX: return "unix:"_ba;
    default: return {};
    }
}

QByteArray SocketAddress::toString() const
{
    switch (family()) {
    case AF_INET: return host() + ':' + QByteArray::number(port());
    case AF_INET6: return '[' + host() + "]:" + QByteArray::number(port());
    case AF_UNIX: {
        // The kernel counts the closing NUL or not; an unnamed socket has no path at all.
        const size_t bytes = m_length > UnixPathOffset ? m_length - UnixPathOffset : 0;
        return "unix:" + QByteArray(m_storage.local.sun_path, qsizetype(strnlen(m_storage.local.sun_path, bytes)));
    }
    default: return {};
    }
}

bool operator==(const SocketAddress &a, const SocketAddress &b)
{
    if (a.family() != b.family())
        return false;
    switch (a.family()) {
    case AF_INET:
        return a.m_storage.inet.sin_port == b.m_storage.inet.sin_port
               && a.m_storage.inet.sin_addr.s_addr == b.m_storage.inet.sin_addr.s_addr;
    case AF_INET6:
        return a.m_storage.inet6.sin6_port == b.m_storage.inet6.sin6_port
               && a.m_storage.inet6.sin6_scope_id == b.m_storage.inet6.sin6_scope_id
               && std::memcmp(&a.m_storage.inet6.sin6_addr, &b.m_storage.inet6.sin6_addr, sizeof(in6_addr)) == 0;
    case AF_UNIX: return a.toString() == b.toString();
    default: return true;
    }
}

} // namespace portlight
