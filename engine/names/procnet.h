// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QList>
#include <QString>

namespace portlight {

// A socket in state LISTEN, as /proc/net/tcp and /proc/net/tcp6 list it (proc(5)).
struct ListeningSocket {
    quint16 port = 0;
    bool loopback = false;
    uint userId = 0;
    quint64 inode = 0;
    friend bool operator==(const ListeningSocket &, const ListeningSocket &) = default;
};

// Lines that are no listening socket, or not understood, are left out.
QList<ListeningSocket> parseProcNetTcp(QByteArrayView text);

// The inode in "socket:[12345]", what a link in /proc/PID/fd says; 0 for anything else.
quint64 socketInode(QByteArrayView link);

// What people call a process, from /proc/PID/cmdline and /proc/PID/comm: "node" for "node\0/x/vite\0", "python" for
// "/usr/bin/python3.11\0-m\0http.server\0", "nginx" for "nginx: master process nginx".
QString processDisplayName(QByteArrayView commandLine, QByteArrayView comm);

// "~/work/landing" for a path below `home`, else the path.
QString shortenedPath(const QString &path, const QString &home);

} // namespace portlight
