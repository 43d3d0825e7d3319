// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/badorigintrial.h"
#include "support/fulllistener.h"

#include <QTest>

using namespace portlight;
using namespace portlight::testing;

// Backends that stop, in every phase of a request. Each gets the status, the words and the advice of its phase, and is
// let go.
class BadOriginStallsTest : public QObject
{
    Q_OBJECT

    static constexpr const char *Short =
        "proxy_connect_timeout 100ms; proxy_send_timeout 100ms; proxy_read_timeout 100ms; client_max_body_size 0;"
        "proxy_http_version 1.1;";

private Q_SLOTS:
    void inTheConnecting()
    {
        const FullListener full;
        BadOriginTrial trial("http://127.0.0.1:" + QByteArray::number(full.port()), Short);
        QVERIFY(trial.isReady());
        const BadOriginOutcome seen = trial.ask();
        QCOMPARE(seen.answer.status(), 504);
        QCOMPARE(seen.upstreamStatus, 504);
        QVERIFY(seen.log.contains("upstream timed out (110: Connection timed out) while connecting to upstream"));
        QVERIFY(seen.row.failure.contains(u"did not take the connection within 100 ms"));
        QVERIFY(seen.answer.body.contains("proxy_connect_timeout"));
        QVERIFY(trial.leavesNothing());
    }

    void inTheRequestsBody()
    {
        BadOriginTrial trial(
            [](RawPeer &connection) {
                connection.readUntil("\r\n\r\n");
                connection.waitForHangup(); // the proxy's end stands behind bytes that are never read: until ours
            },
            Short);
        QVERIFY(trial.isReady());
        const QByteArray post = request("POST /", "Content-Length: 20000000\r\n", QByteArray(20'000'000, 'x'));
        const BadOriginOutcome seen = trial.ask(post);
        QCOMPARE(seen.answer.status(), 504);
        QCOMPARE(seen.upstreamStatus, 504);
        QVERIFY2(seen.log.contains("upstream timed out (110: Connection timed out) while sending request to upstream"),
                 seen.log);
        QVERIFY(seen.row.failure.contains(u"took no more of the request for 100 ms"));
        QVERIFY(seen.answer.body.contains("proxy_send_timeout"));
    }

    void inTheHead_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("before it") << QByteArray();
        QTest::newRow("in the status line") << QByteArray("HTTP/1.1 2");
        QTest::newRow("in a field") << QByteArray("HTTP/1.1 200 OK\r\nX-Half: ");
        QTest::newRow("before its last line") << QByteArray("HTTP/1.1 200 OK\r\nX: y\r\n");
        QTest::newRow("behind an interim answer") << QByteArray("HTTP/1.1 100 Continue\r\n\r\n");
    }

    void inTheHead()
    {
        QFETCH(QByteArray, bytes);
        BadOriginTrial trial(
            [bytes](RawPeer &connection) {
                connection.readMessage();
                connection.send(bytes);
                connection.readUntilClosed();
            },
            Short);
        QVERIFY(trial.isReady());
        const BadOriginOutcome seen = trial.ask();
        QCOMPARE(seen.answer.status(), 504);
        QCOMPARE(seen.upstreamStatus, 504);
        QVERIFY2(seen.log.contains(
                     "upstream timed out (110: Connection timed out) while reading response header from upstream"),
                 seen.log);
        QVERIFY(seen.row.failure.contains(u"sent nothing for 100 ms"));
        QVERIFY(seen.answer.body.contains("proxy_read_timeout"));
        QVERIFY(trial.leavesNothing());
    }

    void inTheBody_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("behind the head") << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
        QTest::newRow("in its length") << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
        QTest::newRow("in a chunk") << QByteArray("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhalf");
        QTest::newRow("before the last chunk")
            << QByteArray("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
        QTest::newRow("before its close") << QByteArray("HTTP/1.1 200 OK\r\n\r\nhalf");
    }

    void inTheBody()
    {
        QFETCH(QByteArray, bytes);
        for (const char *const buffering : {"", "proxy_buffering off;"}) {
            BadOriginTrial trial(
                [bytes](RawPeer &connection) {
                    connection.readMessage();
                    connection.send(bytes);
                    connection.readUntilClosed();
                },
                QByteArray(Short) + buffering);
            QVERIFY(trial.isReady());
            const BadOriginOutcome seen = trial.ask();
            QVERIFY(!seen.answer.complete);
            QCOMPARE(seen.upstreamStatus, 200);
            QVERIFY2(seen.log.contains("upstream timed out (110: Connection timed out) while reading upstream"),
                     seen.log);
            QVERIFY(seen.row.failure.contains(u"sent nothing for 100 ms"));
            QVERIFY(trial.leavesNothing());
        }
    }

    // One that never stops, but never hurries either, is left alone: the time-out is between two bytes.
    void aTrickleIsNoStall()
    {
        BadOriginTrial trial(
            [](RawPeer &connection) {
                connection.readMessage();
                for (const char c : response(QByteArray(300, 'x')))
                    connection.send(QByteArrayView(&c, 1));
            },
            "proxy_read_timeout 10s;");
        QVERIFY(trial.isReady());
        const BadOriginOutcome seen = trial.ask();
        QCOMPARE(seen.answer.status(), 200);
        QCOMPARE(seen.answer.body.size(), 300);
    }
};

QTEST_GUILESS_MAIN(BadOriginStallsTest)
#include "tst_proxy_badorigin_stalls.moc"
