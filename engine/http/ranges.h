// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/conditions.h"

#include <QByteArray>

#include <vector>

namespace portlight {

// Bytes from `start` up to, not including, `end`.
struct ByteRange {
    qint64 start = 0;
    qint64 end = 0;

    qint64 length() const { return end - start; }
    friend bool operator==(const ByteRange &, const ByteRange &) = default;
};

struct RangeSelection {
    enum class Outcome : quint8 {
        Whole,          // the field is ignored: the whole content with 200
        Partial,        // 206, one or several ranges
        NotSatisfiable, // 416
    };
    Outcome outcome = Outcome::Whole;
    std::vector<ByteRange> ranges; // of Partial, in the order asked for
};

// max_ranges when the configuration says nothing: any number, as long as answering them costs little more than the
// whole content would.
inline constexpr quint32 RangesUnlimited = 0x7fffffff;

// The value of a Range field names bytes: "bytes=" and at least one character.
bool isBytesRange(QByteArrayView field);
// Reads a field for which isBytesRange() holds (RFC 9110 §14.1.2, ngx_http_range_parse): 416 for what is malformed or
// too large for an offset, and for ranges that all lie behind the end; the whole content for more than `rangesMax`
// ranges (which is at least 1), or ranges that add up to more than the content.
RangeSelection parseRanges(QByteArrayView field, qint64 contentLength, quint32 rangesMax);
// True when the value of If-Range is the response's entity tag or exactly its date (RFC 9110 §13.1.5).
bool ifRangeHolds(QByteArrayView field, const Validators &response);

// "bytes 0-99/1000"
QByteArray contentRange(const ByteRange &range, qint64 contentLength);
// "bytes */1000"
QByteArray unsatisfiedContentRange(qint64 contentLength);

// The texts between the parts of a multipart/byteranges body (RFC 9110 §14.6), byte for byte as nginx writes them.
class MultipartRanges
{
public:
    static constexpr int BoundaryDigits = 20;

    // `contentType` of the parts; empty: they name none. `boundary` differs from response to response.
    MultipartRanges(std::vector<ByteRange> ranges, QByteArrayView contentType, qint64 contentLength, quint64 boundary);
    // "multipart/byteranges; boundary=00000000000000000001"
    QByteArray contentType() const { return "multipart/byteranges; boundary=" + m_boundary; }
    const std::vector<ByteRange> &ranges() const { return m_ranges; }
    // In front of the part's bytes.
    QByteArray partHead(size_t index) const;
    // Behind the last part.
    QByteArray end() const { return "\r\n--" + m_boundary + "--\r\n"; }
    // Of the whole body.
    qint64 length() const;

private:
    std::vector<ByteRange> m_ranges;
    QByteArray m_boundary;
    QByteArray m_partType;
    qint64 m_contentLength;
};

} // namespace portlight
