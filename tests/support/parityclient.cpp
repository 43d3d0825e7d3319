// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/parityclient.h"

#include "support/recordingorigin.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace portlight::testing {

namespace {

constexpr int PatienceMs = 10000;

bool announcesClose(QByteArrayView head)
{
    return head.toByteArray().toLower().contains("\r\nconnection: close\r\n");
}

} // namespace

ParityClient::ParityClient(quint16 port, bool ipv6)
{
    sockaddr_in ipv4Address{};
    ipv4Address.sin_family = AF_INET;
    ipv4Address.sin_port = htons(port);
    ipv4Address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr_in6 ipv6Address{};
    ipv6Address.sin6_family = AF_INET6;
    ipv6Address.sin6_port = htons(port);
    ipv6Address.sin6_addr = in6addr_loopback;
    if (ipv6)
        connectTo(reinterpret_cast<const sockaddr *>(&ipv6Address), sizeof ipv6Address);
    else
        connectTo(reinterpret_cast<const sockaddr *>(&ipv4Address), sizeof ipv4Address);
    const int on = 1;
    ::setsockopt(m_descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

ParityClient::ParityClient(const QByteArray &unixPath)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    qstrncpy(address.sun_path, unixPath.constData(), sizeof address.sun_path);
    connectTo(reinterpret_cast<const sockaddr *>(&address), sizeof address);
}

void ParityClient::connectTo(const sockaddr *address, unsigned length)
{
    m_descriptor = ::socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    m_ended = ::connect(m_descriptor, address, length) != 0;
}

ParityClient::~ParityClient()
{
    close();
}

void ParityClient::close()
{
    if (m_descriptor >= 0)
        ::close(std::exchange(m_descriptor, -1));
    m_ended = true;
}

void ParityClient::send(const QByteArray &bytes)
{
    for (qsizetype at = 0; at < bytes.size();) {
        const ssize_t sent = ::send(m_descriptor, bytes.data() + at, size_t(bytes.size() - at), MSG_NOSIGNAL);
        if (sent <= 0)
            return; // the server has closed; what it said before can still be read
        at += sent;
    }
}

void ParityClient::shutWrite()
{
    ::shutdown(m_descriptor, SHUT_WR);
}

// False when no more will come.
bool ParityClient::receive()
{
    if (m_ended)
        return false;
    pollfd polled{m_descriptor, POLLIN, 0};
    if (::poll(&polled, 1, PatienceMs) <= 0) {
        m_timedOut = m_ended = true;
        return false;
    }
    char bytes[65536];
    const ssize_t count = ::recv(m_descriptor, bytes, sizeof bytes, 0);
    m_ended = count <= 0;
    if (count > 0)
        m_input.append(bytes, qsizetype(count));
    return count > 0;
}

QByteArray ParityClient::take(qsizetype count)
{
    const QByteArray taken = m_input.left(count);
    m_input.remove(0, count);
    return taken;
}

QByteArray ParityClient::readExactly(qsizetype count)
{
    while (m_input.size() < count && receive()) {}
    return take(count);
}

QByteArray ParityClient::readToEnd()
{
    while (receive()) {}
    return std::exchange(m_input, {});
}

QByteArray ParityClient::readResponse(const QByteArray &method)
{
    QByteArray interim;
    for (;;) {
        qsizetype headEnd = -1;
        while ((headEnd = m_input.indexOf("\r\n\r\n")) < 0 && receive()) {}
        if (headEnd < 0 || !m_input.startsWith("HTTP/"))
            return interim + readToEnd();
        const int status = m_input.mid(m_input.indexOf(' ') + 1, 3).toInt();
        if (status >= 100 && status < 200 && status != 101) {
            interim += take(headEnd + 4);
            continue;
        }
        const QByteArray head = m_input.left(headEnd + 4);
        if (announcesClose(head))
            return interim + readToEnd();
        const bool bodyless = method == "HEAD" || status == 101 || status == 204 || status == 304;
        qsizetype length = -1;
        while ((length = messageLength(m_input, true, bodyless)) < 0 && receive()) {}
        return interim + (length < 0 ? std::exchange(m_input, {}) : take(length));
    }
}

// A server that still listens to this connection refuses what is no HTTP at all, without asking any backend.
bool ParityClient::isOpen()
{
    if (m_ended)
        return false;
    send("\x01\r\n\r\n");
    shutWrite();
    const bool answered = readToEnd().startsWith("HTTP/1.1 400");
    close();
    return answered;
}

} // namespace portlight::testing
