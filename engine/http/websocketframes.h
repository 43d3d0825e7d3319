// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <array>

namespace portlight {

// RFC 6455 §5.2
enum class WebSocketOpcode : quint8 {
    Continuation = 0x0,
    Text = 0x1,
    Binary = 0x2,
    Close = 0x8,
    Ping = 0x9,
    Pong = 0xA,
};

// What RFC 6455 does not allow. It is noticed, and never acted upon: that is for the two ends to do.
enum class WebSocketFault : quint8 {
    None,
    ReservedBits,       // a bit that no extension in force defines (§5.2)
    ReservedOpcode,     // 3 … 7, 11 … 15
    Unmasked,           // by a client (§5.1)
    Masked,             // by a server
    FragmentedControl,  // a control frame without FIN (§5.5)
    LongControl,        // a control frame of more than 125 bytes
    LengthNotShortest,  // the length takes more bytes than it needs
    LengthTooLarge,     // the top bit of 64 is set: no frame can be told from another any more
    LoneContinuation,   // continues nothing (§5.4)
    InterruptedMessage, // a message begins before the one before it has ended
    CompressedControl,  // RSV1 on a control frame (RFC 7692 §6)
    CompressedInside,   // RSV1 on a continuation
    ShortClose,         // a close frame of one byte (§5.5.1)
    InvalidCloseCode,   // one that is not to be sent (§7.4)
    BehindClose,        // a frame behind the close frame
};

// One frame as its header says it.
struct WebSocketFrame {
    quint64 length = 0;  // of the payload
    quint64 message = 0; // which message of this direction it is a part of, from 1; 0: of none
    std::array<char, 4> mask{};
    quint16 closeCode = 0; // of a close frame, once its payload has come; 0: none
    quint8 opcode = 0;
    bool fin = false;
    bool masked = false;
    bool startsMessage = false;
    bool compressed = false;                     // a part of a message that permessage-deflate has compressed
    WebSocketFault fault = WebSocketFault::None; // the first that was found

    bool isControl() const { return opcode & 0x8; }
    bool is(WebSocketOpcode which) const { return opcode == quint8(which); }
};

// A payload as its sender meant it: without the mask (RFC 6455 §5.3). `offset`: of the bytes within the payload.
QByteArray unmasked(QByteArrayView bytes, const std::array<char, 4> &mask, quint64 offset = 0);
// Whether a close frame may carry it (RFC 6455 §7.4, and what is registered since).
bool isCloseCodeToSend(quint16 code);

// Finds the frames in one direction of a WebSocket connection. Sans-I/O; only looks, and holds no payload; one thread;
// owned by whoever watches.
//
// Header ─→ Payload ─→ Header …
//    └────→ Lost (no way back)
class WebSocketFrameReader
{
public:
    enum class Sender : quint8 { Client, Server };
    struct Piece {
        enum class Kind : quint8 {
            NeedMore,
            Begin,   // frame() is what its header says
            Payload, // the consumed bytes, as they were sent
            End,     // of the frame; closeCode and fault are final
            Lost,    // what was consumed is in no frame
        };
        Kind kind = Kind::NeedMore;
        qsizetype consumed = 0;
    };
    // `deflate`: RSV1 means permessage-deflate. `otherExtensions`: reserved bits and opcodes may mean something.
    struct Options {
        Sender sender = Sender::Client;
        bool deflate = false;
        bool otherExtensions = false;
    };
    static constexpr quint64 controlBytesMax = 125;

    explicit WebSocketFrameReader(Options options)
        : m_options(options)
    {}
    // The next piece of the input. Call again with the rest behind `consumed` until NeedMore; Lost consumes all of it.
    Piece next(const char *data, qsizetype size);
    // The frame that began last.
    const WebSocketFrame &frame() const { return m_frame; }
    bool isInsideFrame() const { return m_state == State::Payload; }
    // Bytes of the frame's payload that have come.
    quint64 payloadSeen() const { return m_seen; }

private:
    enum class State : quint8 { Header, Payload, Lost };
    Piece readHeader(const char *data, qsizetype size);
    Piece readPayload(const char *data, qsizetype size);
    int headerBytes() const;
    void beginFrame();
    WebSocketFault faultOfHeader() const;
    WebSocketFault faultOfLength(int lengthBytes) const;
    WebSocketFault faultOfOrder() const;
    void endClose();

    Options m_options;
    WebSocketFrame m_frame;
    std::array<quint8, 14> m_header{};
    quint64 m_seen = 0;
    quint64 m_messages = 0;
    std::array<char, 2> m_closeBytes{};
    quint8 m_headerSize = 0;
    State m_state = State::Header;
    bool m_inMessage = false;
    bool m_messageCompressed = false;
    bool m_closed = false;
};

} // namespace portlight
