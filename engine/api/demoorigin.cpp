// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/demoorigin.h"

#include "api/demoserver.h"

#include <QHostAddress>

namespace portlight {

using namespace Qt::StringLiterals;

DemoOrigin::DemoOrigin()
{
    m_thread.setObjectName(u"demo"_s);
}

DemoOrigin::~DemoOrigin()
{
    m_thread.quit();
    m_thread.wait();
}

Result<quint16> DemoOrigin::start()
{
    if (m_port != 0)
        return m_port;
    if (!m_server) {
        m_server = new DemoServer;
        m_server->moveToThread(&m_thread);
        QObject::connect(&m_thread, &QThread::finished, m_server, &QObject::deleteLater);
        m_thread.start();
    }
    QString problem;
    quint16 port = 0;
    QMetaObject::invokeMethod(
        m_server,
        [&] {
            if (m_server->listen(QHostAddress::LocalHost))
                port = m_server->serverPort();
            else
                problem = m_server->errorString();
        },
        Qt::BlockingQueuedConnection);
    if (port == 0)
        return Error{ErrorCode::SocketFailed, u"the demo cannot listen on 127.0.0.1: %1"_s.arg(problem)};
    m_port = port;
    return port;
}

} // namespace portlight
