// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/enginefixture.h"
#include "support/scriptedorigin.h"

#include <QTest>

using namespace portlight;
using namespace portlight::testing;

// Bodies of both directions: framing, buffering, limits, and responses that come before the request has ended.
class ProxyBodiesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aChunkedResponseIsPassedOnInChunks()
    {
        ScriptedOrigin origin;
        origin.answer(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n6\r\n world\r\n0\r\n\r\n");
        EngineFixture engine;
        QVERIFY(engine.proxyToGroup(origin.url()).applied);
        RawClient client(engine.port());
        for (int i = 0; i < 2; ++i) {
            const RawMessage answer = client.ask(request("GET /"));
            QVERIFY(answer.complete);
            QCOMPARE(answer.field("Transfer-Encoding"), QByteArray("chunked"));
            QVERIFY(answer.field("Content-Length").isNull());
            QCOMPARE(answer.body, QByteArray("hello world"));
        }
        QCOMPARE(origin.connections(), 1);
    }

    void aChunkedRequestIsSentWithItsLength()
    {
        ScriptedOrigin origin;
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url()).applied);
        RawClient client(engine.port());
        client.send(request("POST /", "Transfer-Encoding: chunked\r\n"));
        client.send("3\r\nabc\r\n");
        client.send("4\r\ndefg\r\n");
        client.send("0\r\nX-Trailer: dropped\r\n\r\n");
        RawPeer backend = origin.accept();
        const RawMessage asked = backend.readMessage();
        QCOMPARE(asked.field("Content-Length"), QByteArray("7"));
        QVERIFY(asked.field("Transfer-Encoding").isNull());
        QVERIFY(asked.field("X-Trailer").isNull());
        QCOMPARE(asked.body, QByteArray("abcdefg"));
        backend.send(response("ok"));
        QCOMPARE(client.readMessage().body, QByteArray("ok"));
    }

    void withBufferingTheBackendIsAskedWhenTheBodyIsComplete()
    {
        ScriptedOrigin origin;
        EngineFixture engine({.capture = true});
        QVERIFY(engine.proxyTo(origin.url()).applied);
        RawClient client(engine.port());
        client.send(request("POST /", "Content-Length: 6\r\n", "abc"));
        // Shown as being received: by then the backend would long have been dialed.
        QVERIFY(engine
                    .waitForRow([](const ExchangeSummary &row) {
                        return row.state == ExchangeState::Receiving && row.requestBytes == 3;
                    })
                    .id);
        QVERIFY(origin.isQuiet());
        client.send("def");
        RawPeer backend = origin.accept();
        QCOMPARE(backend.readMessage().body, QByteArray("abcdef"));
    }

    void withoutBufferingTheBodyIsPassedOnAsItComes()
    {
        ScriptedOrigin origin;
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url(), "proxy_request_buffering off;").applied);
        RawClient client(engine.port());
        client.send(request("POST /", "Content-Length: 6\r\n", "abc"));
        RawPeer backend = origin.accept();
        QVERIFY(backend.readUntil("\r\n\r\nabc"));
        QVERIFY(backend.received().contains("Content-Length: 6\r\n"));
        client.send("def");
        QVERIFY(backend.readUntil("\r\n\r\nabcdef"));
        backend.send(response("ok"));
        QCOMPARE(client.readMessage().body, QByteArray("ok"));
    }

    void withoutBufferingChunksStayChunks()
    {
        ScriptedOrigin origin;
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url(), "proxy_request_buffering off;").applied);
        RawClient client(engine.port());
        client.send(request("POST /", "Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n"));
        RawPeer backend = origin.accept();
        QVERIFY(backend.readUntil("\r\n\r\n3\r\nabc\r\n"));
        QVERIFY(backend.received().contains("Transfer-Encoding: chunked\r\n"));
        client.send("2\r\nde\r\n0\r\n\r\n");
        const RawMessage asked = backend.readMessage();
        QCOMPARE(asked.body, QByteArray("abcde"));
        backend.send(response("ok"));
        QCOMPARE(client.readMessage().body, QByteArray("ok"));
    }

    void anHttp10BackendGetsALengthEvenWithoutBuffering()
    {
        ScriptedOrigin origin;
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url(), "proxy_request_buffering off; proxy_http_version 1.0;").applied);
        RawClient client(engine.port());
        client.send(request("POST /", "Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n"));
        RawPeer backend = origin.accept();
        const RawMessage asked = backend.readMessage();
        QCOMPARE(asked.field("Content-Length"), QByteArray("3"));
        QCOMPARE(asked.body, QByteArray("abc"));
    }

    void anEmptyBodyKeepsItsLength()
    {
        ScriptedOrigin origin;
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url()).applied);
        for (const QByteArray &fields : {QByteArray("Content-Length: 0\r\n"), QByteArray()}) {
            RawClient client(engine.port());
            client.send(request("POST /", fields));
            RawPeer backend = origin.accept();
            const RawMessage asked = backend.readMessage();
            QCOMPARE(asked.field("Content-Length"), fields.isEmpty() ? QByteArray() : QByteArray("0"));
        }
    }

    void anEmptyChunkedBodyIsALengthOfZero()
    {
        ScriptedOrigin origin;
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url()).applied);
        RawClient client(engine.port());
        client.send(request("POST /", "Transfer-Encoding: chunked\r\n", "0\r\n\r\n"));
        RawPeer backend = origin.accept();
        QCOMPARE(backend.readMessage().field("Content-Length"), QByteArray("0"));
        backend.send(response("ok"));
        QCOMPARE(client.readMessage().body, QByteArray("ok"));
    }

    void trailersAreDroppedByDefault_data()
    {
        QTest::addColumn<QByteArray>("directives");
        QTest::addColumn<QByteArray>("trailers");
        QTest::newRow("default") << QByteArray() << QByteArray();
        QTest::newRow("off") << QByteArray("proxy_pass_trailers off;") << QByteArray();
        QTest::newRow("on") << QByteArray("proxy_pass_trailers on;") << QByteArray("X-Sum: 1\r\nX-More: 2\r\n");
    }

    void trailersAreDroppedByDefault()
    {
        QFETCH(QByteArray, directives);
        ScriptedOrigin origin;
        origin.answer(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n");
        EngineFixture engine;
        QVERIFY(engine.proxyToGroup(origin.url(), directives).applied);
        RawClient client(engine.port());
        for (int i = 0; i < 2; ++i) {
            const RawMessage answer = client.ask(request("GET /"));
            QVERIFY(answer.complete);
            QTEST(answer.trailers, "trailers");
        }
        QCOMPARE(origin.connections(), 1);
    }

    void aBodyThatEndsByCloseBecomesChunks()
    {
        ScriptedOrigin origin;
        origin.serve([](RawPeer &connection) {
            connection.readMessage();
            connection.send("HTTP/1.1 200 OK\r\n\r\nto the end");
        });
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url()).applied);
        RawClient client(engine.port());
        for (int i = 0; i < 2; ++i) {
            const RawMessage answer = client.ask(request("GET /"));
            QVERIFY(answer.complete);
            QCOMPARE(answer.field("Transfer-Encoding"), QByteArray("chunked"));
            QCOMPARE(answer.body, QByteArray("to the end"));
        }
    }

    void responsesWithoutABodyHaveNone_data()
    {
        QTest::addColumn<QByteArray>("method");
        QTest::addColumn<QByteArray>("answer");
        QTest::addColumn<QByteArray>("lengthField");
        QTest::newRow("HEAD with a length")
            << QByteArray("HEAD") << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n") << QByteArray("50");
        QTest::newRow("HEAD in chunks") << QByteArray("HEAD")
                                        << QByteArray("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                                        << QByteArray();
        QTest::newRow("HEAD with nothing")
            << QByteArray("HEAD") << QByteArray("HTTP/1.1 200 OK\r\n\r\n") << QByteArray();
        QTest::newRow("204") << QByteArray("GET") << QByteArray("HTTP/1.1 204 No Content\r\n\r\n") << QByteArray();
        QTest::newRow("304") << QByteArray("GET") << QByteArray("HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n")
                             << QByteArray();
    }

    void responsesWithoutABodyHaveNone()
    {
        QFETCH(QByteArray, method);
        QFETCH(QByteArray, answer);
        ScriptedOrigin origin;
        origin.answer(answer);
        EngineFixture engine;
        QVERIFY(engine.proxyToGroup(origin.url()).applied);
        RawClient client(engine.port());
        for (int i = 0; i < 2; ++i) {
            const RawMessage got = client.ask(request(method + " /"), false);
            QCOMPARE(got.startLine.mid(9), answer.mid(9, answer.indexOf("\r\n") - 9));
            QVERIFY(got.field("Transfer-Encoding").isNull());
            QTEST(got.field("Content-Length"), "lengthField");
            QVERIFY(client.received().isEmpty());
        }
        QCOMPARE(origin.connections(), 1);
    }

    void bothMayStreamAtOnce()
    {
        ScriptedOrigin origin;
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url(), "proxy_request_buffering off; proxy_buffering off;").applied);
        RawClient client(engine.port());
        client.send(request("POST /", "Transfer-Encoding: chunked\r\n"));
        RawPeer backend = origin.accept();
        QVERIFY(backend.readUntil("\r\n\r\n"));
        backend.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        QVERIFY(client.readUntil("\r\n\r\n"));
        for (int i = 0; i < 5; ++i) {
            const QByteArray word = "word" + QByteArray::number(i);
            client.send("5\r\n" + word + "\r\n");
            QVERIFY(backend.readUntil(word));
            backend.send("5\r\n" + word + "\r\n");
            QVERIFY(client.readUntil(word));
        }
        client.send("0\r\n\r\n");
        QVERIFY(backend.readUntil("0\r\n\r\n"));
        backend.send("0\r\n\r\n");
        QVERIFY(client.readUntil("0\r\n\r\n"));
    }

    void anEventStreamIsPassedOnAtOnce()
    {
        ScriptedOrigin origin;
        EngineFixture engine({.capture = true});
        QVERIFY(engine.proxyTo(origin.url(), "proxy_buffering off;").applied);
        RawClient client(engine.port());
        client.send(request("GET /events"));
        RawPeer backend = origin.accept();
        backend.readMessage();
        backend.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n\r\n");
        QVERIFY(client.readUntil("\r\n\r\n")); // the head alone, before any event
        for (int i = 0; i < 3; ++i) {
            const QByteArray event = "data: " + QByteArray::number(i) + "\n\n";
            backend.send(event);
            QVERIFY(client.readUntil(event));
        }
        QVERIFY(engine.waitForRow([](const ExchangeSummary &row) { return row.eventStream && row.isRunning(); }).id);
    }
};

QTEST_GUILESS_MAIN(ProxyBodiesTest)
#include "tst_proxy_bodies.moc"
