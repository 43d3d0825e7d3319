// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/tempfile.h"

#include <QDir>
#include <QFile>

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace portlight {

namespace {

constexpr int NameDigits = 10;
constexpr quint32 CollisionStep = 123456; // nginx's step past a name that is taken
constexpr int CollisionsMax = 1000;
constexpr mode_t FolderMode = 0700;
constexpr mode_t FileMode = 0600;

QByteArray hashedPath(const QByteArray &folder, std::span<const quint8> levels, const QByteArray &name)
{
    QByteArray path = folder;
    qsizetype end = name.size();
    for (const quint8 digits : levels) {
        if (digits == 0 || digits > end)
            break;
        end -= digits;
        path += '/' + name.mid(end, digits);
    }
    return path + '/' + name;
}

QByteArray numberedName(quint32 number)
{
    return QByteArray::number(number).rightJustified(NameDigits, '0');
}

// Makes the folders of `path` that are missing. 0 or errno.
int makeFolders(const QByteArray &path)
{
    for (qsizetype slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
        if (::mkdir(path.first(slash).constData(), FolderMode) != 0 && errno != EEXIST)
            return errno;
    }
    return 0;
}

// Where the file system has no nameless files, one with a name loses it at once.
int openAndForget(const QByteArray &folder)
{
    QByteArray name = folder + "/portlight-XXXXXX";
    const int descriptor = ::mkostemp(name.data(), O_CLOEXEC);
    if (descriptor >= 0)
        ::unlink(name.constData());
    return descriptor;
}

TempFile openNameless(const QByteArray &folder, const QByteArray &path)
{
    TempFile file;
    file.path = path;
    const auto open = [&] {
        file.descriptor = ::open(folder.constData(), O_TMPFILE | O_RDWR | O_CLOEXEC, FileMode);
        if (file.descriptor < 0 && (errno == EOPNOTSUPP || errno == EISDIR))
            file.descriptor = openAndForget(folder);
        file.error = file.descriptor < 0 ? errno : 0;
    };
    open();
    if (file.error == ENOENT && !path.isEmpty()) {
        file.error = makeFolders(path);
        if (!file.error)
            open();
    }
    return file;
}

} // namespace

TempFile openUnnamedFile(const TempFolder &folder, quint32 &number)
{
    if (!folder.path.isEmpty()) {
        const QByteArray path = hashedPath(folder.path, folder.levels, numberedName(++number));
        return openNameless(path.first(path.lastIndexOf('/')), path);
    }
    const QByteArray chosen = qgetenv("TMPDIR");
    if (!chosen.isEmpty())
        return openNameless(chosen, {});
    const TempFile file = openNameless("/var/tmp", {});
    return file.descriptor >= 0 ? file : openNameless(QFile::encodeName(QDir::tempPath()), {});
}

TempFile openNumberedFile(const QByteArray &folder, std::span<const quint8> levels, quint32 &number)
{
    TempFile file;
    ++number;
    for (int collisions = 0; collisions < CollisionsMax;) {
        file.path = hashedPath(folder, levels, numberedName(number));
        file.descriptor = ::open(file.path.constData(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, FileMode);
        file.error = file.descriptor < 0 ? errno : 0;
        if (file.error == EEXIST) {
            number += CollisionStep;
        } else if (file.error != ENOENT) {
            return file;
        } else if (const int error = makeFolders(file.path)) {
            file.error = error;
            return file;
        }
        ++collisions;
    }
    return file;
}

} // namespace portlight
