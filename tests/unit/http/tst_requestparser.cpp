// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/playbook.h"

#include <QTest>

using namespace portlight;
using namespace portlight::testing;
using namespace Qt::StringLiterals;

class TestRequestParser : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void simpleRequestIsTakenApart()
    {
        RequestPlaybook play;
        play.receive("GET /a/b?c=d HTTP/1.1\r\nHost: shop.localhost:8080\r\nX-Empty:\r\nAccept:   */*  \r\n\r\nrest")
            .expectComplete()
            .expectField("Host", "shop.localhost:8080")
            .expectField("X-Empty", "")
            .expectField("Accept", "*/*")
            .expectBody({})
            .expectRest("rest");
        const RequestHead &head = play.head();
        QCOMPARE(play.text(head.requestLine), "GET /a/b?c=d HTTP/1.1"_ba);
        QCOMPARE(play.text(head.method), "GET"_ba);
        QCOMPARE(head.methodId, MethodId::Get);
        QCOMPARE(play.text(head.target), "/a/b?c=d"_ba);
        QCOMPARE(play.text(head.path), "/a/b"_ba);
        QCOMPARE(play.text(head.query), "c=d"_ba);
        QVERIFY(head.hasQuery);
        QCOMPARE(play.text(head.host), "shop.localhost:8080"_ba);
        QVERIFY(head.keepAlive);
        QCOMPARE(head.fields.size(), size_t(3));
    }

    void requestGrowsAcrossReads()
    {
        RequestPlaybook play;
        play.receive("GET / HT").expectNeedMore();
        play.receive("TP/1.1\r\nHo").expectNeedMore();
        play.receive("st: a\r\n").expectNeedMore();
        play.receive("\r").expectNeedMore();
        play.receive("\n").expectComplete();
    }

    void emptyLinesBeforeRequestAreSkipped()
    {
        RequestParser parser;
        QCOMPARE(parser.parse("\r\n\r\n", 4), ParseStatus::NeedMore);
        QVERIFY(!parser.started());
        RequestPlaybook play;
        play.receive("\r\n\n\r\nGET / HTTP/1.0\r\n\r\n").expectComplete();
        QCOMPARE(play.text(play.head().requestLine), "GET / HTTP/1.0"_ba);
    }

    void bareLineFeedsEndLines()
    {
        RequestPlaybook{}.receive("GET / HTTP/1.1\nHost: a\nX: y\n\n").expectField("X", "y").expectRest("");
    }

    void absoluteFormNamesTheHost()
    {
        RequestPlaybook play;
        play.receive("GET http://a.test:81/x?y HTTP/1.1\r\nHost: b\r\n\r\n").expectComplete();
        QCOMPARE(play.text(play.head().host), "a.test:81"_ba);
        QCOMPARE(play.text(play.head().authority), "a.test:81"_ba);
        QCOMPARE(play.text(play.head().path), "/x"_ba);
        QCOMPARE(play.text(play.head().query), "y"_ba);
        QVERIFY(play.head().absoluteForm);
    }

    void absoluteFormMayImplyThePath()
    {
        for (const char *line : {"GET http://a HTTP/1.1\r\nHost: a\r\n\r\n", "GET http://a?q HTTP/1.1\r\nHost: a\r\n\r\n",
                                 "GET http://[::1]:80 HTTP/1.1\r\nHost: a\r\n\r\n"}) {
            RequestPlaybook play;
            play.receive(line).expectComplete();
            QCOMPARE(play.text(play.head().path), "/"_ba);
            QVERIFY(play.head().pathImplied);
        }
    }

    void connectNamesAnAuthority()
    {
        RequestPlaybook play;
        play.receive("CONNECT a.test:443 HTTP/1.1\r\nHost: a.test\r\n\r\n").expectComplete();
        QCOMPARE(play.text(play.head().host), "a.test:443"_ba);
        QCOMPARE(play.text(play.head().target), "a.test:443"_ba);
        QCOMPARE(play.text(play.head().path), "/"_ba);
        RequestPlaybook{}.receive("CONNECT a.test HTTP/1.1\r\n").expectError(Code::InvalidRequestLine);
        RequestPlaybook{}.receive("CONNECT / HTTP/1.1\r\n").expectError(Code::InvalidRequestLine);
    }

    void conflictingContentLengthsAreRejected()
    {
        RequestPlaybook{}
            .receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n")
            .expectError(Code::ConflictingContentLength);
    }

    void bodyIsFramedByItsFields()
    {
        RequestPlaybook{}.receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
            .expectBody({BodyKind::Length, 5}).expectRest("hello");
        RequestPlaybook{}.receive("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n")
            .expectBody({BodyKind::Chunked, 0});
    }
};

QTEST_APPLESS_MAIN(TestRequestParser)
#include "tst_requestparser.moc"
