// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/configfile.h"

#include "config/parserlimits.h"

#include <QFile>
#include <QFileInfo>

using namespace Qt::StringLiterals;

namespace portlight {

Result<QByteArray> readConfigFile(const QString &path)
{
    QFile file(path);
    if (QFileInfo(path).isDir())
        return Error{ErrorCode::FileNotReadable, u"\"%1\" is a directory"_s.arg(path), {path, 0, 0}, {}};
    if (!file.open(QIODevice::ReadOnly)) {
        const bool missing = !file.exists();
        return Error{missing ? ErrorCode::FileNotFound : ErrorCode::FileNotReadable,
                     u"open() \"%1\" failed (%2)"_s.arg(path, file.errorString()),
                     {path, 0, 0},
                     missing ? u"check the path"_s : u"check the permissions"_s};
    }
    // One byte more than allowed tells a large file from one that just fits, also for a pipe that has no size.
    const QByteArray text = file.read(ConfigFileBytesMax + 1);
    if (file.error() != QFileDevice::NoError)
        return Error{
            ErrorCode::FileNotReadable, u"read() \"%1\" failed (%2)"_s.arg(path, file.errorString()), {path, 0, 0}, {}};
    return text;
}

} // namespace portlight
