// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/ranges.h"

#include "http/asciitable.h"
#include "http/httpdate.h"
#include "http/message.h"

#include <limits>

namespace portlight {

namespace {

constexpr QByteArrayView Unit = "bytes=";
constexpr qint64 OffsetMax = std::numeric_limits<qint64>::max();
constexpr qint64 PartOverheadBytes = 256;     // what a part's head is taken to cost
constexpr qint64 AllowedOverheadBytes = 4096; // how much more than the whole content many ranges may cost

// The text behind "bytes=", character by character; a NUL behind the end.
class RangeReader
{
public:
    explicit RangeReader(QByteArrayView text)
        : m_text(text)
    {}
    char peek() const { return m_at < m_text.size() ? m_text[m_at] : '\0'; }
    bool atEnd() const { return m_at >= m_text.size(); }
    bool take(char wanted)
    {
        if (atEnd() || peek() != wanted)
            return false;
        ++m_at;
        return true;
    }
    void skipSpaces()
    {
        while (take(' ')) {}
    }
    // False when there is no digit, or the number is no offset.
    bool number(qint64 &value)
    {
        if (!ascii::isDigit(peek()))
            return false;
        for (value = 0; ascii::isDigit(peek()); ++m_at) {
            const int digit = peek() - '0';
            if (value > (OffsetMax - digit) / 10)
                return false;
            value = value * 10 + digit;
        }
        return true;
    }

private:
    QByteArrayView m_text;
    qsizetype m_at = 0;
};

// One "first-last", "first-" or "-suffix", cut to the content; false when it is malformed.
bool readRange(RangeReader &in, qint64 contentLength, ByteRange &range)
{
    range = {};
    in.skipSpaces();
    const bool suffix = in.peek() == '-';
    if (!suffix && !in.number(range.start))
        return false;
    in.skipSpaces();
    if (!in.take('-'))
        return false;
    if (!suffix) {
        in.skipSpaces();
        if (in.atEnd() || in.peek() == ',') {
            range.end = contentLength;
            return true;
        }
    }
    qint64 last = 0;
    if (!in.number(last))
        return false;
    in.skipSpaces();
    if (!in.atEnd() && in.peek() != ',')
        return false;
    if (suffix) {
        range.start = last < contentLength ? contentLength - last : 0;
        last = contentLength - 1;
    }
    range.end = last >= contentLength ? contentLength : last + 1;
    return true;
}

} // namespace

bool isBytesRange(QByteArrayView field)
{
    return field.size() > Unit.size() && equalsIgnoringCase(field.first(Unit.size()), Unit);
}

RangeSelection parseRanges(QByteArrayView field, qint64 contentLength, quint32 rangesMax)
{
    using Outcome = RangeSelection::Outcome;
    RangeReader in(field.sliced(Unit.size()));
    RangeSelection selection;
    qint64 total = 0;
    do {
        ByteRange range;
        if (!readRange(in, contentLength, range))
            return {Outcome::NotSatisfiable, {}};
        if (range.start < range.end) {
            if (total > OffsetMax - range.length())
                return {Outcome::NotSatisfiable, {}};
            total += range.length();
            if (selection.ranges.size() == rangesMax)
                return {};
            selection.ranges.push_back(range);
        } else if (range.start == 0) {
            return {};
        }
    } while (in.take(','));
    if (selection.ranges.empty())
        return {Outcome::NotSatisfiable, {}};
    if (selection.ranges.size() > 1) {
        if (total > contentLength)
            return {};
        const qint64 overhead = qint64(selection.ranges.size()) * PartOverheadBytes - AllowedOverheadBytes;
        if (rangesMax == RangesUnlimited && overhead > contentLength - total)
            return {};
    }
    selection.outcome = Outcome::Partial;
    return selection;
}

bool ifRangeHolds(QByteArrayView field, const Validators &response)
{
    if (field.size() >= 2 && field.endsWith('"'))
        return !response.etag.isEmpty() && field == response.etag;
    return response.lastModified && parseHttpDate(field) == response.lastModified;
}

QByteArray contentRange(const ByteRange &range, qint64 contentLength)
{
    return "bytes " + QByteArray::number(range.start) + '-' + QByteArray::number(range.end - 1) + '/'
           + QByteArray::number(contentLength);
}

QByteArray unsatisfiedContentRange(qint64 contentLength)
{
    return "bytes */" + QByteArray::number(contentLength);
}

MultipartRanges::MultipartRanges(std::vector<ByteRange> ranges, QByteArrayView contentType, qint64 contentLength,
                                 quint64 boundary)
    : m_ranges(std::move(ranges))
    , m_boundary(QByteArray::number(boundary).rightJustified(BoundaryDigits, '0'))
    , m_partType(contentType.toByteArray())
    , m_contentLength(contentLength)
{}

QByteArray MultipartRanges::partHead(size_t index) const
{
    QByteArray head = "\r\n--" + m_boundary + "\r\n";
    if (!m_partType.isEmpty())
        head += "Content-Type: " + m_partType + "\r\n";
    return head + "Content-Range: " + contentRange(m_ranges[index], m_contentLength) + "\r\n\r\n";
}

qint64 MultipartRanges::length() const
{
    qint64 total = end().size();
    for (size_t i = 0; i < m_ranges.size(); ++i)
        total += partHead(i).size() + m_ranges[i].length();
    return total;
}

} // namespace portlight
