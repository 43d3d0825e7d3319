// SPDX-License-Identifier: GPL-3.0-or-later
#include "commands/pidfile.h"

#include <QFile>
#include <QSaveFile>

#include <unistd.h>

namespace portlight {

using namespace Qt::StringLiterals;

PidFile::~PidFile()
{
    if (!m_written)
        return;
    QFile file(m_path);
    // Another process may have started with the same file since.
    if (file.open(QIODevice::ReadOnly) && file.readAll().trimmed().toLongLong() == ::getpid())
        file.remove();
}

Result<void> PidFile::write()
{
    if (m_path.isEmpty())
        return {};
    // Renamed into place: whoever waits for it never sees it empty.
    QSaveFile file(m_path);
    if (file.open(QIODevice::WriteOnly)) {
        file.write(QByteArray::number(qint64(::getpid())) + '\n');
        m_written = file.commit();
    }
    if (!m_written) {
        return Error{ErrorCode::FileNotWritable, u"cannot write the pid file %1: %2"_s.arg(m_path, file.errorString())};
    }
    return {};
}

} // namespace portlight
