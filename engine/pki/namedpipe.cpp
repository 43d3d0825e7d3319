// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/namedpipe.h"

#include "base/loglevel.h"

#include <QScopeGuard>

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

Error failed(const char *call, const QByteArray &path, int error)
{
    return {ErrorCode::FileNotReadable,
            u"%1 \"%2\" failed (%3)"_s.arg(QLatin1String(call), QString::fromUtf8(path),
                                           QString::fromUtf8(describeErrno(error))),
            {},
            {}};
}

} // namespace

bool isNamedPipe(const QByteArray &path)
{
    struct stat info;
    return ::stat(path.constData(), &info) == 0 && S_ISFIFO(info.st_mode);
}

Result<QByteArray> readNamedPipe(const QByteArray &path, qsizetype bytesMax, std::chrono::milliseconds waitMax)
{
    const int descriptor = ::open(path.constData(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0)
        return failed("open()", path, errno);
    const auto closing = qScopeGuard([descriptor] { ::close(descriptor); });
    QByteArray text;
    while (text.size() <= bytesMax) {
        pollfd waiting{descriptor, POLLIN, 0};
        const int ready = ::poll(&waiting, 1, int(waitMax.count()));
        if (ready == 0)
            return Error{
                ErrorCode::FileNotReadable, u"nobody writes into \"%1\""_s.arg(QString::fromUtf8(path)), {}, {}};
        std::array<char, 4096> piece;
        const ssize_t count = ready < 0 ? -1 : ::read(descriptor, piece.data(), piece.size());
        if (count == 0) // the last writer has gone
            break;
        if (count > 0)
            text.append(piece.data(), count);
        else if (errno != EINTR && errno != EAGAIN)
            return failed("read()", path, errno);
    }
    return text;
}

} // namespace portlight
