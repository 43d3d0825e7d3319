// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/badorigintrial.h"

#include <QTest>

#include <atomic>

using namespace portlight;
using namespace portlight::testing;

namespace {

// Answers every request with these bytes and closes.
ScriptedOrigin::Script saying(const QByteArray &bytes)
{
    return [bytes](RawPeer &connection) {
        connection.readMessage();
        connection.send(bytes);
    };
}

QByteArray withField(const QByteArray &line)
{
    return "HTTP/1.1 200 OK\r\n" + line + "\r\nContent-Length: 2\r\n\r\nok";
}

} // namespace

// Backends whose response heads are none.
class BadOriginHeadsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aBadHeadIs502WithItsCause_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("log");
        QTest::addColumn<QByteArray>("advice");
        const auto row = [](const char *name, const QByteArray &bytes, const char *log,
                            const char *advice = "speaks plain HTTP") {
            QTest::newRow(name) << bytes << "upstream sent " + QByteArray(log) << QByteArray(advice);
        };
        const char *const noHeader = "no valid HTTP/1.0 header while reading response header from upstream";
        row("garbage", "this is no head at all", noHeader);
        row("binary garbage", QByteArray("\0\1\2\xff\xfe", 5), noHeader);
        row("only line ends", "\r\n\r\n\r\n\r\n", noHeader);
        row("status 99", "HTTP/1.1 99 Few\r\n\r\n", noHeader);
        row("status 099", "HTTP/1.1 099 Few\r\n\r\n", noHeader);
        row("status 1000", "HTTP/1.1 1000 Many\r\n\r\n", noHeader);
        row("status in letters", "HTTP/1.1 OK\r\n\r\n", noHeader);
        row("no status", "HTTP/1.1\r\n\r\n", noHeader);
        row("HTTP/0.9 by name", "HTTP/0.9 200 OK\r\n\r\n", noHeader);
        row("a version without numbers", "HTTP/x.y 200 OK\r\n\r\n", noHeader);
        row("NUL in the reason", QByteArray("HTTP/1.1 200 O\0K\r\n\r\n", 19), noHeader);
        row("a space before the colon", withField("X-A : 1"), "invalid header: \"X-A\\x20...\" while reading");
        row("a space in the name", withField("X A: 1"), "invalid header: \"X\\x20...\" while reading");
        row("a line without a colon", withField("no colon"), "invalid header: \"no\\x20...\" while reading");
        row("NUL in the name", withField(QByteArray("X\0A: 1", 6)), "invalid header: \"X\\x00...\" while reading");
        row("NUL in the value", withField(QByteArray("X: a\0b", 6)), "invalid header: \"X: a\\x00...\" while reading");
        row("a tab in the name", withField("X\tA: 1"), "invalid header: \"X\\x09...\" while reading");
        row("two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nok",
            "duplicate header line: \"Content-Length: 2\", previous value: \"Content-Length: 1\" while reading");
        row("a length that is none", "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
            "invalid \"Content-Length\" header: \"Content-Length: many\" while reading");
        row("a negative length", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
            "invalid \"Content-Length\" header: \"Content-Length: -1\" while reading");
        row("a length that overflows", "HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775808\r\n\r\n",
            "invalid \"Content-Length\" header: \"Content-Length: 9223372036854775808\" while reading");
        row("a length and chunks", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            "\"Content-Length\" and \"Transfer-Encoding\" headers at the same time while reading");
        row("an unknown coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
            "unknown \"Transfer-Encoding\": \"gzip\" while reading");
        row("chunks twice", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
            "duplicate header line: \"Transfer-Encoding: chunked\", previous value: \"Transfer-Encoding: chunked\"");
        row("a head of 1 MB", withField("X: " + QByteArray(1'000'000, 'x')),
            "too big header while reading response header from upstream", "Raise proxy_buffer_size");
        row("a head of 1 MB in 50,000 lines", withField(QByteArray("X-Many: a line\r\n").repeated(50'000).chopped(2)),
            "too big header while reading response header from upstream", "Raise proxy_buffer_size");
        row("a status line of 1 MB", "HTTP/1.1 200 " + QByteArray(1'000'000, 'x') + "\r\n\r\n",
            "too big header while reading response header from upstream", "Raise proxy_buffer_size");
    }

    void aBadHeadIs502WithItsCause()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QByteArray, log);
        QFETCH(QByteArray, advice);
        BadOriginTrial trial(saying(bytes));
        QVERIFY(trial.isReady());
        const BadOriginOutcome seen = trial.ask();
        QCOMPARE(seen.answer.status(), 502);
        QCOMPARE(seen.upstreamStatus, 502);
        QVERIFY2(seen.log.contains(log), seen.log);
        QVERIFY(seen.answer.body.contains(seen.row.failure.toHtmlEscaped().toUtf8()));
        QVERIFY2(seen.answer.body.contains(advice), seen.answer.body);
        QVERIFY(seen.row.state == ExchangeState::Failed);
        QVERIFY(trial.leavesNothing());
    }

    void anOddHeadThatCanBeReadIsPassedOn_data()
    {
        QTest::addColumn<QByteArray>("head");
        QTest::newRow("no reason") << QByteArray("HTTP/1.1 200\r\n");
        QTest::newRow("an empty reason") << QByteArray("HTTP/1.1 200 \r\n");
        QTest::newRow("HTTP/2.0") << QByteArray("HTTP/2.0 200 OK\r\n");
        QTest::newRow("a fraction, as IIS sends it") << QByteArray("HTTP/1.1 200.1 OK\r\n");
        QTest::newRow("bare line feeds") << QByteArray("HTTP/1.1 200 OK\nX: y\n");
        QTest::newRow("an empty value") << QByteArray("HTTP/1.1 200 OK\r\nX:\r\n");
        QTest::newRow("odd names") << QByteArray("HTTP/1.1 200 OK\r\nx_y!: z\r\n");
    }

    void anOddHeadThatCanBeReadIsPassedOn()
    {
        QFETCH(QByteArray, head);
        BadOriginTrial trial(saying(head + "Content-Length: 2\r\n\r\nok"));
        QVERIFY(trial.isReady());
        const BadOriginOutcome seen = trial.ask();
        QCOMPARE(seen.answer.status(), 200);
        QCOMPARE(seen.answer.body, QByteArray("ok"));
        QVERIFY2(seen.row.failure.isEmpty(), qPrintable(seen.row.failure));
        QVERIFY(trial.leavesNothing());
    }

    void aHeadOneByteAtATimeIsRead()
    {
        BadOriginTrial trial([](RawPeer &connection) {
            connection.readMessage();
            for (const char c : response("trickled", "X-Slow: yes\r\n"))
                connection.send(QByteArrayView(&c, 1));
        });
        QVERIFY(trial.isReady());
        const BadOriginOutcome seen = trial.ask();
        QCOMPARE(seen.answer.status(), 200);
        QCOMPARE(seen.answer.field("X-Slow"), QByteArray("yes"));
        QCOMPARE(seen.answer.body, QByteArray("trickled"));
        QVERIFY(trial.leavesNothing());
    }

    // Interim answers are passed over, however many: each must fit, all of them need not.
    void manyInterimAnswersArePassedOver()
    {
        const QByteArray interim = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n";
        BadOriginTrial trial(saying(interim.repeated(2000) + response("at last")));
        QVERIFY(trial.isReady());
        const BadOriginOutcome seen = trial.ask();
        QCOMPARE(seen.answer.status(), 200);
        QCOMPARE(seen.answer.body, QByteArray("at last"));
        QVERIFY(trial.leavesNothing());
    }

    // A backend that never says anything else: the client may leave, and the backend hears of it.
    void endlessInterimAnswersEndWithTheirClient()
    {
        std::atomic<int> ended = 0;
        ScriptedOrigin origin;
        origin.serve([&](RawPeer &connection) {
            connection.readMessage();
            while (connection.send("HTTP/1.1 100 Continue\r\n\r\n")) {}
            ++ended;
        });
        EngineFixture engine({.capture = true});
        QVERIFY(engine.proxyTo(origin.url(), {}, "location = /own { return 200 own; }").applied);
        RawClient client(engine.port());
        client.send(request("GET /"));
        RawClient other(engine.port());
        QCOMPARE(other.ask(request("GET /own")).body, QByteArray("own")); // the others are served meanwhile
        client.close();
        QVERIFY(waitUntil([&] { return ended == 1; }));
    }

    void anUpgradeThatNobodyAskedForIs502()
    {
        BadOriginTrial trial(
            saying("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nfoo"));
        QVERIFY(trial.isReady());
        const BadOriginOutcome seen = trial.ask();
        QCOMPARE(seen.answer.status(), 502);
        QVERIFY(seen.log.contains("upstream sent 101 without an upgrade being asked for"));
        QVERIFY(trial.leavesNothing());
    }
};

QTEST_GUILESS_MAIN(BadOriginHeadsTest)
#include "tst_proxy_badorigin_heads.moc"
