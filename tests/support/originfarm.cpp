// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/originfarm.h"

#include <chrono>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace portlight::testing {

namespace {

constexpr auto Patience = std::chrono::seconds(20);

// A socket bound to that port of 127.0.0.1; 0: any.
int boundSocket(quint16 port)
{
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int on = 1;
    ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    if (::bind(descriptor, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        qFatal("cannot bind port %d of 127.0.0.1", port);
    return descriptor;
}

quint16 portOf(int descriptor)
{
    sockaddr_in address{};
    socklen_t length = sizeof address;
    ::getsockname(descriptor, reinterpret_cast<sockaddr *>(&address), &length);
    return ntohs(address.sin_port);
}

int listenOn(quint16 port)
{
    const int descriptor = boundSocket(port);
    if (::listen(descriptor, 512) != 0)
        qFatal("cannot listen on port %d of 127.0.0.1", port);
    return descriptor;
}

} // namespace

OriginFarm::OriginFarm(const QByteArray &labels)
{
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        qFatal("no pipe for the origins");
    m_wakeRead = ends[0];
    m_wakeWrite = ends[1];
    for (const char label : labels) {
        m_reserved[label] = boundSocket(0);
        m_ports[label] = portOf(m_reserved[label]);
        m_listeners[listenOn(m_ports[label])] = label;
    }
    m_thread = std::thread([this] { run(); });
}

OriginFarm::~OriginFarm()
{
    execute([this] { m_ending = true; });
    m_thread.join();
    for (const auto &[descriptor, label] : m_listeners)
        ::close(descriptor);
    for (const auto &[descriptor, connection] : m_connections)
        ::close(descriptor);
    for (const auto &[label, descriptor] : m_reserved)
        ::close(descriptor);
    ::close(m_wakeRead);
    ::close(m_wakeWrite);
}

QByteArray OriginFarm::withAddresses(QByteArray text) const
{
    for (const auto &[label, port] : m_ports)
        text.replace(QByteArray("@") + label + '@', address(label));
    return text;
}

// Has the thread do it, and waits for that.
void OriginFarm::execute(std::function<void()> command)
{
    bool done = false;
    std::unique_lock lock(m_mutex);
    m_commands.push_back([&] {
        command();
        done = true;
    });
    if (::write(m_wakeWrite, "x", 1) != 1)
        qFatal("the origins cannot be woken");
    m_changed.wait(lock, [&] { return done; });
}

void OriginFarm::stop(char label)
{
    execute([this, label] {
        for (auto it = m_listeners.begin(); it != m_listeners.end();) {
            if (it->second == label) {
                ::close(it->first);
                it = m_listeners.erase(it);
            } else {
                ++it;
            }
        }
        for (auto it = m_connections.begin(); it != m_connections.end();) {
            if (it->second.label == label) {
                ::close(it->first);
                it = m_connections.erase(it);
            } else {
                ++it;
            }
        }
    });
}

void OriginFarm::start(char label)
{
    execute([this, label] { m_listeners[listenOn(m_ports.at(label))] = label; });
}

bool OriginFarm::waitForHeld(int count)
{
    std::unique_lock lock(m_mutex);
    return m_changed.wait_for(lock, Patience, [&] { return m_held >= count; });
}

void OriginFarm::releaseHeld()
{
    execute([this] {
        std::vector<int> held;
        for (const auto &[descriptor, connection] : m_connections) {
            if (connection.held)
                held.push_back(descriptor);
        }
        for (const int descriptor : held) {
            m_connections.at(descriptor).held = false;
            answer(descriptor, m_connections.at(descriptor));
        }
        m_held = 0;
    });
}

void OriginFarm::run()
{
    for (;;) {
        std::vector<pollfd> watched{{m_wakeRead, POLLIN, 0}};
        for (const auto &[descriptor, label] : m_listeners)
            watched.push_back({descriptor, POLLIN, 0});
        for (const auto &[descriptor, connection] : m_connections)
            watched.push_back({descriptor, POLLIN, 0});
        ::poll(watched.data(), watched.size(), -1);
        const std::lock_guard lock(m_mutex);
        for (const pollfd &one : watched) {
            if (one.revents == 0 || one.fd == m_wakeRead)
                continue;
            if (const auto listener = m_listeners.find(one.fd); listener != m_listeners.end())
                accept(one.fd, listener->second);
            else
                receive(one.fd);
        }
        char bytes[16];
        while (::read(m_wakeRead, bytes, sizeof bytes) > 0) {}
        for (; !m_commands.empty(); m_commands.pop_front())
            m_commands.front()();
        m_changed.notify_all();
        if (m_ending)
            return;
    }
}

void OriginFarm::accept(int listener, char label)
{
    const int descriptor = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (descriptor < 0)
        return;
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    m_connections[descriptor] = {label, {}, false};
}

void OriginFarm::receive(int descriptor)
{
    char bytes[4096];
    const ssize_t count = ::recv(descriptor, bytes, sizeof bytes, 0);
    if (count <= 0) {
        closeConnection(descriptor);
        return;
    }
    Connection &connection = m_connections.at(descriptor);
    connection.input.append(bytes, count);
    if (!connection.input.endsWith("\r\n\r\n"))
        return;
    if (connection.input.startsWith("GET /hold")) {
        connection.held = true;
        ++m_held;
        return;
    }
    answer(descriptor, connection);
}

void OriginFarm::answer(int descriptor, Connection &connection)
{
    const bool keeps = connection.input.contains(" HTTP/1.1\r\n") && !connection.input.contains("onnection: close");
    connection.input.clear();
    const QByteArray reply = QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n")
                             + (keeps ? "\r\n" : "Connection: close\r\n\r\n") + connection.label;
    if (::send(descriptor, reply.constData(), size_t(reply.size()), MSG_NOSIGNAL) != reply.size() || !keeps)
        closeConnection(descriptor);
}

void OriginFarm::closeConnection(int descriptor)
{
    ::close(descriptor);
    m_connections.erase(descriptor);
}

} // namespace portlight::testing
