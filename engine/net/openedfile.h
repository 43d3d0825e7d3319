// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

namespace portlight {

// disable_symlinks: which links a path may lead through.
struct SymlinkRule {
    enum class Mode : quint8 { Follow, Refuse, RefuseOthers }; // off, on, if_not_owner
    Mode mode = Mode::Follow;
    qsizetype trustedBytes = 0; // so much of the path is not checked (from=); 0: all of it is
};

// What the system knows of a file.
struct FileFacts {
    bool isDirectory = false;
    bool isRegular = false;
    qint64 size = 0;
    qint64 modifiedAt = 0; // seconds since 1970
};

// A system call on a path that failed.
struct FileFailure {
    int error = 0;         // errno; 0: it worked
    const char *call = ""; // "open()", as nginx names it

    explicit operator bool() const { return error != 0; }
    // What nginx answers: 404 for what is not there, 403 for what may not be read, else 500.
    int status() const;
    bool isNotFound() const { return status() == 404; }
    // "open() "/srv/x" failed (2: No such file or directory)"
    QByteArray logText(QByteArrayView path) const;
};

// A file open for reading, closed with the object. Opened without waiting for a pipe's writer. Blocking reads, as nginx
// does them. Any thread.
class OpenedFile
{
public:
    OpenedFile() = default;
    ~OpenedFile() { close(); }
    OpenedFile(OpenedFile &&other) noexcept { swap(other); }
    OpenedFile &operator=(OpenedFile &&other) noexcept
    {
        swap(other);
        return *this;
    }

    // Opens `path` (no NUL in it). A directory is looked at and closed again.
    FileFailure open(const QByteArray &path, SymlinkRule links = {});
    bool isOpen() const { return m_descriptor >= 0; }
    int descriptor() const { return m_descriptor; }
    const FileFacts &facts() const { return m_facts; }
    // Reads at `offset`, as much as there is up to `size`; fewer bytes only at the end of the file. Negative: -errno.
    qint64 read(char *into, size_t size, qint64 offset) const;
    void close();

private:
    void swap(OpenedFile &other) noexcept
    {
        std::swap(m_descriptor, other.m_descriptor);
        std::swap(m_facts, other.m_facts);
    }
    int m_descriptor = -1;
    FileFacts m_facts;
};

// Looks at what is at `path` without keeping it open.
FileFailure inspectFile(const QByteArray &path, SymlinkRule links, FileFacts &facts);

} // namespace portlight
