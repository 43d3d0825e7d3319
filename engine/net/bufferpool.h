// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

#include <utility>
#include <vector>

namespace portlight {

class BufferPool;

// A block of bytes lent by a pool: data between begin and end, room behind. Move-only; goes back when destroyed.
// Engine thread.
class Buffer
{
public:
    Buffer() = default;
    ~Buffer() { release(); }
    Buffer(Buffer &&other) noexcept { swap(other); }
    Buffer &operator=(Buffer &&other) noexcept
    {
        if (this != &other) {
            release();
            swap(other);
        }
        return *this;
    }
    explicit operator bool() const { return m_block != nullptr; }

    char *data() { return m_block + m_begin; }
    const char *data() const { return m_block + m_begin; }
    quint32 size() const { return m_end - m_begin; }
    bool isEmpty() const { return m_begin == m_end; }
    quint32 capacity() const { return m_capacity; }
    // Where new bytes go, and how many fit.
    char *room() { return m_block + m_end; }
    quint32 roomSize() const { return m_capacity - m_end; }
    void grow(quint32 bytes)
    {
        Q_ASSERT(bytes <= roomSize());
        m_end += bytes;
    }
    // Drops bytes at the front.
    void consume(quint32 bytes)
    {
        Q_ASSERT(bytes <= size());
        m_begin += bytes;
        if (m_begin == m_end)
            m_begin = m_end = 0;
    }
    // Moves the data to the start of the block, so that all free room is behind it.
    void compact();
    void clear() { m_begin = m_end = 0; }
    // Keeps only the first `bytes` of the data.
    void truncate(quint32 bytes)
    {
        Q_ASSERT(bytes <= size());
        m_end = m_begin + bytes;
        if (bytes == 0)
            m_begin = m_end = 0;
    }
    // Gives the block back to its pool; the buffer is then null.
    void release();

private:
    friend class BufferPool;
    void swap(Buffer &other) noexcept
    {
        std::swap(m_block, other.m_block);
        std::swap(m_begin, other.m_begin);
        std::swap(m_end, other.m_end);
        std::swap(m_capacity, other.m_capacity);
        std::swap(m_pool, other.m_pool);
    }
    char *m_block = nullptr;
    quint32 m_begin = 0;
    quint32 m_end = 0;
    quint32 m_capacity = 0;
    BufferPool *m_pool = nullptr;
};

// Lends blocks of a few fixed sizes and keeps a bounded number of free ones. Engine thread; owned by the loop, outlives
// all its buffers.
class BufferPool
{
public:
    static constexpr quint32 SmallBytes = 4 * 1024;          // heads
    static constexpr quint32 MediumBytes = 16 * 1024;        // capture, larger heads
    static constexpr quint32 LargeBytes = 64 * 1024;         // bodies
    static constexpr quint32 FreeBytesMax = 4 * 1024 * 1024; // kept of each size

    BufferPool() = default;
    ~BufferPool();
    BufferPool(const BufferPool &) = delete;
    BufferPool &operator=(const BufferPool &) = delete;
    // A buffer of at least that capacity: one of the sizes above, or an exact allocation beyond the largest.
    Buffer take(quint32 bytes);
    // Bytes lent now, for tests and the status page.
    qint64 lentBytes() const { return m_lentBytes; }
    // Bytes kept for the next take(): at most FreeBytesMax of each size.
    qint64 freeBytes() const;

private:
    friend class Buffer;
    void giveBack(char *block, quint32 capacity);
    std::vector<char *> m_free[3];
    qint64 m_lentBytes = 0;
};

} // namespace portlight
