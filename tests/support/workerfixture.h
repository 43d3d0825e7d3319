// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "proxy/proxyworker.h"

#include <QThread>

#include <functional>
#include <memory>

namespace portlight::testing {

// A ProxyWorker on a thread of its own, below ProxyEngine: for tests that look at the engine's inside, such as its
// buffers and its allocations. Nothing is captured.
class WorkerFixture
{
public:
    // `httpBlock` is what stands inside http { }; "@port@" in it becomes a free port.
    explicit WorkerFixture(const QByteArray &httpBlock);
    ~WorkerFixture();
    WorkerFixture(const WorkerFixture &) = delete;
    WorkerFixture &operator=(const WorkerFixture &) = delete;

    bool isOpen() const { return m_open; }
    quint16 port() const { return m_port; }
    // Runs the call on the engine's thread and waits for it.
    void run(const std::function<void(ProxyWorker &)> &call);
    // The most bytes that buffers held at any turn of the loop since the last call.
    qint64 peakLentBytes();
    qint64 lentBytes();
    // Connections to backends that are kept for the next request, of all groups.
    int idleConnections();

private:
    class Inside;
    QThread m_thread;
    std::unique_ptr<Inside> m_inside; // lives on m_thread
    quint16 m_port = 0;
    bool m_open = false;
};

} // namespace portlight::testing
