// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/logdescriptor.h"
#include "base/loglevel.h"

#include <chrono>
#include <optional>

namespace portlight {

// nginx: the parameters of access_log that belong to the file.
struct LogFileOptions {
    qsizetype bufferBytes = 0;          // 0: each line is written at once
    std::chrono::milliseconds flush{0}; // 0: a buffer is written when it is full, and not before
    int gzipLevel = 0;                  // 1 fastest … 9 smallest; 0: plain text

    friend bool operator==(const LogFileOptions &, const LogFileOptions &) = default;
};

// How often a log that cannot be written says so: once in this time, whatever is lost in between.
class LogComplaintGate
{
public:
    static constexpr std::chrono::seconds Interval{60};
    // True when it may be said now.
    bool passes(std::chrono::seconds now);

private:
    std::optional<std::chrono::seconds> m_last;
};

// A file that lines are appended to, with nginx's buffer and compression (ngx_http_log_module.c). Nothing here waits or
// keeps time: whoever owns it flushes it when options().flush has passed since isEmpty() ended. What cannot be written
// is lost, and the complaint about it comes back at most once a minute. One thread; shared by all that log to one path.
class LogFile
{
public:
    static constexpr qsizetype BufferBytesMax = 64 * 1024 * 1024;

    // Opens, or makes, the file. "stderr" and an empty path are standard error. Errors: FileNotWritable, in nginx's
    // words: open() "/var/log/x" failed (13: Permission denied).
    static Result<std::unique_ptr<LogFile>> open(const QByteArray &path, const LogFileOptions &options = {});
    // Writes what is buffered.
    ~LogFile();
    LogFile(const LogFile &) = delete;
    LogFile &operator=(const LogFile &) = delete;

    const QByteArray &path() const { return m_path; }
    const LogFileOptions &options() const { return m_options; }
    bool isStandardError() const;
    bool isEmpty() const { return m_buffer.isEmpty(); } // nothing waits to be written

    // One line, its end included, or several. `now` is the time by any clock that counts seconds.
    std::optional<LogComplaint> write(QByteArrayView lines, std::chrono::seconds now);
    std::optional<LogComplaint> flush(std::chrono::seconds now);
    // Flushes and opens the path again, for a log that was moved away. On failure the old file goes on.
    Result<void> reopen(std::chrono::seconds now);

private:
    LogFile(const QByteArray &path, const LogFileOptions &options, LogDescriptor descriptor);
    std::optional<LogComplaint> put(QByteArrayView bytes, std::chrono::seconds now);

    const QByteArray m_path;
    const LogFileOptions m_options;
    LogDescriptor m_descriptor;
    QByteArray m_buffer;
    LogComplaintGate m_gate;
    std::optional<std::chrono::seconds> m_fullAt; // the disk was full then: that second is not tried again
};

// Writes to a descriptor as LogFile does: nothing, or what went wrong. `path` is for the message only.
std::optional<LogComplaint> writeLog(int descriptor, const QByteArray &path, QByteArrayView bytes);
// open() "path" failed (13: Permission denied)
QByteArray openFailedText(const QByteArray &path, int error);

} // namespace portlight
