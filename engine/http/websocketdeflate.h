// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <memory>

namespace portlight {

// The extensions that a server's 101 has agreed to, as far as they change what is in the frames.
struct WebSocketExtensions {
    bool deflate = false;           // permessage-deflate (RFC 7692)
    bool clientKeepsContext = true; // a client's message may refer to the ones before it
    bool serverKeepsContext = true;
    quint8 clientWindowBits = 15; // 8 … 15
    quint8 serverWindowBits = 15;
    bool others = false; // extensions that we do not know
    friend bool operator==(const WebSocketExtensions &, const WebSocketExtensions &) = default;
};

// Reads the value of Sec-WebSocket-Extensions in a 101 (RFC 6455 §9.1, RFC 7692 §7.1). Parameters that are not known or
// not valid are passed over: a client that minds closes the connection.
WebSocketExtensions readWebSocketExtensions(QByteArrayView value);

// Inflates the messages of one direction, one after another, for viewing. A message that may refer to earlier ones can
// be inflated only after these: when one of them is missing, every later message is tried by itself, and whatever it
// refers to beyond what is known is noticed, never guessed. Sans-I/O; one thread.
class WebSocketInflater
{
public:
    // One frame's payload comes to no more than this; a message that inflates further is not followed.
    static constexpr qint64 InflatedBytesMax = 1024 * 1024;
    // What one inflater holds of memory: zlib's state and its window.
    static constexpr qint64 MemoryBytes = 44 * 1024;

    enum class Outcome : quint8 {
        Whole,   // all that the part stands for
        Partial, // its beginning: the part was not whole
        TooLong, // the first InflatedBytesMax bytes
        Unknown, // refers to what was not kept, or is no deflate data
    };
    struct Inflated {
        QByteArray bytes;
        Outcome outcome = Outcome::Whole;
    };
    struct Part {
        QByteArrayView bytes; // unmasked
        bool whole = true;    // false: bytes of the frame are missing at its end
        bool first = true;    // of its message
        bool last = true;
    };

    explicit WebSocketInflater(bool keepsContext);
    ~WebSocketInflater();
    WebSocketInflater(WebSocketInflater &&) noexcept;
    WebSocketInflater &operator=(WebSocketInflater &&) noexcept;

    Inflated inflate(const Part &part);
    // Frames are missing from here on.
    void loseContext();

private:
    struct Stream;
    Outcome feed(QByteArrayView bytes, QByteArray &out);
    bool beginStreamAgain();

    std::unique_ptr<Stream> m_stream; // null until something is to be inflated, and while the context is lost
    bool m_keepsContext;
    bool m_following = false; // inside a message that has been inflated so far
    int m_streamEnds = 0;     // in this message
};

} // namespace portlight
