// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/responsepool.h"

#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace portlight {

namespace {

Buffer copyOf(BufferPool &pool, const char *data, quint32 size)
{
    Buffer copy = pool.take(size);
    std::memcpy(copy.room(), data, size);
    copy.grow(size);
    return copy;
}

// The first bytes of the buffer, which keeps the others; the shorter part is copied.
Buffer cutFront(BufferPool &pool, Buffer &buffer, quint32 bytes)
{
    if (bytes <= buffer.size() / 2) {
        Buffer head = copyOf(pool, buffer.data(), bytes);
        buffer.consume(bytes);
        return head;
    }
    Buffer tail = copyOf(pool, buffer.data() + bytes, buffer.size() - bytes);
    buffer.truncate(bytes);
    std::swap(buffer, tail);
    return tail;
}

} // namespace

void ResponsePool::begin(const ResponsePoolBounds &bounds, quint32 *fileNumber)
{
    clear();
    m_bounds = bounds;
    m_fileNumber = fileNumber;
}

void ResponsePool::clear()
{
    m_parts.clear();
    m_first = 0;
    m_memoryBytes = m_written = m_read = 0;
    m_path.clear();
    m_error = {};
    if (m_descriptor >= 0)
        ::close(std::exchange(m_descriptor, -1));
}

void ResponsePool::append(Buffer data)
{
    if (data.isEmpty())
        return;
    m_memoryBytes += data.size();
    // A block lent for a few bytes is not kept for them.
    if (m_first < m_parts.size() && m_parts.back().roomSize() >= data.size()) {
        std::memcpy(m_parts.back().room(), data.data(), data.size());
        m_parts.back().grow(data.size());
        return;
    }
    m_parts.push_back(std::move(data));
}

Buffer ResponsePool::take(BufferPool &pool, qint64 bytesMax)
{
    if (m_read < m_written)
        return readFile(pool, qMin(bytesMax, m_written - m_read));
    if (m_memoryBytes == 0 || bytesMax <= 0)
        return {};
    Buffer &front = m_parts[m_first];
    if (bytesMax < front.size()) {
        m_memoryBytes -= bytesMax;
        return cutFront(pool, front, quint32(bytesMax));
    }
    Buffer whole = std::move(front);
    m_memoryBytes -= whole.size();
    if (++m_first == m_parts.size()) {
        m_parts.clear();
        m_first = 0;
    }
    return whole;
}

Buffer ResponsePool::readFile(BufferPool &pool, qint64 bytesMax)
{
    Buffer part = pool.take(quint32(qMin<qint64>(bytesMax, BufferPool::LargeBytes)));
    const auto wanted = size_t(qMin<qint64>(bytesMax, part.roomSize()));
    ssize_t count = 0;
    do {
        count = ::pread(m_descriptor, part.room(), wanted, m_read);
    } while (count < 0 && errno == EINTR);
    if (count <= 0) {
        m_error = {"pread", count < 0 ? errno : 0};
        return {};
    }
    part.grow(quint32(count));
    m_read += count;
    return part;
}

ResponsePool::Spill ResponsePool::spill()
{
    if (m_written >= m_bounds.fileBytesMax)
        return Spill::Full;
    if (m_descriptor < 0 && !openFile())
        return Spill::Failed;
    while (m_memoryBytes > 0) {
        Buffer &front = m_parts[m_first];
        const qint64 room = m_bounds.fileBytesMax - m_written;
        if (room == 0)
            return isFull() ? Spill::Full : Spill::Done;
        const qint64 count = writeOut(front.data(), qMin(qMin<qint64>(front.size(), m_bounds.fileWriteBytes), room));
        if (count < 0)
            return Spill::Failed;
        m_written += count;
        m_memoryBytes -= count;
        front.consume(quint32(count));
        if (front.isEmpty()) {
            front.release();
            ++m_first;
        }
    }
    m_parts.clear();
    m_first = 0;
    return Spill::Done;
}

bool ResponsePool::openFile()
{
    const TempFile file = openUnnamedFile(m_bounds.folder, *m_fileNumber);
    m_descriptor = file.descriptor;
    m_path = file.path;
    if (file.error)
        m_error = {"open", file.error};
    return m_descriptor >= 0;
}

// How many bytes were written, or -1.
qint64 ResponsePool::writeOut(const char *data, qint64 size)
{
    for (;;) {
        const ssize_t count = ::pwrite(m_descriptor, data, size_t(size), m_written);
        if (count > 0)
            return count;
        if (count < 0 && errno == EINTR)
            continue;
        m_error = {"pwrite", count < 0 ? errno : ENOSPC};
        return -1;
    }
}

} // namespace portlight
