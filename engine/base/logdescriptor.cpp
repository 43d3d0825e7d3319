// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/logdescriptor.h"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace portlight {

LogDescriptor LogDescriptor::forAppending(const QByteArray &path)
{
    const int descriptor = ::open(path.constData(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0644);
    if (descriptor < 0 && errno == ENXIO && path == "/dev/stdout")
        return LogDescriptor(STDOUT_FILENO);
    if (descriptor < 0 && errno == ENXIO && path == "/dev/stderr")
        return LogDescriptor(STDERR_FILENO);
    return LogDescriptor(descriptor);
}

void LogDescriptor::close()
{
    const int descriptor = std::exchange(m_descriptor, -1);
    if (descriptor > STDERR_FILENO)
        ::close(descriptor);
}

} // namespace portlight
