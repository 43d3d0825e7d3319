// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QByteArray>
#include <QJsonObject>

#include <optional>

namespace portlight {

// How portlightctl speaks to a running Portlight: over a local socket that its owner alone can reach, one JSON object a
// line each way. A request: {"command":"add","line":"shop 3000"}. An answer: {"ok":true,…} or
// {"ok":false,"error":{"message":…,"hint":…}}.
inline constexpr qsizetype ControlRequestBytesMax = 64 * 1024;
inline constexpr qsizetype ControlAnswerBytesMax = 16 * 1024 * 1024;

// The socket's path: $XDG_RUNTIME_DIR/portlight/control.sock, else /tmp/portlight-UID/control.sock. Nothing is touched.
QString controlSocketPath();
// Makes the folder of that path, readable by its owner alone. Errors: PermissionDenied when it is somebody else's, open
// to others, or no folder; FileNotWritable when it cannot be made.
Result<void> prepareControlFolder(const QString &socketPath);
// True when the folder may be trusted: ours, and closed to others. A missing one is not.
Result<void> checkControlFolder(const QString &socketPath);

QByteArray controlLine(const QJsonObject &object);
QJsonObject controlAnswer(const Error &error);
// The error in an answer, or nothing when it says "ok".
std::optional<Error> errorOfAnswer(const QJsonObject &answer);

// Cuts a stream of bytes into lines and reads each as an object. Sans-I/O.
class ControlLineReader
{
public:
    explicit ControlLineReader(qsizetype lineBytesMax)
        : m_lineBytesMax(lineBytesMax)
    {}
    void feed(QByteArrayView bytes) { m_buffer += bytes; }
    // The next line's object; nothing while there is no whole line. Errors: ProtocolError for a line that is too long
    // or no JSON object.
    std::optional<Result<QJsonObject>> next();

private:
    const qsizetype m_lineBytesMax;
    QByteArray m_buffer;
};

} // namespace portlight
