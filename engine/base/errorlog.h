// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/logclock.h"
#include "base/logfile.h"

#include <memory>
#include <vector>

namespace portlight {

class SyslogPeer;

// One place that error log lines go to, and how grave a line must be to go there.
struct ErrorLogOutput {
    LogLevel level = LogLevel::Error;
    std::shared_ptr<LogFile> file; // or
    std::shared_ptr<SyslogPeer> syslog;
};

// Lines in nginx's form: "2026/11/20 21:04:05 [error] 71#71: *3 text", to as many places as error_log names. One thread
// for each object; several objects may append to one file, because each line is one write() in append mode.
class ErrorLog
{
public:
    static constexpr qsizetype LineBytesMax = 2048; // NGX_MAX_ERROR_STR, the line's end included

    ErrorLog(); // standard error
    ~ErrorLog();
    ErrorLog(ErrorLog &&) noexcept;
    ErrorLog &operator=(ErrorLog &&) noexcept;

    // Appends to `path` alone, made when it is missing; empty or "stderr" means standard error. The error names the
    // reason, and the log goes on as it was.
    Result<void> open(const QString &path, LogLevel level);
    // All of nginx's error_log directives of one level.
    void setOutputs(std::vector<ErrorLogOutput> outputs);
    // Opens the same files again (SIGUSR1, after a rotation). Where that fails the old file goes on; the first error.
    Result<void> reopen();
    bool wants(LogLevel level) const { return level <= m_level; }
    // `connection` 0: no number.
    void write(LogLevel level, QByteArrayView text, quint64 connection = 0);
    void write(const LogComplaint &complaint) { write(complaint.level, complaint.text); }

private:
    std::vector<ErrorLogOutput> m_outputs;
    LogLevel m_level = LogLevel::Error; // the most talkative output's
    LogClock m_clock;
    QByteArray m_line;
    bool m_complaining = false;
};

} // namespace portlight
