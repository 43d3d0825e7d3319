// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>

#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

namespace portlight {

// A growing run of bytes to be sent: appended inline, reused between messages, no allocation while it fits.
// One thread; owned by the connection it belongs to.
class WireBuffer
{
public:
    WireBuffer() = default;
    ~WireBuffer() { std::free(m_data); }
    WireBuffer(const WireBuffer &) = delete;
    WireBuffer &operator=(const WireBuffer &) = delete;
    WireBuffer(WireBuffer &&other) noexcept
        : m_data(std::exchange(other.m_data, nullptr))
        , m_size(std::exchange(other.m_size, 0))
        , m_capacity(std::exchange(other.m_capacity, 0))
    {}
    WireBuffer &operator=(WireBuffer &&other) noexcept
    {
        std::swap(m_data, other.m_data);
        std::swap(m_size, other.m_size);
        std::swap(m_capacity, other.m_capacity);
        return *this;
    }

    const char *data() const { return m_data; }
    size_t size() const { return m_size; }
    bool isEmpty() const { return m_size == 0; }
    size_t capacity() const { return m_capacity; }
    QByteArrayView view() const { return {m_data, qsizetype(m_size)}; }
    void clear() { m_size = 0; }
    // Gives the memory back.
    void release()
    {
        std::free(m_data);
        m_data = nullptr;
        m_size = m_capacity = 0;
    }

    void append(const char *bytes, size_t count)
    {
        std::memcpy(reserve(count), bytes, count);
        m_size += count;
    }
    void append(QByteArrayView bytes)
    {
        if (!bytes.isEmpty())
            append(bytes.data(), size_t(bytes.size()));
    }
    void append(char c)
    {
        *reserve(1) = c;
        ++m_size;
    }
    template<size_t N>
    void appendLiteral(const char (&text)[N])
    {
        append(text, N - 1);
    }
    void appendNumber(quint64 value);
    void appendHex(quint64 value); // lower case, no leading zeros

    // Room for `count` more bytes behind the end; follow with commit().
    char *reserve(size_t count)
    {
        if (m_capacity - m_size < count)
            grow(count);
        return m_data + m_size;
    }
    void commit(size_t count) { m_size += count; }

private:
    void grow(size_t count)
    {
        size_t wanted = m_capacity ? m_capacity * 2 : 512;
        while (wanted - m_size < count)
            wanted *= 2;
        char *bigger = static_cast<char *>(std::realloc(m_data, wanted));
        if (!bigger)
            throw std::bad_alloc();
        m_data = bigger;
        m_capacity = wanted;
    }

    char *m_data = nullptr;
    size_t m_size = 0;
    size_t m_capacity = 0;
};

} // namespace portlight
