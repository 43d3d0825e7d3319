// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/badorigintrial.h"

#include <QTest>

#include <atomic>

using namespace portlight;
using namespace portlight::testing;

namespace {

const QByteArray TooLarge = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 5\r\n\r\nlarge";
constexpr int UploadBytes = 20'000'000; // more than the kernel takes

QByteArray uploadHead()
{
    return request("POST /upload", "Content-Length: " + QByteArray::number(UploadBytes) + "\r\n");
}

} // namespace

// Backends that answer before they have the whole request.
class BadOriginEarlyTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anEarlyAnswerIsPassedOnAtOnce_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("status");
        QTest::newRow("413") << TooLarge << 413;
        QTest::newRow("200") << response("early") << 200;
    }

    // The client has sent its head and waits, as with a form that is still being filled.
    void anEarlyAnswerIsPassedOnAtOnce()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(int, status);
        for (const bool closes : {true, false}) {
            BadOriginTrial trial(
                [=](RawPeer &connection) {
                    connection.readUntil("\r\n\r\n");
                    connection.send(bytes);
                    if (!closes)
                        connection.readUntilClosed();
                },
                "proxy_request_buffering off; client_max_body_size 0;");
            QVERIFY(trial.isReady());
            const BadOriginOutcome seen = trial.ask(uploadHead());
            QCOMPARE(seen.answer.status(), status);
            QCOMPARE(seen.upstreamStatus, status);
            QCOMPARE(seen.answer.body.size(), 5);
            QVERIFY(trial.leavesNothing(uploadHead()));
        }
    }

    // It answers and closes while bytes are on their way, so that the kernel resets the connection. The answer stands
    // in front of the reset and wins, unless it was lost with it: then it is a failure, and never something else.
    void anEarlyAnswerAmidTheUpload_data()
    {
        QTest::addColumn<QByteArray>("directives");
        QTest::newRow("buffered") << QByteArray("client_max_body_size 0;");
        QTest::newRow("streamed") << QByteArray("client_max_body_size 0; proxy_request_buffering off;");
    }

    void anEarlyAnswerAmidTheUpload()
    {
        QFETCH(QByteArray, directives);
        BadOriginTrial trial(
            [](RawPeer &connection) {
                connection.readUntil("\r\n\r\nxxxx");
                connection.send(TooLarge);
            },
            directives);
        QVERIFY(trial.isReady());
        const QByteArray whole = uploadHead() + QByteArray(UploadBytes, 'x');
        const BadOriginOutcome seen = trial.ask(whole);
        if (seen.answer.status() == 413) {
            QCOMPARE(seen.answer.body, QByteArray("large"));
            QVERIFY2(seen.row.failure.isEmpty(), qPrintable(seen.row.failure));
        } else {
            QCOMPARE(seen.answer.status(), 502);
            QVERIFY(!seen.row.failure.isEmpty());
        }
        QVERIFY(trial.leavesNothing(whole));
    }

    // It answers, and goes on reading until all is there: the orderly way (RFC 9112 §9.6).
    void anEarlyAnswerOfOneWhoReadsOn()
    {
        std::atomic<qint64> taken = 0;
        BadOriginTrial trial(
            [&](RawPeer &connection) {
                connection.readUntil("\r\n\r\nxxxx");
                connection.send(TooLarge);
                connection.shutdownWrite();
                connection.drain([&](QByteArrayView bytes) {
                    taken += bytes.size();
                    return false;
                });
            },
            "client_max_body_size 0; proxy_request_buffering off;");
        QVERIFY(trial.isReady());
        const BadOriginOutcome seen = trial.ask(uploadHead() + QByteArray(UploadBytes, 'x'));
        QCOMPARE(seen.answer.status(), 413);
        QCOMPARE(seen.answer.body, QByteArray("large"));
        QVERIFY2(seen.row.failure.isEmpty(), qPrintable(seen.row.failure));
        QVERIFY(trial.leavesNothing(uploadHead() + QByteArray(UploadBytes, 'x')));
    }

    // Half a request may still stand in such a connection: nobody else's may follow it.
    void aConnectionThatAnsweredEarlyIsNotKept()
    {
        ScriptedOrigin origin;
        EngineFixture engine;
        QVERIFY(engine
                    .proxyToGroup(origin.url(), "proxy_http_version 1.1; proxy_set_header Connection \"\";"
                                                "proxy_request_buffering off;")
                    .applied);
        RawClient client(engine.port());
        client.send(request("POST /", "Content-Length: 10\r\n", "half"));
        RawPeer backend = origin.accept();
        QVERIFY(backend.readUntil("\r\n\r\nhalf"));
        backend.send(TooLarge);
        QCOMPARE(client.readMessage().status(), 413);
        QVERIFY(backend.readUntilClosed());
        RawClient other(engine.port());
        other.send(request("GET /other"));
        RawPeer next = origin.accept();
        QVERIFY(next.readMessage().startLine.startsWith("GET /other"));
        next.send(response("other"));
        QCOMPARE(other.readMessage().body, QByteArray("other"));
    }

    // A head before any request came: nginx 1.22 takes it for the answer.
    void aBannerThatLooksLikeAnAnswerIsTheAnswer()
    {
        BadOriginTrial trial([](RawPeer &connection) {
            connection.send(response("before it was asked"));
            connection.readUntilClosed();
        });
        QVERIFY(trial.isReady());
        const BadOriginOutcome seen = trial.ask();
        QCOMPARE(seen.answer.status(), 200);
        QCOMPARE(seen.answer.body, QByteArray("before it was asked"));
        QVERIFY(trial.leavesNothing());
    }
};

QTEST_GUILESS_MAIN(BadOriginEarlyTest)
#include "tst_proxy_badorigin_early.moc"
