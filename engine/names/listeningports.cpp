// SPDX-License-Identifier: GPL-3.0-or-later
#include "names/listeningports.h"

#include "names/procnet.h"

#include <QDir>
#include <QFile>
#include <QHash>
#include <QMap>
#include <QSet>

#include <array>
#include <dirent.h>
#include <pwd.h>
#include <unistd.h>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

// Processes looked at in one search, and descriptors of one process.
constexpr int ProcessesMax = 20'000;
constexpr int DescriptorsMax = 100'000;

// Files below /proc have no size, and are read until they end.
QByteArray readProc(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QByteArray linkTarget(const QByteArray &path)
{
    std::array<char, 4096> buffer;
    const ssize_t length = ::readlink(path.constData(), buffer.data(), buffer.size());
    return length > 0 ? QByteArray(buffer.data(), length) : QByteArray();
}

// Calls `visit` with each entry's name until it gives false or `max` were seen.
template<typename Visitor>
void forEachEntry(const QByteArray &folder, int max, Visitor visit)
{
    const std::unique_ptr<DIR, int (*)(DIR *)> dir(::opendir(folder.constData()), ::closedir);
    if (!dir)
        return; // another user's, or gone since
    for (int seen = 0; seen < max; ++seen) {
        const dirent *entry = ::readdir(dir.get());
        if (!entry || !visit(QByteArray(entry->d_name)))
            return;
    }
}

QList<ListeningSocket> listeningSockets()
{
    return parseProcNetTcp(readProc(u"/proc/net/tcp"_s)) + parseProcNetTcp(readProc(u"/proc/net/tcp6"_s));
}

// Which process holds which of these sockets, as far as we may look.
QHash<quint64, qint64> socketOwners(QSet<quint64> inodes)
{
    QHash<quint64, qint64> owners;
    forEachEntry("/proc"_ba, ProcessesMax, [&](const QByteArray &name) {
        bool isProcess = false;
        const qint64 pid = name.toLongLong(&isProcess);
        if (!isProcess)
            return true;
        const QByteArray folder = "/proc/"_ba + name + "/fd";
        forEachEntry(folder, DescriptorsMax, [&](const QByteArray &descriptor) {
            const quint64 inode = socketInode(linkTarget(folder + '/' + descriptor));
            if (inode != 0 && inodes.remove(inode))
                owners.insert(inode, pid);
            return !inodes.isEmpty();
        });
        return !inodes.isEmpty();
    });
    return owners;
}

QString nameOfProcess(qint64 pid)
{
    const QString folder = u"/proc/%1/"_s.arg(pid);
    return processDisplayName(readProc(folder + u"cmdline"_s), readProc(folder + u"comm"_s));
}

ListeningPort describe(const ListeningSocket &socket, qint64 pid)
{
    ListeningPort port;
    port.port = socket.port;
    port.loopbackOnly = socket.loopback;
    port.pid = pid;
    if (pid != 0) {
        port.process = nameOfProcess(pid);
        const QByteArray folder = linkTarget("/proc/"_ba + QByteArray::number(pid) + "/cwd");
        port.workingDirectory = shortenedPath(QFile::decodeName(folder), QDir::homePath());
    }
    return port;
}

QString userName(uint userId)
{
    std::array<char, 4096> buffer;
    passwd entry{};
    passwd *found = nullptr;
    if (::getpwuid_r(userId, &entry, buffer.data(), buffer.size(), &found) == 0 && found)
        return QString::fromLocal8Bit(found->pw_name);
    return QString::number(userId);
}

} // namespace

QString ListeningPort::title() const
{
    QString text = QString::number(port);
    if (!process.isEmpty())
        text += u" · "_s + process;
    if (!workingDirectory.isEmpty())
        text += u", "_s + workingDirectory;
    return text;
}

QList<ListeningPort> listeningPorts()
{
    const QList<ListeningSocket> sockets = listeningSockets();
    QSet<quint64> inodes;
    for (const ListeningSocket &socket : sockets)
        inodes.insert(socket.inode);
    const QHash<quint64, qint64> owners = socketOwners(inodes);

    QMap<quint16, ListeningPort> byPort;
    for (const ListeningSocket &socket : sockets) {
        const qint64 pid = owners.value(socket.inode);
        if (pid == ::getpid())
            continue;
        const auto known = byPort.find(socket.port);
        if (known == byPort.end())
            byPort.insert(socket.port, describe(socket, pid));
        else
            known->loopbackOnly = known->loopbackOnly && socket.loopback;
    }
    return byPort.values();
}

QString portHolder(quint16 port)
{
    QSet<quint64> inodes;
    std::optional<uint> user;
    for (const ListeningSocket &socket : listeningSockets()) {
        if (socket.port != port)
            continue;
        inodes.insert(socket.inode);
        user = socket.userId;
    }
    if (inodes.isEmpty())
        return {};
    const QHash<quint64, qint64> owners = socketOwners(inodes);
    for (const qint64 pid : owners) {
        if (pid != ::getpid())
            return u"%1 (pid %2)"_s.arg(nameOfProcess(pid)).arg(pid);
    }
    // Only root may see whose it is; the user it belongs to is no secret.
    return owners.isEmpty() ? u"a process of %1"_s.arg(userName(*user)) : QString();
}

} // namespace portlight
