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
        for (const char *line :
             {"GET http://a HTTP/1.1\r\nHost: a\r\n\r\n", "GET http://a?q HTTP/1.1\r\nHost: a\r\n\r\n",
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

    void connectionNamesTheFieldsOfThisHop()
    {
        RequestPlaybook play;
        play.receive("GET / HTTP/1.1\r\nHost: a\r\nX-Hop: b\r\nConnection: close, X-HOP , host\r\nX-Hop2: c\r\n\r\n")
            .expectComplete();
        QVERIFY(!play.head().keepAlive);
        QVERIFY(play.head().fields[0].named); // Host: said, but nobody may strip it
        QVERIFY(play.head().fields[1].named);
        QVERIFY(!play.head().fields[2].named);
        QVERIFY(!play.head().fields[3].named);
    }

    void keepAliveDependsOnTheVersion()
    {
        const auto keepsAlive = [](QByteArrayView version, QByteArrayView field) {
            RequestPlaybook play;
            play.receive("GET / HTTP/" + version.toByteArray() + "\r\nHost: a\r\n" + field.toByteArray() + "\r\n");
            play.expectComplete();
            return play.head().keepAlive;
        };
        QVERIFY(keepsAlive("1.1", ""));
        QVERIFY(!keepsAlive("1.1", "Connection: keep-alive, close\r\n"));
        QVERIFY(!keepsAlive("1.0", ""));
        QVERIFY(keepsAlive("1.0", "Connection: Keep-Alive\r\n"));
        QVERIFY(!keepsAlive("1.0", "Connection: keep-alive\r\nConnection: close\r\n"));
    }

    void expectAndUpgradeAreSeen()
    {
        RequestPlaybook play;
        play.receive("GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nUpgrade: websocket\r\n\r\n")
            .expectComplete();
        QVERIFY(play.head().expectContinue);
        QVERIFY(play.head().hasUpgrade);
        RequestPlaybook old;
        old.receive("GET / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n").expectComplete();
        QVERIFY(!old.head().expectContinue);
        QVERIFY(!old.head().hasUpgrade);
    }

    void invalidNamesAreMarkedWhileTheyAreIgnored()
    {
        const QByteArray bytes = "GET / HTTP/1.1\r\nHost: a\r\nA_b: c\r\nA@b: c\r\n\r\n";
        RequestPlaybook play;
        play.receive(bytes).expectComplete();
        QVERIFY(play.head().fields[1].invalid);
        QVERIFY(play.head().fields[2].invalid);
        RequestPlaybook underscores{RequestLimits{.underscoresInHeaders = true}};
        underscores.receive(bytes).expectComplete();
        QVERIFY(!underscores.head().fields[1].invalid);
        QVERIFY(underscores.head().fields[2].invalid);
        RequestPlaybook kept{RequestLimits{.ignoreInvalidHeaders = false}};
        kept.receive(bytes).expectComplete();
        QVERIFY(!kept.head().fields[1].invalid);
        QVERIFY(!kept.head().fields[2].invalid);
    }

    void requestLineIsKnownBeforeTheFieldsEnd()
    {
        const QByteArray bytes = "GET /a HTTP/1.1\r\nHo";
        RequestParser parser;
        QCOMPARE(parser.parse(bytes.constData(), 15), ParseStatus::NeedMore);
        QVERIFY(parser.started());
        QVERIFY(!parser.requestLineComplete());
        QCOMPARE(parser.parse(bytes.constData(), bytes.size()), ParseStatus::NeedMore);
        QVERIFY(parser.requestLineComplete());
        QCOMPARE(parser.head().path.in(bytes.constData()).toByteArray(), "/a"_ba);
    }

    void http09HasNoFields()
    {
        RequestPlaybook play;
        play.receive("GET /a?b\r\nHost: a\r\n\r\n").expectComplete().expectRest("Host: a\r\n\r\n");
        QVERIFY(play.head().http09);
        QVERIFY(!play.head().keepAlive);
        QCOMPARE(play.head().version, (HttpVersion{0, 9}));
    }

    void wordsAreThoseOfNginx_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("message");
        const QByteArray head = "POST / HTTP/1.1\r\nHost: a\r\n";
        QTest::newRow("method") << "get / HTTP/1.1\r\n"_ba
                                << "client sent invalid method"_ba;
        QTest::newRow("line") << "GET x\r\n"_ba
                              << "client sent invalid request"_ba;
        QTest::newRow("version") << "GET / HTTP/2.0\r\n"_ba
                                 << "client sent invalid version"_ba;
        QTest::newRow("0.9") << "POST /\r\n"_ba
                             << "client sent invalid method in HTTP/0.9 request"_ba;
        QTest::newRow("target host") << "GET http://a..b/ HTTP/1.1\r\n"_ba
                                     << "client sent invalid host in request line"_ba;
        QTest::newRow("host") << "GET / HTTP/1.1\r\nHost: /\r\n"_ba
                              << "client sent invalid host header"_ba;
        QTest::newRow("hosts") << head + "Host: b\r\n"
                               << "client sent duplicate host header"_ba;
        QTest::newRow("no host") << "GET / HTTP/1.1\r\n\r\n"_ba
                                 << "client sent HTTP/1.1 request without \"Host\" header"_ba;
        QTest::newRow("header") << head + "A b: c\r\n"
                                << "client sent invalid header line"_ba;
        QTest::newRow("length") << head + "Content-Length: x\r\n\r\n"
                                << "client sent invalid \"Content-Length\" header"_ba;
        QTest::newRow("coding") << head + "Transfer-Encoding: x\r\n\r\n"
                                << "client sent unknown \"Transfer-Encoding\""_ba;
    }

    void wordsAreThoseOfNginx()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QByteArray, message);
        QCOMPARE(QByteArray(RequestPlaybook{}.receive(bytes).outcome().error.message), message);
    }

    void errorsPointAtTheByte()
    {
        QCOMPARE(RequestPlaybook{}.receive("GET /a\x01").outcome().error.offset, qsizetype(6));
        QCOMPARE(RequestPlaybook{}.receive("GET / HTTP/1.1\r\nA b").outcome().error.offset, qsizetype(17));
    }

    void bodyIsFramedByItsFields()
    {
        RequestPlaybook{}
            .receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
            .expectBody({BodyKind::Length, 5})
            .expectRest("hello");
        RequestPlaybook{}
            .receive("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n")
            .expectBody({BodyKind::Chunked, 0});
    }
};

QTEST_APPLESS_MAIN(TestRequestParser)
#include "tst_requestparser.moc"
