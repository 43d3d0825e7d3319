// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/store.h"

#include "base/filelock.h"
#include "config/configfile.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSaveFile>
#include <QStandardPaths>

#include <chrono>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

constexpr std::chrono::milliseconds LockWait{500}; // another program's write takes a few milliseconds
constexpr int AsideNumberMax = 1000;

QByteArray digestOf(const QByteArray &text)
{
    return QCryptographicHash::hash(text, QCryptographicHash::Sha256);
}

// Where the bytes are: a link in dotfiles stays a link, and its target is written.
QString realPath(const QString &path)
{
    const QFileInfo info(path);
    if (!info.isSymLink())
        return path;
    const QString canonical = info.canonicalFilePath();
    return canonical.isEmpty() ? info.symLinkTarget() : canonical;
}

Error notWritable(const QString &path, const QString &reason)
{
    return {ErrorCode::FileNotWritable,
            u"\"%1\" cannot be written: %2"_s.arg(path, reason),
            {path, 0, 0},
            u"the file is as it was before"_s};
}

Result<void> replaceFile(const QString &path, const QByteArray &text)
{
    QSaveFile file(path); // a file beside it, synced and renamed over it; permissions are taken over
    const bool written = file.open(QIODevice::WriteOnly) && file.write(text) == text.size() && file.flush();
    if (!written) {
        const QString reason = file.errorString();
        file.cancelWriting();
        return notWritable(path, reason);
    }
    if (!file.commit())
        return notWritable(path, file.errorString());
    return {};
}

Result<void> ensureDirectory(const QString &path)
{
    const QString directory = QFileInfo(path).absolutePath();
    if (!QDir().mkpath(directory))
        return notWritable(path, u"the directory \"%1\" cannot be made"_s.arg(directory));
    return {};
}

Error notLocked(const QString &path, const Error &why)
{
    if (why.code != ErrorCode::FileLocked)
        return notWritable(path, u"its lock cannot be made beside it: %1"_s.arg(why.message));
    return {ErrorCode::FileLocked,
            u"\"%1\" is being written by %2"_s.arg(path, why.message),
            {path, 0, 0},
            u"try again in a moment"_s};
}

} // namespace

ConfigStore::ConfigStore(QString path)
    : m_path(std::move(path))
{}

bool ConfigStore::exists() const
{
    return QFileInfo::exists(m_path);
}

Result<ParseOutcome> ConfigStore::load()
{
    const Result<QByteArray> text = readConfigFile(m_path);
    if (!text) {
        if (text.error().code == ErrorCode::FileNotFound) { // that there is none was seen, too
            m_seenDigest.clear();
            m_seen = true;
        }
        return text.error();
    }
    m_seenDigest = digestOf(*text);
    m_seen = true;
    return parseConfig(*text, m_path);
}

Result<void> ConfigStore::save(const ConfigTree &tree)
{
    const QString target = realPath(m_path);
    if (const Result<void> made = ensureDirectory(target); !made)
        return made;
    const auto lock = FileLock::take(target + u".lock"_s, LockWait);
    if (!lock)
        return notLocked(target, lock.error());
    if (changedOutside())
        return Error{ErrorCode::FileChangedOutside,
                     u"\"%1\" was changed by another program"_s.arg(m_path),
                     {m_path, 0, 0},
                     u"read it again, or keep both"_s};
    if (QFileInfo::exists(target)) {
        const Result<QByteArray> before = readConfigFile(target);
        if (!before)
            return before.error();
        if (const Result<void> kept = replaceFile(target + u'~', *before); !kept)
            return kept;
        QFile::setPermissions(target + u'~', QFile::permissions(target));
    }
    const QByteArray text = writeConfig(tree);
    if (const Result<void> written = replaceFile(target, text); !written)
        return written;
    m_seenDigest = digestOf(text);
    m_seen = true;
    return {};
}

bool ConfigStore::changedOutside() const
{
    const Result<QByteArray> text = readConfigFile(m_path);
    if (!text) {
        const bool missing = text.error().code == ErrorCode::FileNotFound;
        return m_seen && !(missing && m_seenDigest.isEmpty());
    }
    return !m_seen || digestOf(*text) != m_seenDigest;
}

Result<QString> ConfigStore::setAside()
{
    for (int number = 1; number <= AsideNumberMax; ++number) {
        const QString aside = u"%1.corrupt-%2"_s.arg(m_path).arg(number);
        if (QFileInfo::exists(aside))
            continue;
        QFile file(m_path);
        if (!file.rename(aside))
            return notWritable(m_path, file.errorString());
        m_seenDigest.clear();
        m_seen = true;
        return aside;
    }
    return notWritable(m_path, u"there are %1 corrupt ones beside it already"_s.arg(AsideNumberMax));
}

QString ConfigStore::defaultPath()
{
    return QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation) + u"/portlight/portlight.conf"_s;
}

} // namespace portlight
