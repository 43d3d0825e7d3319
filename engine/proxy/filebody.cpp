// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/filebody.h"

#include <cstring>

namespace portlight {

FileBody::FileBody(OpenedFile file, QByteArray path)
    : m_file(std::move(file))
    , m_path(std::move(path))
{
    select(ByteRange{0, m_file.facts().size});
}

void FileBody::select(const ByteRange &range)
{
    m_segments.clear();
    if (range.length() > 0)
        m_segments.push_back({{}, range});
}

void FileBody::select(const MultipartRanges &parts)
{
    m_segments.clear();
    for (size_t i = 0; i < parts.ranges().size(); ++i)
        m_segments.push_back({parts.partHead(i), parts.ranges()[i]});
    m_segments.push_back({parts.end(), {}});
}

Buffer FileBody::next(BufferPool &pool, Shortage &shortage)
{
    qint64 left = 0;
    for (size_t i = m_segment; i < m_segments.size() && left < BufferPool::LargeBytes; ++i)
        left += m_segments[i].text.size() + m_segments[i].range.length();
    Buffer buffer = pool.take(quint32(qMin<qint64>(left, BufferPool::LargeBytes)));
    while (!atEnd() && buffer.roomSize() > 0) {
        Segment &segment = m_segments[m_segment];
        if (!fill(buffer, segment, shortage))
            return {};
        if (segment.text.isEmpty() && segment.range.length() == 0)
            ++m_segment;
    }
    return buffer;
}

// Moves what fits from the segment into the buffer.
bool FileBody::fill(Buffer &buffer, Segment &segment, Shortage &shortage)
{
    const auto textBytes = quint32(qMin<qint64>(segment.text.size(), buffer.roomSize()));
    std::memcpy(buffer.room(), segment.text.constData(), textBytes);
    buffer.grow(textBytes);
    segment.text.remove(0, textBytes);
    const qint64 wanted = qMin<qint64>(segment.range.length(), buffer.roomSize());
    if (wanted == 0)
        return true;
    const qint64 read = m_file.read(buffer.room(), size_t(wanted), segment.range.start);
    if (read < wanted) {
        shortage = {read < 0 ? int(-read) : 0, wanted, qMax<qint64>(0, read)};
        return false;
    }
    buffer.grow(quint32(read));
    segment.range.start += read;
    return true;
}

} // namespace portlight
