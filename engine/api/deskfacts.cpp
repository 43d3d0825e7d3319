// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/deskfacts.h"

#include "pki/localauthority.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QHostAddress>
#include <QLocalSocket>
#include <QNetworkProxy>
#include <QTcpServer>
#include <QTcpSocket>

namespace portlight {

namespace {

bool answers(const PeerAddress &peer)
{
    if (!peer.unixPath.isEmpty()) {
        QLocalSocket socket;
        socket.connectToServer(QFile::decodeName(peer.unixPath));
        return socket.waitForConnected(int(PeerPatience.count()));
    }
    QTcpSocket socket;
    socket.setProxy(QNetworkProxy::NoProxy);
    socket.connectToHost(QString::fromUtf8(peer.host), peer.port);
    const bool connected = socket.waitForConnected(int(PeerPatience.count()));
    socket.abort();
    return connected;
}

} // namespace

bool isLoopbackPortFree(quint16 port)
{
    QTcpServer four;
    if (!four.listen(QHostAddress::LocalHost, port))
        return false;
    QTcpServer six;
    return six.listen(QHostAddress::LocalHostIPv6, port)
           || six.serverError() != QAbstractSocket::AddressInUseError; // a machine without IPv6
}

DeskFacts factsOfThisDesk(const QString &prefix)
{
    DeskFacts facts;
    facts.isPortFree = isLoopbackPortFree;
    facts.doesPeerAnswer = answers;
    facts.exists = [](const QByteArray &path) { return QFileInfo::exists(QFile::decodeName(path)); };
    facts.isWritable = [](const QByteArray &path) {
        const QFileInfo folder(QFile::decodeName(path));
        return folder.isDir() && folder.isWritable();
    };
    facts.hasAuthority = LocalAuthority::inspect(LocalAuthority::defaultFolder()).ok();
    facts.prefix = QFile::encodeName(QDir(prefix).absolutePath());
    return facts;
}

} // namespace portlight
