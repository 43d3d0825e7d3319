// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFile>
#include <QFileInfo>

#include <unistd.h>

namespace portlight::testing {

// While it lives, this process may not write a file or folder of its own: root becomes nobody, and a user's is closed.
// Folders above it are opened for reading, and stay so.
class NoWritePermission
{
public:
    explicit NoWritePermission(const QString &path, const QString &opened)
        : m_path(path)
        , m_before(QFileInfo(path).permissions())
    {
        QFile::setPermissions(opened, QFile::Permissions(0x7755));
        QFile::setPermissions(path, QFile::Permissions(QFileInfo(path).isDir() ? 0x5555 : 0x4444));
        if (m_root && ::seteuid(Nobody) != 0)
            qFatal("cannot become another user");
    }
    ~NoWritePermission()
    {
        if (m_root && ::seteuid(0) != 0)
            qFatal("cannot become root again");
        QFile::setPermissions(m_path, m_before);
    }
    Q_DISABLE_COPY_MOVE(NoWritePermission)

private:
    static constexpr uid_t Nobody = 65534;
    const bool m_root = ::geteuid() == 0;
    QString m_path;
    QFile::Permissions m_before;
};

} // namespace portlight::testing
