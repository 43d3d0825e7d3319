// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/safefiles.h"

#include "base/loglevel.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

constexpr char UnfinishedEnding[] = ".unfinished-";

QString remedyOf(int error)
{
    switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG: return u"make room, then try again"_s;
    case EROFS: return u"the file system is mounted read-only"_s;
    case EACCES:
    case EPERM: return u"its folder must be writable for you"_s;
    default: return {};
    }
}

Error cannot(const QString &what, const QString &path, int error)
{
    return {ErrorCode::FileNotWritable,
            u"\"%1\" cannot be %2 (%3)"_s.arg(path, what, QString::fromUtf8(describeErrno(error))),
            {path, 0, 0},
            remedyOf(error)};
}

QByteArray patternBeside(const QString &path)
{
    const QFileInfo target(path);
    return QFile::encodeName(target.absolutePath() + u"/."_s + target.fileName()) + UnfinishedEnding + "XXXXXX";
}

// A file that is being written beside its place; removed unless it got there. Its functions give errno, or 0.
class UnfinishedFile
{
public:
    explicit UnfinishedFile(const FileToWrite &file)
        : m_file(file)
        , m_path(patternBeside(file.path))
        , m_descriptor(::mkostemp(m_path.data(), O_CLOEXEC)) // 0600
        , m_error(m_descriptor < 0 ? errno : 0)
    {}
    ~UnfinishedFile()
    {
        if (m_descriptor < 0)
            return;
        ::close(m_descriptor);
        if (!m_inPlace)
            ::unlink(m_path.constData());
    }
    Q_DISABLE_COPY_MOVE(UnfinishedFile)

    const QString &target() const { return m_file.path; }
    int write()
    {
        if (m_error != 0)
            return m_error;
        for (QByteArrayView rest = m_file.content; !rest.isEmpty();) {
            const ssize_t count = ::write(m_descriptor, rest.data(), size_t(rest.size()));
            if (count < 0 && errno == EINTR)
                continue;
            if (count <= 0)
                return count < 0 ? errno : ENOSPC;
            rest = rest.sliced(count);
        }
        if (m_file.access == FileAccess::EverybodyReads && ::fchmod(m_descriptor, 0644) != 0)
            return errno;
        return ::fsync(m_descriptor) == 0 ? 0 : errno; // a full disk may be told only now
    }
    int putInPlace()
    {
        if (std::rename(m_path.constData(), QFile::encodeName(m_file.path).constData()) != 0)
            return errno;
        m_inPlace = true;
        return 0;
    }

private:
    const FileToWrite &m_file;
    QByteArray m_path;
    int m_descriptor;
    int m_error;
    bool m_inPlace = false;
};

// Best effort: not every file system can, and the content itself is safe.
void syncFolder(const QString &path)
{
    const int descriptor = ::open(QFile::encodeName(path).constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return;
    ::fsync(descriptor);
    ::close(descriptor);
}

} // namespace

Result<void> writeFilesSafely(const std::vector<FileToWrite> &files)
{
    std::vector<std::unique_ptr<UnfinishedFile>> unfinished;
    for (const FileToWrite &file : files) {
        unfinished.push_back(std::make_unique<UnfinishedFile>(file));
        if (const int error = unfinished.back()->write(); error != 0)
            return cannot(u"written"_s, file.path, error);
    }
    for (const auto &file : unfinished) {
        if (const int error = file->putInPlace(); error != 0)
            return cannot(u"written"_s, file->target(), error);
    }
    for (const FileToWrite &file : files)
        syncFolder(QFileInfo(file.path).absolutePath());
    return {};
}

void removeUnfinishedFiles(const QString &folder)
{
    QDir directory(folder);
    const QString pattern = u".*"_s + QLatin1String(UnfinishedEnding) + u"*"_s;
    for (const QString &name : directory.entryList({pattern}, QDir::Files | QDir::Hidden))
        directory.remove(name);
}

Result<QByteArray> readWholeFile(const QString &path, qint64 bytesMax)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        // One in a folder that is closed for us may well be there.
        const bool missing =
            ::faccessat(AT_FDCWD, QFile::encodeName(path).constData(), F_OK, AT_EACCESS) != 0 && errno != EACCES;
        return Error{missing ? ErrorCode::FileNotFound : ErrorCode::FileNotReadable,
                     u"\"%1\" cannot be read: %2"_s.arg(path, file.errorString()),
                     {path, 0, 0},
                     {}};
    }
    QByteArray content = file.read(bytesMax + 1);
    if (file.error() != QFileDevice::NoError)
        return Error{
            ErrorCode::FileNotReadable, u"\"%1\" cannot be read: %2"_s.arg(path, file.errorString()), {path, 0, 0}, {}};
    if (content.size() > bytesMax)
        return Error{ErrorCode::FileNotReadable,
                     u"\"%1\" has over %2 bytes, more than such a file can have"_s.arg(path).arg(bytesMax),
                     {path, 0, 0},
                     {}};
    return content;
}

Result<void> makePrivateFolder(const QString &path)
{
    const QString parent = QFileInfo(path).absolutePath();
    errno = 0;
    if (!QDir().mkpath(parent))
        return cannot(u"made"_s, parent, errno != 0 ? errno : EACCES);
    if (::mkdir(QFile::encodeName(path).constData(), 0700) != 0)
        return cannot(u"made"_s, path, errno);
    return {};
}

Result<void> renameFolder(const QString &from, const QString &to)
{
    if (std::rename(QFile::encodeName(from).constData(), QFile::encodeName(to).constData()) != 0)
        return cannot(u"renamed to \"%1\""_s.arg(to), from, errno);
    syncFolder(QFileInfo(to).absolutePath());
    return {};
}

} // namespace portlight
