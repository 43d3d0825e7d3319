// SPDX-License-Identifier: GPL-3.0-or-later
#include "traffic/exchangetext.h"
#include "ui/exchanges.h"

#include <QProcess>
#include <QtTest>

using namespace portlight;
using namespace portlight::test;
using namespace Qt::StringLiterals;

class TestExchangeText : public QObject
{
    Q_OBJECT

    static ExchangeDetail post(const QByteArray &body)
    {
        ExchangeDetail detail;
        detail.summary = exchange(1, 201, "POST", "/cart?a=1");
        detail.requestHead = "POST /cart?a=1 HTTP/1.1\r\nHost: shop.localhost:8080\r\nContent-Length: 9\r\n"
                             "X-Quote: it's\r\n\r\n";
        detail.requestBody = {body, body.size()};
        return detail;
    }

    // What the shell makes of the command: its words, one a line.
    static QByteArrayList shellWords(const QString &command)
    {
        QProcess shell;
        shell.start(u"bash"_s, {u"-c"_s, u"curl() { printf '%s\\0' \"$@\"; }\n"_s + command});
        if (!shell.waitForFinished() || shell.exitCode() != 0)
            return {"bash failed"};
        QByteArrayList words = shell.readAllStandardOutput().split('\0');
        words.removeLast();
        return words;
    }

private Q_SLOTS:
    void theHandshakeIsTold()
    {
        QVERIFY(tlsFacts({}).isEmpty());
        const QList<std::pair<QString, QString>> facts =
            tlsFacts({"TLSv1.3", "TLS_AES_256_GCM_SHA384", "shop.localhost", {}, {}, true});
        QCOMPARE(facts.mid(0, 3), (QList<std::pair<QString, QString>>{{u"TLS"_s, u"TLSv1.3 · resumed session"_s},
                                                                      {u"Cipher"_s, u"TLS_AES_256_GCM_SHA384"_s},
                                                                      {u"Asked for (SNI)"_s, u"shop.localhost"_s}}));
        QCOMPARE(tlsFacts({"TLSv1.2", {}, {}, {}, {}, false}).first().second, u"TLSv1.2 · full handshake"_s);
    }

    void aShellReadsTheCurlCommandAsMeant()
    {
        QCOMPARE(shellWords(curlCommand(post("{\"a\":'1'}"))),
                 (QByteArrayList{"http://shop.localhost:8080/cart?a=1", "-H", "X-Quote: it's", "--data-binary",
                                 "{\"a\":'1'}"}));
        QByteArray binary("\x01'\\\xff z", 6);
        QCOMPARE(shellWords(curlCommand(post(binary))).last(), binary);
    }

    void curlNamesTheMethodOnlyWhenItIsNotImplied()
    {
        ExchangeDetail get = post({});
        get.summary.method = "GET";
        QVERIFY(!curlCommand(get).contains(u"-X"_s));
        get.summary.method = "DELETE";
        QVERIFY(curlCommand(get).contains(u"-X DELETE"_s));
        get.summary.method = "HEAD";
        QVERIFY(curlCommand(get).contains(u"-I"_s));
    }

    void aBodyKeptInPartIsSaid()
    {
        ExchangeDetail detail = post("abc");
        detail.requestBody.totalBytes = 100;
        QVERIFY(curlCommand(detail).contains(u"# only 3 of 100 bytes"_s));
    }

    void jsonIsIndentedAsItCame()
    {
        QCOMPARE(prettyJson("{\"b\":1.50,\"a\":[1,{\"x\":\"a,b:{\\\"}\"}],\"e\":[],\"o\":{ }}"),
                 u"{\n  \"b\": 1.50,\n  \"a\": [\n    1,\n    {\n      \"x\": \"a,b:{\\\"}\"\n    }\n  ],\n"
                 "  \"e\": [],\n  \"o\": {}\n}"_s);
        QVERIFY(prettyJson("{\"a\":").isNull());
        QVERIFY(prettyJson("hello").isNull());
    }

    void bytesAreDumpedSixteenALine()
    {
        QCOMPARE(hexDump("GET /\x01\xff"), u"0000  47 45 54 20 2f 01 ff                              GET /..\n"_s);
        QCOMPARE(hexDump(QByteArray(17, 'a')).count(u'\n'), 2);
        QCOMPARE(hexDump(QByteArray(HexDumpBytesMax, 'a')).count(u'\n'), HexDumpBytesMax / 16);
        QCOMPARE(hexDump(QByteArray(HexDumpBytesMax + 1, 'a')).count(u'\n'), HexDumpBytesMax / 16);
    }

    void textIsToldFromBytes()
    {
        QVERIFY(isReadableText("Grüße\n\t€ 😀"));
        QVERIFY(!isReadableText(QByteArray("a\0b", 3)));
        QVERIFY(!isReadableText("\xff\xfe"));
    }

    void fieldsAreFoundInAnyCase()
    {
        const QByteArray head = "HTTP/1.1 200 OK\r\ncontent-TYPE:  text/html \r\n\r\n";
        QCOMPARE(headField(head, "Content-Type"), QByteArray("text/html"));
        QCOMPARE(headField(head, "HTTP/1.1 200 OK"), QByteArray());
    }

    void typesAreShort_data()
    {
        QTest::addColumn<QByteArray>("type");
        QTest::addColumn<QString>("text");
        QTest::newRow("html") << QByteArray("text/html") << u"html"_s;
        QTest::newRow("js") << QByteArray("application/javascript") << u"js"_s;
        QTest::newRow("svg") << QByteArray("image/svg+xml") << u"svg"_s;
        QTest::newRow("x") << QByteArray("application/x-gzip") << u"gzip"_s;
        QTest::newRow("none") << QByteArray() << QString();
    }
    void typesAreShort()
    {
        QFETCH(const QByteArray, type);
        QFETCH(const QString, text);
        ExchangeSummary summary = exchange(1);
        summary.contentType = type;
        QCOMPARE(shortType(summary), text);
    }

    void phasesFollowEachOther()
    {
        ExchangeTiming timing;
        timing.requestHeadUs = 100;
        timing.requestBodyUs = 100;
        timing.connectStartUs = 150;
        timing.connectedUs = 400;
        timing.requestSentUs = 450;
        timing.responseHeadUs = 12'000;
        timing.finishedUs = 12'500;
        QStringList text;
        for (const TimingPhase &phase : timingPhases(timing))
            text.append(u"%1 %2–%3"_s.arg(phase.name).arg(phase.fromUs).arg(phase.untilUs));
        QCOMPARE(text, (QStringList{u"Request head 0–100"_s, u"Connect 150–400"_s, u"Send to backend 400–450"_s,
                                    u"Wait for answer 450–12000"_s, u"Receive answer 12000–12500"_s}));
    }

    void phasesThatDidNotHappenAreLeftOut()
    {
        QVERIFY(timingPhases({}).isEmpty());
        ExchangeTiming local; // answered here: no backend
        local.requestHeadUs = 50;
        local.responseHeadUs = 80;
        local.finishedUs = 90;
        const QList<TimingPhase> phases = timingPhases(local);
        QCOMPARE(phases.size(), 3);
        QCOMPARE(phases.at(1).fromUs, 50);
        ExchangeTiming failed;
        failed.requestHeadUs = 50;
        failed.connectStartUs = 60;
        failed.finishedUs = 500;
        QCOMPARE(timingPhases(failed).last().untilUs, 500);
    }
};

QTEST_MAIN(TestExchangeText)
#include "tst_exchangetext.moc"
