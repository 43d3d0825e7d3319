// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/playbook.h"

#include <QTest>

#include <random>

namespace portlight::testing {

namespace {

void check(bool ok, const QByteArray &what, const Where &where)
{
    QTest::qVerify(ok, "expectation", what.constData(), where.file_name(), int(where.line()));
}

QByteArray quoted(QByteArrayView bytes)
{
    QByteArray text = "\"";
    for (const char c : bytes) {
        if (c >= 0x20 && c < 0x7f)
            text += c;
        else
            text += "\\x" + QByteArray::number(quint8(c), 16).rightJustified(2, '0');
    }
    return text + "\"";
}

QByteArray describe(const HttpProtocolError &error)
{
    return "error " + QByteArray::number(int(error.code)) + " status " + QByteArray::number(error.status) + " at "
           + QByteArray::number(error.offset) + ": " + error.message;
}

QByteArray describe(const std::vector<HeaderField> &fields, const char *base)
{
    QByteArray text;
    for (const HeaderField &field : fields) {
        text += "\n  " + quoted(field.name.in(base)) + ": " + quoted(field.value.in(base)) + " #"
                + QByteArray::number(int(field.id)) + (field.named ? " named" : "") + (field.invalid ? " invalid" : "");
    }
    return text;
}

QByteArray describe(const BodyFraming &framing)
{
    static constexpr const char *names[] = {"none", "length", "chunked", "until close"};
    return names[int(framing.kind)] + (" " + QByteArray::number(framing.length));
}

QByteArray describe(const RequestHead &head, const char *base)
{
    QByteArray text;
    for (const WireSpan span :
         {head.requestLine, head.method, head.target, head.path, head.query, head.authority, head.host})
        text += quoted(span.in(base)) + " ";
    text += "version " + QByteArray::number(head.version.major) + "." + QByteArray::number(head.version.minor);
    text += QByteArray(head.hasQuery ? " query" : "") + (head.absoluteForm ? " absolute" : "")
            + (head.pathImplied ? " implied" : "") + (head.http09 ? " 0.9" : "") + (head.keepAlive ? " keep" : " close")
            + (head.expectContinue ? " expect" : "") + (head.hasUpgrade ? " upgrade" : "");
    return text + " body " + describe(head.body) + describe(head.fields, base);
}

QByteArray describe(const ResponseHead &head, const char *base)
{
    QByteArray text = quoted(head.statusLine.in(base)) + " " + quoted(head.reason.in(base)) + " status "
                      + QByteArray::number(head.status) + " version " + QByteArray::number(head.version.major) + "."
                      + QByteArray::number(head.version.minor) + " length " + QByteArray::number(head.contentLength);
    text += QByteArray(head.chunked ? " chunked" : "") + (head.keepAlive ? " keep" : " close")
            + (head.hasUpgrade ? " upgrade" : "") + (head.http09 ? " 0.9" : "");
    return text + describe(head.fields, base);
}

// Calls `parse` with growing prefixes. Each is a fresh copy, so that a parser which kept a pointer would be caught.
template<typename Parser>
Outcome readHead(Parser &parser, QByteArrayView bytes, const std::vector<qsizetype> &pieces)
{
    Outcome outcome;
    qsizetype given = 0;
    for (size_t i = 0; i <= pieces.size() && outcome.status == ParseStatus::NeedMore && given < bytes.size(); ++i) {
        given = i < pieces.size() ? std::min(given + pieces[i], bytes.size()) : bytes.size();
        const QByteArray prefix = bytes.first(given).toByteArray();
        outcome.status = parser.parse(prefix.constData(), given);
    }
    outcome.error = parser.error();
    outcome.consumed = parser.consumed();
    if (outcome.status == ParseStatus::Failed)
        outcome.text = describe(outcome.error);
    else if (outcome.status == ParseStatus::Complete)
        outcome.text = "consumed " + QByteArray::number(outcome.consumed) + " " + describe(parser.head(), bytes.data());
    return outcome;
}

} // namespace

Outcome readRequest(QByteArrayView bytes, const RequestLimits &limits, const std::vector<qsizetype> &pieces)
{
    RequestParser parser{limits};
    return readHead(parser, bytes, pieces);
}

Outcome readResponse(QByteArrayView bytes, const ResponseLimits &limits, const std::vector<qsizetype> &pieces)
{
    ResponseParser parser{limits};
    return readHead(parser, bytes, pieces);
}

Outcome readBody(QByteArrayView bytes, const BodyFraming &framing, quint32 trailerBytesMax,
                 const std::vector<qsizetype> &pieces)
{
    using Kind = BodyDecoder::Piece::Kind;
    BodyDecoder decoder;
    decoder.start(framing, trailerBytesMax);
    Outcome outcome;
    QByteArray payload;
    qsizetype given = 0;
    for (size_t i = 0; i <= pieces.size() && outcome.status == ParseStatus::NeedMore; ++i) {
        given = i < pieces.size() ? std::min(given + pieces[i], bytes.size()) : bytes.size();
        for (;;) {
            const QByteArray input = bytes.sliced(outcome.consumed, given - outcome.consumed).toByteArray();
            const BodyDecoder::Piece piece = decoder.next(input.constData(), input.size());
            outcome.consumed += piece.consumed;
            if (piece.kind == Kind::Data) {
                payload += input.sliced(piece.dataOffset, piece.dataLength);
                continue;
            }
            if (piece.kind == Kind::End)
                outcome.status = ParseStatus::Complete;
            else if (piece.kind == Kind::Failed)
                outcome.status = ParseStatus::Failed;
            break;
        }
    }
    outcome.error = decoder.error();
    outcome.text = "payload " + quoted(payload) + " of " + QByteArray::number(decoder.payloadBytes());
    if (outcome.status == ParseStatus::Failed) {
        outcome.text += " " + describe(outcome.error);
    } else if (outcome.status == ParseStatus::Complete) {
        outcome.text += " consumed " + QByteArray::number(outcome.consumed) + " trailers "
                        + quoted(decoder.trailerBytes()) + describe(decoder.trailers(), decoder.trailerBytes().data());
    }
    return outcome;
}

std::vector<std::vector<qsizetype>> waysToCut(qsizetype size)
{
    std::vector<std::vector<qsizetype>> ways;
    ways.push_back(std::vector<qsizetype>(size_t(size), 1));
    std::mt19937 random{20240229};
    constexpr int cutsInTwo = 8;
    for (int i = 0; i < cutsInTwo && size > 1; ++i)
        ways.push_back({qsizetype(random() % quint64(size - 1)) + 1});
    return ways;
}

RequestPlaybook &RequestPlaybook::receive(QByteArrayView bytes, Where where)
{
    m_bytes += bytes;
    m_parser.setLimits(m_limits);
    m_parser.reset();
    m_outcome = readHead(m_parser, m_bytes, {});
    for (const std::vector<qsizetype> &pieces : waysToCut(m_bytes.size())) {
        const Outcome other = readRequest(m_bytes, m_limits, pieces);
        check(other.status == m_outcome.status && other.text == m_outcome.text,
              "fed in pieces of " + QByteArray::number(pieces.front()) + ":\n" + other.text + "\nat once:\n"
                  + m_outcome.text,
              where);
    }
    return *this;
}

RequestPlaybook &RequestPlaybook::expectNeedMore(Where where)
{
    check(m_outcome.status == ParseStatus::NeedMore, "wanted to wait, got " + m_outcome.text, where);
    return *this;
}

RequestPlaybook &RequestPlaybook::expectComplete(Where where)
{
    check(m_outcome.status == ParseStatus::Complete, "wanted a request, got " + m_outcome.text, where);
    return *this;
}

RequestPlaybook &RequestPlaybook::expectError(Code code, int status, Where where)
{
    check(m_outcome.status == ParseStatus::Failed && m_outcome.error.code == code && m_outcome.error.status == status,
          "wanted error " + QByteArray::number(int(code)) + " status " + QByteArray::number(status) + ", got "
              + m_outcome.text,
          where);
    return *this;
}

RequestPlaybook &RequestPlaybook::expectBody(BodyFraming framing, Where where)
{
    expectComplete(where);
    check(head().body == framing, "wanted body " + describe(framing) + ", got " + describe(head().body), where);
    return *this;
}

RequestPlaybook &RequestPlaybook::expectField(QByteArrayView name, QByteArrayView value, Where where)
{
    expectComplete(where);
    const char *base = m_bytes.constData();
    const bool found = std::any_of(head().fields.begin(), head().fields.end(), [&](const HeaderField &field) {
        return field.name.in(base) == name && field.value.in(base) == value;
    });
    check(found, "wanted " + name.toByteArray() + ": " + value.toByteArray() + ", got " + m_outcome.text, where);
    return *this;
}

RequestPlaybook &RequestPlaybook::expectRest(QByteArrayView rest, Where where)
{
    expectComplete(where);
    const QByteArray got = m_bytes.sliced(m_outcome.consumed);
    check(got == rest, "wanted to leave " + quoted(rest) + ", left " + quoted(got), where);
    return *this;
}

ResponsePlaybook &ResponsePlaybook::receive(QByteArrayView bytes, Where where)
{
    m_bytes += bytes;
    m_parser.setLimits(m_limits);
    m_parser.reset();
    m_outcome = readHead(m_parser, m_bytes, {});
    for (const std::vector<qsizetype> &pieces : waysToCut(m_bytes.size())) {
        const Outcome other = readResponse(m_bytes, m_limits, pieces);
        check(other.status == m_outcome.status && other.text == m_outcome.text,
              "fed in pieces of " + QByteArray::number(pieces.front()) + ":\n" + other.text + "\nat once:\n"
                  + m_outcome.text,
              where);
    }
    return *this;
}

ResponsePlaybook &ResponsePlaybook::expectNeedMore(Where where)
{
    check(m_outcome.status == ParseStatus::NeedMore, "wanted to wait, got " + m_outcome.text, where);
    return *this;
}

ResponsePlaybook &ResponsePlaybook::expectComplete(int status, Where where)
{
    check(m_outcome.status == ParseStatus::Complete && head().status == status,
          "wanted status " + QByteArray::number(status) + ", got " + m_outcome.text, where);
    return *this;
}

ResponsePlaybook &ResponsePlaybook::expectError(Code code, Where where)
{
    check(m_outcome.status == ParseStatus::Failed && m_outcome.error.code == code && m_outcome.error.status == 502,
          "wanted error " + QByteArray::number(int(code)) + ", got " + m_outcome.text, where);
    return *this;
}

ResponsePlaybook &ResponsePlaybook::expectFraming(MethodId method, BodyFraming framing, Where where)
{
    const BodyFraming got = head().framing(method);
    check(got == framing, "wanted body " + describe(framing) + ", got " + describe(got), where);
    return *this;
}

} // namespace portlight::testing
