// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/badorigintrial.h"

#include <QTest>

#include <atomic>

using namespace portlight;
using namespace portlight::testing;

// Backends that end a connection when they should not.
class BadOriginEndingsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void refuses()
    {
        QByteArray url;
        {
            const ScriptedOrigin gone;
            url = gone.url();
        }
        BadOriginTrial trial(url);
        QVERIFY(trial.isReady());
        const BadOriginOutcome seen = trial.ask();
        QCOMPARE(seen.answer.status(), 502);
        QCOMPARE(seen.upstreamStatus, 502);
        QVERIFY(seen.log.contains("connect() failed (111: Connection refused) while connecting to upstream"));
        QVERIFY(seen.row.failure.contains(u"nothing listens on"));
        QVERIFY(seen.answer.body.contains("Start the program that should listen on port"));
        QVERIFY(trial.leavesNothing());
    }

    // Where the reset is noticed is a matter of timing: dialing, sending or reading.
    void resetsBeforeTheRequest()
    {
        BadOriginTrial trial([](RawPeer &connection) { connection.reset(); });
        QVERIFY(trial.isReady());
        const BadOriginOutcome seen = trial.ask();
        QCOMPARE(seen.answer.status(), 502);
        QVERIFY2(seen.log.contains("(104: Connection reset by peer)") || seen.log.contains("(32: Broken pipe)"),
                 seen.log);
        QVERIFY(!seen.row.failure.isEmpty());
        QVERIFY(trial.leavesNothing());
    }

    void endsBehindTheRequest_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<bool>("reset");
        QTest::addColumn<QByteArray>("log");
        QTest::addColumn<QString>("sentence");
        const QByteArray closed = "upstream prematurely closed connection while reading response header from upstream";
        const QByteArray reset =
            "recv() failed (104: Connection reset by peer) while reading response header from upstream";
        const auto row = [](const char *name, const QByteArray &bytes, bool resets, const QByteArray &log,
                            const char *sentence) {
            QTest::newRow(name) << bytes << resets << log << QString::fromUtf8(sentence);
        };
        row("closes at once", {}, false, closed, "closed the connection without an answer");
        row("closes in the status line", "HTTP/1.1 2", false, closed, "answered 10 bytes, then closed");
        row("closes in the head", "HTTP/1.1 200 OK\r\nX: y\r\n", false, closed, "answered 23 bytes, then closed");
        row("closes behind an interim answer", "HTTP/1.1 100 Continue\r\n\r\n", false, closed, "closed");
        row("resets at once", {}, true, reset, "broke (connection reset by peer) after 0 bytes");
        row("resets in the head", "HTTP/1.1 200 OK\r\n", true, reset,
            "broke (connection reset by peer) after 17 bytes");
    }

    void endsBehindTheRequest()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(bool, reset);
        QFETCH(QByteArray, log);
        QFETCH(QString, sentence);
        BadOriginTrial trial([=](RawPeer &connection) {
            connection.readMessage();
            connection.send(bytes);
            if (reset)
                connection.reset();
        });
        QVERIFY(trial.isReady());
        const BadOriginOutcome seen = trial.ask();
        QCOMPARE(seen.answer.status(), 502);
        QCOMPARE(seen.upstreamStatus, 502);
        QVERIFY2(seen.log.contains(log), seen.log);
        QVERIFY2(seen.row.failure.contains(sentence), qPrintable(seen.row.failure));
        QVERIFY2(seen.answer.body.contains("Look at the backend"), seen.answer.body);
        QVERIFY(trial.leavesNothing());
    }

    void endsInTheRequestsBody_data()
    {
        QTest::addColumn<bool>("reset");
        QTest::newRow("closes") << false;
        QTest::newRow("resets") << true;
    }

    // A body that never fits into the kernel's buffers, so that it is still being sent.
    void endsInTheRequestsBody()
    {
        QFETCH(bool, reset);
        BadOriginTrial trial(
            [reset](RawPeer &connection) {
                connection.readUntil("\r\n\r\n");
                if (reset)
                    connection.reset();
            },
            "client_max_body_size 0;");
        QVERIFY(trial.isReady());
        const QByteArray post = request("POST /upload", "Content-Length: 20000000\r\n", QByteArray(20'000'000, 'x'));
        const BadOriginOutcome seen = trial.ask(post);
        QCOMPARE(seen.answer.status(), 502);
        QCOMPARE(seen.upstreamStatus, 502);
        QVERIFY2(seen.log.contains("to upstream") || seen.log.contains("from upstream"), seen.log);
        QVERIFY(!seen.row.failure.isEmpty());
        QVERIFY(trial.leavesNothing(post));
    }

    void aKeptConnectionThatEndsIsNoFailure_data()
    {
        QTest::addColumn<bool>("reset");
        QTest::addColumn<QByteArray>("method");
        QTest::addColumn<int>("status");
        for (const bool reset : {false, true}) {
            const QByteArray how = reset ? "resets" : "closes";
            QTest::newRow((how + ", GET").constData()) << reset << QByteArray("GET") << 200;
            QTest::newRow((how + ", PUT").constData()) << reset << QByteArray("PUT") << 200;
            // It may have been carried out.
            QTest::newRow((how + ", POST").constData()) << reset << QByteArray("POST") << 502;
        }
    }

    // The backend takes the second request of a connection and ends it: as if both had spoken at the same time.
    void aKeptConnectionThatEndsIsNoFailure()
    {
        QFETCH(bool, reset);
        QFETCH(QByteArray, method);
        QFETCH(int, status);
        ScriptedOrigin origin;
        std::atomic<int> connections = 0;
        origin.serve([&](RawPeer &connection) {
            const bool first = ++connections == 1;
            connection.readMessage();
            connection.send(response(first ? "first" : "fresh"));
            connection.readMessage();
            if (reset)
                connection.reset();
        });
        EngineFixture engine;
        QVERIFY(engine.proxyToGroup(origin.url(), "proxy_http_version 1.1; proxy_set_header Connection \"\";").applied);
        RawClient client(engine.port());
        QCOMPARE(client.ask(request("GET /")).body, QByteArray("first"));
        const QByteArray body = method == "GET" ? QByteArray() : QByteArray("body");
        const RawMessage answer = client.ask(
            request(method + " /", body.isEmpty() ? QByteArray() : QByteArray("Content-Length: 4\r\n"), body));
        QCOMPARE(answer.status(), status);
        QCOMPARE(connections.load(), status == 200 ? 2 : 1);
        if (status == 200)
            QCOMPARE(answer.body, QByteArray("fresh"));
    }

    // Noticed while nobody asks: the next request does not even try it.
    void aKeptConnectionThatEndsWhileIdleIsForgotten()
    {
        ScriptedOrigin origin;
        EngineFixture engine;
        QVERIFY(engine.proxyToGroup(origin.url(), "proxy_http_version 1.1; proxy_set_header Connection \"\";").applied);
        for (const bool reset : {false, true}) {
            RawClient client(engine.port());
            client.send(request("GET /"));
            RawPeer backend = origin.accept();
            QVERIFY(backend.readMessage().complete);
            backend.send(response("once"));
            QCOMPARE(client.readMessage().body, QByteArray("once"));
            reset ? backend.reset() : backend.shutdownWrite();
            QVERIFY(reset || backend.readUntilClosed());
            // The reset may still be on its way; the end of the other one was answered.
            client.send(reset ? request("GET /") : request("POST /", "Content-Length: 2\r\n", "ok"));
            RawPeer next = origin.accept();
            QVERIFY(next.readMessage().complete);
            next.send(response("again", "Connection: close\r\n"));
            QCOMPARE(client.readMessage().body, QByteArray("again"));
        }
    }
};

QTEST_GUILESS_MAIN(BadOriginEndingsTest)
#include "tst_proxy_badorigin_endings.moc"
