// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/message.h"
#include "http/protocolerror.h"

namespace portlight {

// Reads a request line into a RequestHead, resumable at any byte, as nginx's ngx_http_parse_request_line reads it:
// empty lines before it are skipped, a bare LF may end it, several spaces may part its words. Sans-I/O; owned by
// RequestParser.
//
// Start ─→ Method ─→ BeforeTarget ─→ Path ─→ Query ─→ Fragment ─→ AfterTarget ─→ Protocol ─→ Major ─→ Minor ─→
// AfterVersion
//                         └→ Scheme ─→ Authority ─┘ (absolute form)         └→ HTTP/0.9           any end ─→ LineFeed
//                         ─→ Ended
class RequestLine
{
public:
    void start();
    // Looks at the bytes from position() to `end`. On Failed, `error` is filled.
    ParseStatus read(const char *data, qsizetype end, RequestHead &head, HttpProtocolError &error);
    qsizetype position() const { return m_position; }
    // Where the line began, behind empty lines; position() while there was no byte of it.
    qsizetype lineStart() const { return m_lineStart; }
    bool started() const { return m_state != State::Start; }

private:
    enum class State : quint8 {
        Start,
        Method,
        BeforeTarget,
        Scheme,
        SchemeFirstSlash,
        SchemeSecondSlash,
        BeforeAuthority,
        AuthorityStart,
        Authority,
        AuthorityEnd,
        AddressLiteral,
        PortStart,
        Port,
        Path,
        Query,
        Fragment,
        AfterTarget,
        Protocol,
        MajorFirst,
        Major,
        MinorFirst,
        Minor,
        AfterVersion,
        LineFeed,
        Ended,
        Failed,
    };
    // One reading: the bytes and where the results go.
    struct Input {
        const char *data;
        const char *p;
        const char *last;
        RequestHead &head;
        HttpProtocolError &error;
        qsizetype at() const { return p - data; }
    };
    void step(Input &in);
    void fail(Input &in, HttpProtocolError::Code code);
    void readStart(Input &in);
    void readMethod(Input &in);
    void readBeforeTarget(Input &in);
    void readScheme(Input &in);
    void readAuthority(Input &in);
    void readPort(Input &in);
    void endAuthority(Input &in);
    void readTarget(Input &in);
    void endPathOrQuery(Input &in);
    void readAfterTarget(Input &in);
    void readVersion(Input &in);
    void readMinor(Input &in);
    void endLine(Input &in);
    void finish(Input &in);

    qsizetype m_position = 0;
    qsizetype m_lineStart = 0;
    State m_state = State::Start;
    quint8 m_protocolBytes = 0; // of "HTTP/" seen
    int m_major = 0;
    int m_minor = 0;
};

} // namespace portlight
