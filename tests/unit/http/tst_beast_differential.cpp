// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/httpbattery.h"
#include "support/httpmutations.h"

#include <QTest>

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wshadow"
#endif
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

#include <set>

using namespace portlight;
using namespace portlight::testing;
using namespace Qt::StringLiterals;
using Code = HttpProtocolError::Code;
namespace beast = boost::beast;

namespace {

// What a parser makes of the first request in some bytes.
enum class Verdict { Waits, Takes, Refuses };
struct Reading {
    Verdict verdict = Verdict::Waits;
    qsizetype consumed = 0; // head and body, when taken
    Code code = Code::None; // of ours
    QByteArray reason;      // of Beast's refusal
};

Reading readWithBeast(const QByteArray &bytes)
{
    beast::http::request_parser<beast::http::string_body> parser;
    parser.eager(true);
    parser.header_limit(1 << 20);
    parser.body_limit(1 << 20);
    beast::error_code error;
    Reading reading;
    while (reading.consumed < bytes.size() && !parser.is_done()) {
        const size_t used = parser.put(
            boost::asio::buffer(bytes.constData() + reading.consumed, size_t(bytes.size() - reading.consumed)), error);
        reading.consumed += qsizetype(used);
        // Nothing here has so much of a body: whoever had no limit would wait for it.
        if (error == beast::http::error::need_more || error == beast::http::error::body_limit)
            return reading;
        if (error) {
            reading.verdict = Verdict::Refuses;
            reading.reason = QByteArray::fromStdString(error.message());
            return reading;
        }
        if (used == 0 && !parser.is_done())
            return reading;
    }
    if (parser.is_done())
        reading.verdict = Verdict::Takes;
    return reading;
}

Reading readOurs(const QByteArray &bytes)
{
    Reading reading;
    // Sizes of heads are another test's matter.
    RequestParser parser{RequestLimits{.firstBufferBytes = 1 << 20}};
    ParseStatus status = parser.parse(bytes.constData(), bytes.size());
    reading.consumed = parser.consumed();
    reading.code = parser.error().code;
    if (status == ParseStatus::Complete) {
        BodyDecoder decoder;
        decoder.start(parser.head().body);
        BodyDecoder::Piece piece;
        do {
            piece = decoder.next(bytes.constData() + reading.consumed, bytes.size() - reading.consumed);
            reading.consumed += piece.consumed;
        } while (piece.kind == BodyDecoder::Piece::Kind::Data);
        reading.code = decoder.error().code;
        status = decoder.ended()                                  ? ParseStatus::Complete
                 : piece.kind == BodyDecoder::Piece::Kind::Failed ? ParseStatus::Failed
                                                                  : ParseStatus::NeedMore;
    }
    if (status == ParseStatus::Complete)
        reading.verdict = Verdict::Takes;
    else if (status == ParseStatus::Failed)
        reading.verdict = Verdict::Refuses;
    return reading;
}

// A way in which we mean to differ: the reason of our refusal, or none when we take it or wait; what Beast does
// instead, and its reason when it refuses. Each must occur.
struct Difference {
    Code code;
    std::set<Verdict> beast;
    const char *reason;
    const char *argument;
};

const std::vector<Difference> &differences()
{
    using V = Verdict;
    static const std::vector<Difference> all = {
        {Code::InvalidMethod,
         {V::Takes, V::Waits},
         "",
         "nginx's methods: capitals, '_' and '-'; Beast takes any token"},
        {Code::InvalidRequestLine,
         {V::Takes, V::Waits},
         "",
         "Beast does not look at the form of a target (RFC 9112 section 3.2); nginx and we refuse what has none"},
        {Code::MissingHost, {V::Takes, V::Waits}, "", "Beast leaves RFC 9112 section 3.2 to its user"},
        {Code::DuplicateHost, {V::Takes, V::Waits}, "", "Beast leaves RFC 9112 section 3.2 to its user"},
        {Code::InvalidHost, {V::Takes, V::Waits}, "", "Beast does not look into Host; nginx routes by it"},
        {Code::DuplicateHeader, {V::Takes, V::Waits}, "", "nginx refuses a second one of fields that are no lists"},
        {Code::ObsFold, {V::Takes, V::Waits}, "", "RFC 9112 section 5.2 lets a server refuse folded lines; nginx does"},
        {Code::InvalidContentLength,
         {V::Takes, V::Waits},
         "",
         "Beast takes a tab for white space around digits; nginx not"},
        {Code::ConflictingContentLength,
         {V::Takes, V::Waits},
         "",
         "Beast takes equal lengths for one; nginx refuses, and RFC 9112 section 6.3 allows both"},
        {Code::LengthWithTransferEncoding,
         {V::Takes, V::Waits},
         "",
         "Beast overlooks a coding it does not know; nothing tells what another hop does"},
        {Code::InvalidTransferEncoding,
         {V::Takes, V::Waits},
         "",
         "Beast looks for \"chunked\" at the end of a list; we want no list and no second field"},
        {Code::UnsupportedTransferEncoding,
         {V::Takes, V::Waits},
         "",
         "Beast takes a request with an unknown coding to have no body; RFC 9112 section 6.1 asks for 501"},
        {Code::TransferEncodingInHttp10, {V::Takes, V::Waits}, "", "RFC 9112 section 6.1: faulty framing"},
        {Code::InvalidChunk,
         {V::Takes, V::Waits},
         "",
         "Beast takes spaces behind a size, and looks for CRLF before it looks at what stands there"},
        {Code::ChunkOverflow, {V::Takes, V::Waits}, "", "Beast takes 64 bits and any number of zeros; nginx 59 bits"},
        {Code::InvalidHeader, {V::Waits}, "", "Beast looks for the end of the trailers before it reads them"},
        {Code::BareCr, {V::Waits}, "", "Beast looks for the end of the head before it reads it"},
        {Code::None, {V::Refuses}, "bad method", "nginx skips empty lines before a request (RFC 9112 section 2.2)"},
        {Code::None, {V::Refuses}, "bad target", "nginx takes bytes over 127, several spaces, and HTTP/0.9"},
        {Code::None, {V::Refuses}, "bad version", "nginx takes HTTP/1.2, spaces behind the version, bare LF, HTTP/0.9"},
        {Code::None, {V::Refuses}, "bad field", "nginx takes bare LF and lines without colon, and drops invalid names"},
        {Code::None, {V::Refuses}, "bad value", "nginx takes bare LF, and control characters in values"},
        {Code::None, {V::Refuses}, "bad Content-Length", "behind a bare LF where a head ends, Beast reads on"},
        {Code::None, {V::Refuses}, "bad Transfer-Encoding", "Beast lets trailers speak about framing"},
        {Code::None, {V::Waits}, "", "HTTP/0.9 has no fields to wait for"},
    };
    return all;
}

} // namespace

// Boost.Beast reads the same bytes as our parsers: it is another hop. Where both take a message they must agree about
// its end; where only one takes it, the table says why.
class TestBeastDifferential : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void disagreementsAreIntended()
    {
        std::vector<QByteArray> inputs = mutatedSamples(8000, 23);
        for (const HttpSample &sample : httpBattery())
            inputs.push_back(sample.bytes);
        std::vector<bool> occurred(differences().size());
        QByteArray unlisted;
        for (const QByteArray &bytes : inputs) {
            const Reading ours = readOurs(bytes);
            const Reading theirs = readWithBeast(bytes);
            if (ours.verdict == theirs.verdict) {
                // Nothing excuses two ends of one message: that is what smuggling lives on.
                if (ours.verdict == Verdict::Takes && ours.consumed != theirs.consumed)
                    unlisted += "another end: " + bytes.toPercentEncoding(" :/;,=") + "\n";
                continue;
            }
            if (const int row = differenceOf(ours, theirs); row >= 0)
                occurred[size_t(row)] = true;
            else
                unlisted +=
                    describe(ours) + ", Beast " + describe(theirs) + ": " + bytes.toPercentEncoding(" :/;,=") + "\n";
        }
        QVERIFY2(unlisted.isEmpty(), unlisted.constData());
        for (size_t row = 0; row < occurred.size(); ++row)
            QVERIFY2(occurred[row], differences()[row].argument);
    }

private:
    static int differenceOf(const Reading &ours, const Reading &theirs)
    {
        for (size_t row = 0; row < differences().size(); ++row) {
            const Difference &difference = differences()[row];
            if (difference.code == ours.code && difference.beast.contains(theirs.verdict)
                && (theirs.reason.isEmpty() || theirs.reason == difference.reason))
                return int(row);
        }
        return -1;
    }

    static QByteArray describe(const Reading &reading)
    {
        static constexpr const char *verdicts[] = {"waits", "takes", "refuses"};
        return verdicts[int(reading.verdict)] + (" " + QByteArray::number(int(reading.code))) + " " + reading.reason;
    }
};

QTEST_APPLESS_MAIN(TestBeastDifferential)
#include "tst_beast_differential.moc"
