// SPDX-License-Identifier: GPL-3.0-or-later
#include "names/procnet.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

namespace portlight {

namespace {

using AddressBytes = std::array<unsigned char, 16>;

// The kernel prints an address as 32-bit words in the machine's byte order; their memory is in network order.
std::optional<AddressBytes> addressBytes(QByteArrayView hex)
{
    AddressBytes bytes{};
    if (hex.size() != 8 && hex.size() != 32)
        return std::nullopt;
    for (qsizetype at = 0; at < hex.size(); at += 8) {
        bool ok = false;
        const quint32 word = hex.sliced(at, 8).toByteArray().toUInt(&ok, 16);
        if (!ok)
            return std::nullopt;
        std::memcpy(bytes.data() + at / 2, &word, sizeof word);
    }
    return bytes;
}

bool isLoopback(const AddressBytes &bytes, bool inet6)
{
    if (!inet6)
        return bytes[0] == 127;
    constexpr AddressBytes Own{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    constexpr std::array<unsigned char, 12> Mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    return bytes == Own || (std::equal(Mapped.begin(), Mapped.end(), bytes.begin()) && bytes[12] == 127);
}

// sl, local address, remote address, state, queues, timer, retransmits, uid, timeout, inode
enum Field { LocalField = 1, StateField = 3, UserField = 7, InodeField = 9, FieldCount = 10 };

QList<QByteArrayView> fieldsOf(QByteArrayView line)
{
    QList<QByteArrayView> fields;
    qsizetype start = -1;
    for (qsizetype i = 0; i <= line.size() && fields.size() < FieldCount; ++i) {
        const bool gap = i == line.size() || line[i] == ' ' || line[i] == '\t';
        if (!gap && start < 0)
            start = i;
        if (gap && start >= 0) {
            fields.append(line.sliced(start, i - start));
            start = -1;
        }
    }
    return fields;
}

std::optional<ListeningSocket> parseLine(QByteArrayView line)
{
    const QList<QByteArrayView> fields = fieldsOf(line);
    if (fields.size() < FieldCount || fields[StateField] != QByteArrayView("0A"))
        return std::nullopt;
    const QByteArrayView local = fields[LocalField];
    const qsizetype colon = local.indexOf(':');
    if (colon < 0)
        return std::nullopt;
    const auto address = addressBytes(local.first(colon));
    bool portOk = false;
    bool userOk = false;
    bool inodeOk = false;
    ListeningSocket socket;
    socket.port = local.sliced(colon + 1).toByteArray().toUShort(&portOk, 16);
    socket.userId = fields[UserField].toByteArray().toUInt(&userOk);
    socket.inode = fields[InodeField].toByteArray().toULongLong(&inodeOk);
    if (!address || !portOk || !userOk || !inodeOk || socket.port == 0)
        return std::nullopt;
    socket.loopback = isLoopback(*address, colon == 32);
    return socket;
}

QByteArray baseName(QByteArrayView path)
{
    return path.sliced(path.lastIndexOf('/') + 1).toByteArray();
}

// "python3.11" and "ruby3.1" are the same program to the people who start them.
QByteArray withoutVersion(const QByteArray &name)
{
    constexpr std::array<QByteArrayView, 6> Interpreters{"python", "ruby", "php", "node", "perl", "lua"};
    for (const QByteArrayView interpreter : Interpreters) {
        if (!name.startsWith(interpreter))
            continue;
        const QByteArray rest = name.sliced(interpreter.size());
        if (std::all_of(rest.begin(), rest.end(), [](char c) { return (c >= '0' && c <= '9') || c == '.'; }))
            return interpreter.toByteArray();
    }
    return name;
}

} // namespace

QList<ListeningSocket> parseProcNetTcp(QByteArrayView text)
{
    QList<ListeningSocket> sockets;
    while (!text.isEmpty()) {
        const qsizetype end = text.indexOf('\n');
        const QByteArrayView line = end < 0 ? text : text.first(end);
        if (const auto socket = parseLine(line))
            sockets.append(*socket);
        text = end < 0 ? QByteArrayView() : text.sliced(end + 1);
    }
    return sockets;
}

quint64 socketInode(QByteArrayView link)
{
    constexpr QByteArrayView Prefix("socket:[");
    if (!link.startsWith(Prefix) || !link.endsWith(']'))
        return 0;
    return link.sliced(Prefix.size()).chopped(1).toByteArray().toULongLong();
}

QString processDisplayName(QByteArrayView commandLine, QByteArrayView comm)
{
    const qsizetype nul = commandLine.indexOf('\0');
    QByteArrayView program = nul < 0 ? commandLine : commandLine.first(nul);
    // A program that gives itself a title writes over its command line: "nginx: master process /usr/sbin/nginx".
    for (const char end : {' ', ':'}) {
        if (const qsizetype at = program.indexOf(end); at >= 0)
            program.truncate(at);
    }
    QByteArray name = baseName(program);
    if (name.startsWith('-')) // a login shell
        name.remove(0, 1);
    if (name.isEmpty())
        name = comm.trimmed().toByteArray();
    return QString::fromLocal8Bit(withoutVersion(name));
}

QString shortenedPath(const QString &path, const QString &home)
{
    if (home.isEmpty() || home == QLatin1String("/"))
        return path;
    if (path == home)
        return QStringLiteral("~");
    return path.startsWith(home + QLatin1Char('/')) ? QLatin1Char('~') + path.sliced(home.size()) : path;
}

} // namespace portlight
