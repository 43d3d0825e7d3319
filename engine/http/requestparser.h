// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/fieldlines.h"
#include "http/message.h"
#include "http/protocolerror.h"
#include "http/requestline.h"

namespace portlight {

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
    // A field whose name is not valid stays in head() marked `invalid` while ignoreInvalidHeaders is on: a trace can
    // show it, nothing else may act on it or forward it.
    ParseStatus parse(const char *data, qsizetype size);
    qsizetype consumed() const { return m_position; }
    // True once at least one byte of a request line was seen (leading empty lines do not count, as in nginx).
    bool started() const { return m_line.started(); }
    // True once the request line is complete: then method, target and version in head() are valid.
    bool requestLineComplete() const { return m_phase == Phase::Fields || m_phase == Phase::Complete; }
    const RequestHead &head() const { return m_head; }
    RequestHead &head() { return m_head; }
    const HttpProtocolError &error() const { return m_error; }

private:
    enum class Phase : quint8 { RequestLine, Fields, Complete, Failed };
    static constexpr int NoField = -1;
    bool readRequestLine(const char *data, qsizetype end);
    void readFields(const char *data, qsizetype end);
    bool takeField(const char *data);
    bool checkUnique(HeaderId id);
    bool checkHost(const char *data, const HeaderField &field);
    void finishHead(const char *data);
    bool readLength(const char *data);
    bool readTransferEncoding(const char *data);
    bool readConnection(const char *data);
    bool takeLargeBuffer();
    bool fail(HttpProtocolError::Code code, int status, const char *message, qsizetype offset);

    RequestLimits m_limits;
    RequestHead m_head;
    HttpProtocolError m_error;
    qsizetype m_position = 0;
    RequestLine m_line;
    FieldLines m_fields;
    Phase m_phase = Phase::RequestLine;
    qsizetype m_bufferEnd = 0;  // where the buffer that nginx would be filling ends
    quint32 m_buffersTaken = 0; // large ones
    quint32 m_fieldsCounted = 0;
    quint64 m_seen = 0; // a bit for each HeaderId that occurred
    int m_contentLength = NoField;
    int m_transferEncoding = NoField;
};

} // namespace portlight
