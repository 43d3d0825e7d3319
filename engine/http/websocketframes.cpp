// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/websocketframes.h"

#include <algorithm>

namespace portlight {

namespace {

constexpr quint8 FinBit = 0x80;
constexpr quint8 FirstReservedBit = 0x40; // permessage-deflate's
constexpr quint8 OtherReservedBits = 0x30;
constexpr quint8 OpcodeBits = 0x0F;
constexpr quint8 MaskBit = 0x80;
constexpr quint8 LengthBits = 0x7F;
constexpr quint8 LengthOf16Bits = 126;
constexpr quint8 LengthOf64Bits = 127;
constexpr int MaskBytes = 4;

int lengthBytesOf(quint8 second)
{
    switch (second & LengthBits) {
    case LengthOf16Bits: return 2;
    case LengthOf64Bits: return 8;
    default: return 0;
    }
}

bool isKnownOpcode(quint8 opcode)
{
    return opcode <= quint8(WebSocketOpcode::Binary)
           || (opcode >= quint8(WebSocketOpcode::Close) && opcode <= quint8(WebSocketOpcode::Pong));
}

} // namespace

QByteArray unmasked(QByteArrayView bytes, const std::array<char, 4> &mask, quint64 offset)
{
    QByteArray plain(bytes.size(), Qt::Uninitialized);
    char *to = plain.data();
    for (qsizetype i = 0; i < bytes.size(); ++i)
        to[i] = char(bytes[i] ^ mask[(offset + quint64(i)) % MaskBytes]);
    return plain;
}

bool isCloseCodeToSend(quint16 code)
{
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

WebSocketFrameReader::Piece WebSocketFrameReader::next(const char *data, qsizetype size)
{
    switch (m_state) {
    case State::Header: return readHeader(data, size);
    case State::Payload: return readPayload(data, size);
    case State::Lost: return {size > 0 ? Piece::Kind::Lost : Piece::Kind::NeedMore, size};
    }
    Q_UNREACHABLE();
}

// How many bytes it has, as far as is known by now.
int WebSocketFrameReader::headerBytes() const
{
    if (m_headerSize < 2)
        return 2;
    return 2 + lengthBytesOf(m_header[1]) + (m_header[1] & MaskBit ? MaskBytes : 0);
}

WebSocketFrameReader::Piece WebSocketFrameReader::readHeader(const char *data, qsizetype size)
{
    qsizetype at = 0;
    while (m_headerSize < headerBytes()) {
        if (at == size)
            return {Piece::Kind::NeedMore, at};
        m_header[m_headerSize++] = quint8(data[at++]);
    }
    beginFrame();
    m_headerSize = 0;
    m_state = m_frame.fault == WebSocketFault::LengthTooLarge ? State::Lost : State::Payload;
    return {Piece::Kind::Begin, at};
}

void WebSocketFrameReader::beginFrame()
{
    m_frame = {};
    m_frame.fin = m_header[0] & FinBit;
    m_frame.opcode = m_header[0] & OpcodeBits;
    m_frame.masked = m_header[1] & MaskBit;
    const int lengthBytes = lengthBytesOf(m_header[1]);
    if (lengthBytes == 0)
        m_frame.length = m_header[1] & LengthBits;
    for (int i = 0; i < lengthBytes; ++i)
        m_frame.length = m_frame.length << 8 | m_header[size_t(2 + i)];
    if (m_frame.masked)
        std::copy_n(m_header.begin() + 2 + lengthBytes, MaskBytes, m_frame.mask.begin());
    m_frame.fault = faultOfLength(lengthBytes);
    if (m_frame.fault == WebSocketFault::None)
        m_frame.fault = faultOfHeader();
    if (m_frame.fault == WebSocketFault::None)
        m_frame.fault = faultOfOrder();
    m_seen = 0;
    m_closeBytes = {};
    if (m_frame.isControl())
        return;
    m_frame.startsMessage = !m_frame.is(WebSocketOpcode::Continuation);
    if (m_frame.startsMessage) {
        ++m_messages;
        m_messageCompressed = m_options.deflate && (m_header[0] & FirstReservedBit);
        m_inMessage = true;
    }
    m_frame.message = m_inMessage ? m_messages : 0;
    m_frame.compressed = m_inMessage && m_messageCompressed;
    m_inMessage = m_inMessage && !m_frame.fin;
}

WebSocketFault WebSocketFrameReader::faultOfLength(int lengthBytes) const
{
    if (m_frame.length >> 63)
        return WebSocketFault::LengthTooLarge;
    if ((lengthBytes == 2 && m_frame.length < LengthOf16Bits) || (lengthBytes == 8 && m_frame.length <= 0xFFFF))
        return WebSocketFault::LengthNotShortest;
    return WebSocketFault::None;
}

WebSocketFault WebSocketFrameReader::faultOfHeader() const
{
    const quint8 reserved = m_header[0] & (FirstReservedBit | OtherReservedBits);
    if (!m_options.otherExtensions) {
        if (!isKnownOpcode(m_frame.opcode))
            return WebSocketFault::ReservedOpcode;
        if ((reserved & OtherReservedBits) || (reserved && !m_options.deflate))
            return WebSocketFault::ReservedBits;
        if (reserved && m_frame.isControl())
            return WebSocketFault::CompressedControl;
        if (reserved && m_frame.is(WebSocketOpcode::Continuation))
            return WebSocketFault::CompressedInside;
    }
    if (m_options.sender == Sender::Client && !m_frame.masked)
        return WebSocketFault::Unmasked;
    if (m_options.sender == Sender::Server && m_frame.masked)
        return WebSocketFault::Masked;
    if (m_frame.isControl() && !m_frame.fin)
        return WebSocketFault::FragmentedControl;
    if (m_frame.isControl() && m_frame.length > controlBytesMax)
        return WebSocketFault::LongControl;
    return WebSocketFault::None;
}

WebSocketFault WebSocketFrameReader::faultOfOrder() const
{
    if (m_closed)
        return WebSocketFault::BehindClose;
    if (m_frame.isControl())
        return WebSocketFault::None;
    const bool continues = m_frame.is(WebSocketOpcode::Continuation);
    if (continues && !m_inMessage)
        return WebSocketFault::LoneContinuation;
    return !continues && m_inMessage ? WebSocketFault::InterruptedMessage : WebSocketFault::None;
}

WebSocketFrameReader::Piece WebSocketFrameReader::readPayload(const char *data, qsizetype size)
{
    const quint64 left = m_frame.length - m_seen;
    if (left == 0) {
        if (m_frame.is(WebSocketOpcode::Close))
            endClose();
        m_state = State::Header;
        return {Piece::Kind::End, 0};
    }
    if (size == 0)
        return {};
    const quint64 taken = std::min(left, quint64(size));
    for (quint64 at = m_seen; at < m_closeBytes.size() && at - m_seen < taken; ++at)
        m_closeBytes[at] = data[at - m_seen];
    m_seen += taken;
    return {Piece::Kind::Payload, qsizetype(taken)};
}

void WebSocketFrameReader::endClose()
{
    m_closed = true;
    WebSocketFault found = WebSocketFault::None;
    if (m_frame.length == 1)
        found = WebSocketFault::ShortClose;
    if (m_frame.length >= m_closeBytes.size()) {
        const auto byte = [this](size_t i) {
            return quint8(m_frame.masked ? m_closeBytes[i] ^ m_frame.mask[i] : m_closeBytes[i]);
        };
        m_frame.closeCode = quint16(byte(0) << 8 | byte(1));
        if (!isCloseCodeToSend(m_frame.closeCode))
            found = WebSocketFault::InvalidCloseCode;
    }
    if (m_frame.fault == WebSocketFault::None)
        m_frame.fault = found;
}

} // namespace portlight
