// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QByteArray>

namespace portlight {

enum class LogLevel : quint8 { Emerg = 1, Alert, Crit, Error, Warn, Notice, Info, Debug };

// "error", "warn" …; the error is nginx's for a word that is none of its levels.
Result<LogLevel> parseLogLevel(QByteArrayView name);
QByteArrayView logLevelName(LogLevel level);

// What a log that cannot be written has to say, for the error log.
struct LogComplaint {
    LogLevel level = LogLevel::Alert;
    QByteArray text;
    int error = 0; // errno, where there is one
};

// "111: Connection refused", as nginx writes an errno.
QByteArray describeErrno(int error);

} // namespace portlight
