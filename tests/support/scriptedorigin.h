// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "support/rawclient.h"

#include <atomic>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace portlight::testing {

// A backend whose behaviour is the test's own text. Either the test takes each connection with accept() and goes on
// with it step by step, or serve() runs one script for every connection, each on a thread of its own, until this object
// dies.
class ScriptedOrigin
{
public:
    using Script = std::function<void(RawPeer &connection)>;

    // Listens on a port that the kernel chooses; "unix:/path" for a unix socket.
    explicit ScriptedOrigin(const QByteArray &host = "127.0.0.1");
    ~ScriptedOrigin();
    ScriptedOrigin(const ScriptedOrigin &) = delete;
    ScriptedOrigin &operator=(const ScriptedOrigin &) = delete;

    quint16 port() const { return m_port; }
    // What proxy_pass names: "http://127.0.0.1:3000".
    QByteArray url() const;
    // The next connection; one that is not open when none comes. Not after serve().
    RawPeer accept();
    // True while no connection waits to be accepted.
    bool isQuiet() const;
    void serve(Script script);
    // Answers every request of every connection with these bytes; see requests().
    void answer(const QByteArray &response);
    int connections() const { return m_connections; }
    int requests() const { return m_requests; }
    // No new connections: they are refused.
    void stopListening();

private:
    void acceptLoop();

    QByteArray m_host;
    quint16 m_port = 0;
    int m_descriptor = -1;
    int m_wakeEnds[2] = {-1, -1};
    Script m_script;
    std::thread m_acceptor;
    std::mutex m_mutex; // guards the two below
    std::vector<std::thread> m_workers;
    std::vector<int> m_open;
    std::atomic<int> m_connections{0};
    std::atomic<int> m_requests{0};
};

// A response with that body and its length.
QByteArray response(const QByteArray &body, const QByteArray &fieldLines = {}, const QByteArray &status = "200 OK");

} // namespace portlight::testing
