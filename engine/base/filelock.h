// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QByteArray>
#include <QString>

#include <chrono>
#include <memory>

namespace portlight {

// A lock between processes, and between threads, on a file. It is the kernel's, so that it ends with its holder however
// that ends; what the file says is for people. Held by whoever owns it, released by its destructor. Any thread.
class FileLock
{
public:
    // Makes the file when there is none; waits for another holder that long. Blocking. Errors: FileLocked, whose
    // message is the holder, "portlightctl (process 123)" or "another program"; FileNotWritable, whose message is the
    // reason.
    static Result<std::unique_ptr<FileLock>> take(const QString &path, std::chrono::milliseconds wait);
    ~FileLock();
    Q_DISABLE_COPY_MOVE(FileLock)

private:
    FileLock(QByteArray path, int descriptor);
    void writeHolder();

    const QByteArray m_path;
    const int m_descriptor;
};

// The process that the file of a lock names; 0: none.
qint64 lockHolderPid(const QString &path);

} // namespace portlight
