// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/requestparser.h"

#include "http/authority.h"
#include "http/framingfields.h"

namespace portlight {

using Code = HttpProtocolError::Code;

namespace {

constexpr int HeaderTooLargeStatus = 494; // nginx's own number, for error_page; the client gets 400
constexpr HttpVersion Http10{1, 0};
constexpr HttpVersion Http11{1, 1};

constexpr quint64 bitOf(HeaderId id)
{
    return quint64(1) << quint8(id);
}
static_assert(quint8(HeaderId::ProxyAuthorization) < 64, "a field id must fit the bit mask");

// nginx refuses a second one of these (ngx_http_process_unique_header_line).
constexpr quint64 uniqueFields =
    bitOf(HeaderId::Host) | bitOf(HeaderId::ContentLength) | bitOf(HeaderId::TransferEncoding) | bitOf(HeaderId::Expect)
    | bitOf(HeaderId::ContentRange) | bitOf(HeaderId::IfRange) | bitOf(HeaderId::IfMatch) | bitOf(HeaderId::IfNoneMatch)
    | bitOf(HeaderId::IfModifiedSince) | bitOf(HeaderId::IfUnmodifiedSince) | bitOf(HeaderId::Authorization)
    | bitOf(HeaderId::ProxyAuthorization);

} // namespace

RequestParser::RequestParser(const RequestLimits &limits)
    : m_limits(limits)
{
    reset();
}

void RequestParser::setLimits(const RequestLimits &limits)
{
    m_limits = limits;
    if (!started() && m_position == 0)
        m_bufferEnd = m_limits.firstBufferBytes;
}

void RequestParser::reset()
{
    m_head.clear();
    m_error = {};
    m_position = 0;
    m_line.start();
    m_phase = Phase::RequestLine;
    m_bufferEnd = m_limits.firstBufferBytes;
    m_buffersTaken = m_fieldsCounted = 0;
    m_seen = 0;
    m_contentLength = m_transferEncoding = NoField;
}

bool RequestParser::fail(Code code, int status, const char *message, qsizetype offset)
{
    m_error = {code, status, message, offset};
    m_phase = Phase::Failed;
    return false;
}

ParseStatus RequestParser::parse(const char *data, qsizetype size)
{
    for (;;) {
        // nginx never sees beyond the buffer at hand; neither do we, or the verdict would depend on how bytes arrive.
        const qsizetype end = std::min(size, m_bufferEnd);
        if (m_phase == Phase::RequestLine)
            readRequestLine(data, end);
        if (m_phase == Phase::Fields)
            readFields(data, end);
        if (m_phase == Phase::Complete)
            return ParseStatus::Complete;
        if (m_phase == Phase::Failed)
            return ParseStatus::Failed;
        if (m_position < m_bufferEnd)
            return ParseStatus::NeedMore;
        if (!takeLargeBuffer())
            return ParseStatus::Failed;
    }
}

bool RequestParser::readRequestLine(const char *data, qsizetype end)
{
    const ParseStatus status = m_line.read(data, end, m_head, m_error);
    m_position = m_line.position();
    if (status == ParseStatus::Failed) {
        m_phase = Phase::Failed;
        return false;
    }
    if (status == ParseStatus::NeedMore)
        return false;
    m_head.linesEnd = quint32(m_position);
    if (m_head.http09) {
        m_head.keepAlive = false;
        m_phase = Phase::Complete;
        return true;
    }
    m_phase = Phase::Fields;
    m_fields.start(m_position, {.underscores = m_limits.underscoresInHeaders, .crlfOnly = false});
    return true;
}

// The buffer that nginx reads into is full: what was read of the line moves into a fresh one of the large buffers
// (ngx_http_alloc_large_header_buffer). False when the line is too long for one, or none is left.
bool RequestParser::takeLargeBuffer()
{
    const bool inRequestLine = m_phase == Phase::RequestLine;
    // nginx would empty its buffer and read empty lines for ever; here the bytes are kept, so they must end somewhere.
    if (inRequestLine && !m_line.started())
        return fail(Code::InvalidRequestLine, 400, "client sent invalid request", m_position);
    const bool betweenLines = !inRequestLine && m_fields.betweenLines();
    const qsizetype lineStart = betweenLines ? m_position : inRequestLine ? m_line.lineStart() : m_fields.lineStart();
    const bool lineTooLong = !betweenLines && m_position - lineStart >= qsizetype(m_limits.largeBufferBytes);
    if (lineTooLong || m_buffersTaken >= m_limits.largeBuffers) {
        if (inRequestLine)
            return fail(Code::UriTooLong, 414, "client sent too long URI", m_position);
        const char *message = m_head.fields.empty() && betweenLines ? "client sent too large request"
                                                                    : "client sent too long header line";
        return fail(Code::HeaderTooLarge, HeaderTooLargeStatus, message, m_position);
    }
    ++m_buffersTaken;
    m_bufferEnd = lineStart + m_limits.largeBufferBytes;
    return true;
}

void RequestParser::readFields(const char *data, qsizetype end)
{
    for (;;) {
        const FieldLines::Step step = m_fields.next(data, end);
        m_position = m_fields.position();
        if (step == FieldLines::Step::Field || step == FieldLines::Step::End)
            m_head.linesEnd = quint32(m_position);
        if (step == FieldLines::Step::Field) {
            if (!takeField(data))
                return;
            continue;
        }
        if (step == FieldLines::Step::Failed)
            fail(m_fields.failure(), 400, "client sent invalid header line", m_position);
        else if (step == FieldLines::Step::End)
            finishHead(data);
        return;
    }
}

bool RequestParser::takeField(const char *data)
{
    HeaderField field = m_fields.field();
    if (field.invalid && m_limits.ignoreInvalidHeaders) {
        m_head.fields.push_back(field);
        return true;
    }
    field.invalid = false;
    if (m_fieldsCounted++ >= m_limits.fieldsMax) {
        return fail(Code::TooManyHeaders, HeaderTooLargeStatus, "client sent too many header lines", field.name.offset);
    }
    if (field.id != HeaderId::Other) {
        if (!checkUnique(field.id))
            return false;
        const int index = int(m_head.fields.size());
        if (field.id == HeaderId::Host && !checkHost(data, field))
            return false;
        if (field.id == HeaderId::ContentLength)
            m_contentLength = index;
        else if (field.id == HeaderId::TransferEncoding)
            m_transferEncoding = index;
        else if (field.id == HeaderId::Upgrade)
            m_head.hasUpgrade = true;
        else if (field.id == HeaderId::Expect)
            m_head.expectContinue =
                m_head.version >= Http11 && equalsIgnoringCase(field.value.in(data), "100-continue");
    }
    m_head.fields.push_back(field);
    return true;
}

bool RequestParser::checkUnique(HeaderId id)
{
    const quint64 bit = bitOf(id);
    const bool repeated = m_seen & bit;
    m_seen |= bit;
    if (!repeated || !(uniqueFields & bit))
        return true;
    switch (id) {
    case HeaderId::Host: return fail(Code::DuplicateHost, 400, "client sent duplicate host header", m_position);
    case HeaderId::ContentLength:
        return fail(Code::ConflictingContentLength, 400, "client sent duplicate header line", m_position);
    case HeaderId::TransferEncoding:
        return fail(Code::InvalidTransferEncoding, 400, "client sent duplicate header line", m_position);
    default: return fail(Code::DuplicateHeader, 400, "client sent duplicate header line", m_position);
    }
}

bool RequestParser::checkHost(const char *data, const HeaderField &field)
{
    if (!isValidAuthority(field.value.in(data)))
        return fail(Code::InvalidHost, 400, "client sent invalid host header", field.value.offset);
    if (m_head.host.isEmpty())
        m_head.host = field.value; // an authority in the target counts more (RFC 9112 §3.2.2)
    return true;
}

void RequestParser::finishHead(const char *data)
{
    if (!(m_seen & bitOf(HeaderId::Host)) && m_head.version > Http10) {
        fail(Code::MissingHost, 400, "client sent HTTP/1.1 request without \"Host\" header", m_position);
        return;
    }
    if (readLength(data) && readTransferEncoding(data) && readConnection(data))
        m_phase = Phase::Complete;
}

bool RequestParser::readLength(const char *data)
{
    if (m_contentLength == NoField)
        return true;
    const WireSpan value = m_head.fields[size_t(m_contentLength)].value;
    const std::optional<qint64> length = parseContentLength(value.in(data));
    if (!length)
        return fail(Code::InvalidContentLength, 400, "client sent invalid \"Content-Length\" header", value.offset);
    m_head.body = {BodyKind::Length, *length};
    return true;
}

bool RequestParser::readTransferEncoding(const char *data)
{
    if (m_transferEncoding == NoField)
        return true;
    const WireSpan value = m_head.fields[size_t(m_transferEncoding)].value;
    if (m_head.version < Http11) {
        return fail(Code::TransferEncodingInHttp10, 400,
                    "client sent HTTP/1.0 request with \"Transfer-Encoding\" header", value.offset);
    }
    if (m_contentLength != NoField) {
        return fail(Code::LengthWithTransferEncoding, 400,
                    "client sent \"Content-Length\" and \"Transfer-Encoding\" headers at the same time", value.offset);
    }
    switch (classifyTransferCoding(value.in(data))) {
    case TransferCoding::Chunked: m_head.body = {BodyKind::Chunked, 0}; return true;
    case TransferCoding::Unknown:
        return fail(Code::UnsupportedTransferEncoding, 501, "client sent unknown \"Transfer-Encoding\"", value.offset);
    case TransferCoding::Malformed: break;
    }
    return fail(Code::InvalidTransferEncoding, 400, "client sent unknown \"Transfer-Encoding\"", value.offset);
}

bool RequestParser::readConnection(const char *data)
{
    ConnectionOptions options;
    if (m_seen & bitOf(HeaderId::Connection))
        options = readConnectionOptions(data, m_head.fields);
    if (options.tooMany)
        return fail(Code::TooManyConnectionOptions, 400, "client sent too many connection options", m_position);
    m_head.keepAlive = !options.close && (m_head.version >= Http11 || options.keepAlive);
    return true;
}

} // namespace portlight
