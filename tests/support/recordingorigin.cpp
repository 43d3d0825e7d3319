// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/recordingorigin.h"

#include <arpa/inet.h>
#include <cerrno>
#include <chrono>
#include <limits>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace portlight::testing {

namespace {

constexpr std::chrono::seconds Patience{15};
constexpr int Backlog = 64;

int boundSocket(quint16 &port)
{
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    ::bind(descriptor, reinterpret_cast<const sockaddr *>(&address), length);
    ::getsockname(descriptor, reinterpret_cast<sockaddr *>(&address), &length);
    port = ntohs(address.sin_port);
    return descriptor;
}

QByteArray headField(QByteArrayView head, const QByteArray &name)
{
    const QByteArray lower = head.toByteArray().toLower();
    const qsizetype at = lower.indexOf("\r\n" + name + ':');
    if (at < 0)
        return {};
    const qsizetype start = at + name.size() + 3;
    return lower.mid(start, lower.indexOf("\r\n", start) - start).trimmed();
}

// The length of a chunked body, its last line included; -1 while more is needed.
qsizetype chunkedLength(QByteArrayView body)
{
    for (qsizetype at = 0;;) {
        const qsizetype lineEnd = body.indexOf('\n', at);
        if (lineEnd < 0)
            return -1;
        const QByteArray line = body.sliced(at, lineEnd - at).toByteArray();
        const qlonglong size = line.left(line.indexOf(';')).trimmed().toLongLong(nullptr, 16);
        if (size == 0) {
            const qsizetype end = body.sliced(lineEnd - 1).indexOf("\r\n\r\n");
            return end < 0 ? -1 : lineEnd - 1 + end + 4;
        }
        at = lineEnd + 1 + size + 2;
        if (at > body.size())
            return -1;
    }
}

bool sendAll(int descriptor, const QByteArray &bytes, qsizetype pieceMax)
{
    for (qsizetype at = 0; at < bytes.size();) {
        const qsizetype piece = qMin(pieceMax, bytes.size() - at);
        const ssize_t sent = ::send(descriptor, bytes.data() + at, size_t(piece), MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        at += sent;
    }
    return true;
}

} // namespace

qsizetype messageLength(QByteArrayView bytes, bool isResponse, bool bodyless)
{
    const qsizetype headEnd = bytes.indexOf("\r\n\r\n");
    if (headEnd < 0)
        return -1;
    const qsizetype headLength = headEnd + 4;
    if (bodyless)
        return headLength;
    const QByteArrayView head = bytes.first(headLength);
    if (headField(head, "transfer-encoding") == "chunked") {
        const qsizetype body = chunkedLength(bytes.sliced(headLength));
        return body < 0 ? -1 : headLength + body;
    }
    const QByteArray length = headField(head, "content-length");
    if (length.isEmpty())
        return isResponse ? -1 : headLength;
    const qsizetype whole = headLength + length.toLongLong();
    return bytes.size() < whole ? -1 : whole;
}

QByteArray printable(QByteArrayView bytes)
{
    QByteArray text;
    for (const char c : bytes) {
        if (c == '\n')
            text += "\\n\n";
        else if (c == '\r')
            text += "\\r";
        else if (c == '\\')
            text += "\\\\";
        else if (quint8(c) < 0x20 || quint8(c) >= 0x7f)
            text += "\\x" + QByteArray::number(quint8(c), 16).rightJustified(2, '0');
        else
            text += c;
    }
    if (!text.isEmpty() && !text.endsWith('\n'))
        text += '\n';
    return text;
}

RecordingOrigin::RecordingOrigin(const QByteArray &labels)
{
    for (const char label : labels) {
        const int descriptor = boundSocket(m_ports[label]);
        ::listen(descriptor, Backlog);
        m_listeners[descriptor] = label;
    }
    m_refused = boundSocket(m_refusedPort); // bound and not listening: connections are refused, nobody else gets it
    int ends[2];
    if (::pipe(ends) != 0)
        qFatal("no pipe");
    m_wakeRead = ends[0];
    m_wakeWrite = ends[1];
    m_thread = std::thread([this] { run(); });
}

RecordingOrigin::~RecordingOrigin()
{
    ::close(m_wakeWrite); // the thread reads the end of the pipe
    m_thread.join();
    ::close(m_wakeRead);
    ::close(m_refused);
    for (const auto &[descriptor, label] : m_listeners)
        ::close(descriptor);
}

void RecordingOrigin::begin(const QList<OriginReply> &replies)
{
    settle();
    const std::lock_guard lock(m_mutex);
    m_replies = replies;
    m_transcript.clear();
    m_accepted.clear();
    m_requests = m_closed = 0;
    ++m_beginnings;
}

// A connection that the case before made and dropped may still wait to be accepted: on a busy machine it would count
// as the first one of the next case.
void RecordingOrigin::settle()
{
    std::unique_lock lock(m_mutex);
    const int before = m_settled;
    if (::write(m_wakeWrite, "s", 1) == 1)
        m_changed.wait(lock, [this, before] { return m_settled > before; });
}

QByteArray RecordingOrigin::transcript() const
{
    const std::lock_guard lock(m_mutex);
    return m_transcript;
}

template<typename Predicate>
bool RecordingOrigin::waitFor(Predicate predicate)
{
    std::unique_lock lock(m_mutex);
    return m_changed.wait_for(lock, Patience, predicate);
}

bool RecordingOrigin::waitForRequests(int count)
{
    return waitFor([this, count] { return m_requests >= count; });
}

bool RecordingOrigin::waitForClosed(int count)
{
    return waitFor([this, count] { return m_closed >= count; });
}

void RecordingOrigin::run()
{
    for (bool settling = false;;) {
        std::vector<pollfd> polled{{m_wakeRead, POLLIN, 0}};
        for (const auto &[descriptor, label] : m_listeners)
            polled.push_back({descriptor, POLLIN, 0});
        dropOldDeaf();
        for (const Connection &connection : m_connections)
            polled.push_back(
                {connection.descriptor, short(connection.then == OriginReply::Then::Deaf ? 0 : POLLIN), 0});
        const int ready = ::poll(polled.data(), nfds_t(polled.size()), settling ? 0 : -1);
        if (ready < 0)
            continue;
        if (ready == 0) {
            settling = false;
            const std::lock_guard lock(m_mutex);
            ++m_settled;
            m_changed.notify_all();
            continue;
        }
        if (char asked; polled[0].revents && ::read(m_wakeRead, &asked, 1) != 1)
            break;
        settling = settling || polled[0].revents;
        for (const pollfd &entry : polled) {
            if (!entry.revents)
                continue;
            if (const auto listener = m_listeners.find(entry.fd); listener != m_listeners.end()) {
                accept(listener->second, listener->first);
                continue;
            }
            for (Connection &connection : m_connections) {
                if (connection.descriptor == entry.fd)
                    receive(connection);
            }
        }
        std::erase_if(m_connections, [](const Connection &connection) { return connection.descriptor < 0; });
    }
    for (Connection &connection : m_connections)
        close(connection);
}

void RecordingOrigin::accept(char label, int listener)
{
    Connection connection;
    connection.descriptor = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection.descriptor < 0)
        return;
    const int on = 1;
    ::setsockopt(connection.descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const std::lock_guard lock(m_mutex);
    connection.name = label + QByteArray::number(++m_accepted[label]);
    connection.beginning = m_beginnings;
    m_connections.push_back(std::move(connection));
}

// Nothing tells such a connection that its other side has gone: the end stands behind bytes that nobody reads.
void RecordingOrigin::dropOldDeaf()
{
    int beginnings;
    {
        const std::lock_guard lock(m_mutex);
        beginnings = m_beginnings;
    }
    for (Connection &connection : m_connections) {
        if (connection.then == OriginReply::Then::Deaf && connection.beginning != beginnings)
            close(connection);
    }
    std::erase_if(m_connections, [](const Connection &connection) { return connection.descriptor < 0; });
}

void RecordingOrigin::receive(Connection &connection)
{
    if (connection.then == OriginReply::Then::Deaf) {
        close(connection); // it is watched for errors alone
        return;
    }
    char bytes[65536];
    const ssize_t count = ::recv(connection.descriptor, bytes, sizeof bytes, MSG_DONTWAIT);
    if (count < 0 && errno == EAGAIN)
        return; // what was polled was an older connection with this descriptor
    if (count <= 0) {
        otherSideClosed(connection);
        return;
    }
    connection.input.append(bytes, qsizetype(count));
    if (connection.then == OriginReply::Then::Tunnel)
        echo(connection);
    else if (connection.then != OriginReply::Then::Hold)
        takeRequests(connection);
}

void RecordingOrigin::takeRequests(Connection &connection)
{
    for (;;) {
        const qsizetype headEnd = connection.input.indexOf("\r\n\r\n");
        if (headEnd < 0)
            return;
        const QByteArray head = connection.input.left(headEnd + 4);
        const qsizetype length = messageLength(connection.input, false, false);
        const bool replies = !connection.replied;
        if (replies && length < 0 && nextReplyIsEarly()) {
            connection.replied = true;
            reply(connection, head, nextReply(head));
        }
        if (length < 0 || connection.descriptor < 0)
            return;
        // Taken before the request is noted: whoever waits for it may begin anew at once, with other replies.
        const bool answers = !std::exchange(connection.replied, false);
        const OriginReply answer = answers ? nextReply(head) : OriginReply();
        note(connection, {}, connection.input.left(length));
        connection.input.remove(0, length);
        if (answers)
            reply(connection, head, answer);
        if (connection.descriptor < 0 || connection.then == OriginReply::Then::Tunnel)
            return;
    }
}

bool RecordingOrigin::nextReplyIsEarly() const
{
    const std::lock_guard lock(m_mutex);
    return !m_replies.isEmpty() && m_replies.first().early;
}

OriginReply RecordingOrigin::nextReply(QByteArrayView head)
{
    const std::lock_guard lock(m_mutex);
    if (!m_replies.isEmpty())
        return m_replies.takeFirst();
    OriginReply plain;
    plain.bytes = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\n";
    if (!head.startsWith("HEAD "))
        plain.bytes += "ok\n";
    return plain;
}

void RecordingOrigin::reply(Connection &connection, QByteArrayView head, const OriginReply &reply)
{
    connection.then = reply.then;
    constexpr qsizetype any = std::numeric_limits<qsizetype>::max();
    if (!sendAll(connection.descriptor, reply.bytes, reply.trickle ? 1 : any)) {
        close(connection);
        return;
    }
    const QByteArray asked = headField(head, "connection");
    const bool http10 = head.contains(" HTTP/1.0\r\n");
    const bool asksToClose = asked == "close" || (http10 && asked != "keep-alive");
    switch (reply.then) {
    case OriginReply::Then::AsAsked:
        if (asksToClose)
            close(connection);
        return;
    case OriginReply::Then::Close: close(connection); return;
    case OriginReply::Then::Reset: close(connection, true); return;
    case OriginReply::Then::Keep:
    case OriginReply::Then::Hold:
    case OriginReply::Then::Deaf:
    case OriginReply::Then::Tunnel: return;
    }
}

void RecordingOrigin::echo(Connection &connection)
{
    const QByteArray bytes = std::exchange(connection.input, {});
    note(connection, " (tunnel)", bytes);
    if (!sendAll(connection.descriptor, bytes, bytes.size()))
        close(connection);
}

void RecordingOrigin::otherSideClosed(Connection &connection)
{
    if (!connection.input.isEmpty())
        note(connection, " (incomplete)", connection.input);
    close(connection);
    const std::lock_guard lock(m_mutex);
    ++m_closed;
    m_changed.notify_all();
}

void RecordingOrigin::close(Connection &connection, bool reset)
{
    if (reset) {
        const linger now{1, 0};
        ::setsockopt(connection.descriptor, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }
    ::close(std::exchange(connection.descriptor, -1));
}

void RecordingOrigin::note(const Connection &connection, QByteArrayView what, const QByteArray &bytes)
{
    const std::lock_guard lock(m_mutex);
    m_transcript += "-- backend " + connection.name + what.toByteArray() + ":\n" + printable(bytes);
    m_requests += what.isEmpty();
    m_changed.notify_all();
}

} // namespace portlight::testing
