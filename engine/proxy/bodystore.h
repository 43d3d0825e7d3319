// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/bufferpool.h"

#include <QByteArrayView>

#include <vector>

namespace portlight {

// A request's body kept whole before the backend is asked: in memory up to a bound, then in a temporary file that has
// no name and so cannot be left behind. Can be read again for another try. Engine thread; owned by an exchange.
class BodyStore
{
public:
    BodyStore() = default;
    ~BodyStore();
    BodyStore(const BodyStore &) = delete;
    BodyStore &operator=(const BodyStore &) = delete;

    void reset(qint64 memoryBytesMax);
    // 0, or the errno of a full disk or missing folder.
    [[nodiscard]] int append(Buffer data);
    qint64 size() const { return m_size; }
    bool usesFile() const { return m_descriptor >= 0; }
    void rewind() { m_readPosition = 0; }
    bool atEnd() const { return m_readPosition >= m_size; }
    // The next part; `error` is set to errno when the file cannot be read.
    Buffer readNext(BufferPool &pool, int &error);

private:
    int spill();
    int writeAll(const char *data, size_t size);

    qint64 m_memoryBytesMax = 16 * 1024;
    qint64 m_size = 0;
    qint64 m_readPosition = 0;
    std::vector<Buffer> m_parts;
    int m_descriptor = -1;
};

} // namespace portlight
