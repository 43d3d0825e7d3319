// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/errorlog.h"

#include "base/syslog.h"

#include <QFile>

#include <unistd.h>

namespace portlight {

namespace {

std::vector<ErrorLogOutput> standardError(LogLevel level)
{
    auto file = LogFile::open(QByteArray()); // cannot fail: it is open already
    return {{level, std::move(*file), {}}};
}

} // namespace

ErrorLog::ErrorLog()
    : m_outputs(standardError(LogLevel::Error))
{}

ErrorLog::~ErrorLog() = default;
ErrorLog::ErrorLog(ErrorLog &&) noexcept = default;
ErrorLog &ErrorLog::operator=(ErrorLog &&) noexcept = default;

Result<void> ErrorLog::open(const QString &path, LogLevel level)
{
    auto file = LogFile::open(QFile::encodeName(path));
    if (!file)
        return file.error();
    setOutputs({{level, std::move(*file), {}}});
    return {};
}

void ErrorLog::setOutputs(std::vector<ErrorLogOutput> outputs)
{
    m_outputs = std::move(outputs);
    m_level = LogLevel::Emerg;
    for (const ErrorLogOutput &output : m_outputs)
        m_level = qMax(m_level, output.level);
}

Result<void> ErrorLog::reopen()
{
    Result<void> result;
    for (const ErrorLogOutput &output : m_outputs) {
        if (!output.file)
            continue;
        Result<void> reopened = output.file->reopen(std::chrono::seconds(std::time(nullptr)));
        if (result.ok())
            result = reopened;
    }
    return result;
}

void ErrorLog::write(LogLevel level, QByteArrayView text, quint64 connection)
{
    if (!wants(level))
        return;
    m_clock.setTime(std::time(nullptr));
    m_line.resize(0);
    m_line += m_clock.errorLogTime();
    m_line += " [";
    m_line += logLevelName(level);
    const QByteArray pid = QByteArray::number(::getpid());
    m_line += "] " + pid + '#' + pid + ": ";
    if (connection)
        m_line += '*' + QByteArray::number(connection) + ' ';
    // A line is one line, whatever a client put into its request.
    for (const char c : text.first(qMin(text.size(), LineBytesMax - m_line.size() - 1)))
        m_line += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    m_line += '\n';
    std::optional<LogComplaint> complaint;
    for (const ErrorLogOutput &output : m_outputs) {
        if (level > output.level)
            continue;
        if (output.file)
            output.file->write(m_line, std::chrono::seconds(m_clock.time()));
        else if (auto failed = output.syslog->send(QByteArrayView(m_line).chopped(1), m_clock, int(level) - 1))
            complaint = std::move(failed);
    }
    // A syslog server that is away is told of in the files beside it, and does not hear of itself.
    if (!complaint || m_complaining)
        return;
    m_complaining = true;
    write(*complaint);
    m_complaining = false;
}

} // namespace portlight
