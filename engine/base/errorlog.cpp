// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/errorlog.h"

#include <QFile>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <unistd.h>

namespace portlight {

namespace {

constexpr qsizetype LineBytesMax = 2048; // NGX_MAX_ERROR_STR
constexpr const char *LevelNames[] = {"", "emerg", "alert", "crit", "error", "warn", "notice", "info", "debug"};

int openForAppend(const QString &path)
{
    return ::open(QFile::encodeName(path).constData(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
}

} // namespace

Result<LogLevel> parseLogLevel(QByteArrayView name)
{
    for (int level = int(LogLevel::Emerg); level <= int(LogLevel::Debug); ++level) {
        if (name == QByteArrayView(LevelNames[level]))
            return LogLevel(level);
    }
    return Error{ErrorCode::InvalidValue,
                 QStringLiteral("invalid log level \"%1\"").arg(QString::fromUtf8(name)),
                 {},
                 QStringLiteral("one of debug, info, notice, warn, error, crit, alert, emerg")};
}

QByteArrayView logLevelName(LogLevel level)
{
    return LevelNames[int(level)];
}

ErrorLog::~ErrorLog()
{
    if (m_descriptor > 2)
        ::close(m_descriptor);
}

Result<void> ErrorLog::open(const QString &path, LogLevel level)
{
    m_level = level;
    if (path.isEmpty() || path == u"stderr") {
        if (m_descriptor > 2)
            ::close(m_descriptor);
        m_path.clear();
        m_descriptor = 2;
        return {};
    }
    const int descriptor = openForAppend(path);
    if (descriptor < 0) {
        return Error{ErrorCode::FileNotWritable,
                     QStringLiteral("open() \"%1\" failed (%2)").arg(path, QString::fromUtf8(describeErrno(errno))),
                     {},
                     QStringLiteral("make its folder and give this user the right to write there")};
    }
    if (m_descriptor > 2)
        ::close(m_descriptor);
    m_path = path;
    m_descriptor = descriptor;
    return {};
}

Result<void> ErrorLog::reopen()
{
    return m_path.isEmpty() ? Result<void>() : open(m_path, m_level);
}

void ErrorLog::write(LogLevel level, QByteArrayView text, quint64 connection)
{
    if (!wants(level))
        return;
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    localtime_r(&now, &parts);
    char head[96];
    const int pid = int(::getpid());
    int length = std::snprintf(head, sizeof head, "%04d/%02d/%02d %02d:%02d:%02d [%s] %d#%d: ", parts.tm_year + 1900,
                               parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                               LevelNames[int(level)], pid, pid);
    QByteArray line(head, length);
    if (connection)
        line += '*' + QByteArray::number(connection) + ' ';
    // A line is one line, whatever a client put into its request.
    for (const char c : text.first(qMin(text.size(), LineBytesMax - line.size() - 1)))
        line += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    line += '\n';
    [[maybe_unused]] const ssize_t written = ::write(m_descriptor, line.constData(), size_t(line.size()));
}

QByteArray describeErrno(int error)
{
    char text[128];
    return QByteArray::number(error) + ": " + strerror_r(error, text, sizeof text);
}

} // namespace portlight
