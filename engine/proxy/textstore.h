// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>

#include <cstring>
#include <memory>
#include <vector>

namespace portlight {

// Texts that must stay where they are until their owner is done: one block after another, reused from one request to
// the next. One thread.
class TextStore
{
public:
    static constexpr size_t BlockBytes = 1024;

    // A copy that stays valid until clear(). Never null.
    QByteArrayView store(QByteArrayView text)
    {
        char *place = take(size_t(text.size()));
        if (!text.isEmpty())
            std::memcpy(place, text.data(), size_t(text.size()));
        return {place, text.size()};
    }
    void clear()
    {
        m_used = 0;
        m_large.clear();
    }

private:
    char *take(size_t count)
    {
        if (count > BlockBytes - m_used || !m_block) {
            if (m_block || count > BlockBytes) {
                m_large.push_back(std::make_unique<char[]>(count + 1));
                return m_large.back().get();
            }
            m_block = std::make_unique<char[]>(BlockBytes);
        }
        char *place = m_block.get() + m_used;
        m_used += count;
        return place;
    }

    std::unique_ptr<char[]> m_block;
    std::vector<std::unique_ptr<char[]>> m_large; // what the block has no room for
    size_t m_used = 0;
};

} // namespace portlight
