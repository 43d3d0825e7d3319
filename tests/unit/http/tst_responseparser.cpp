// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/playbook.h"

#include <QTest>

using namespace portlight;
using namespace portlight::testing;
using namespace Qt::StringLiterals;

class TestResponseParser : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void simpleResponseIsTakenApart()
    {
        ResponsePlaybook play;
        play.receive("HTTP/1.1 404 Not  Here\r\nContent-Length: 5\r\nX_y@z: 1\r\nConnection: X_y@z\r\n\r\nhello")
            .expectComplete(404)
            .expectFraming(MethodId::Get, {BodyKind::Length, 5})
            .expectFraming(MethodId::Head, {BodyKind::None, 0});
        QCOMPARE(play.text(play.head().statusLine), "HTTP/1.1 404 Not  Here"_ba);
        QCOMPARE(play.text(play.head().reason), "Not  Here"_ba);
        QVERIFY(play.head().keepAlive);
        QVERIFY(!play.head().fields[1].invalid); // ignore_invalid_headers is about clients
        QVERIFY(play.head().fields[1].named);
    }

    void statusLineMayLackAReason()
    {
        for (const char *line :
             {"HTTP/1.1 200\r\n\r\n", "HTTP/1.1 200 \r\n\r\n", "HTTP/1.1 200\n\n", "HTTP/1.1  200\r\n\r\n"}) {
            ResponsePlaybook play;
            play.receive(line).expectComplete(200);
            QVERIFY(play.head().reason.isEmpty());
        }
        ResponsePlaybook play;
        play.receive("HTTP/1.1 403.1 Odd\r\n\r\n").expectComplete(403); // IIS, says nginx
        QCOMPARE(play.text(play.head().reason), ".1 Odd"_ba);
    }

    void bytesWithoutStatusLineAreABody()
    {
        for (const char *bytes : {"hello", "HTTQ", "H", "ICY 200 OK\r\n\r\n", "\r\nHTTP/1.1 200 OK\r\n\r\n"}) {
            ResponsePlaybook play;
            play.receive(bytes);
            if (QByteArray(bytes) == "H") {
                play.expectNeedMore();
                continue;
            }
            play.expectComplete(200).expectFraming(MethodId::Get, {BodyKind::UntilClose, 0});
            play.expectFraming(MethodId::Head, {BodyKind::UntilClose, 0});
            QVERIFY(play.head().http09);
            QVERIFY(!play.head().keepAlive);
            QCOMPARE(play.outcome().consumed, qsizetype(0));
        }
    }

    void brokenStatusLineIsRefused()
    {
        for (const char *line : {"HTTP/x", "HTTP/1", "HTTP/1.x", "HTTP/0.9 200 OK\r\n", "HTTP/1.1 20x", "HTTP/1.1 2000",
                                 "HTTP/1.1 099", "HTTP/1.1 2 0", "HTTP/1.1\r\n", "HTTP/1000.1 "}) {
            const QByteArray bytes = QByteArray(line) == "HTTP/1" ? "HTTP/1 200 OK\r\n"_ba : QByteArray(line);
            ResponsePlaybook{}.receive(bytes).expectError(Code::InvalidStatusLine);
        }
        ResponsePlaybook{}.receive("HTTP/1.1 200 O\rK\r\n").expectError(Code::BareCr);
        ResponsePlaybook{}.receive("HTTP/1.1 200 O\0K\r\n"_ba).expectError(Code::NulByte);
    }

    void keepAliveDependsOnVersionAndConnection()
    {
        const auto keepsAlive = [](QByteArrayView head) {
            ResponsePlaybook play;
            play.receive(head.toByteArray() + "\r\n").expectComplete(200);
            return play.head().keepAlive;
        };
        QVERIFY(keepsAlive("HTTP/1.1 200 OK\r\n"));
        QVERIFY(keepsAlive("HTTP/1.1 200 OK\r\nConnection: unclosed\r\n"));
        QVERIFY(!keepsAlive("HTTP/1.1 200 OK\r\nConnection: Close\r\n"));
        QVERIFY(!keepsAlive("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n"));
    }

    void bodyEndsAsTheStatusSays()
    {
        const auto framing = [](int status, MethodId method) {
            ResponsePlaybook play;
            play.receive("HTTP/1.1 " + QByteArray::number(status) + " x\r\nContent-Length: 3\r\n\r\n")
                .expectComplete(status);
            return play.head().framing(method);
        };
        QCOMPARE(framing(200, MethodId::Get).kind, BodyKind::Length);
        QCOMPARE(framing(200, MethodId::Head).kind, BodyKind::None);
        QCOMPARE(framing(200, MethodId::Connect).kind, BodyKind::None);
        QCOMPARE(framing(400, MethodId::Connect).kind, BodyKind::Length);
        for (const int status : {100, 101, 103, 204, 304})
            QCOMPARE(framing(status, MethodId::Get).kind, BodyKind::None);
        ResponsePlaybook{}.receive("HTTP/1.1 200 OK\r\n\r\n").expectFraming(MethodId::Get, {BodyKind::UntilClose, 0});
        ResponsePlaybook{}
            .receive("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            .expectFraming(MethodId::Get, {BodyKind::Chunked, 0});
    }

    void interimResponsesComeFirst()
    {
        const QByteArray bytes = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n";
        ResponseParser parser;
        QCOMPARE(parser.parse(bytes.constData(), bytes.size()), ParseStatus::Complete);
        QVERIFY(parser.head().isInterim());
        const qsizetype first = parser.consumed();
        parser.reset();
        QCOMPARE(parser.parse(bytes.constData() + first, bytes.size() - first), ParseStatus::Complete);
        QCOMPARE(parser.head().status, 200);
        QVERIFY(!parser.head().isInterim());
    }

    void ambiguousFramingIsRefused_data()
    {
        QTest::addColumn<QByteArray>("fields");
        QTest::addColumn<int>("code");
        const auto row = [](const char *fields, Code code) {
            QTest::newRow(fields) << QByteArray(fields) << int(code);
        };
        row("Content-Length: 5\r\nContent-Length: 5\r\n", Code::ConflictingContentLength);
        row("Content-Length: 5\r\nContent-Length: 6\r\n", Code::ConflictingContentLength);
        row("Content-Length: +5\r\n", Code::InvalidContentLength);
        row("Content-Length: 5,5\r\n", Code::InvalidContentLength);
        row("Content-Length:\r\n", Code::InvalidContentLength);
        row("Content-Length: 9223372036854775808\r\n", Code::InvalidContentLength);
        row("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", Code::LengthWithTransferEncoding);
        row("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", Code::LengthWithTransferEncoding);
        row("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", Code::InvalidTransferEncoding);
        row("Transfer-Encoding: chunked, chunked\r\n", Code::InvalidTransferEncoding);
        row("Transfer-Encoding: \tchunked\r\n", Code::InvalidTransferEncoding);
        row("Transfer-Encoding: gzip, chunked\r\n", Code::UnsupportedTransferEncoding);
        row("Transfer-Encoding: identity\r\n", Code::UnsupportedTransferEncoding);
        row("Transfer-Encoding : chunked\r\n", Code::InvalidHeader);
        row("X: a\r\n b\r\n", Code::ObsFold);
        row("X: a\rb\r\n", Code::BareCr);
        row("HTTP/1.1 200 OK\r\n", Code::InvalidHeader);
    }

    void ambiguousFramingIsRefused()
    {
        QFETCH(QByteArray, fields);
        QFETCH(int, code);
        ResponsePlaybook{}.receive("HTTP/1.1 200 OK\r\n" + fields + "\r\n").expectError(Code(code));
    }

    void codingInHttp10IsRefused()
    {
        ResponsePlaybook{}
            .receive("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            .expectError(Code::TransferEncodingInHttp10);
    }

    void headFillsItsBuffer()
    {
        const ResponseLimits limits{.headBytesMax = 64, .fieldsMax = 1000};
        const auto head = [](qsizetype bytes) {
            const QByteArray start = "HTTP/1.1 200 OK\r\nX: ";
            return start + QByteArray(bytes - start.size() - 4, 'a') + "\r\n\r\n";
        };
        ResponsePlaybook{limits}.receive(head(64)).expectComplete(200);
        ResponsePlaybook{limits}.receive(head(65)).expectError(Code::HeaderTooLarge);
        QCOMPARE(ResponsePlaybook{limits}.receive(head(65)).outcome().error.message, "upstream sent too big header");
    }

    void fieldsAreCounted()
    {
        const ResponseLimits limits{.headBytesMax = 4096, .fieldsMax = 2};
        ResponsePlaybook{limits}.receive("HTTP/1.1 200 OK\r\nA: b\r\nA: b\r\n\r\n").expectComplete(200);
        ResponsePlaybook{limits}
            .receive("HTTP/1.1 200 OK\r\nA: b\r\nA: b\r\nA: b\r\n\r\n")
            .expectError(Code::TooManyHeaders);
    }
};

QTEST_APPLESS_MAIN(TestResponseParser)
#include "tst_responseparser.moc"
