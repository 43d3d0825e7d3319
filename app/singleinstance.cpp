// SPDX-License-Identifier: GPL-3.0-or-later
#include "singleinstance.h"

#include "api/controlprotocol.h"

#include <QFileInfo>
#include <QLocalSocket>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

constexpr std::chrono::milliseconds FirstAnswersWithin{2'000};

} // namespace

SingleInstance::SingleInstance(const QString &folder, QObject *parent)
    : QObject(parent)
    , m_folder(folder)
{
    m_server.setSocketOptions(QLocalServer::UserAccessOption);
    connect(&m_server, &QLocalServer::newConnection, this, &SingleInstance::receive);
}

QString SingleInstance::defaultFolder()
{
    return QFileInfo(controlSocketPath()).path();
}

QString SingleInstance::socketPath() const
{
    return m_folder + u"/window.sock"_s;
}

Result<SingleInstance::Role> SingleInstance::acquire(const QString &message)
{
    if (const Result<void> prepared = prepareControlFolder(socketPath()); !prepared)
        return prepared.error();
    // The lock decides, not the socket: two that start at once would both find none.
    const QString lockPath = m_folder + u"/window.lock"_s;
    auto lock = FileLock::take(lockPath, std::chrono::milliseconds(0));
    if (!lock && lock.error().code != ErrorCode::FileLocked)
        return Error{ErrorCode::SocketFailed, u"\"%1\" cannot be written: %2"_s.arg(lockPath, lock.error().message)};
    if (!lock) {
        if (sendToFirst(message))
            return Role::Later;
        return Error{ErrorCode::SocketFailed, u"another Portlight holds %1 and does not answer"_s.arg(m_folder)};
    }
    m_lock = std::move(*lock);
    QLocalServer::removeServer(socketPath());
    if (!m_server.listen(socketPath()))
        return Error{ErrorCode::SocketFailed, u"%1: %2"_s.arg(socketPath(), m_server.errorString())};
    return Role::First;
}

bool SingleInstance::sendToFirst(const QString &message) const
{
    QLocalSocket socket;
    socket.connectToServer(socketPath());
    const int timeout = int(FirstAnswersWithin.count());
    if (!socket.waitForConnected(timeout))
        return false;
    socket.write(message.toUtf8().left(MessageBytesMax - 1) + '\n');
    // The first one closes when it has read the line.
    return socket.waitForBytesWritten(timeout)
           && (socket.state() == QLocalSocket::UnconnectedState || socket.waitForDisconnected(timeout));
}

void SingleInstance::receive()
{
    while (QLocalSocket *socket = m_server.nextPendingConnection()) {
        connect(socket, &QLocalSocket::disconnected, socket, &QObject::deleteLater);
        const auto read = [this, socket] {
            if (!socket->canReadLine()) {
                if (socket->bytesAvailable() > MessageBytesMax)
                    socket->abort();
                return;
            }
            Q_EMIT activated(QString::fromUtf8(socket->readLine(MessageBytesMax)).trimmed());
            socket->disconnectFromServer();
        };
        connect(socket, &QLocalSocket::readyRead, this, read);
        read(); // the line may be here already
    }
}

} // namespace portlight
