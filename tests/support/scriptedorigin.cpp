// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/scriptedorigin.h"

#include <algorithm>
#include <cerrno>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace portlight::testing {

namespace {

constexpr int HangsAfterMs = 30'000;

int listenOnUnix(const QByteArray &path)
{
    const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    qstrncpy(address.sun_path, path.constData(), sizeof address.sun_path);
    unlink(path.constData());
    if (bind(descriptor, reinterpret_cast<sockaddr *>(&address), sizeof address) != 0)
        qFatal("bind() to %s failed (%d)", path.constData(), errno);
    return descriptor;
}

int listenOnPort(const QByteArray &host, quint16 *port)
{
    const bool isV6 = host.contains(':');
    const int descriptor = socket(isV6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    sockaddr_storage storage{};
    socklen_t length = sizeof(sockaddr_in);
    if (isV6) {
        auto *address = reinterpret_cast<sockaddr_in6 *>(&storage);
        address->sin6_family = AF_INET6;
        inet_pton(AF_INET6, host.constData(), &address->sin6_addr);
        setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
        length = sizeof(sockaddr_in6);
    } else {
        auto *address = reinterpret_cast<sockaddr_in *>(&storage);
        address->sin_family = AF_INET;
        inet_pton(AF_INET, host.constData(), &address->sin_addr);
    }
    if (bind(descriptor, reinterpret_cast<sockaddr *>(&storage), length) != 0)
        qFatal("bind() to %s failed (%d)", host.constData(), errno);
    getsockname(descriptor, reinterpret_cast<sockaddr *>(&storage), &length);
    *port = ntohs(isV6 ? reinterpret_cast<sockaddr_in6 *>(&storage)->sin6_port
                       : reinterpret_cast<sockaddr_in *>(&storage)->sin_port);
    return descriptor;
}

} // namespace

ScriptedOrigin::ScriptedOrigin(const QByteArray &host)
    : m_host(host)
{
    m_descriptor = host.startsWith("unix:") ? listenOnUnix(host.mid(5)) : listenOnPort(host, &m_port);
    if (listen(m_descriptor, SOMAXCONN) != 0 || pipe(m_wakeEnds) != 0)
        qFatal("listen() failed (%d)", errno);
}

ScriptedOrigin::~ScriptedOrigin()
{
    stopListening();
    {
        const std::lock_guard lock(m_mutex);
        for (const int descriptor : m_open)
            shutdown(descriptor, SHUT_RDWR);
    }
    for (std::thread &worker : m_workers)
        worker.join();
    ::close(m_wakeEnds[0]);
}

void ScriptedOrigin::stopListening()
{
    if (m_wakeEnds[1] >= 0)
        ::close(std::exchange(m_wakeEnds[1], -1)); // a hangup wakes the acceptor
    if (m_acceptor.joinable())
        m_acceptor.join();
    if (m_descriptor >= 0)
        ::close(std::exchange(m_descriptor, -1));
}

QByteArray ScriptedOrigin::url() const
{
    if (m_host.startsWith("unix:"))
        return "http://" + m_host;
    return "http://" + (m_host.contains(':') ? '[' + m_host + ']' : m_host) + ':' + QByteArray::number(m_port);
}

RawPeer ScriptedOrigin::accept()
{
    pollfd watched{m_descriptor, POLLIN, 0};
    if (poll(&watched, 1, HangsAfterMs) <= 0)
        return RawPeer();
    const int descriptor = accept4(m_descriptor, nullptr, nullptr, SOCK_CLOEXEC);
    if (descriptor >= 0) {
        ++m_connections;
        const int on = 1;
        setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    return RawPeer(descriptor);
}

bool ScriptedOrigin::isQuiet() const
{
    pollfd watched{m_descriptor, POLLIN, 0};
    return poll(&watched, 1, 0) == 0;
}

void ScriptedOrigin::serve(Script script)
{
    m_script = std::move(script);
    m_acceptor = std::thread([this] { acceptLoop(); });
}

void ScriptedOrigin::acceptLoop()
{
    for (;;) {
        pollfd watched[2] = {{m_descriptor, POLLIN, 0}, {m_wakeEnds[0], POLLIN, 0}};
        poll(watched, 2, -1);
        if (watched[1].revents)
            return;
        RawPeer accepted = accept();
        if (!accepted.isOpen())
            continue;
        const std::lock_guard lock(m_mutex);
        m_open.push_back(accepted.descriptor());
        m_workers.emplace_back([this, peer = std::move(accepted)]() mutable {
            const int descriptor = peer.descriptor();
            m_script(peer);
            const std::lock_guard guard(m_mutex);
            std::erase(m_open, descriptor);
            peer.close();
        });
    }
}

void ScriptedOrigin::answer(const QByteArray &bytes)
{
    serve([this, bytes](RawPeer &connection) {
        while (connection.readMessage().complete) {
            ++m_requests;
            if (!connection.send(bytes))
                return;
        }
    });
}

QByteArray response(const QByteArray &body, const QByteArray &fieldLines, const QByteArray &status)
{
    return "HTTP/1.1 " + status + "\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n" + fieldLines
           + "\r\n" + body;
}

} // namespace portlight::testing
