// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/fieldlines.h"
#include "http/message.h"
#include "http/protocolerror.h"

namespace portlight {

struct ResponseLimits {
    quint32 headBytesMax = 4096; // proxy_buffer_size: "upstream sent too big header"
    quint32 fieldsMax = 1000;
};

// Reads the head of one response from a backend, with the same strictness in framing. Sans-I/O; one thread; owned by an
// upstream connection. Bytes that do not begin with "HTTP/" are a body without a head, as nginx takes them: Complete,
// http09 set, nothing consumed.
//
// StatusLine ─→ Fields ─→ Complete
//      └───────────┴────→ Failed
class ResponseParser
{
public:
    explicit ResponseParser(const ResponseLimits &limits = {});
    void setLimits(const ResponseLimits &limits);
    void reset();
    // As RequestParser::parse(). An interim response (1xx) is Complete too: reset() and go on behind consumed().
    ParseStatus parse(const char *data, qsizetype size);
    qsizetype consumed() const { return m_position; }
    const ResponseHead &head() const { return m_head; }
    const HttpProtocolError &error() const { return m_error; } // status is always 502

private:
    enum class Phase : quint8 { StatusLine, Fields, Complete, Failed };
    enum class LineState : quint8 {
        Protocol,
        MajorFirst,
        Major,
        MinorFirst,
        Minor,
        Status,
        AfterStatus,
        Reason,
        LineFeed,
    };
    void readStatusLine(const char *data, qsizetype end);
    bool readVersionByte(char c, qsizetype at);
    bool readStatusByte(char c, qsizetype at);
    bool endStatusLine(qsizetype lineEnd);
    void takeAsBody();
    void readFields(const char *data, qsizetype end);
    bool takeField(const char *data);
    bool takeLength(const char *data, const HeaderField &field);
    bool takeTransferEncoding(const char *data, const HeaderField &field);
    void finishHead(const char *data);
    bool fail(HttpProtocolError::Code code, const char *message, qsizetype offset);

    ResponseLimits m_limits;
    ResponseHead m_head;
    HttpProtocolError m_error;
    qsizetype m_position = 0;
    FieldLines m_fields;
    Phase m_phase = Phase::StatusLine;
    LineState m_lineState = LineState::Protocol;
    int m_digits = 0; // of what is being read; bytes of "HTTP/" at first
    int m_major = 0;
    int m_minor = 0;
    bool m_hasTransferEncoding = false;
    bool m_hasConnection = false;
};

} // namespace portlight
