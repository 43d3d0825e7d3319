// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/rawclient.h"

#include <cerrno>
#include <cstring>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace portlight::testing {

namespace {
constexpr int HangsAfterMs = 30'000;
constexpr size_t ReadBytes = 64 * 1024;
} // namespace

QByteArray RawMessage::field(QByteArrayView name) const
{
    for (const QByteArray &line : head.split('\n')) {
        const qsizetype colon = line.indexOf(':');
        if (colon == name.size() && qstrnicmp(line.constData(), colon, name.data(), name.size()) == 0)
            return line.mid(colon + 1).trimmed();
    }
    return {};
}

int RawMessage::count(QByteArrayView name) const
{
    int found = 0;
    for (const QByteArray &line : head.split('\n'))
        found +=
            line.indexOf(':') == name.size() && qstrnicmp(line.constData(), name.size(), name.data(), name.size()) == 0;
    return found;
}

RawPeer::RawPeer(int descriptor)
    : m_descriptor(descriptor)
{
    if (descriptor >= 0)
        fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK);
}

RawPeer::RawPeer(RawPeer &&other) noexcept
{
    *this = std::move(other);
}

RawPeer &RawPeer::operator=(RawPeer &&other) noexcept
{
    std::swap(m_descriptor, other.m_descriptor);
    std::swap(m_received, other.m_received);
    std::swap(m_ended, other.m_ended);
    std::swap(m_reset, other.m_reset);
    return *this;
}

bool RawPeer::waitFor(short events) const
{
    pollfd watched{m_descriptor, events, 0};
    return m_descriptor >= 0 && poll(&watched, 1, HangsAfterMs) > 0;
}

bool RawPeer::send(QByteArrayView bytes)
{
    while (!bytes.isEmpty()) {
        const ssize_t sent = ::send(m_descriptor, bytes.data(), size_t(bytes.size()), MSG_NOSIGNAL);
        if (sent > 0)
            bytes = bytes.sliced(sent);
        else if (errno != EAGAIN || !waitFor(POLLOUT))
            return false;
    }
    return true;
}

qint64 RawPeer::sendUntilFull(QByteArrayView block, qint64 bytesMax)
{
    qint64 total = 0;
    constexpr int QuietMs = 300; // the other end may just be slow to read: full is what stays full
    while (total < bytesMax) {
        const ssize_t sent = ::send(m_descriptor, block.data(), size_t(block.size()), MSG_NOSIGNAL);
        if (sent > 0) {
            total += sent;
            continue;
        }
        pollfd watched{m_descriptor, POLLOUT, 0};
        if (errno != EAGAIN || poll(&watched, 1, QuietMs) <= 0)
            break;
    }
    return total;
}

// False at the end, or when nothing comes.
bool RawPeer::readSome()
{
    if (m_ended || !waitFor(POLLIN))
        return false;
    const qsizetype before = m_received.size();
    m_received.resize(before + qsizetype(ReadBytes));
    const ssize_t count = recv(m_descriptor, m_received.data() + before, ReadBytes, 0);
    m_received.resize(before + (count > 0 ? count : 0));
    if (count > 0 || (count < 0 && errno == EAGAIN))
        return true;
    m_ended = true;
    m_reset = count < 0;
    return false;
}

bool RawPeer::readUntilHolds(const std::function<bool()> &condition)
{
    while (!condition()) {
        if (!readSome())
            return condition();
    }
    return true;
}

bool RawPeer::readUntil(QByteArrayView part)
{
    return readUntilHolds([&] { return m_received.contains(part); });
}

bool RawPeer::readBytes(qsizetype count)
{
    return readUntilHolds([&] { return m_received.size() >= count; });
}

bool RawPeer::readUntilEnd()
{
    return readUntilClosed() && !m_reset;
}

bool RawPeer::readUntilClosed()
{
    return readUntilHolds([&] { return m_ended; });
}

bool RawPeer::drain(const std::function<bool(QByteArrayView)> &sink)
{
    for (;;) {
        if (sink(take()))
            return true;
        if (!readSome())
            return sink(take());
    }
}

RawMessage RawPeer::readMessage(bool hasBody)
{
    RawMessage message;
    if (!readUntil("\r\n\r\n"))
        return message;
    const qsizetype headEnd = m_received.indexOf("\r\n\r\n") + 4;
    message.head = m_received.first(headEnd);
    message.startLine = message.head.first(message.head.indexOf("\r\n"));
    m_received.remove(0, headEnd);
    const int status = message.startLine.startsWith("HTTP/") ? message.status() : 0;
    const bool isRequest = status == 0;
    if (!hasBody || status / 100 == 1 || status == 204 || status == 304) {
        message.complete = true;
    } else if (message.field("Transfer-Encoding") == "chunked") {
        message.complete = readChunks(message);
    } else if (const QByteArray length = message.field("Content-Length"); !length.isEmpty()) {
        message.complete = readBytes(length.toLongLong());
        message.body = m_received.first(qMin<qsizetype>(length.toLongLong(), m_received.size()));
        m_received.remove(0, message.body.size());
    } else if (isRequest) {
        message.complete = true;
    } else {
        message.complete = readUntilEnd();
        message.body = take();
    }
    return message;
}

bool RawPeer::readChunks(RawMessage &message)
{
    for (;;) {
        if (!readUntil("\r\n"))
            return false;
        const qsizetype lineEnd = m_received.indexOf("\r\n");
        const qsizetype size = m_received.first(lineEnd).toLongLong(nullptr, 16);
        m_received.remove(0, lineEnd + 2);
        if (size == 0)
            break;
        if (!readBytes(size + 2)) {
            message.body += take();
            return false;
        }
        message.body += m_received.first(size);
        m_received.remove(0, size + 2);
    }
    if (!readUntilHolds([&] { return m_received.startsWith("\r\n") || m_received.contains("\r\n\r\n"); }))
        return false;
    const qsizetype end = m_received.startsWith("\r\n") ? 0 : m_received.indexOf("\r\n\r\n") + 2;
    message.trailers = m_received.first(end);
    m_received.remove(0, end + 2);
    return true;
}

void RawPeer::shutdownWrite()
{
    shutdown(m_descriptor, SHUT_WR);
}

void RawPeer::close()
{
    if (m_descriptor >= 0)
        ::close(std::exchange(m_descriptor, -1));
}

void RawPeer::reset()
{
    const linger now{1, 0};
    setsockopt(m_descriptor, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
}

void RawPeer::setReceiveBuffer(int bytes)
{
    setsockopt(m_descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

RawClient::RawClient(quint16 port, const QByteArray &host, int receiveBufferBytes)
{
    const bool isV6 = host.contains(':');
    RawPeer peer(socket(isV6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (receiveBufferBytes > 0)
        peer.setReceiveBuffer(receiveBufferBytes); // the window is agreed on when connecting
    sockaddr_in v4{};
    sockaddr_in6 v6{};
    v4.sin_family = AF_INET;
    v6.sin6_family = AF_INET6;
    v4.sin_port = v6.sin6_port = htons(port);
    inet_pton(isV6 ? AF_INET6 : AF_INET, host.constData(),
              isV6 ? static_cast<void *>(&v6.sin6_addr) : static_cast<void *>(&v4.sin_addr));
    fcntl(peer.descriptor(), F_SETFL, 0); // on one's own machine connecting does not wait
    const int failed = isV6 ? connect(peer.descriptor(), reinterpret_cast<sockaddr *>(&v6), sizeof v6)
                            : connect(peer.descriptor(), reinterpret_cast<sockaddr *>(&v4), sizeof v4);
    if (failed != 0)
        return;
    const int on = 1;
    setsockopt(peer.descriptor(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    fcntl(peer.descriptor(), F_SETFL, O_NONBLOCK);
    static_cast<RawPeer &>(*this) = std::move(peer);
}

RawPeer RawClient::overUnixSocket(const QByteArray &path)
{
    RawPeer peer(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    qstrncpy(address.sun_path, path.constData(), sizeof address.sun_path);
    fcntl(peer.descriptor(), F_SETFL, 0);
    if (connect(peer.descriptor(), reinterpret_cast<sockaddr *>(&address), sizeof address) != 0)
        return RawPeer();
    fcntl(peer.descriptor(), F_SETFL, O_NONBLOCK);
    return peer;
}

RawMessage RawClient::ask(QByteArrayView bytes, bool hasBody)
{
    send(bytes);
    return readMessage(hasBody);
}

QByteArray request(const QByteArray &line, const QByteArray &fieldLines, const QByteArray &body)
{
    return line + " HTTP/1.1\r\nHost: shop.localhost\r\n" + fieldLines + "\r\n" + body;
}

} // namespace portlight::testing
