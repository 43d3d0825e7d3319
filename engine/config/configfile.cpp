// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/configfile.h"

#include "config/parserlimits.h"

#include <QFile>
#include <QFileInfo>

#include <cerrno>
#include <cstdio>
#include <cstring>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

// nginx: open() "path" failed (2: No such file or directory)
Error failed(const char *call, const QString &path, int number, ErrorCode code, const QString &hint)
{
    return {code,
            u"%1() \"%2\" failed (%3: %4)"_s.arg(QLatin1String(call), path)
                .arg(number)
                .arg(QString::fromLocal8Bit(std::strerror(number))),
            {path, 0, 0},
            hint};
}

} // namespace

Result<QByteArray> readConfigFile(const QString &path)
{
    // By way of stdio, for QFile keeps the number of its error to itself.
    std::FILE *const handle = std::fopen(QFile::encodeName(path).constData(), "rb");
    if (!handle) {
        const int number = errno;
        const bool missing = number == ENOENT;
        return failed("open", path, number, missing ? ErrorCode::FileNotFound : ErrorCode::FileNotReadable,
                      missing ? u"check the path"_s : u"check the permissions"_s);
    }
    QFile file;
    const bool taken = file.open(handle, QIODevice::ReadOnly, QFileDevice::AutoCloseHandle);
    if (!taken || QFileInfo(path).isDir())
        return failed("pread", path, EISDIR, ErrorCode::FileNotReadable, u"a file is read here, not a folder"_s);
    // One byte more than allowed tells a large file from one that just fits, also for a pipe that has no size.
    const QByteArray text = file.read(ConfigFileBytesMax + 1);
    if (file.error() != QFileDevice::NoError)
        return Error{
            ErrorCode::FileNotReadable, u"read() \"%1\" failed (%2)"_s.arg(path, file.errorString()), {path, 0, 0}, {}};
    return text;
}

} // namespace portlight
