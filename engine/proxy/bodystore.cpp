// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/bodystore.h"

#include <QDir>
#include <QFile>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace portlight {

BodyStore::~BodyStore()
{
    reset(m_memoryBytesMax);
}

void BodyStore::reset(qint64 memoryBytesMax)
{
    m_memoryBytesMax = memoryBytesMax;
    m_size = m_readPosition = 0;
    m_parts.clear();
    if (m_descriptor >= 0)
        ::close(std::exchange(m_descriptor, -1));
}

int BodyStore::append(Buffer data)
{
    if (data.isEmpty())
        return 0;
    if (m_descriptor < 0 && m_size + data.size() > m_memoryBytesMax) {
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

int BodyStore::spill()
{
    m_descriptor = ::open(QFile::encodeName(QDir::tempPath()).constData(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (m_descriptor < 0)
        return errno;
    for (const Buffer &part : m_parts) {
        if (const int error = writeAll(part.data(), part.size()))
            return error;
    }
    m_parts.clear();
    return 0;
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
