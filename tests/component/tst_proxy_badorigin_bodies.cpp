// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/badorigintrial.h"

#include <QTest>

#include <atomic>

using namespace portlight;
using namespace portlight::testing;

namespace {

ScriptedOrigin::Script saying(const QByteArray &bytes, bool thenResets = false)
{
    return [=](RawPeer &connection) {
        connection.readMessage();
        connection.send(bytes);
        if (thenResets)
            connection.reset();
    };
}

const QByteArray WithLength = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n";
const QByteArray WithChunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

} // namespace

// Backends whose response bodies are not what their heads said.
class BadOriginBodiesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aCutBodyIsSeenAsCut_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<bool>("reset");
        QTest::addColumn<QByteArray>("log");
        const QByteArray closed = "upstream prematurely closed connection while reading upstream";
        const QByteArray invalid = "upstream sent invalid chunked response while reading upstream";
        const QByteArray broken = "(104: Connection reset by peer) while reading upstream";
        QTest::newRow("too little") << WithLength + "half" << false << closed;
        QTest::newRow("none of it") << WithLength << false << closed;
        QTest::newRow("between chunks") << WithChunks + "4\r\nhalf\r\n" << false << closed;
        QTest::newRow("in a chunk") << WithChunks + "5\r\nhalf" << false << closed;
        QTest::newRow("in a chunk's size") << WithChunks + "4\r\nhalf\r\n1" << false << closed;
        QTest::newRow("behind the last chunk's size") << WithChunks + "4\r\nhalf\r\n0\r\n" << false << closed;
        QTest::newRow("in the trailers") << WithChunks + "4\r\nhalf\r\n0\r\nX-T: 1\r\n" << false << closed;
        QTest::newRow("reset") << WithLength + "half" << true << broken;
        QTest::newRow("reset where the close would end it")
            << QByteArray("HTTP/1.1 200 OK\r\n\r\nhalf") << true << broken;
        QTest::newRow("reset in a chunk") << WithChunks + "5\r\nhalf" << true << broken;
        QTest::newRow("no chunk size") << WithChunks + "4\r\nhalf\r\nzz\r\n" << false << invalid;
        QTest::newRow("a negative chunk size") << WithChunks + "4\r\nhalf\r\n-1\r\n" << false << invalid;
        QTest::newRow("a chunk size that overflows") << WithChunks + "4\r\nhalf\r\nfffffffffffffffff\r\n"
                                                     << false << invalid;
        QTest::newRow("a chunk longer than its size") << WithChunks + "2\r\nhalf\r\n0\r\n\r\n" << false << invalid;
        QTest::newRow("no line end behind a chunk") << WithChunks + "4\r\nhalf4\r\nmore\r\n0\r\n\r\n"
                                                    << false << invalid;
        QTest::newRow("trailers of 1 MB")
            << WithChunks + "4\r\nhalf\r\n0\r\nX: " + QByteArray(1'000'000, 'x') << false << invalid;
        QTest::newRow("a chunk extension of 1 MB")
            << WithChunks + "4;" + QByteArray(1'000'000, 'x') << false << invalid;
    }

    void aCutBodyIsSeenAsCut()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(bool, reset);
        QFETCH(QByteArray, log);
        for (const char *const buffering : {"", "proxy_buffering off;"}) {
            BadOriginTrial trial(saying(bytes, reset), QByteArray("proxy_http_version 1.1;") + buffering);
            QVERIFY(trial.isReady());
            const BadOriginOutcome seen = trial.ask();
            QVERIFY(!seen.answer.complete);
            QCOMPARE(seen.upstreamStatus, 200);
            QVERIFY(seen.row.state == ExchangeState::Failed);
            QVERIFY(!seen.row.failure.isEmpty());
            QVERIFY2(seen.log.contains(log), seen.log);
            QVERIFY(trial.leavesNothing());
        }
    }

    void whatIsTooMuchGoesNoFurther_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QByteArray>("log");
        const QByteArray length = "upstream sent more data than specified in \"Content-Length\" header while reading";
        const QByteArray chunks = "upstream sent data after final chunk while reading";
        QTest::newRow("behind the length") << WithLength + "0123456789more" << QByteArray("0123456789") << length;
        QTest::newRow("a second answer") << WithLength + "0123456789" + response("another") << QByteArray("0123456789")
                                         << length;
        QTest::newRow("behind a length of 0")
            << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nmore") << QByteArray() << length;
        QTest::newRow("behind 204") << QByteArray("HTTP/1.1 204 No Content\r\n\r\nmore") << QByteArray() << length;
        QTest::newRow("behind the last chunk") << WithChunks + "2\r\nok\r\n0\r\n\r\nmore" << QByteArray("ok") << chunks;
    }

    // And such a connection is not used again: what would be read from it belongs to no request.
    void whatIsTooMuchGoesNoFurther()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QByteArray, body);
        QFETCH(QByteArray, log);
        ScriptedOrigin origin;
        origin.answer(bytes);
        EngineFixture engine;
        QVERIFY(engine.proxyToGroup(origin.url(), "proxy_http_version 1.1; proxy_set_header Connection \"\";").applied);
        RawClient client(engine.port());
        int before = 0; // with the client's connection, which is there for certain once it was answered
        for (int i = 1; i <= 4; ++i) {
            const RawMessage answer = client.ask(request("GET /"));
            QVERIFY(answer.complete);
            QCOMPARE(answer.body, body);
            QCOMPARE(origin.connections(), i);
            if (i == 1)
                before = openDescriptors();
        }
        QVERIFY2(engine.waitForLog(log), engine.errorLog());
        QVERIFY(client.received().isEmpty());
        QVERIFY(waitUntil([&] { return openDescriptors() <= before; }));
    }

    void anEndlessBodyEndsWithItsClient()
    {
        std::atomic<int> ended = 0;
        BadOriginTrial trial([&](RawPeer &connection) {
            connection.readMessage();
            connection.send("HTTP/1.1 200 OK\r\n\r\n");
            const QByteArray block(100'000, 'x');
            while (connection.send(block)) {}
            ++ended;
        });
        QVERIFY(trial.isReady());
        RawClient client(trial.engine().port());
        client.send(request("GET /"));
        QVERIFY(client.readBytes(3'000'000));
        client.close();
        QVERIFY(waitUntil([&] { return ended == 1; }));
        QVERIFY(trial.engine().waitForFinishedRow().state == ExchangeState::Failed);
    }

    void aBodyOneByteAtATimeIsPassedOn_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("length") << WithLength + "0123456789";
        QTest::newRow("chunks") << WithChunks + "3;a=b\r\n012\r\n7\r\n3456789\r\n0\r\nX-T: 1\r\n\r\n";
        QTest::newRow("until the close") << QByteArray("HTTP/1.1 200 OK\r\n\r\n0123456789");
    }

    void aBodyOneByteAtATimeIsPassedOn()
    {
        QFETCH(QByteArray, bytes);
        for (const char *const buffering : {"", "proxy_buffering off;"}) {
            BadOriginTrial trial(
                [bytes](RawPeer &connection) {
                    connection.readMessage();
                    for (const char c : bytes)
                        connection.send(QByteArrayView(&c, 1));
                },
                QByteArray("proxy_http_version 1.1;") + buffering);
            QVERIFY(trial.isReady());
            const BadOriginOutcome seen = trial.ask();
            QVERIFY(seen.answer.complete);
            QCOMPARE(seen.answer.body, QByteArray("0123456789"));
            QVERIFY2(seen.row.failure.isEmpty(), qPrintable(seen.row.failure));
            QVERIFY(trial.leavesNothing());
        }
    }
};

QTEST_GUILESS_MAIN(BadOriginBodiesTest)
#include "tst_proxy_badorigin_bodies.moc"
