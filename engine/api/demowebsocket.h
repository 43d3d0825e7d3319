// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <optional>

namespace portlight {

// One frame of the demo's echo may carry this much; a longer one is refused with 1009 (RFC 6455 §7.4.1).
inline constexpr quint64 DemoFrameBytesMax = 1024 * 1024;

enum class WebSocketOpcode : quint8 { Continuation = 0, Text = 1, Binary = 2, Close = 8, Ping = 9, Pong = 10 };

struct WebSocketFrame {
    WebSocketOpcode opcode = WebSocketOpcode::Text;
    bool final = true;
    QByteArray payload;
};

// The value of Sec-WebSocket-Accept for a key (RFC 6455 §4.2.2).
QByteArray webSocketAccept(QByteArrayView key);
// A frame as a server sends it, without a mask.
QByteArray encodeWebSocketFrame(const WebSocketFrame &frame);
// The payload of a Close frame.
QByteArray webSocketClosePayload(quint16 code);

// Echoes what a WebSocket client says: data frames come back as they were cut, a ping gets its pong, a close is
// answered and ends it. Sans-I/O; owned by a connection of the demo origin.
class DemoWebSocket
{
public:
    // Takes what arrived and gives what is to be sent. Nothing is taken after the end.
    QByteArray receive(QByteArrayView bytes);
    // A close was sent: the connection ends once that is out.
    bool isOver() const { return m_over; }

private:
    std::optional<WebSocketFrame> takeFrame();
    QByteArray answer(WebSocketFrame &&frame);
    void refuse(quint16 code);

    QByteArray m_buffer;
    bool m_inMessage = false; // a data message whose last fragment has not come
    bool m_over = false;
    quint16 m_refusal = 0;
};

} // namespace portlight
