// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/openedfile.h"

#include "base/errorlog.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace portlight {

namespace {

constexpr int ReadFlags = O_RDONLY | O_NONBLOCK | O_CLOEXEC;
#ifdef O_PATH
constexpr int SearchFlags = O_PATH | O_DIRECTORY | O_CLOEXEC;
#else
constexpr int SearchFlags = O_RDONLY | O_NONBLOCK | O_DIRECTORY | O_CLOEXEC;
#endif

// Closes what it holds.
class Descriptor
{
public:
    explicit Descriptor(int value = -1)
        : m_value(value)
    {}
    ~Descriptor() { reset(); }
    Descriptor(const Descriptor &) = delete;
    Descriptor &operator=(const Descriptor &) = delete;
    void reset(int value = -1)
    {
        const int error = errno;
        if (m_value >= 0)
            ::close(m_value);
        m_value = value;
        errno = error;
    }
    int value() const { return m_value; }

private:
    int m_value;
};

FileFacts factsOf(const struct stat &info)
{
    return {S_ISDIR(info.st_mode), S_ISREG(info.st_mode), qint64(info.st_size), qint64(info.st_mtime)};
}

// Opens one name inside `folder`; a link there only as the rule says. -1 with errno ELOOP, or ENOTDIR where a folder is
// wanted, when it forbids the link.
int openInside(int folder, const QByteArray &name, int flags, SymlinkRule::Mode mode)
{
    if (mode == SymlinkRule::Mode::Refuse)
        return ::openat(folder, name.constData(), flags | O_NOFOLLOW);
    const int opened = ::openat(folder, name.constData(), flags);
    if (opened < 0)
        return -1;
    struct stat link;
    struct stat target;
    const bool known =
        ::fstatat(folder, name.constData(), &link, AT_SYMLINK_NOFOLLOW) == 0 && ::fstat(opened, &target) == 0;
    if (known && (!S_ISLNK(link.st_mode) || link.st_uid == target.st_uid))
        return opened;
    const int error = known ? ELOOP : errno;
    ::close(opened);
    errno = error;
    return -1;
}

// Opens the path name by name, so that no link goes unseen (ngx_open_file_wrapper).
int openChecked(const QByteArray &path, SymlinkRule links, FileFailure &failure)
{
    const bool trusts = links.trustedBytes > 0;
    const QByteArray start = trusts ? path.first(links.trustedBytes) : path.startsWith('/') ? "/" : ".";
    Descriptor folder(::open(start.constData(), SearchFlags));
    if (folder.value() < 0) {
        failure = {errno, trusts ? "open()" : "openat()"};
        return -1;
    }
    qsizetype at = trusts ? links.trustedBytes : 0;
    while (at < path.size()) {
        const qsizetype slash = path.indexOf('/', at);
        const QByteArray name = path.mid(at, slash < 0 ? -1 : slash - at);
        at = slash < 0 ? path.size() : slash + 1;
        if (name.isEmpty())
            continue;
        const int opened = openInside(folder.value(), name, slash < 0 ? ReadFlags : SearchFlags, links.mode);
        if (opened < 0 || slash < 0) {
            failure = {opened < 0 ? errno : 0, "openat()"};
            return opened;
        }
        folder.reset(opened);
    }
    const int opened = ::openat(folder.value(), ".", ReadFlags); // the path ends with a slash: a folder is meant
    failure = {opened < 0 ? errno : 0, "openat()"};
    return opened;
}

int openAny(const QByteArray &path, SymlinkRule links, FileFailure &failure)
{
    if (links.mode != SymlinkRule::Mode::Follow)
        return openChecked(path, links, failure);
    const int opened = ::open(path.constData(), ReadFlags);
    failure = {opened < 0 ? errno : 0, "open()"};
    return opened;
}

} // namespace

int FileFailure::status() const
{
    switch (error) {
    case ENOENT:
    case ENOTDIR:
    case ENAMETOOLONG: return 404;
    case EACCES:
    case EMLINK:
    case ELOOP: return 403;
    default: return 500;
    }
}

QByteArray FileFailure::logText(QByteArrayView path) const
{
    return QByteArray(call) + " \"" + path.toByteArray() + "\" failed (" + describeErrno(error) + ')';
}

FileFailure OpenedFile::open(const QByteArray &path, SymlinkRule links)
{
    close();
    FileFailure failure;
    m_descriptor = openAny(path, links, failure);
    if (m_descriptor < 0)
        return failure;
    struct stat info;
    if (::fstat(m_descriptor, &info) != 0) {
        failure = {errno, "fstat()"};
        close();
        return failure;
    }
    m_facts = factsOf(info);
    if (m_facts.isDirectory)
        close();
    return {};
}

qint64 OpenedFile::read(char *into, size_t size, qint64 offset) const
{
    size_t done = 0;
    while (done < size) {
        const ssize_t count = ::pread(m_descriptor, into + done, size - done, offset + qint64(done));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return -errno;
        if (count == 0)
            break;
        done += size_t(count);
    }
    return qint64(done);
}

void OpenedFile::close()
{
    if (m_descriptor >= 0)
        ::close(std::exchange(m_descriptor, -1));
}

FileFailure inspectFile(const QByteArray &path, SymlinkRule links, FileFacts &facts)
{
    struct stat info;
    if (links.mode == SymlinkRule::Mode::Follow) {
        if (::stat(path.constData(), &info) != 0)
            return {errno, "stat()"};
        facts = factsOf(info);
        return {};
    }
    FileFailure failure;
    const Descriptor opened(openChecked(path, links, failure));
    if (opened.value() < 0)
        return failure;
    if (::fstat(opened.value(), &info) != 0)
        return {errno, "fstat()"};
    facts = factsOf(info);
    return {};
}

} // namespace portlight
