// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayList>
#include <QElapsedTimer>
#include <QFileSystemWatcher>
#include <QHash>
#include <QTimer>

#include <chrono>

namespace portlight {

// What tells one content of a file from the next without reading it.
struct FileStamp {
    bool exists = false;
    quint64 device = 0;
    quint64 inode = 0;
    qint64 bytes = 0;
    qint64 changedNs = 0; // of its inode: a restored date does not hide a change

    friend bool operator==(const FileStamp &, const FileStamp &) = default;
};
using FileStamps = QHash<QByteArray, FileStamp>; // by full path as written; symbolic links are followed

// Sees when certificates and keys are renewed: written anew in place, moved over the old ones, or reached by another
// symbolic link, as Let's Encrypt and mounted secrets do. Tells once things have settled. Main thread; owned by
// ProxyEngine.
class TlsFileWatcher final : public QObject
{
    Q_OBJECT
public:
    static constexpr std::chrono::milliseconds Settling{250};      // of silence
    static constexpr std::chrono::milliseconds SettlingMax{2000};  // however busy the folders are
    static constexpr std::chrono::milliseconds PollInterval{5000}; // where the system watches no more paths

    explicit TlsFileWatcher(QObject *parent = nullptr);

    // Blocking.
    static FileStamps stampsOf(const QByteArrayList &files);
    // From now on these, instead of those before. `stamps`: as they were when the files were read; what has changed
    // since is told.
    void watch(const FileStamps &stamps);

Q_SIGNALS:
    void filesChanged(const QByteArrayList &files);

private:
    void notice();
    void settle();
    void watchPaths();

    FileStamps m_stamps;
    QFileSystemWatcher m_watcher;
    QTimer m_settling;
    QTimer m_polling;
    QElapsedTimer m_unsettled; // since the first event that was not looked at
};

} // namespace portlight
