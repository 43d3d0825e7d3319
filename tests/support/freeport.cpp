// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/freeport.h"

#include <QRandomGenerator>
#include <QSet>
#include <QTcpServer>

namespace portlight::testing {

quint16 freePort()
{
    // Below net.ipv4.ip_local_port_range as Linux has it by default; above what browsers refuse.
    constexpr int First = 12000;
    constexpr int End = 32000;
    static QSet<quint16> given;
    while (given.size() < End - First) {
        const auto port = quint16(QRandomGenerator::system()->bounded(First, End));
        QTcpServer probe;
        if (!given.contains(port) && probe.listen(QHostAddress::LocalHost, port)) {
            given.insert(port);
            return port;
        }
    }
    qFatal("no port is free");
}

} // namespace portlight::testing
