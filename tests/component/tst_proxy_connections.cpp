// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/enginefixture.h"
#include "support/scriptedorigin.h"

#include <QTest>

using namespace portlight;
using namespace portlight::testing;

// How connections on both sides are kept, reused and ended.
class ProxyConnectionsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void oneClientConnectionCarriesManyRequestsOverOneBackendConnection()
    {
        ScriptedOrigin origin;
        origin.answer(response("hello"));
        EngineFixture engine;
        QVERIFY(engine.proxyToGroup(origin.url()).applied);
        RawClient client(engine.port());
        for (int i = 0; i < 20; ++i) {
            const RawMessage answer = client.ask(request("GET /" + QByteArray::number(i)));
            QVERIFY(answer.complete);
            QCOMPARE(answer.status(), 200);
            QCOMPARE(answer.body, QByteArray("hello"));
            QCOMPARE(answer.field("Connection"), QByteArray("keep-alive"));
        }
        QCOMPARE(origin.connections(), 1);
        QCOMPARE(origin.requests(), 20);
    }

    void anAddressInProxyPassHasNoKeptConnections()
    {
        ScriptedOrigin origin;
        origin.answer(response("hello"));
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url()).applied);
        RawClient client(engine.port());
        for (int i = 0; i < 3; ++i)
            QCOMPARE(client.ask(request("GET /")).status(), 200);
        QCOMPARE(origin.connections(), 3);
    }

    void pipelinedRequestsAreAnsweredInTheirOrder()
    {
        ScriptedOrigin origin;
        origin.serve([](RawPeer &connection) {
            for (;;) {
                const RawMessage asked = connection.readMessage();
                if (!asked.complete || !connection.send(response(asked.startLine)))
                    return;
            }
        });
        EngineFixture engine;
        QVERIFY(engine.proxyToGroup(origin.url()).applied);
        RawClient client(engine.port());
        constexpr int Requests = 200;
        QByteArray all;
        for (int i = 0; i < Requests; ++i)
            all += request("GET /" + QByteArray::number(i));
        client.send(all);
        for (int i = 0; i < Requests; ++i)
            QCOMPARE(client.readMessage().body, "GET /" + QByteArray::number(i) + " HTTP/1.1");
        QCOMPARE(origin.connections(), 1);
    }

    void aPipelinedRequestBehindABodyIsNotPartOfIt()
    {
        ScriptedOrigin origin;
        origin.serve([](RawPeer &connection) {
            for (;;) {
                const RawMessage asked = connection.readMessage();
                if (!asked.complete || !connection.send(response(asked.startLine.left(4) + asked.body)))
                    return;
            }
        });
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url()).applied);
        RawClient client(engine.port());
        client.send(request("POST /a", "Content-Length: 5\r\n", "first")
                    + request("POST /b", "Transfer-Encoding: chunked\r\n", "6\r\nsecond\r\n0\r\n\r\n")
                    + request("GET /c"));
        QCOMPARE(client.readMessage().body, QByteArray("POSTfirst"));
        QCOMPARE(client.readMessage().body, QByteArray("POSTsecond"));
        QCOMPARE(client.readMessage().body, QByteArray("GET "));
    }

    void aRequestInSingleBytesIsTheSameRequest()
    {
        ScriptedOrigin origin;
        origin.answer(response("hello"));
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url()).applied);
        RawClient client(engine.port());
        for (const char byte : request("POST /", "Content-Length: 2\r\n", "ab"))
            QVERIFY(client.send({&byte, 1}));
        QCOMPARE(client.readMessage().body, QByteArray("hello"));
    }

    void aResponseInSingleBytesIsTheSameResponse()
    {
        ScriptedOrigin origin;
        origin.serve([](RawPeer &connection) {
            connection.readMessage();
            for (const char byte :
                 QByteArray("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"))
                connection.send({&byte, 1});
            connection.readUntilClosed();
        });
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url()).applied);
        RawClient client(engine.port());
        QCOMPARE(client.ask(request("GET /")).body, QByteArray("abcde"));
    }

    void connectionCloseEndsTheClientsConnectionAndNotTheBackends()
    {
        ScriptedOrigin origin;
        origin.answer(response("hello"));
        EngineFixture engine;
        QVERIFY(engine.proxyToGroup(origin.url()).applied);
        for (int i = 0; i < 3; ++i) {
            RawClient client(engine.port());
            const RawMessage answer = client.ask(request("GET /", "Connection: close\r\n"));
            QCOMPARE(answer.field("Connection"), QByteArray("close"));
            QVERIFY(client.readUntilEnd());
        }
        QCOMPARE(origin.connections(), 1);
    }

    void aBackendThatClosesIsDialedAgain()
    {
        ScriptedOrigin origin;
        origin.answer(response("hello", "Connection: close\r\n"));
        EngineFixture engine;
        QVERIFY(engine.proxyToGroup(origin.url()).applied);
        RawClient client(engine.port());
        for (int i = 0; i < 3; ++i) {
            const RawMessage answer = client.ask(request("GET /"));
            QCOMPARE(answer.status(), 200);
            QCOMPARE(answer.field("Connection"), QByteArray("keep-alive")); // one side's fields are not the other's
        }
        QCOMPARE(origin.connections(), 3);
    }

    void aKeptConnectionThatBreaksUnderAGetIsTriedAgainOnce()
    {
        ScriptedOrigin origin;
        EngineFixture engine;
        QVERIFY(engine.proxyToGroup(origin.url()).applied);
        RawClient client(engine.port());
        client.send(request("GET /1"));
        RawPeer first = origin.accept();
        first.readMessage();
        first.send(response("one"));
        QCOMPARE(client.readMessage().body, QByteArray("one"));
        client.send(request("GET /2"));
        QVERIFY(first.readMessage().complete); // it takes the request and then closes
        first.close();
        RawPeer second = origin.accept();
        QCOMPARE(second.readMessage().startLine, QByteArray("GET /2 HTTP/1.1"));
        second.send(response("two"));
        QCOMPARE(client.readMessage().body, QByteArray("two"));
    }

    void theSecondTryOfAGetIsTheLast()
    {
        ScriptedOrigin origin;
        EngineFixture engine;
        QVERIFY(engine.proxyToGroup(origin.url()).applied);
        RawClient client(engine.port());
        client.send(request("GET /1"));
        RawPeer first = origin.accept();
        first.readMessage();
        first.send(response("one"));
        client.readMessage();
        client.send(request("GET /2"));
        first.readMessage();
        first.close();
        RawPeer second = origin.accept();
        second.readMessage();
        second.close();
        QCOMPARE(client.readMessage().status(), 502);
        QVERIFY(origin.isQuiet());
    }

    void aKeptConnectionThatBreaksUnderAPostIsAnsweredWith502()
    {
        ScriptedOrigin origin;
        EngineFixture engine;
        QVERIFY(engine.proxyToGroup(origin.url()).applied);
        RawClient client(engine.port());
        client.send(request("GET /1"));
        RawPeer first = origin.accept();
        first.readMessage();
        first.send(response("one"));
        client.readMessage();
        client.send(request("POST /2", "Content-Length: 1\r\n", "x"));
        first.readMessage();
        first.close();
        QCOMPARE(client.readMessage().status(), 502);
        QVERIFY(origin.isQuiet()); // it may have been carried out: not sent twice
    }

    void aKeptConnectionThatHasClosedIsNotUsed()
    {
        ScriptedOrigin origin;
        EngineFixture engine({.capture = true});
        QVERIFY(engine.proxyToGroup(origin.url()).applied);
        RawClient client(engine.port());
        client.send(request("GET /1"));
        RawPeer first = origin.accept();
        first.readMessage();
        first.send(response("one"));
        client.readMessage();
        first.shutdownWrite();
        QVERIFY(first.readUntilClosed()); // the pool has noticed
        client.send(request("POST /2", "Content-Length: 1\r\n", "x"));
        RawPeer second = origin.accept();
        second.readMessage();
        second.send(response("two"));
        QCOMPARE(client.readMessage().body, QByteArray("two"));
        QCOMPARE(engine.waitForFinishedRow(1).retries, 0);
    }

    void aBackendThatSendsMoreThanItsResponseIsNotReused()
    {
        ScriptedOrigin origin;
        origin.answer(response("hello") + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
        EngineFixture engine;
        QVERIFY(engine.proxyToGroup(origin.url()).applied);
        RawClient client(engine.port());
        QCOMPARE(client.ask(request("GET /")).body, QByteArray("hello"));
        QCOMPARE(client.ask(request("GET /")).body, QByteArray("hello"));
        QCOMPARE(origin.connections(), 2);
    }

    void keepaliveRequestsEndsTheConnectionBehindThatMany()
    {
        ScriptedOrigin origin;
        origin.answer(response("hello"));
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url(), {}, "keepalive_requests 2;").applied);
        RawClient client(engine.port());
        QCOMPARE(client.ask(request("GET /")).field("Connection"), QByteArray("keep-alive"));
        QCOMPARE(client.ask(request("GET /")).field("Connection"), QByteArray("close"));
        QVERIFY(client.readUntilEnd());
    }

    void anIdleConnectionEndsAfterKeepaliveTimeout()
    {
        ScriptedOrigin origin;
        origin.answer(response("hello"));
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url(), {}, "keepalive_timeout 100ms;").applied);
        RawClient client(engine.port());
        QCOMPARE(client.ask(request("GET /")).field("Connection"), QByteArray("keep-alive"));
        QVERIFY(client.readUntilEnd());
    }

    void anIdleConnectionThatGaveItsMemoryBackStillAnswers()
    {
        ScriptedOrigin origin;
        origin.answer(response("hello"));
        EngineFixture engine;
        // The status goes out once a second, and memory goes back one second after the last request.
        QVERIFY(engine.proxyTo(origin.url(), {}, "keepalive_timeout 60s;").applied);
        RawClient client(engine.port());
        QCOMPARE(client.ask(request("GET /")).body, QByteArray("hello"));
        const qint64 from = engine.engine().status().takenAtMs;
        QVERIFY(engine.waitForStatus([&](const EngineStatus &status) { return status.takenAtMs > from + 2500; }));
        QCOMPARE(engine.engine().status().waiting, 1);
        QCOMPARE(client.ask(request("GET /")).body, QByteArray("hello"));
    }
};

QTEST_GUILESS_MAIN(ProxyConnectionsTest)
#include "tst_proxy_connections.moc"
