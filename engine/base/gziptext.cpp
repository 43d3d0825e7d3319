// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/gziptext.h"

#include <zlib.h>

namespace portlight {

namespace {

constexpr int GzipFraming = 16; // deflateInit2: added to the window bits
constexpr int DefaultMemoryLevel = 8;
constexpr int WindowBitsMin = 9;
constexpr int WindowSlack = 262; // zlib uses so much less of a window than its size

} // namespace

QByteArray gzipText(QByteArrayView text, int level)
{
    int windowBits = MAX_WBITS;
    int memoryLevel = DefaultMemoryLevel;
    while (windowBits > WindowBitsMin && text.size() < (qsizetype(1) << (windowBits - 1)) - WindowSlack) {
        --windowBits;
        --memoryLevel;
    }
    z_stream stream{};
    if (deflateInit2(&stream, level, Z_DEFLATED, windowBits + GzipFraming, qMax(memoryLevel, 1), Z_DEFAULT_STRATEGY)
        != Z_OK)
        return {};
    QByteArray out(qsizetype(deflateBound(&stream, uLong(text.size()))), Qt::Uninitialized);
    stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(text.data())); // zlib only reads it
    stream.avail_in = uInt(text.size());
    stream.next_out = reinterpret_cast<Bytef *>(out.data());
    stream.avail_out = uInt(out.size());
    const bool whole = deflate(&stream, Z_FINISH) == Z_STREAM_END;
    out.resize(whole ? qsizetype(stream.total_out) : 0);
    deflateEnd(&stream);
    return out;
}

} // namespace portlight
