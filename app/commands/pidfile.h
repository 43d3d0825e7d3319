// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

namespace portlight {

// A file that holds our process id while we run. Removed at the end when it is still ours.
class PidFile
{
public:
    explicit PidFile(QString path)
        : m_path(std::move(path))
    {}
    ~PidFile();
    PidFile(const PidFile &) = delete;
    PidFile &operator=(const PidFile &) = delete;

    // Nothing for an empty path. Errors: FileNotWritable.
    Result<void> write();

private:
    QString m_path;
    bool m_written = false;
};

} // namespace portlight
