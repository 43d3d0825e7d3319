// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/activelogs.h"

#include <QSysInfo>

#include <algorithm>

namespace portlight {

TimedLogFile::TimedLogFile(TimerQueue &timers, ErrorLog &complaints, std::unique_ptr<LogFile> file)
    : m_complaints(complaints)
    , m_file(std::move(file))
    , m_timer(
          timers, [](void *self) { static_cast<TimedLogFile *>(self)->flush(); }, this)
{}

std::optional<LogComplaint> TimedLogFile::write(QByteArrayView line, std::chrono::seconds now)
{
    std::optional<LogComplaint> complaint = m_file->write(line, now);
    if (m_file->options().flush.count() == 0)
        return complaint;
    if (m_file->isEmpty())
        m_timer.stop();
    else if (!m_timer.isActive())
        m_timer.start(std::min(m_file->options().flush, Timer::AfterMax));
    return complaint;
}

void TimedLogFile::flush()
{
    if (const auto complaint = m_file->flush(std::chrono::seconds(std::time(nullptr))))
        m_complaints.write(*complaint);
}

LogRegistry::LogRegistry(TimerQueue &timers, ErrorLog &log)
    : m_timers(timers)
    , m_log(log)
{}

Result<std::shared_ptr<TimedLogFile>> LogRegistry::open(const LogFilePlan &plan)
{
    m_files.erase(std::remove_if(m_files.begin(), m_files.end(), [](const Known &k) { return k.file.expired(); }),
                  m_files.end());
    for (const Known &known : m_files) {
        const std::shared_ptr<TimedLogFile> file = known.file.lock();
        if (file && known.path == plan.path && known.isErrorLog == plan.isErrorLog
            && file->file().options() == plan.options)
            return file;
    }
    auto opened = LogFile::open(plan.path, plan.options);
    if (!opened) {
        Error error = opened.error();
        error.where = plan.position;
        return error;
    }
    auto file = std::make_shared<TimedLogFile>(m_timers, m_log, std::move(*opened));
    m_files.push_back({plan.path, plan.isErrorLog, file});
    return file;
}

void LogRegistry::reopen()
{
    const std::chrono::seconds now(std::time(nullptr));
    for (const Known &known : m_files) {
        const std::shared_ptr<TimedLogFile> file = known.file.lock();
        if (!file)
            continue;
        if (const auto reopened = file->file().reopen(now); !reopened)
            m_log.write(LogLevel::Emerg, reopened.error().message.toUtf8());
    }
    for (const auto &known : m_caches) {
        if (const auto cache = known.lock())
            cache->clear();
    }
    m_caches.erase(std::remove_if(m_caches.begin(), m_caches.end(), [](const auto &cache) { return cache.expired(); }),
                   m_caches.end());
}

Result<std::unique_ptr<ActiveLogs>> ActiveLogs::open(const LogPlan &plan, LogRegistry &registry)
{
    std::unique_ptr<ActiveLogs> logs(new ActiveLogs);
    for (const LogFilePlan &file : plan.files) {
        auto opened = registry.open(file);
        if (!opened)
            return opened.error();
        logs->m_files.push_back(std::move(*opened));
    }
    const QByteArray hostName = QSysInfo::machineHostName().toUtf8();
    for (const SyslogPlan &syslog : plan.syslogs)
        logs->m_syslogs.push_back(std::make_shared<SyslogPeer>(syslog.options, syslog.address, hostName));
    const auto makeCache = [&](const LogFileCacheOptions &options) {
        auto cache = std::make_shared<LogFileCache>(options);
        registry.addCache(cache);
        return cache;
    };
    logs->m_noCache = makeCache({});
    for (const LogFileCacheOptions &options : plan.caches)
        logs->m_caches.push_back(makeCache(options));
    for (const ErrorLogRules &rules : plan.errorLogs) {
        logs->m_errorLogs.emplace_back();
        logs->m_errorLogs.back().setOutputs(logs->outputs(rules));
    }
    return logs;
}

std::vector<ErrorLogOutput> ActiveLogs::outputs(const ErrorLogRules &rules) const
{
    std::vector<ErrorLogOutput> outputs;
    for (const ErrorLogRule &rule : rules) {
        ErrorLogOutput output;
        output.level = rule.level;
        if (rule.file >= 0) {
            const std::shared_ptr<TimedLogFile> &file = m_files[size_t(rule.file)];
            output.file = std::shared_ptr<LogFile>(file, &file->file()); // lives as long as the timed one
        } else {
            output.syslog = m_syslogs[size_t(rule.syslog)];
        }
        outputs.push_back(std::move(output));
    }
    return outputs;
}

} // namespace portlight
