// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/controlprotocol.h"

#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>

#include <cerrno>
#include <sys/stat.h>
#include <unistd.h>

namespace portlight {

using namespace Qt::StringLiterals;

QString controlSocketPath()
{
    const QString runtime = qEnvironmentVariable("XDG_RUNTIME_DIR");
    // Relative paths are invalid by the XDG base directory specification.
    const QString folder =
        runtime.startsWith(u'/') ? runtime + u"/portlight"_s : u"/tmp/portlight-%1"_s.arg(::getuid());
    return folder + u"/control.sock"_s;
}

Result<void> checkControlFolder(const QString &socketPath)
{
    const QString folder = QFileInfo(socketPath).path();
    struct stat info {
    };
    // lstat: a link that somebody else put there would lead us to their folder.
    if (::lstat(QFile::encodeName(folder).constData(), &info) != 0)
        return Error{ErrorCode::FileNotFound, u"there is no folder %1"_s.arg(folder)};
    if (!S_ISDIR(info.st_mode) || info.st_uid != ::getuid() || (info.st_mode & 0077) != 0) {
        return Error{ErrorCode::PermissionDenied,
                     u"%1 must be a folder of your own that nobody else can read"_s.arg(folder),
                     {},
                     u"remove it, or chmod 700 it"_s};
    }
    return {};
}

Result<void> prepareControlFolder(const QString &socketPath)
{
    const QString folder = QFileInfo(socketPath).path();
    if (::mkdir(QFile::encodeName(folder).constData(), 0700) != 0 && errno != EEXIST)
        return Error{ErrorCode::FileNotWritable, u"cannot make %1: %2"_s.arg(folder, qt_error_string(errno))};
    return checkControlFolder(socketPath);
}

QByteArray controlLine(const QJsonObject &object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact) + '\n';
}

QJsonObject controlAnswer(const Error &error)
{
    QJsonObject object{{u"code"_s, int(error.code)}, {u"message"_s, error.message}};
    if (!error.hint.isEmpty())
        object.insert(u"hint"_s, error.hint);
    if (error.where.isKnown()) {
        object.insert(u"file"_s, error.where.file);
        object.insert(u"line"_s, error.where.line);
        object.insert(u"column"_s, error.where.column);
    }
    return {{u"ok"_s, false}, {u"error"_s, object}};
}

std::optional<Error> errorOfAnswer(const QJsonObject &answer)
{
    if (answer.value(u"ok"_s).toBool())
        return std::nullopt;
    const QJsonObject object = answer.value(u"error"_s).toObject();
    return Error{
        ErrorCode(object.value(u"code"_s).toInt()),
        object.value(u"message"_s).toString(),
        {object.value(u"file"_s).toString(), object.value(u"line"_s).toInt(), object.value(u"column"_s).toInt()},
        object.value(u"hint"_s).toString()};
}

std::optional<Result<QJsonObject>> ControlLineReader::next()
{
    const qsizetype end = m_buffer.indexOf('\n');
    if ((end < 0 ? m_buffer.size() : end) > m_lineBytesMax)
        return Error{ErrorCode::ProtocolError, u"a line may have %1 bytes"_s.arg(m_lineBytesMax)};
    if (end < 0)
        return std::nullopt;
    QJsonParseError problem;
    const QJsonDocument document = QJsonDocument::fromJson(m_buffer.first(end), &problem);
    m_buffer.remove(0, end + 1);
    if (!document.isObject()) {
        return Error{ErrorCode::ProtocolError, u"expected a JSON object on one line: %1"_s.arg(problem.errorString())};
    }
    return document.object();
}

} // namespace portlight
