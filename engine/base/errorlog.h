// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QByteArray>

namespace portlight {

enum class LogLevel : quint8 { Emerg = 1, Alert, Crit, Error, Warn, Notice, Info, Debug };

// "error", "warn" …, or empty for none of nginx's words.
Result<LogLevel> parseLogLevel(QByteArrayView name);
QByteArrayView logLevelName(LogLevel level);

// Lines in nginx's form: "2026/11/20 21:04:05 [error] 71#71: *3 text". One thread for each object; several objects
// may append to one file, because each line is one write() in append mode.
class ErrorLog
{
public:
    ErrorLog() = default; // standard error
    ~ErrorLog();
    ErrorLog(const ErrorLog &) = delete;
    ErrorLog &operator=(const ErrorLog &) = delete;

    // Appends to `path`, made when it is missing; empty or "stderr" means standard error. The error names the reason.
    Result<void> open(const QString &path, LogLevel level);
    // Opens the same path again (SIGUSR1, after a rotation). On failure the old file goes on.
    Result<void> reopen();
    bool wants(LogLevel level) const { return level <= m_level; }
    void setLevel(LogLevel level) { m_level = level; }
    // `connection` 0: no number.
    void write(LogLevel level, QByteArrayView text, quint64 connection = 0);

private:
    QString m_path;
    int m_descriptor = 2;
    LogLevel m_level = LogLevel::Error;
};

// "111: Connection refused", as nginx writes an errno.
QByteArray describeErrno(int error);

} // namespace portlight
