// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/tlsfilewatcher.h"

#include <QDir>
#include <QFileInfo>
#include <QSet>

#include <sys/stat.h>

namespace portlight {

namespace {

constexpr qint64 NanosecondsPerSecond = 1'000'000'000;
constexpr int LinksMax = 40; // as the kernel follows

FileStamp stampOf(const QByteArray &path)
{
    struct stat found = {};
    if (::stat(path.constData(), &found) != 0)
        return {};
    return {true, quint64(found.st_dev), quint64(found.st_ino), qint64(found.st_size),
            qint64(found.st_ctim.tv_sec) * NanosecondsPerSecond + found.st_ctim.tv_nsec};
}

// Everything whose change can lead the path elsewhere: the folder of the file and of each symbolic link on the way.
void collectFolders(QString path, QSet<QString> &folders)
{
    for (int links = 0; links < LinksMax; ++links) {
        folders.insert(QFileInfo(path).absolutePath());
        QString at = path;
        while (!QFileInfo(at).isSymLink()) {
            const QString above = QFileInfo(at).absolutePath();
            if (above == at || above.isEmpty())
                return;
            at = above;
        }
        folders.insert(QFileInfo(at).absolutePath());
        const QString target = QFileInfo(at).symLinkTarget(); // absolute
        path = QDir::cleanPath(target + path.mid(at.size()));
    }
}

} // namespace

TlsFileWatcher::TlsFileWatcher(QObject *parent)
    : QObject(parent)
{
    m_settling.setSingleShot(true);
    connect(&m_watcher, &QFileSystemWatcher::fileChanged, this, &TlsFileWatcher::notice);
    connect(&m_watcher, &QFileSystemWatcher::directoryChanged, this, &TlsFileWatcher::notice);
    connect(&m_settling, &QTimer::timeout, this, &TlsFileWatcher::settle);
    connect(&m_polling, &QTimer::timeout, this, &TlsFileWatcher::settle);
}

FileStamps TlsFileWatcher::stampsOf(const QByteArrayList &files)
{
    FileStamps stamps;
    for (const QByteArray &file : files)
        stamps.insert(file, stampOf(file));
    return stamps;
}

void TlsFileWatcher::watch(const FileStamps &stamps)
{
    const bool same = m_stamps.keys() == stamps.keys() && !m_watcher.directories().isEmpty();
    m_stamps = stamps;
    if (!same)
        watchPaths();
    if (stampsOf(m_stamps.keys()) != m_stamps)
        notice();
}

void TlsFileWatcher::notice()
{
    if (!m_settling.isActive())
        m_unsettled.start();
    const auto left = SettlingMax - std::chrono::milliseconds(m_unsettled.elapsed());
    m_settling.start(std::max(std::min(Settling, left), std::chrono::milliseconds(0)));
}

void TlsFileWatcher::settle()
{
    const FileStamps now = stampsOf(m_stamps.keys());
    QByteArrayList changed;
    for (auto it = now.begin(); it != now.end(); ++it) {
        if (it.value() != m_stamps.value(it.key()))
            changed.append(it.key());
    }
    if (changed.isEmpty())
        return;
    m_stamps = now;
    watchPaths(); // a file that was replaced is another one to the system
    Q_EMIT filesChanged(changed);
}

void TlsFileWatcher::watchPaths()
{
    if (const QStringList before = m_watcher.files() + m_watcher.directories(); !before.isEmpty())
        m_watcher.removePaths(before);
    m_polling.stop();
    QSet<QString> paths;
    for (auto it = m_stamps.begin(); it != m_stamps.end(); ++it) {
        const QString path = QString::fromUtf8(it.key());
        collectFolders(path, paths);
        if (it.value().exists)
            paths.insert(path);
    }
    paths.removeIf([](const QString &path) { return !QFileInfo::exists(path); });
    if (paths.isEmpty())
        return;
    if (!m_watcher.addPaths({paths.begin(), paths.end()}).isEmpty())
        m_polling.start(PollInterval);
}

} // namespace portlight
