// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/message.h"

namespace portlight {

enum class ParseStatus : quint8 { NeedMore, Complete, Failed };

// Why a message was refused, with the status that nginx answers and the words that nginx logs.
struct HttpProtocolError {
    enum class Code : quint8 {
        None, InvalidMethod, InvalidRequestLine, InvalidVersion, UnsupportedVersion, UriTooLong, HeaderTooLarge,
        TooManyHeaders, InvalidHeader, BareCr, NulByte, ObsFold, MissingHost, DuplicateHost, InvalidHost,
        InvalidContentLength, ConflictingContentLength, LengthWithTransferEncoding, InvalidTransferEncoding,
        UnsupportedTransferEncoding, TransferEncodingInHttp10, InvalidChunk, ChunkOverflow, TrailerTooLarge,
        InvalidStatusLine, InvalidHttp2Preface,
    };
    Code code = Code::None;
    int status = 400;          // to answer with; 494 for "Request Header Or Cookie Too Large" (sent as 400), 414, 501, 505
    const char *message = "";  // nginx's words for the error log: "client sent invalid method"
    qsizetype offset = 0;      // of the byte that did it
};

struct RequestLimits {
    // client_header_buffer_size and large_client_header_buffers, with nginx's accounting: a line must fit one large
    // buffer, and all lines together no more than `largeBuffers` of them.
    quint32 firstBufferBytes = 1024;
    quint32 largeBufferBytes = 8192;
    quint32 largeBuffers = 4;
    quint32 fieldsMax = 1000; // max_headers (nginx 1.29.x default 1000)
    bool ignoreInvalidHeaders = true;
    bool underscoresInHeaders = false;
};

// Reads the head of one request from a buffer that grows at its end. Sans-I/O; one thread; owned by a connection.
//
// RequestLine ─→ Fields ─→ Complete
//      └───────────┴─────→ Failed
class RequestParser
{
public:
    explicit RequestParser(const RequestLimits &limits = {});
    void setLimits(const RequestLimits &limits);
    // Forgets the message; keeps the memory.
    void reset();
    // `data` is the buffer from the message's first byte on, the same bytes as before plus new ones (the address may
    // have changed). Looks only at what is new. After Complete, consumed() bytes are the head. RFC 9112.
    ParseStatus parse(const char *data, qsizetype size);
    qsizetype consumed() const { return m_position; }
    // True once at least one byte of a request line was seen (leading empty lines do not count, as in nginx).
    bool started() const;
    // True once the request line is complete: then method, target and version in head() are valid.
    bool requestLineComplete() const;
    const RequestHead &head() const { return m_head; }
    RequestHead &head() { return m_head; }
    const HttpProtocolError &error() const { return m_error; }

private:
    struct State;
    RequestLimits m_limits;
    RequestHead m_head;
    HttpProtocolError m_error;
    qsizetype m_position = 0;
    // … (private state is the implementer's)
};

struct ResponseLimits {
    quint32 headBytesMax = 4096; // proxy_buffer_size: "upstream sent too big header"
    quint32 fieldsMax = 1000;
};

// Reads the head of one response from a backend, with the same strictness in framing. Sans-I/O.
class ResponseParser
{
public:
    explicit ResponseParser(const ResponseLimits &limits = {});
    void setLimits(const ResponseLimits &limits);
    void reset();
    ParseStatus parse(const char *data, qsizetype size);
    qsizetype consumed() const { return m_position; }
    const ResponseHead &head() const { return m_head; }
    const HttpProtocolError &error() const { return m_error; } // status is always 502

private:
    ResponseLimits m_limits;
    ResponseHead m_head;
    HttpProtocolError m_error;
    qsizetype m_position = 0;
};

// Takes a body apart: payload, trailers, end. Sans-I/O; holds no payload.
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

    // `trailerBytesMax` bounds all trailer fields together.
    void start(const BodyFraming &framing, quint32 trailerBytesMax = 8192);
    // The next piece of the input. Call again with the rest behind `consumed` until NeedMore, End or Failed.
    // With framing None the first call gives End; UntilClose gives Data for ever.
    Piece next(const char *data, qsizetype size);
    // The peer closed: true when that is a proper end (UntilClose, or already ended).
    bool finishAtClose();
    bool ended() const;
    // Payload bytes seen so far.
    qint64 payloadBytes() const;
    // Payload still to come when the framing tells (Length), else -1.
    qint64 remaining() const;
    // The trailer section as received, field lines with CRLF, empty when there was none; fields are offsets into it.
    QByteArrayView trailerBytes() const;
    const std::vector<HeaderField> &trailers() const;
    const HttpProtocolError &error() const;

private:
    // … (private state is the implementer's)
};

} // namespace portlight
