// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/demowebsocket.h"

#include <QCryptographicHash>
#include <QtEndian>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

// RFC 6455 §7.4.1
constexpr quint16 CloseProtocolError = 1002;
constexpr quint16 CloseTooBig = 1009;
constexpr quint64 ControlPayloadMax = 125; // §5.5

constexpr quint8 FinalBit = 0x80;
constexpr quint8 ReservedBits = 0x70;
constexpr quint8 MaskBit = 0x80;

bool isControl(WebSocketOpcode opcode)
{
    return quint8(opcode) >= 8;
}

bool isKnown(quint8 opcode)
{
    return opcode <= 2 || (opcode >= 8 && opcode <= 10);
}

} // namespace

QByteArray webSocketAccept(QByteArrayView key)
{
    const QByteArray text = key.toByteArray() + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    return QCryptographicHash::hash(text, QCryptographicHash::Sha1).toBase64();
}

QByteArray encodeWebSocketFrame(const WebSocketFrame &frame)
{
    QByteArray bytes;
    bytes += char((frame.final ? FinalBit : 0) | quint8(frame.opcode));
    const quint64 length = quint64(frame.payload.size());
    if (length <= 125) {
        bytes += char(length);
    } else if (length <= 0xffff) {
        bytes += char(126);
        bytes.resize(bytes.size() + 2);
        qToBigEndian(quint16(length), bytes.data() + bytes.size() - 2);
    } else {
        bytes += char(127);
        bytes.resize(bytes.size() + 8);
        qToBigEndian(length, bytes.data() + bytes.size() - 8);
    }
    return bytes + frame.payload;
}

QByteArray webSocketClosePayload(quint16 code)
{
    QByteArray payload(2, Qt::Uninitialized);
    qToBigEndian(code, payload.data());
    return payload;
}

QByteArray DemoWebSocket::receive(QByteArrayView bytes)
{
    if (m_over)
        return {};
    m_buffer += bytes;
    QByteArray out;
    while (!m_over) {
        auto frame = takeFrame();
        if (frame)
            out += answer(std::move(*frame));
        if (m_refusal != 0) {
            out += encodeWebSocketFrame({WebSocketOpcode::Close, true, webSocketClosePayload(m_refusal)});
            m_over = true;
        }
        if (!frame)
            break;
    }
    return out;
}

void DemoWebSocket::refuse(quint16 code)
{
    m_refusal = code;
}

// RFC 6455 §5.2. Nothing while the frame is not whole; a frame that breaks the rules refuses.
std::optional<WebSocketFrame> DemoWebSocket::takeFrame()
{
    if (m_buffer.size() < 2)
        return std::nullopt;
    const quint8 first = quint8(m_buffer[0]);
    const quint8 second = quint8(m_buffer[1]);
    if ((first & ReservedBits) != 0 || !isKnown(first & 0x0f) || (second & MaskBit) == 0) {
        refuse(CloseProtocolError);
        return std::nullopt;
    }
    WebSocketFrame frame{WebSocketOpcode(first & 0x0f), (first & FinalBit) != 0, {}};
    quint64 length = second & 0x7f;
    const qsizetype lengthBytes = length == 126 ? 2 : length == 127 ? 8 : 0;
    if (isControl(frame.opcode) && (length > ControlPayloadMax || !frame.final)) {
        refuse(CloseProtocolError);
        return std::nullopt;
    }
    if (m_buffer.size() < 2 + lengthBytes)
        return std::nullopt;
    if (lengthBytes == 2)
        length = qFromBigEndian<quint16>(m_buffer.constData() + 2);
    else if (lengthBytes == 8)
        length = qFromBigEndian<quint64>(m_buffer.constData() + 2);
    if (length > DemoFrameBytesMax) {
        refuse(CloseTooBig);
        return std::nullopt;
    }
    const qsizetype head = 2 + lengthBytes + 4;
    if (m_buffer.size() < head + qsizetype(length))
        return std::nullopt;
    const QByteArray mask = m_buffer.sliced(head - 4, 4);
    frame.payload = m_buffer.sliced(head, qsizetype(length));
    for (qsizetype i = 0; i < frame.payload.size(); ++i)
        frame.payload[i] = char(frame.payload[i] ^ mask[i % 4]);
    m_buffer.remove(0, head + qsizetype(length));
    return frame;
}

QByteArray DemoWebSocket::answer(WebSocketFrame &&frame)
{
    switch (frame.opcode) {
    case WebSocketOpcode::Pong: return {};
    case WebSocketOpcode::Ping: frame.opcode = WebSocketOpcode::Pong; return encodeWebSocketFrame(frame);
    case WebSocketOpcode::Close: m_over = true; return encodeWebSocketFrame(frame);
    case WebSocketOpcode::Continuation:
    case WebSocketOpcode::Text:
    case WebSocketOpcode::Binary: break;
    }
    if ((frame.opcode == WebSocketOpcode::Continuation) != m_inMessage) { // §5.4
        refuse(CloseProtocolError);
        return {};
    }
    m_inMessage = !frame.final;
    return encodeWebSocketFrame(frame);
}

} // namespace portlight
