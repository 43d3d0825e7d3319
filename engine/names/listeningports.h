// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QMetaType>
#include <QString>

namespace portlight {

// A local TCP port that something listens on.
struct ListeningPort {
    quint16 port = 0;
    bool loopbackOnly = false;
    qint64 pid = 0;           // 0: not ours to see
    QString process;          // "node", "python"; empty when unknown
    QString workingDirectory; // shortened with ~; empty when unknown
    QString title() const;    // "5173 · node, ~/work/landing"
    friend bool operator==(const ListeningPort &, const ListeningPort &) = default;
};

// Reads /proc/net/tcp and tcp6, and /proc/*/fd for the owners that may be seen. Own process left out. Takes some
// milliseconds: call it on a worker or rarely. Sorted by port, one entry a port.
QList<ListeningPort> listeningPorts();
// Who listens on that port: "node (pid 4711)", "a process of root" when no more may be seen; empty for nobody or us.
QString portHolder(quint16 port);

} // namespace portlight
