// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/responseparser.h"

#include "http/asciitable.h"
#include "http/framingfields.h"

namespace portlight {

using Code = HttpProtocolError::Code;

namespace {
constexpr HttpVersion Http11{1, 1};
}

ResponseParser::ResponseParser(const ResponseLimits &limits)
    : m_limits(limits)
{}

void ResponseParser::setLimits(const ResponseLimits &limits)
{
    m_limits = limits;
}

void ResponseParser::reset()
{
    m_head.clear();
    m_error = {};
    m_position = 0;
    m_phase = Phase::StatusLine;
    m_lineState = LineState::Protocol;
    m_digits = m_major = m_minor = 0;
    m_hasTransferEncoding = m_hasConnection = false;
}

bool ResponseParser::fail(Code code, const char *message, qsizetype offset)
{
    m_error = {code, 502, message, offset};
    m_phase = Phase::Failed;
    return false;
}

ParseStatus ResponseParser::parse(const char *data, qsizetype size)
{
    const qsizetype headBytesMax = m_limits.headBytesMax;
    const qsizetype end = std::min(size, headBytesMax);
    if (m_phase == Phase::StatusLine)
        readStatusLine(data, end);
    if (m_phase == Phase::Fields)
        readFields(data, end);
    if (m_phase == Phase::Complete)
        return ParseStatus::Complete;
    if (m_phase != Phase::Failed && m_position >= headBytesMax)
        fail(Code::HeaderTooLarge, "upstream sent too big header", m_position);
    return m_phase == Phase::Failed ? ParseStatus::Failed : ParseStatus::NeedMore;
}

// No status line: HTTP/0.9, where everything up to the close is the body (nginx: "no valid HTTP/1.0 header").
void ResponseParser::takeAsBody()
{
    m_head.http09 = true;
    m_head.version = {0, 9};
    m_head.status = 200;
    m_head.keepAlive = false;
    m_position = 0;
    m_phase = Phase::Complete;
}

void ResponseParser::readStatusLine(const char *data, qsizetype end)
{
    static constexpr char protocol[] = "HTTP/";
    while (m_position < end && m_phase == Phase::StatusLine) {
        const char c = data[m_position];
        if (m_lineState == LineState::Protocol) {
            if (c != protocol[m_digits])
                return takeAsBody();
            ++m_digits;
            if (c == '/')
                m_lineState = LineState::MajorFirst;
        } else if (m_lineState < LineState::Status ? !readVersionByte(c, m_position) : !readStatusByte(c, m_position)) {
            return;
        }
        ++m_position;
    }
    if (m_phase == Phase::Fields)
        m_fields.start(m_position, {.underscores = true, .crlfOnly = false});
}

bool ResponseParser::readVersionByte(char c, qsizetype at)
{
    const bool digit = ascii::isDigit(c);
    if (m_lineState == LineState::Major && c == '.') {
        m_lineState = LineState::MinorFirst;
        return true;
    }
    if (m_lineState == LineState::Minor && c == ' ') {
        m_lineState = LineState::Status;
        m_digits = 0;
        return true;
    }
    const bool inMajor = m_lineState == LineState::MajorFirst || m_lineState == LineState::Major;
    int &number = inMajor ? m_major : m_minor;
    // Behind "HTTP/" a line that is no status line is an error: a hop that is more lenient would read a head here.
    if (!digit || number > 99 || (m_lineState == LineState::MajorFirst && c == '0'))
        return fail(Code::InvalidStatusLine, "upstream sent no valid HTTP/1.0 header", at);
    number = number * 10 + (c - '0');
    m_lineState = inMajor ? LineState::Major : LineState::Minor;
    return true;
}

bool ResponseParser::readStatusByte(char c, qsizetype at)
{
    constexpr const char *message = "upstream sent no valid HTTP/1.0 header";
    switch (m_lineState) {
    case LineState::Status:
        if (c == ' ' && m_digits == 0)
            return true;
        if (!ascii::isDigit(c))
            return fail(Code::InvalidStatusLine, message, at);
        m_head.status = m_head.status * 10 + (c - '0');
        if (++m_digits == 3) {
            m_lineState = LineState::AfterStatus;
            if (m_head.status < 100)
                return fail(Code::InvalidStatusLine, message, at);
        }
        return true;
    case LineState::AfterStatus:
        if (c != ' ' && c != '.' && c != '\r' && c != '\n') // nginx: IIS may send 403.1
            return fail(Code::InvalidStatusLine, message, at);
        m_lineState = LineState::Reason;
        m_head.reason.offset = quint32(c == ' ' ? at + 1 : at);
        if (c == ' ' || c == '.')
            return true;
        [[fallthrough]];
    case LineState::Reason:
        if (c == 0)
            return fail(Code::NulByte, message, at);
        if (c == '\n')
            return endStatusLine(at);
        if (c == '\r')
            m_lineState = LineState::LineFeed;
        return true;
    default: break;
    }
    if (c != '\n')
        return fail(Code::BareCr, message, at);
    return endStatusLine(at - 1);
}

bool ResponseParser::endStatusLine(qsizetype lineEnd)
{
    constexpr int digitsMax = 255; // as much as HttpVersion tells apart
    m_head.version = {quint8(std::min(m_major, digitsMax)), quint8(std::min(m_minor, digitsMax))};
    m_head.statusLine = {0, quint32(lineEnd)};
    m_head.reason.length = quint32(lineEnd) - m_head.reason.offset;
    m_phase = Phase::Fields;
    return true;
}

void ResponseParser::readFields(const char *data, qsizetype end)
{
    for (;;) {
        const FieldLines::Step step = m_fields.next(data, end);
        m_position = m_fields.position();
        if (step == FieldLines::Step::Field) {
            if (!takeField(data))
                return;
            continue;
        }
        if (step == FieldLines::Step::Failed)
            fail(m_fields.failure(), "upstream sent invalid header", m_position);
        else if (step == FieldLines::Step::End)
            finishHead(data);
        return;
    }
}

bool ResponseParser::takeField(const char *data)
{
    HeaderField field = m_fields.field();
    field.invalid = false; // ignore_invalid_headers is about clients: nginx passes a backend's odd names on
    if (m_head.fields.size() >= m_limits.fieldsMax)
        return fail(Code::TooManyHeaders, "upstream sent too many header lines", field.name.offset);
    m_head.fields.push_back(field);
    switch (field.id) {
    case HeaderId::ContentLength: return takeLength(data, field);
    case HeaderId::TransferEncoding: return takeTransferEncoding(data, field);
    case HeaderId::Connection: m_hasConnection = true; return true;
    case HeaderId::Upgrade: m_head.hasUpgrade = true; return true;
    default: return true;
    }
}

bool ResponseParser::takeLength(const char *data, const HeaderField &field)
{
    if (m_head.contentLength >= 0)
        return fail(Code::ConflictingContentLength, "upstream sent duplicate header line", field.name.offset);
    if (m_hasTransferEncoding) {
        return fail(Code::LengthWithTransferEncoding,
                    "upstream sent \"Content-Length\" and \"Transfer-Encoding\" headers at the same time",
                    field.name.offset);
    }
    const std::optional<qint64> length = parseContentLength(field.value.in(data));
    if (!length)
        return fail(Code::InvalidContentLength, "upstream sent invalid \"Content-Length\" header", field.value.offset);
    m_head.contentLength = *length;
    return true;
}

bool ResponseParser::takeTransferEncoding(const char *data, const HeaderField &field)
{
    if (m_hasTransferEncoding)
        return fail(Code::InvalidTransferEncoding, "upstream sent duplicate header line", field.name.offset);
    if (m_head.contentLength >= 0) {
        return fail(Code::LengthWithTransferEncoding,
                    "upstream sent \"Content-Length\" and \"Transfer-Encoding\" headers at the same time",
                    field.name.offset);
    }
    m_hasTransferEncoding = true;
    const TransferCoding coding = classifyTransferCoding(field.value.in(data));
    if (coding != TransferCoding::Chunked) {
        const bool unknown = coding == TransferCoding::Unknown;
        return fail(unknown ? Code::UnsupportedTransferEncoding : Code::InvalidTransferEncoding,
                    "upstream sent unknown \"Transfer-Encoding\"", field.value.offset);
    }
    if (m_head.version < Http11) {
        return fail(Code::TransferEncodingInHttp10, "upstream sent HTTP/1.0 response with \"Transfer-Encoding\" header",
                    field.name.offset);
    }
    m_head.chunked = true;
    return true;
}

void ResponseParser::finishHead(const char *data)
{
    ConnectionOptions options;
    if (m_hasConnection)
        options = readConnectionOptions(data, m_head.fields);
    if (options.tooMany) {
        fail(Code::TooManyConnectionOptions, "upstream sent too many connection options", m_position);
        return;
    }
    // An HTTP/1.0 backend is never asked again, whatever it says: so nginx.
    m_head.keepAlive = m_head.version >= Http11 && !options.close;
    m_phase = Phase::Complete;
}

} // namespace portlight
