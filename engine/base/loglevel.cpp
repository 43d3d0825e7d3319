// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/loglevel.h"

#include <cstring>

namespace portlight {

namespace {

constexpr const char *LevelNames[] = {"", "emerg", "alert", "crit", "error", "warn", "notice", "info", "debug"};

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

QByteArray describeErrno(int error)
{
    char text[128];
    return QByteArray::number(error) + ": " + strerror_r(error, text, sizeof text);
}

} // namespace portlight
