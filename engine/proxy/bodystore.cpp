// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/bodystore.h"

#include "http/wirebuffer.h"

#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace portlight {

BodyStore::~BodyStore()
{
    reset(0);
}

void BodyStore::reset(const BodyStoreOptions &options, quint32 *fileNumber)
{
    m_size = m_readPosition = 0;
    m_parts.clear();
    if (m_descriptor >= 0)
        ::close(std::exchange(m_descriptor, -1));
    if (m_options.file == BodyFile::Clean && !m_path.isEmpty())
        ::unlink(m_path.constData());
    m_path.clear();
    m_options = options;
    m_fileNumber = fileNumber ? fileNumber : &m_ownNumber;
}

int BodyStore::append(Buffer data)
{
    if (data.isEmpty())
        return 0;
    if (m_descriptor < 0 && (m_options.file != BodyFile::Off || m_size + data.size() > m_options.memoryBytesMax)) {
        if (const int error = spill())
            return error;
    }
    const qint64 added = data.size();
    if (m_descriptor >= 0) {
        if (const int error = writeAll(data.data(), data.size()))
            return error;
    } else if (!m_parts.empty() && m_parts.back().roomSize() >= data.size()) {
        std::memcpy(m_parts.back().room(), data.data(), data.size());
        m_parts.back().grow(data.size());
    } else {
        m_parts.push_back(std::move(data));
    }
    m_size += added;
    return 0;
}

int BodyStore::complete()
{
    return m_descriptor < 0 && m_options.file != BodyFile::Off ? spill() : 0;
}

int BodyStore::spill()
{
    if (const int error = openFile())
        return error;
    for (const Buffer &part : m_parts) {
        if (const int error = writeAll(part.data(), part.size()))
            return error;
    }
    m_parts.clear();
    return 0;
}

int BodyStore::openFile()
{
    const TempFile file = m_options.file == BodyFile::Off || m_options.folder.path.isEmpty()
                              ? openUnnamedFile(m_options.folder, *m_fileNumber)
                              : openNumberedFile(m_options.folder.path, m_options.folder.levels, *m_fileNumber);
    m_descriptor = file.descriptor;
    m_path = file.path;
    return file.error;
}

bool BodyStore::appendTo(WireBuffer &out) const
{
    if (m_descriptor >= 0)
        return false;
    for (const Buffer &part : m_parts)
        out.append(part.data(), part.size());
    return true;
}

int BodyStore::writeAll(const char *data, size_t size)
{
    while (size > 0) {
        const ssize_t written = ::write(m_descriptor, data, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return written < 0 ? errno : ENOSPC;
        data += written;
        size -= size_t(written);
    }
    return 0;
}

Buffer BodyStore::readNext(BufferPool &pool, int &error)
{
    error = 0;
    const qint64 left = m_size - m_readPosition;
    Buffer part = pool.take(quint32(qMin<qint64>(left, BufferPool::LargeBytes)));
    if (m_descriptor >= 0) {
        const ssize_t count =
            ::pread(m_descriptor, part.room(), size_t(qMin<qint64>(left, part.roomSize())), m_readPosition);
        if (count <= 0) {
            error = count < 0 ? errno : EIO;
            return {};
        }
        part.grow(quint32(count));
    } else {
        qint64 at = 0; // of the part's first byte
        for (const Buffer &kept : m_parts) {
            if (m_readPosition < at + kept.size() && part.roomSize() > 0) {
                const quint32 from = quint32(qMax<qint64>(0, m_readPosition + part.size() - at));
                const quint32 count = qMin(kept.size() - from, part.roomSize());
                std::memcpy(part.room(), kept.data() + from, count);
                part.grow(count);
            }
            at += kept.size();
        }
    }
    m_readPosition += part.size();
    return part;
}

} // namespace portlight
