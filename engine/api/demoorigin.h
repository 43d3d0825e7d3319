// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QThread>

#include <memory>

namespace portlight {

class DemoServer;

inline constexpr int DemoConnectionsMax = 256;

// The built-in backend that shows what Portlight does: a page, JSON, server-sent events, a WebSocket echo, slow,
// failing and breaking answers (see demoroutes.h). Listens on 127.0.0.1 only, on a thread of its own, until destroyed.
// Called from the thread that made it.
class DemoOrigin
{
public:
    DemoOrigin();
    ~DemoOrigin();
    DemoOrigin(const DemoOrigin &) = delete;
    DemoOrigin &operator=(const DemoOrigin &) = delete;

    // Starts on a port the system chooses and gives it; the same one when it runs already. Errors: SocketFailed.
    Result<quint16> start();
    // 0 before start().
    quint16 port() const { return m_port; }

private:
    QThread m_thread;
    DemoServer *m_server = nullptr; // deleted by its own thread when that ends
    quint16 m_port = 0;
};

} // namespace portlight
