// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/fieldlines.h"
#include "http/message.h"
#include "http/protocolerror.h"

#include <limits>
#include <string>

namespace portlight {

// Takes a body apart: payload, trailers, end. Sans-I/O; holds no payload; one thread; owned by the message's reader.
//
// Length ──────────────────────────────────────────────────────────────→ Ended
// SizeStart ─→ Size ─→ (Extension…) ─→ SizeFeed ─→ Data ─→ DataCr ─→ DataFeed ─→ SizeStart …
//                                         └─→ Trailers ─────────────────→ Ended
// UntilClose ──finishAtClose()─────────────────────────────────────────→ Ended
class BodyDecoder
{
public:
    struct Piece {
        enum class Kind : quint8 { NeedMore, Data, End, Failed };
        Kind kind = Kind::NeedMore;
        qsizetype consumed = 0;   // of the input, payload included
        qsizetype dataOffset = 0; // payload of Data, within the input
        qsizetype dataLength = 0;
    };

    // Digits of a chunk size, zeros included: more would overflow the counters of some other hop.
    static constexpr int chunkSizeDigitsMax = 16;
    // Payload of one chunk: nginx's bound.
    static constexpr qint64 chunkBytesMax = std::numeric_limits<qint64>::max() >> 4;
    // One line with a chunk size and its extensions, without the CRLF.
    static constexpr quint32 chunkLineBytesMax = 4096;
    // Extensions of the whole body beyond as many bytes of payload: nobody makes us read megabytes of nothing.
    static constexpr qint64 extensionBytesMax = 16384;

    // `trailerBytesMax` bounds all trailer fields together.
    void start(const BodyFraming &framing, quint32 trailerBytesMax = 8192);
    // The next piece of the input. Call again with the rest behind `consumed` until NeedMore, End or Failed.
    // With framing None the first call gives End; UntilClose gives Data for ever. RFC 9112 §7.1, without its leniency:
    // every line ends with CRLF, nothing stands between size and ';', extensions are tokens and quoted strings.
    Piece next(const char *data, qsizetype size);
    // The peer closed: true when that is a proper end (UntilClose, or already ended).
    bool finishAtClose();
    bool ended() const { return m_state == State::Ended; }
    // Payload bytes seen so far.
    qint64 payloadBytes() const { return m_payload; }
    // Payload still to come when the framing tells (Length), else -1.
    qint64 remaining() const;
    // Payload that the framing has announced and that is still to come: of the body, of the chunk that is being read,
    // at least 1 between chunks; -1 where only the connection's end tells.
    qint64 owed() const;
    // The trailer section as received, field lines with CRLF, empty when there was none; fields are offsets into it.
    QByteArrayView trailerBytes() const { return {m_trailerBytes.data(), qsizetype(m_trailerBytes.size())}; }
    const std::vector<HeaderField> &trailers() const { return m_trailers; }
    // Worded for a request ("client sent invalid chunked body"); of a response nginx says "upstream sent invalid
    // chunked response", status 502. The offset counts from the first byte of the body.
    const HttpProtocolError &error() const { return m_error; }

private:
    enum class State : quint8 {
        Length,
        UntilClose,
        SizeStart,
        Size,
        ExtensionStart,
        ExtensionName,
        BeforeEquals,
        ExtensionValueStart,
        ExtensionValue,
        Quoted,
        QuotedPair,
        AfterQuoted,
        SizeFeed,
        Data,
        DataCr,
        DataFeed,
        Trailers,
        Ended,
        Failed,
    };
    Piece fail(HttpProtocolError::Code code, qsizetype consumed);
    Piece takeData(qsizetype offset, qsizetype size);
    HttpProtocolError::Code readByte(char c);
    HttpProtocolError::Code readSize(char c);
    HttpProtocolError::Code readExtension(char c);
    HttpProtocolError::Code endOfElement(char c);
    void endSizeLine();
    Piece readTrailers(const char *data, qsizetype offset, qsizetype size);

    State m_state = State::Ended;
    quint8 m_digits = 0;
    quint32 m_lineBytes = 0;
    quint32 m_trailerBytesMax = 0;
    qint64 m_remaining = 0; // of the chunk, or of a body of known length
    qint64 m_payload = 0;
    qint64 m_extensionBytes = 0;
    qint64 m_seen = 0; // bytes of the body in all, framing included
    std::string m_trailerBytes;
    std::vector<HeaderField> m_trailers;
    FieldLines m_trailerLines;
    HttpProtocolError m_error;
    bool m_lengthKnown = false;
};

} // namespace portlight
