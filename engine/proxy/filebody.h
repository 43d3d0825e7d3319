// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/ranges.h"
#include "net/bufferpool.h"
#include "net/openedfile.h"

namespace portlight {

// The bytes of a response that come from a file: all of it, a range, or several ranges with texts between them. Read
// piece by piece. Engine thread; owned by the exchange that sends it.
class FileBody
{
public:
    // Of the whole file, as large as it was when it was opened.
    FileBody(OpenedFile file, QByteArray path);

    // Only that range, or these, from now on.
    void select(const ByteRange &range);
    void select(const MultipartRanges &parts);
    const QByteArray &path() const { return m_path; }
    bool atEnd() const { return m_segment == m_segments.size(); }

    // Why next() gave nothing.
    struct Shortage {
        int error = 0; // errno; 0: the file has become shorter
        qint64 wanted = 0;
        qint64 read = 0;
    };
    // The next bytes, at most BufferPool::LargeBytes; an empty buffer when the file did not give what it promised.
    Buffer next(BufferPool &pool, Shortage &shortage);

private:
    struct Segment {
        QByteArray text; // in front of the range
        ByteRange range;
    };
    bool fill(Buffer &buffer, Segment &segment, Shortage &shortage);

    OpenedFile m_file;
    QByteArray m_path;
    std::vector<Segment> m_segments;
    size_t m_segment = 0;
};

} // namespace portlight
