// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <utility>

namespace portlight {

// An open log: closes itself, standard output and standard error excepted. One thread.
class LogDescriptor
{
public:
    LogDescriptor() = default;
    explicit LogDescriptor(int descriptor)
        : m_descriptor(descriptor)
    {}
    ~LogDescriptor() { close(); }
    LogDescriptor(LogDescriptor &&other) noexcept
        : m_descriptor(std::exchange(other.m_descriptor, -1))
    {}
    LogDescriptor &operator=(LogDescriptor &&other) noexcept
    {
        std::swap(m_descriptor, other.m_descriptor);
        return *this;
    }

    // Opens `path` for appending, made when it is missing (mode 0644). Never waits: a pipe nobody reads gives ENXIO, a
    // full one loses the line. Where /dev/stdout or /dev/stderr is a socket, which cannot be opened by that name, the
    // descriptor itself is used. Not open, and errno set, on failure.
    static LogDescriptor forAppending(const QByteArray &path);

    bool isOpen() const { return m_descriptor >= 0; }
    int get() const { return m_descriptor; }
    void close();

private:
    int m_descriptor = -1;
};

} // namespace portlight
