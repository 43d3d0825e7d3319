// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/parser.h"

#include <QByteArray>

#include <source_location>
#include <vector>

// Dialogues with the sans-I/O HTTP parsers. What a test lets a parser receive is also fed one byte at a time, and cut
// in two at places that a fixed seed chooses; every way must end in the same outcome.
namespace portlight::testing {

using Code = HttpProtocolError::Code;
using Where = std::source_location;

// What a reading came to, printed: equal texts are equal outcomes.
struct Outcome {
    ParseStatus status = ParseStatus::NeedMore;
    HttpProtocolError error;
    qsizetype consumed = 0;
    QByteArray text;
};

// Reads `bytes` in pieces of the given lengths; what they leave over is the last piece. Stops where the parser stops.
Outcome readRequest(QByteArrayView bytes, const RequestLimits &limits = {}, const std::vector<qsizetype> &pieces = {});
Outcome readResponse(QByteArrayView bytes, const ResponseLimits &limits = {},
                     const std::vector<qsizetype> &pieces = {});
// The text holds the payload and the trailers.
Outcome readBody(QByteArrayView bytes, const BodyFraming &framing, quint32 trailerBytesMax = 8192,
                 const std::vector<qsizetype> &pieces = {});

// The ways to cut `size` bytes that each test input goes through besides "all at once".
std::vector<std::vector<qsizetype>> waysToCut(qsizetype size);

class RequestPlaybook
{
public:
    explicit RequestPlaybook(const RequestLimits &limits = {})
        : m_limits(limits)
    {}
    // Bytes behind those received before, in one message.
    RequestPlaybook &receive(QByteArrayView bytes, Where where = Where::current());
    RequestPlaybook &expectNeedMore(Where where = Where::current());
    RequestPlaybook &expectComplete(Where where = Where::current());
    RequestPlaybook &expectError(Code code, int status = 400, Where where = Where::current());
    RequestPlaybook &expectBody(BodyFraming framing, Where where = Where::current());
    RequestPlaybook &expectField(QByteArrayView name, QByteArrayView value, Where where = Where::current());
    // Nothing of the message was left over, or exactly this.
    RequestPlaybook &expectRest(QByteArrayView rest, Where where = Where::current());
    const RequestHead &head() const { return m_parser.head(); }
    QByteArray text(WireSpan span) const { return span.in(m_bytes.constData()).toByteArray(); }
    const Outcome &outcome() const { return m_outcome; }

private:
    RequestLimits m_limits;
    RequestParser m_parser;
    QByteArray m_bytes;
    Outcome m_outcome;
};

class ResponsePlaybook
{
public:
    explicit ResponsePlaybook(const ResponseLimits &limits = {})
        : m_limits(limits)
    {}
    ResponsePlaybook &receive(QByteArrayView bytes, Where where = Where::current());
    ResponsePlaybook &expectNeedMore(Where where = Where::current());
    ResponsePlaybook &expectComplete(int status, Where where = Where::current());
    ResponsePlaybook &expectError(Code code, Where where = Where::current());
    ResponsePlaybook &expectFraming(MethodId method, BodyFraming framing, Where where = Where::current());
    const ResponseHead &head() const { return m_parser.head(); }
    QByteArray text(WireSpan span) const { return span.in(m_bytes.constData()).toByteArray(); }
    const Outcome &outcome() const { return m_outcome; }

private:
    ResponseLimits m_limits;
    ResponseParser m_parser;
    QByteArray m_bytes;
    Outcome m_outcome;
};

} // namespace portlight::testing
