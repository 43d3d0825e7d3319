// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/logfile.h"

#include <QHash>

#include <list>
#include <sys/types.h>

namespace portlight {

// nginx: open_log_file_cache.
struct LogFileCacheOptions {
    int filesMax = 0; // 0: off, each line opens its file and closes it
    std::chrono::seconds inactive{10};
    std::chrono::seconds valid{60};
    int usesMin = 1;

    friend bool operator==(const LogFileCacheOptions &, const LogFileCacheOptions &) = default;
};

// Files of logs whose path holds variables: the most recently used ones stay open (ngx_open_file_cache.c). A name is
// looked up again when it was last looked at `valid` ago, so a moved file is noticed. One thread.
class LogFileCache
{
public:
    explicit LogFileCache(const LogFileCacheOptions &options);

    // Appends a line to the file of that path. Time is any clock's that counts seconds.
    std::optional<LogComplaint> write(const QByteArray &path, QByteArrayView line, std::chrono::seconds now);
    // Closes everything: the next line opens its file by name.
    void clear();
    int openFiles() const;

private:
    struct Entry {
        QByteArray path;
        LogDescriptor descriptor; // not open until it has been used often enough
        dev_t device = 0;
        ino_t inode = 0;
        std::chrono::seconds checked{0};
        std::chrono::seconds used{0};
        int uses = 0;
    };
    using Entries = std::list<Entry>; // the most recently used first

    std::optional<LogComplaint> writeOnce(const QByteArray &path, QByteArrayView line, std::chrono::seconds now);
    std::optional<LogComplaint> open(Entry &entry, std::chrono::seconds now);
    bool isStillThere(Entry &entry, std::chrono::seconds now) const;
    Entry &entryOf(const QByteArray &path);
    void dropInactive(std::chrono::seconds now);
    void dropLast();
    std::optional<LogComplaint> gated(std::optional<LogComplaint> complaint, std::chrono::seconds now);

    const LogFileCacheOptions m_options;
    Entries m_entries;
    QHash<QByteArray, Entries::iterator> m_byPath;
    LogComplaintGate m_gate;
};

} // namespace portlight
