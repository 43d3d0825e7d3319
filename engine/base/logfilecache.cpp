// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/logfilecache.h"

#include <algorithm>
#include <cerrno>
#include <sys/stat.h>

namespace portlight {

LogFileCache::LogFileCache(const LogFileCacheOptions &options)
    : m_options(options)
{}

std::optional<LogComplaint> LogFileCache::write(const QByteArray &path, QByteArrayView line, std::chrono::seconds now)
{
    if (m_options.filesMax == 0)
        return gated(writeOnce(path, line, now), now);
    dropInactive(now);
    Entry &entry = entryOf(path);
    entry.used = now;
    ++entry.uses;
    if (entry.descriptor.isOpen() && !isStillThere(entry, now))
        entry.descriptor.close();
    if (!entry.descriptor.isOpen()) {
        if (std::optional<LogComplaint> complaint = open(entry, now)) {
            m_byPath.remove(path);
            m_entries.pop_front();
            return complaint;
        }
    }
    std::optional<LogComplaint> complaint = writeLog(entry.descriptor.get(), path, line);
    if (entry.uses < m_options.usesMin)
        entry.descriptor.close();
    return gated(std::move(complaint), now);
}

std::optional<LogComplaint> LogFileCache::gated(std::optional<LogComplaint> complaint, std::chrono::seconds now)
{
    if (complaint && complaint->level == LogLevel::Alert && !m_gate.passes(now))
        return {};
    return complaint;
}

std::optional<LogComplaint> LogFileCache::writeOnce(const QByteArray &path, QByteArrayView line,
                                                    std::chrono::seconds now)
{
    Entry entry;
    entry.path = path;
    if (std::optional<LogComplaint> complaint = open(entry, now))
        return complaint;
    return writeLog(entry.descriptor.get(), path, line);
}

// A path made from a request may well not open: nginx says that each time, as crit.
std::optional<LogComplaint> LogFileCache::open(Entry &entry, std::chrono::seconds now)
{
    entry.descriptor = LogDescriptor::forAppending(entry.path);
    if (!entry.descriptor.isOpen()) {
        const int error = errno;
        return LogComplaint{LogLevel::Crit, openFailedText(entry.path, error), error};
    }
    struct stat facts {
    };
    if (::fstat(entry.descriptor.get(), &facts) == 0) {
        entry.device = facts.st_dev;
        entry.inode = facts.st_ino;
    }
    entry.checked = now;
    return {};
}

bool LogFileCache::isStillThere(Entry &entry, std::chrono::seconds now) const
{
    if (now - entry.checked < m_options.valid)
        return true;
    struct stat facts {
    };
    if (::stat(entry.path.constData(), &facts) != 0)
        return false;
    entry.checked = now;
    return facts.st_dev == entry.device && facts.st_ino == entry.inode;
}

LogFileCache::Entry &LogFileCache::entryOf(const QByteArray &path)
{
    if (const auto known = m_byPath.constFind(path); known != m_byPath.constEnd()) {
        m_entries.splice(m_entries.begin(), m_entries, *known);
        return m_entries.front();
    }
    if (qsizetype(m_entries.size()) >= m_options.filesMax)
        dropLast();
    m_entries.emplace_front();
    m_entries.front().path = path;
    m_byPath.insert(path, m_entries.begin());
    return m_entries.front();
}

void LogFileCache::dropInactive(std::chrono::seconds now)
{
    while (!m_entries.empty() && now - m_entries.back().used > m_options.inactive)
        dropLast();
}

void LogFileCache::dropLast()
{
    m_byPath.remove(m_entries.back().path);
    m_entries.pop_back();
}

void LogFileCache::clear()
{
    m_byPath.clear();
    m_entries.clear();
}

int LogFileCache::openFiles() const
{
    return int(std::count_if(m_entries.begin(), m_entries.end(),
                             [](const Entry &entry) { return entry.descriptor.isOpen(); }));
}

} // namespace portlight
