// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/message.h"
#include "http/protocolerror.h"

namespace portlight {

// Reads "name: value" lines up to the empty line that ends a section, one field at a time, resumable at any byte.
// Serves request heads, response heads and trailers. Sans-I/O; one thread; owned by a parser.
//
// LineStart ─→ Name ─→ BeforeValue ─→ Value ─→ LineFeed ─→ LineStart …
//     └─→ SectionFeed ─→ Ended          (every state can go to Failed)
class FieldLines
{
public:
    enum class Step : quint8 { NeedMore, Field, End, Failed };
    struct Options {
        bool underscores = true; // '_' is a valid name character (underscores_in_headers)
        bool crlfOnly = false;   // a bare LF ends no line
    };

    void start(qsizetype position, Options options);
    // Looks at the bytes from position() to `end`; offsets count from `data`. After Field, field() is the one just
    // read; its name and value follow nginx's ngx_http_parse_header_line, but a CR without LF is refused. RFC 9112 §5.
    Step next(const char *data, qsizetype end);
    const HeaderField &field() const { return m_field; }
    qsizetype position() const { return m_position; }
    // Where the line that is being read began.
    qsizetype lineStart() const { return m_lineStart; }
    // Nothing of a line was read yet.
    bool betweenLines() const { return m_state == State::LineStart; }
    // Of Failed; the words depend on who sent it and are the caller's.
    HttpProtocolError::Code failure() const { return m_failure; }

private:
    enum class State : quint8 { LineStart, Name, BeforeValue, Value, LineFeed, SectionFeed, Ended, Failed };
    Step fail(HttpProtocolError::Code code, qsizetype at);
    bool beginLine(char first, qsizetype at);
    const char *readName(const char *data, const char *p, const char *last);
    void endValue(const char *data, qsizetype at);
    Step endField(qsizetype nextLine, const char *data);

    HeaderField m_field;
    qsizetype m_position = 0;
    qsizetype m_lineStart = 0;
    Options m_options;
    State m_state = State::LineStart;
    bool m_nameIsPlain = true;
    HttpProtocolError::Code m_failure = HttpProtocolError::Code::None;
};

} // namespace portlight
