// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/controlserver.h"

#include <QFile>
#include <QLocalSocket>

namespace portlight {

using namespace Qt::StringLiterals;

ControlServer::ControlServer(QObject *parent, std::chrono::milliseconds guardInterval)
    : QObject(parent)
{
    m_server.setSocketOptions(QLocalServer::UserAccessOption);
    m_guard.setInterval(guardInterval);
    m_guard.setTimerType(Qt::CoarseTimer);
    connect(&m_guard, &QTimer::timeout, this, &ControlServer::guard);
    connect(&m_server, &QLocalServer::newConnection, this, &ControlServer::acceptPending);
}

ControlServer::~ControlServer() = default;

void ControlServer::addCommand(const QString &name, Command command)
{
    m_commands.insert(name, std::move(command));
}

Result<void> ControlServer::start(const QString &socketPath)
{
    if (const auto prepared = prepareControlFolder(socketPath); !prepared)
        return prepared;
    const QString lockPath = socketPath + u".lock"_s;
    auto lock = FileLock::take(lockPath, std::chrono::milliseconds(0));
    if (!lock && lock.error().code == ErrorCode::FileLocked)
        return Error{ErrorCode::AlreadyExists, u"another Portlight is running (pid %1)"_s.arg(lockHolderPid(lockPath))};
    if (!lock)
        return Error{ErrorCode::SocketFailed, u"\"%1\" cannot be written: %2"_s.arg(lockPath, lock.error().message)};
    m_path = socketPath;
    m_lock = std::move(*lock);
    if (!listen()) {
        m_lock.reset();
        return Error{ErrorCode::SocketFailed, u"cannot listen on %1: %2"_s.arg(socketPath, m_server.errorString())};
    }
    m_guard.start();
    return {};
}

bool ControlServer::listen()
{
    // We hold the lock, so a socket that is there was left behind.
    QLocalServer::removeServer(m_path);
    return m_server.listen(m_path);
}

// Besides a failed accept, a cleaner of temporary files may have taken the socket away.
void ControlServer::guard()
{
    if (m_server.isListening() && QFile::exists(m_path))
        return;
    m_server.close();
    if (!listen())
        qWarning("control socket: %s", qPrintable(m_server.errorString()));
}

void ControlServer::acceptPending()
{
    while (QLocalSocket *socket = m_server.nextPendingConnection()) {
        if (m_connections >= ControlConnectionsMax) {
            socket->abort();
            socket->deleteLater();
            continue;
        }
        ++m_connections;
        socket->setReadBufferSize(ControlRequestBytesMax);
        const auto reader = std::make_shared<ControlLineReader>(ControlRequestBytesMax);
        connect(socket, &QLocalSocket::readyRead, this, [this, socket, reader] { answer(socket, *reader); });
        connect(socket, &QLocalSocket::disconnected, this, [this, socket] {
            --m_connections;
            socket->deleteLater();
        });
        answer(socket, *reader);
    }
}

void ControlServer::answer(QLocalSocket *socket, ControlLineReader &reader)
{
    reader.feed(socket->readAll());
    while (socket->state() == QLocalSocket::ConnectedState) {
        const auto request = reader.next();
        if (!request)
            return;
        if (!*request) {
            socket->write(controlLine(controlAnswer(request->error())));
            socket->disconnectFromServer();
            return;
        }
        socket->write(controlLine(run(**request)));
        if (socket->bytesToWrite() > ControlUnsentBytesMax)
            socket->abort();
    }
}

QJsonObject ControlServer::run(const QJsonObject &request) const
{
    const QString name = request.value(u"command"_s).toString();
    const auto command = m_commands.constFind(name);
    if (command == m_commands.cend())
        return controlAnswer({ErrorCode::NotFound, u"there is no command \"%1\""_s.arg(name)});
    QJsonObject answer = (*command)(request);
    if (!answer.contains(u"ok"_s))
        answer.insert(u"ok"_s, true);
    return answer;
}

} // namespace portlight

#include "moc_controlserver.cpp"
