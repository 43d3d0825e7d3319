// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/bufferpool.h"

#include <cstring>

namespace portlight {

namespace {

constexpr quint32 ClassBytes[] = {BufferPool::SmallBytes, BufferPool::MediumBytes, BufferPool::LargeBytes};
constexpr int ClassCount = 3;

// The first class that holds that many bytes; ClassCount beyond the largest.
int classFor(quint32 bytes)
{
    int index = 0;
    while (index < ClassCount && ClassBytes[index] < bytes)
        ++index;
    return index;
}

} // namespace

void Buffer::compact()
{
    if (m_begin == 0)
        return;
    std::memmove(m_block, m_block + m_begin, size());
    m_end -= m_begin;
    m_begin = 0;
}

void Buffer::release()
{
    if (!m_block)
        return;
    m_pool->giveBack(m_block, m_capacity);
    m_block = nullptr;
    m_begin = m_end = m_capacity = 0;
    m_pool = nullptr;
}

BufferPool::~BufferPool()
{
    Q_ASSERT_X(m_lentBytes == 0, "BufferPool", "destroyed before its buffers");
    for (std::vector<char *> &free : m_free) {
        for (char *block : free)
            delete[] block;
    }
}

Buffer BufferPool::take(quint32 bytes)
{
    const int index = classFor(bytes);
    Buffer buffer;
    buffer.m_pool = this;
    buffer.m_capacity = index < ClassCount ? ClassBytes[index] : bytes;
    if (index < ClassCount && !m_free[index].empty()) {
        buffer.m_block = m_free[index].back();
        m_free[index].pop_back();
    } else {
        buffer.m_block = new char[buffer.m_capacity];
    }
    m_lentBytes += buffer.m_capacity;
    return buffer;
}

void BufferPool::giveBack(char *block, quint32 capacity)
{
    m_lentBytes -= capacity;
    const int index = classFor(capacity);
    if (index < ClassCount && m_free[index].size() < FreeBytesMax / capacity)
        m_free[index].push_back(block);
    else
        delete[] block;
}

qint64 BufferPool::freeBytes() const
{
    qint64 bytes = 0;
    for (int index = 0; index < ClassCount; ++index)
        bytes += qint64(m_free[index].size()) * ClassBytes[index];
    return bytes;
}

} // namespace portlight
