// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/filelock.h"

#include <QCoreApplication>
#include <QFile>
#include <QFileInfo>

#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

constexpr std::chrono::milliseconds LookAgainAfter{10};
constexpr qint64 HolderBytesMax = 512;

struct Holder {
    qint64 pid = 0;
    QString program;
};

Holder holderIn(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    const QByteArrayList lines = file.read(HolderBytesMax).split('\n');
    return lines.size() < 2 ? Holder{} : Holder{lines[0].toLongLong(), QString::fromUtf8(lines[1])};
}

Error heldBy(const Holder &holder)
{
    return {ErrorCode::FileLocked,
            holder.pid > 0 ? u"%1 (process %2)"_s.arg(holder.program).arg(holder.pid) : u"another program"_s,
            {},
            {}};
}

Error cannot(int error)
{
    return {ErrorCode::FileNotWritable, QString::fromLocal8Bit(std::strerror(error)), {}, {}};
}

// A holder that let go has taken its file away: what was opened before that is a lock that nobody else sees.
bool isStillThere(int descriptor, const QByteArray &path)
{
    struct stat opened {
    };
    struct stat named {
    };
    return ::fstat(descriptor, &opened) == 0 && ::stat(path.constData(), &named) == 0 && opened.st_ino == named.st_ino
           && opened.st_dev == named.st_dev;
}

// The descriptor that holds the lock; -1: another one has it.
Result<int> tryOnce(const QByteArray &path)
{
    while (true) {
        const int descriptor = ::open(path.constData(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (descriptor < 0)
            return cannot(errno);
        const int error = ::flock(descriptor, LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
        if (error == 0 && isStillThere(descriptor, path))
            return descriptor;
        ::close(descriptor);
        if (error == EWOULDBLOCK)
            return -1;
        if (error != 0 && error != EINTR)
            return cannot(error);
    }
}

} // namespace

FileLock::FileLock(QByteArray path, int descriptor)
    : m_path(std::move(path))
    , m_descriptor(descriptor)
{
    writeHolder();
}

FileLock::~FileLock()
{
    if (isStillThere(m_descriptor, m_path))
        ::unlink(m_path.constData()); // before it is let go: whoever waits sees that it is gone
    ::flock(m_descriptor, LOCK_UN);   // a child that has yet to start its program may have the descriptor as well
    ::close(m_descriptor);
}

// Best effort: the lock holds on a full disk, too.
void FileLock::writeHolder()
{
    const QString program = QFileInfo(QCoreApplication::applicationFilePath()).fileName();
    const QByteArray text = QByteArray::number(qint64(::getpid())) + '\n' + program.toUtf8() + '\n';
    if (::ftruncate(m_descriptor, 0) == 0) [[maybe_unused]]
        const ssize_t written = ::pwrite(m_descriptor, text.constData(), size_t(text.size()), 0);
}

Result<std::unique_ptr<FileLock>> FileLock::take(const QString &path, std::chrono::milliseconds wait)
{
    const QByteArray name = QFile::encodeName(path);
    const auto until = std::chrono::steady_clock::now() + wait;
    while (true) {
        const Result<int> descriptor = tryOnce(name);
        if (!descriptor)
            return descriptor.error();
        if (*descriptor >= 0)
            return std::unique_ptr<FileLock>(new FileLock(name, *descriptor));
        if (std::chrono::steady_clock::now() >= until)
            return heldBy(holderIn(path));
        std::this_thread::sleep_for(LookAgainAfter);
    }
}

qint64 lockHolderPid(const QString &path)
{
    return holderIn(path).pid;
}

} // namespace portlight
