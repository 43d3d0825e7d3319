// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/playbook.h"

#include <QTest>

using namespace portlight;
using namespace portlight::testing;
using namespace Qt::StringLiterals;

namespace {

constexpr RequestLimits Small{.firstBufferBytes = 64, .largeBufferBytes = 100, .largeBuffers = 2, .fieldsMax = 3};

// A request line, or a field line, of exactly `bytes` bytes, its CRLF included.
QByteArray requestLine(qsizetype bytes)
{
    const QByteArray ends = " HTTP/1.1\r\n";
    return "GET /" + QByteArray(bytes - 5 - ends.size(), 'a') + ends;
}
QByteArray fieldLine(qsizetype bytes)
{
    return "X: " + QByteArray(bytes - 5, 'b') + "\r\n";
}

} // namespace

class TestRequestLimits : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void requestLineFillsOneLargeBuffer()
    {
        RequestPlaybook{Small}.receive(requestLine(100) + "Host: a\r\n\r\n").expectComplete();
        RequestPlaybook{Small}.receive(requestLine(101) + "Host: a\r\n\r\n").expectError(Code::UriTooLong, 414);
    }

    void requestLineIsRefusedBeforeItEnds()
    {
        RequestPlaybook{Small}.receive("GET /" + QByteArray(94, 'a')).expectNeedMore();
        RequestPlaybook{Small}.receive("GET /" + QByteArray(95, 'a')).expectError(Code::UriTooLong, 414);
    }

    void firstBufferMayBeTheLargerOne()
    {
        const RequestLimits limits{.firstBufferBytes = 200, .largeBufferBytes = 100, .largeBuffers = 2};
        RequestPlaybook{limits}.receive(requestLine(200) + "Host: a\r\n\r\n").expectComplete();
        RequestPlaybook{limits}.receive(requestLine(201) + "Host: a\r\n\r\n").expectError(Code::UriTooLong, 414);
    }

    void fieldLineFillsOneLargeBuffer()
    {
        const QByteArray start = "GET / HTTP/1.1\r\nHost: a\r\n";
        RequestPlaybook{Small}.receive(start + fieldLine(100) + "\r\n").expectComplete();
        RequestPlaybook{Small}.receive(start + fieldLine(101) + "\r\n").expectError(Code::HeaderTooLarge, 494);
    }

    void noMoreLargeBuffersThanAllowed()
    {
        // 25 bytes; the first field moves into a large buffer, each next one into another.
        const QByteArray start = "GET / HTTP/1.1\r\nHost: a\r\n";
        RequestPlaybook{Small}.receive(start + fieldLine(98) + fieldLine(98) + "\r\n").expectComplete();
        RequestPlaybook{Small}
            .receive(start + fieldLine(98) + fieldLine(99) + "\r\n")
            .expectError(Code::HeaderTooLarge, 494);
        QCOMPARE(RequestPlaybook{Small}.receive(start + fieldLine(98) + fieldLine(99) + "\r\n").outcome().error.message,
                 "client sent too long header line");
    }

    void requestLineCanUseUpTheBuffers()
    {
        const RequestLimits limits{.firstBufferBytes = 64, .largeBufferBytes = 100, .largeBuffers = 1};
        const Outcome outcome = RequestPlaybook{limits}.receive(requestLine(100)).outcome();
        QCOMPARE(outcome.status, ParseStatus::Failed);
        QCOMPARE(outcome.error.status, 494);
        QCOMPARE(outcome.error.message, "client sent too large request");
    }

    void emptyLinesEndSomewhere()
    {
        RequestPlaybook{Small}.receive(QByteArray(63, '\n')).expectNeedMore();
        RequestPlaybook{Small}.receive(QByteArray(63, '\n') + requestLine(70) + "Host: a\r\n\r\n").expectComplete();
        RequestPlaybook{Small}.receive(QByteArray(64, '\n')).expectError(Code::InvalidRequestLine);
    }

    void fieldsAreCounted()
    {
        const QByteArray start = "GET / HTTP/1.1\r\nHost: a\r\nA: b\r\nA: b\r\n";
        RequestPlaybook{Small}.receive(start + "\r\n").expectComplete();
        RequestPlaybook{Small}.receive(start + "A: b\r\n\r\n").expectError(Code::TooManyHeaders, 494);
        // nginx does not count what ignore_invalid_headers drops.
        RequestPlaybook{Small}.receive(start + "A_: b\r\n\r\n").expectComplete();
    }

    void connectionOptionsAreCounted()
    {
        const auto withOptions = [](int count) {
            return "GET / HTTP/1.1\r\nHost: a\r\nConnection: " + QByteArray("x, ").repeated(count) + "\r\n\r\n";
        };
        RequestPlaybook{}.receive(withOptions(100)).expectComplete();
        RequestPlaybook{}.receive(withOptions(101)).expectError(Code::TooManyConnectionOptions);
    }

    void defaultsAreThoseOfNginx()
    {
        const QByteArray start = "GET / HTTP/1.1\r\nHost: a\r\n";
        RequestPlaybook{}.receive(requestLine(8192) + "Host: a\r\n\r\n").expectComplete();
        RequestPlaybook{}.receive(requestLine(8193) + "Host: a\r\n\r\n").expectError(Code::UriTooLong, 414);
        const QByteArray large = fieldLine(8191);
        RequestPlaybook{}.receive(start + large.repeated(4)).expectNeedMore();
        RequestPlaybook{}.receive(start + large.repeated(4) + "\r\n").expectError(Code::HeaderTooLarge, 494);
        RequestPlaybook{}.receive(start + large.repeated(3) + fieldLine(8190) + "\r\n").expectComplete();
    }

    void memoryIsReusedByTheNextMessage()
    {
        RequestParser parser;
        const QByteArray bytes = "GET / HTTP/1.1\r\nHost: a\r\n" + QByteArray("X: y\r\n").repeated(10) + "\r\n";
        QCOMPARE(parser.parse(bytes.constData(), bytes.size()), ParseStatus::Complete);
        const HeaderField *place = parser.head().fields.data();
        parser.reset();
        QVERIFY(parser.head().fields.empty());
        QCOMPARE(parser.parse(bytes.constData(), bytes.size()), ParseStatus::Complete);
        QCOMPARE(parser.head().fields.data(), place);
    }
};

QTEST_APPLESS_MAIN(TestRequestLimits)
#include "tst_requestlimits.moc"
