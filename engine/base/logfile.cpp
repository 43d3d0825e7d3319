// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/logfile.h"

#include "base/gziptext.h"

#include <QFile>

#include <cerrno>
#include <memory>
#include <unistd.h>

namespace portlight {

bool LogComplaintGate::passes(std::chrono::seconds now)
{
    if (m_last && now - *m_last < Interval)
        return false;
    m_last = now;
    return true;
}

std::optional<LogComplaint> writeLog(int descriptor, const QByteArray &path, QByteArrayView bytes)
{
    const ssize_t written = ::write(descriptor, bytes.data(), size_t(bytes.size()));
    if (written == bytes.size())
        return {};
    if (written < 0) {
        const int error = errno;
        return LogComplaint{LogLevel::Alert, "write() to \"" + path + "\" failed (" + describeErrno(error) + ')',
                            error};
    }
    return LogComplaint{LogLevel::Alert, "write() to \"" + path + "\" was incomplete: " + QByteArray::number(written)
                                             + " of " + QByteArray::number(bytes.size())};
}

QByteArray openFailedText(const QByteArray &path, int error)
{
    return "open() \"" + path + "\" failed (" + describeErrno(error) + ')';
}

Result<std::unique_ptr<LogFile>> LogFile::open(const QByteArray &path, const LogFileOptions &options)
{
    Q_ASSERT(options.bufferBytes >= 0 && options.bufferBytes <= BufferBytesMax);
    if (path.isEmpty() || path == "stderr")
        return std::unique_ptr<LogFile>(new LogFile("stderr", options, LogDescriptor(STDERR_FILENO)));
    LogDescriptor descriptor = LogDescriptor::forAppending(path);
    if (!descriptor.isOpen())
        return Error{ErrorCode::FileNotWritable,
                     QString::fromUtf8(openFailedText(path, errno)),
                     {},
                     QStringLiteral("make its folder and give this user the right to write there")};
    return std::unique_ptr<LogFile>(new LogFile(path, options, std::move(descriptor)));
}

LogFile::LogFile(const QByteArray &path, const LogFileOptions &options, LogDescriptor descriptor)
    : m_path(path)
    , m_options(options)
    , m_descriptor(std::move(descriptor))
{
    m_buffer.reserve(options.bufferBytes);
}

LogFile::~LogFile()
{
    flush({}); // nobody is left to complain to
}

bool LogFile::isStandardError() const
{
    return m_descriptor.get() == STDERR_FILENO;
}

// A line that is longer than the whole buffer goes out by itself, behind what waits.
std::optional<LogComplaint> LogFile::write(QByteArrayView lines, std::chrono::seconds now)
{
    if (m_options.bufferBytes == 0)
        return put(lines, now);
    std::optional<LogComplaint> complaint;
    if (lines.size() > m_options.bufferBytes - m_buffer.size())
        complaint = flush(now);
    if (lines.size() <= m_options.bufferBytes) {
        m_buffer.append(lines);
        return complaint;
    }
    std::optional<LogComplaint> second = put(lines, now);
    return complaint ? complaint : second;
}

std::optional<LogComplaint> LogFile::flush(std::chrono::seconds now)
{
    if (m_buffer.isEmpty())
        return {};
    std::optional<LogComplaint> complaint = put(m_buffer, now);
    m_buffer.resize(0);
    return complaint;
}

std::optional<LogComplaint> LogFile::put(QByteArrayView bytes, std::chrono::seconds now)
{
    if (m_fullAt == now)
        return {};
    std::optional<LogComplaint> complaint =
        writeLog(m_descriptor.get(), m_path, m_options.gzipLevel ? gzipText(bytes, m_options.gzipLevel) : bytes);
    if (!complaint)
        return {};
    if (complaint->error == ENOSPC)
        m_fullAt = now;
    if (!m_gate.passes(now))
        return {};
    return complaint;
}

Result<void> LogFile::reopen(std::chrono::seconds now)
{
    flush(now);
    if (isStandardError())
        return {};
    LogDescriptor descriptor = LogDescriptor::forAppending(m_path);
    if (!descriptor.isOpen())
        return Error{ErrorCode::FileNotWritable, QString::fromUtf8(openFailedText(m_path, errno)), {}, {}};
    m_descriptor = std::move(descriptor);
    return {};
}

} // namespace portlight
