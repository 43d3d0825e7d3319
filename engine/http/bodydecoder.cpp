// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/bodydecoder.h"

#include "http/asciitable.h"

namespace portlight {

using Code = HttpProtocolError::Code;

void BodyDecoder::start(const BodyFraming &framing, quint32 trailerBytesMax)
{
    m_trailerBytesMax = trailerBytesMax;
    m_remaining = m_payload = m_extensionBytes = m_seen = 0;
    m_lineBytes = 0;
    m_digits = 0;
    m_trailerBytes.clear();
    m_trailers.clear();
    m_error = {};
    m_lengthKnown = framing.kind == BodyKind::Length || framing.kind == BodyKind::None;
    switch (framing.kind) {
    case BodyKind::None: m_state = State::Ended; break;
    case BodyKind::Length:
        m_remaining = framing.length;
        m_state = framing.length > 0 ? State::Length : State::Ended;
        break;
    case BodyKind::Chunked: m_state = State::SizeStart; break;
    case BodyKind::UntilClose: m_state = State::UntilClose; break;
    }
}

qint64 BodyDecoder::owed() const
{
    switch (m_state) {
    case State::Length:
    case State::Data: return m_remaining;
    case State::UntilClose: return -1;
    case State::Ended:
    case State::Failed: return 0;
    default: return 1;
    }
}

qint64 BodyDecoder::remaining() const
{
    return m_lengthKnown ? m_remaining : -1;
}

bool BodyDecoder::finishAtClose()
{
    if (m_state == State::UntilClose)
        m_state = State::Ended;
    return m_state == State::Ended;
}

BodyDecoder::Piece BodyDecoder::fail(Code code, qsizetype consumed)
{
    m_state = State::Failed;
    m_error = {code, 400, "client sent invalid chunked body", qsizetype(m_seen + consumed)};
    return {.kind = Piece::Kind::Failed, .consumed = consumed};
}

BodyDecoder::Piece BodyDecoder::next(const char *data, qsizetype size)
{
    qsizetype at = 0;
    for (;;) {
        if (m_state == State::Ended || m_state == State::Failed) {
            m_seen += at;
            return {.kind = m_state == State::Ended ? Piece::Kind::End : Piece::Kind::Failed, .consumed = at};
        }
        if (at == size) {
            m_seen += at;
            return {.kind = Piece::Kind::NeedMore, .consumed = at};
        }
        if (m_state == State::Data || m_state == State::Length || m_state == State::UntilClose)
            return takeData(at, size);
        if (m_state == State::Trailers) {
            const Piece piece = readTrailers(data, at, size);
            if (piece.kind != Piece::Kind::Failed)
                m_seen += piece.consumed;
            return piece;
        }
        if (const Code code = readByte(data[at]); code != Code::None)
            return fail(code, at);
        ++at;
    }
}

BodyDecoder::Piece BodyDecoder::takeData(qsizetype offset, qsizetype size)
{
    qsizetype length = size - offset;
    if (m_state != State::UntilClose) {
        length = qsizetype(std::min(qint64(length), m_remaining));
        m_remaining -= length;
        if (m_remaining == 0)
            m_state = m_state == State::Data ? State::DataCr : State::Ended;
    }
    m_payload += length;
    m_seen += offset + length;
    return {.kind = Piece::Kind::Data, .consumed = offset + length, .dataOffset = offset, .dataLength = length};
}

// Everything of the chunked coding but payload and trailers, a byte at a time: these lines are short.
Code BodyDecoder::readByte(char c)
{
    switch (m_state) {
    case State::DataCr: m_state = State::DataFeed; return c == '\r' ? Code::None : Code::InvalidChunk;
    case State::DataFeed: m_state = State::SizeStart; return c == '\n' ? Code::None : Code::InvalidChunk;
    case State::SizeFeed:
        if (c != '\n')
            return Code::InvalidChunk;
        endSizeLine();
        return Code::None;
    case State::SizeStart:
        m_remaining = 0;
        m_lineBytes = 0;
        m_digits = 0;
        m_state = State::Size;
        if (ascii::hexValue(c) < 0)
            return Code::InvalidChunk;
        [[fallthrough]];
    case State::Size: ++m_lineBytes; return readSize(c);
    default: break;
    }
    if (c == '\r' && m_state != State::Quoted && m_state != State::QuotedPair)
        return endOfElement(c);
    if (++m_lineBytes > chunkLineBytesMax || ++m_extensionBytes > extensionBytesMax + m_payload)
        return Code::InvalidChunk;
    return readExtension(c);
}

Code BodyDecoder::readSize(char c)
{
    const int digit = ascii::hexValue(c);
    if (digit >= 0)
        ++m_digits;
    // As nginx, which looks before each byte behind the first whether a digit would still fit.
    if (m_digits > chunkSizeDigitsMax || m_remaining > chunkBytesMax)
        return Code::ChunkOverflow;
    if (digit < 0)
        return endOfElement(c);
    m_remaining = m_remaining << 4 | digit;
    return Code::None;
}

// Behind a size, an extension's name or its value: the next extension or the line's end, no space before either.
Code BodyDecoder::endOfElement(char c)
{
    if (m_state != State::Size && m_state != State::ExtensionName && m_state != State::ExtensionValue
        && m_state != State::AfterQuoted)
        return Code::InvalidChunk;
    if (c != ';' && c != '\r')
        return Code::InvalidChunk;
    m_state = c == ';' ? State::ExtensionStart : State::SizeFeed;
    return Code::None;
}

// RFC 9112 §7.1.1. The "bad white space" that it allows is accepted where no hop can take it for a line's end: behind
// ';' and around '='.
Code BodyDecoder::readExtension(char c)
{
    const bool token = ascii::is(c, ascii::TokenByte);
    const bool quotable = ascii::is(c, ascii::QuotedByte);
    switch (m_state) {
    case State::ExtensionStart:
        if (token)
            m_state = State::ExtensionName;
        return token || c == ' ' ? Code::None : Code::InvalidChunk;
    case State::ExtensionName:
    case State::BeforeEquals:
        if (token && m_state == State::ExtensionName)
            return Code::None;
        if (c == '=' || c == ' ') {
            m_state = c == '=' ? State::ExtensionValueStart : State::BeforeEquals;
            return Code::None;
        }
        return endOfElement(c);
    case State::ExtensionValueStart:
        if (c == '"')
            m_state = State::Quoted;
        else if (token)
            m_state = State::ExtensionValue;
        return token || c == ' ' || c == '"' ? Code::None : Code::InvalidChunk;
    case State::ExtensionValue: return token ? Code::None : endOfElement(c);
    case State::Quoted:
        if (c == '"')
            m_state = State::AfterQuoted;
        else if (c == '\\')
            m_state = State::QuotedPair;
        return quotable || c == '"' || c == '\\' ? Code::None : Code::InvalidChunk;
    case State::QuotedPair:
        m_state = State::Quoted;
        return quotable || c == '"' || c == '\\' ? Code::None : Code::InvalidChunk;
    default: return endOfElement(c);
    }
}

void BodyDecoder::endSizeLine()
{
    if (m_remaining > 0) {
        m_state = State::Data;
        return;
    }
    m_state = State::Trailers;
    m_trailerLines.start(0, {.underscores = true, .crlfOnly = true});
}

// The lines are copied, since they may arrive in many inputs and outlive each of them.
BodyDecoder::Piece BodyDecoder::readTrailers(const char *data, qsizetype offset, qsizetype size)
{
    constexpr qsizetype emptyLineBytes = 2;
    const qsizetype kept = qsizetype(m_trailerBytes.size());
    const qsizetype room = qsizetype(m_trailerBytesMax) + emptyLineBytes - kept;
    const qsizetype taken = std::min(size - offset, room);
    m_trailerBytes.append(data + offset, size_t(taken));
    const char *lines = m_trailerBytes.data();
    for (;;) {
        const FieldLines::Step step = m_trailerLines.next(lines, kept + taken);
        const qsizetype consumed = offset + m_trailerLines.position() - kept;
        switch (step) {
        case FieldLines::Step::Field:
            if (m_trailerLines.position() > qsizetype(m_trailerBytesMax))
                return fail(Code::TrailerTooLarge, consumed);
            m_trailers.push_back(m_trailerLines.field());
            break;
        case FieldLines::Step::End:
            m_trailerBytes.resize(size_t(m_trailerLines.lineStart()));
            m_state = State::Ended;
            return {.kind = Piece::Kind::End, .consumed = consumed};
        case FieldLines::Step::Failed: return fail(m_trailerLines.failure(), consumed);
        case FieldLines::Step::NeedMore:
            if (taken == room)
                return fail(Code::TrailerTooLarge, consumed);
            return {.kind = Piece::Kind::NeedMore, .consumed = consumed};
        }
    }
}

} // namespace portlight
