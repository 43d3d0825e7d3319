// SPDX-License-Identifier: GPL-3.0-or-later
#include "commands/servelog.h"

#include <QDir>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

LogLevel levelOf(Severity severity)
{
    switch (severity) {
    case Severity::Note: return LogLevel::Notice;
    case Severity::Warning: return LogLevel::Warn;
    case Severity::Error: return LogLevel::Emerg; // what nginx says of a configuration it does not take
    }
    Q_UNREACHABLE();
}

} // namespace

void ServeLog::reopen()
{
    complain(m_log.reopen());
}

// The one outside http: what is said here belongs to no request.
void ServeLog::follow(const ConfigTree &tree, const QString &prefix)
{
    const ConfigNode *const directive = tree.child("error_log");
    if (!directive || directive->argument(0).contains(':')) // syslog:, memory:
        return;
    const QString path = QString::fromUtf8(directive->argument(0));
    complain(open(path == u"stderr"_s ? path : QDir(prefix).filePath(path)));
}

void ServeLog::write(const Diagnostics &diagnostics)
{
    for (const Diagnostic &diagnostic : diagnostics) {
        QString message = diagnostic.message;
        if (diagnostic.where.isKnown())
            message += u" in %1:%2"_s.arg(diagnostic.where.file).arg(diagnostic.where.line);
        m_log.write(levelOf(diagnostic.severity), message.toUtf8());
    }
}

void ServeLog::complain(const Result<void> &result)
{
    if (!result)
        m_log.write(LogLevel::Alert, result.error().message.toUtf8());
}

} // namespace portlight
