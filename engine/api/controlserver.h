// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/controlprotocol.h"
#include "base/filelock.h"

#include <QHash>
#include <QLocalServer>
#include <QObject>
#include <QTimer>

#include <functional>
#include <memory>

class QLocalSocket;

namespace portlight {

inline constexpr int ControlConnectionsMax = 32;
// Answers that wait for a client that does not read them; past it, the client is dropped.
inline constexpr qint64 ControlUnsentBytesMax = 2 * ControlAnswerBytesMax;
// QLocalServer closes for good when accepting fails once; this is how often that is looked for and mended.
inline constexpr std::chrono::milliseconds ControlGuardInterval{2'000};

// Answers commands on the control socket. The thread that made it; owned by the application.
class ControlServer final : public QObject
{
    Q_OBJECT
public:
    using Command = std::function<QJsonObject(const QJsonObject &request)>;

    explicit ControlServer(QObject *parent = nullptr, std::chrono::milliseconds guardInterval = ControlGuardInterval);
    ~ControlServer() override;

    void addCommand(const QString &name, Command command);
    // Errors: AlreadyExists when another Portlight listens there; those of prepareControlFolder; SocketFailed.
    Result<void> start(const QString &socketPath = controlSocketPath());
    bool isListening() const { return m_server.isListening(); }

private:
    bool listen();
    void guard();
    void acceptPending();
    void answer(QLocalSocket *socket, ControlLineReader &reader);
    QJsonObject run(const QJsonObject &request) const;

    QString m_path;
    QLocalServer m_server;
    std::unique_ptr<FileLock> m_lock; // held while we listen: one Portlight a socket
    QHash<QString, Command> m_commands;
    QTimer m_guard;
    int m_connections = 0;
};

} // namespace portlight
