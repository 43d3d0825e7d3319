// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/controlclient.h"

#include <QDeadlineTimer>
#include <QLocalSocket>

namespace portlight {

using namespace Qt::StringLiterals;

Result<QJsonObject> callControl(const QJsonObject &request, const QString &socketPath,
                                std::chrono::milliseconds timeout)
{
    const Error notRunning{ErrorCode::NotRunning,
                           u"no Portlight is running"_s,
                           {},
                           u"start it with portlightctl serve, or open the window"_s};
    if (const auto trusted = checkControlFolder(socketPath); !trusted)
        return trusted.error().code == ErrorCode::FileNotFound ? notRunning : trusted.error();
    const QDeadlineTimer deadline(timeout);
    QLocalSocket socket;
    socket.connectToServer(socketPath);
    if (!socket.waitForConnected(int(deadline.remainingTime())))
        return notRunning;
    socket.write(controlLine(request));
    ControlLineReader reader(ControlAnswerBytesMax);
    while (true) {
        if (const auto answer = reader.next()) {
            if (!*answer)
                return *answer;
            if (const auto error = errorOfAnswer(**answer))
                return *error;
            return *answer;
        }
        if (socket.bytesAvailable() == 0 && !socket.waitForReadyRead(int(deadline.remainingTime())))
            return Error{ErrorCode::ProtocolError,
                         u"the running Portlight did not answer: %1"_s.arg(socket.errorString())};
        reader.feed(socket.readAll());
    }
}

} // namespace portlight
