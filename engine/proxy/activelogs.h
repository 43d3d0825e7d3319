// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/errorlog.h"
#include "base/syslog.h"
#include "http/wirebuffer.h"
#include "net/timerqueue.h"
#include "proxy/logsettings.h"

namespace portlight {

// A log file whose buffer is written when its time has come. Engine thread; shared by the configurations that log to
// it.
class TimedLogFile
{
public:
    TimedLogFile(TimerQueue &timers, ErrorLog &complaints, std::unique_ptr<LogFile> file);

    LogFile &file() { return *m_file; }
    // The complaint is for whoever wrote the line.
    std::optional<LogComplaint> write(QByteArrayView line, std::chrono::seconds now);

private:
    void flush();
    ErrorLog &m_complaints;
    std::unique_ptr<LogFile> m_file;
    Timer m_timer;
};

// The files that are open now, whatever configuration opened them: a reload goes on in the same ones, and all are
// opened anew together. Engine thread; owned by the proxy context, outlives every configuration.
class LogRegistry
{
public:
    LogRegistry(TimerQueue &timers, ErrorLog &log);

    // Errors: FileNotWritable, at the plan's position.
    Result<std::shared_ptr<TimedLogFile>> open(const LogFilePlan &plan);
    void addCache(const std::shared_ptr<LogFileCache> &cache) { m_caches.push_back(cache); }
    // SIGUSR1. What cannot be opened goes on as it was, and the error log says so.
    void reopen();

private:
    struct Known {
        QByteArray path;
        bool isErrorLog = false;
        std::weak_ptr<TimedLogFile> file;
    };
    TimerQueue &m_timers;
    ErrorLog &m_log;
    std::vector<Known> m_files;
    std::vector<std::weak_ptr<LogFileCache>> m_caches;
};

// The logs of one configuration, open, in the order of its plan. Engine thread; owned by the active configuration.
class ActiveLogs
{
public:
    // Opens everything; the first that cannot be opened is the error, with its position.
    static Result<std::unique_ptr<ActiveLogs>> open(const LogPlan &plan, LogRegistry &registry);

    TimedLogFile &file(int index) { return *m_files[size_t(index)]; }
    SyslogPeer &syslog(int index) { return *m_syslogs[size_t(index)]; }
    // -1: the one that keeps nothing open.
    LogFileCache &fileCache(int index) { return index < 0 ? *m_noCache : *m_caches[size_t(index)]; }
    ErrorLog &errorLog(int index) { return m_errorLogs[size_t(index)]; }
    std::vector<ErrorLogOutput> outputs(const ErrorLogRules &rules) const;
    // Where a line is put together, and a value before it is escaped.
    WireBuffer &line() { return m_line; }
    WireBuffer &value() { return m_value; }

private:
    ActiveLogs() = default;
    std::vector<std::shared_ptr<TimedLogFile>> m_files;
    std::vector<std::shared_ptr<SyslogPeer>> m_syslogs;
    std::vector<std::shared_ptr<LogFileCache>> m_caches;
    std::shared_ptr<LogFileCache> m_noCache;
    std::vector<ErrorLog> m_errorLogs;
    WireBuffer m_line;
    WireBuffer m_value;
};

} // namespace portlight
