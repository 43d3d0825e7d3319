// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/diagnostic.h"
#include "base/errorlog.h"
#include "config/tree.h"

namespace portlight {

// What the serve command itself has to say in the error log: why a configuration is not taken. The engine writes to the
// same file. Main thread; owned by the session.
class ServeLog
{
public:
    // An empty path is standard error. Errors: FileNotWritable.
    Result<void> open(const QString &path) { return m_log.open(path, LogLevel::Warn); }
    // For a log that was moved away.
    void reopen();
    // Goes on in the file that a configuration names with error_log; stays where it is when that names none.
    void follow(const ConfigTree &tree, const QString &prefix);
    void write(const Diagnostics &diagnostics);

private:
    void complain(const Result<void> &result);
    ErrorLog m_log;
};

} // namespace portlight
