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

    void theOldNginxSpeaksHttp10AndClosesByDefault()
    {
        ScriptedOrigin origin;
        EngineFixture engine({.nginxVersion = {1, 22, 1}});
        QVERIFY(engine.proxyTo(origin.url()).applied);
        RawClient client(engine.port());
        client.send(request("GET /x"));
        RawPeer backend = origin.accept();
        const RawMessage asked = backend.readMessage();
        QCOMPARE(asked.startLine, QByteArray("GET /x HTTP/1.0"));
        QCOMPARE(asked.field("Connection"), QByteArray("close"));
        backend.send("HTTP/1.0 200 OK\r\n\r\nuntil the end");
        backend.close();
        const RawMessage answer = client.readMessage();
        QCOMPARE(answer.body, QByteArray("until the end"));
        QCOMPARE(answer.field("Transfer-Encoding"), QByteArray("chunked"));
    }

    void theCurrentNginxSpeaksHttp11AndKeepsByDefault()
    {
        ScriptedOrigin origin;
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url()).applied);
        RawClient client(engine.port());
        client.send(request("GET /x"));
        RawPeer backend = origin.accept();
        const RawMessage asked = backend.readMessage();
        QCOMPARE(asked.startLine, QByteArray("GET /x HTTP/1.1"));
        QVERIFY(asked.field("Connection").isNull());
        QCOMPARE(asked.field("Host"), origin.url().mid(7));
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
        client.send(request("POST /a", "Content-Length: 5\r\n", "first") + request("POST /b", "Transfer-Encoding: chunked\r\n",
                    "6\r\nsecond\r\n0\r\n\r\n") + request("GET /c"));
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
            for (const char byte : QByteArray("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"))
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

    void anHttp10ClientGetsABodyThatEndsByClose()
    {
        ScriptedOrigin origin;
        origin.answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url()).applied);
        RawClient client(engine.port());
        client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        const RawMessage answer = client.readMessage();
        QCOMPARE(answer.body, QByteArray("hello"));
        QVERIFY(answer.field("Transfer-Encoding").isNull());
        QCOMPARE(answer.field("Connection"), QByteArray("close"));
    }

    void anHttp10ClientThatAsksForItKeepsItsConnection()
    {
        ScriptedOrigin origin;
        origin.answer(response("hello"));
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url()).applied);
        RawClient client(engine.port());
        for (int i = 0; i < 2; ++i) {
            const RawMessage answer = client.ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
            QVERIFY(answer.startLine.startsWith("HTTP/1.1 200")); // nginx answers with its own version
            QCOMPARE(answer.field("Connection"), QByteArray("keep-alive"));
        }
    }

    void anHttp09RequestGetsTheBodyAlone()
    {
        ScriptedOrigin origin;
        origin.answer(response("hello"));
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url()).applied);
        RawClient client(engine.port());
        client.send("GET /\r\n");
        QVERIFY(client.readUntilEnd());
        QCOMPARE(client.received(), QByteArray("hello"));
    }

    void anHttp10BackendIsUnderstood()
    {
        ScriptedOrigin origin;
        origin.serve([](RawPeer &connection) {
            connection.readMessage();
            connection.send("HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nold");
        });
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url(), "proxy_http_version 1.0;").applied);
        RawClient client(engine.port());
        for (int i = 0; i < 2; ++i)
            QCOMPARE(client.ask(request("GET /")).body, QByteArray("old"));
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

    void aBackendOnTheOtherFamilyOfLocalhostIsFound()
    {
        ScriptedOrigin origin("::1");
        origin.answer(response("six"));
        EngineFixture engine;
        QVERIFY(engine.proxyTo("http://localhost:" + QByteArray::number(origin.port())).applied);
        RawClient client(engine.port());
        QCOMPARE(client.ask(request("GET /")).body, QByteArray("six"));
    }

    void theLocationOfARedirectBecomesOurs()
    {
        ScriptedOrigin origin;
        origin.answer(response({}, "Location: " + origin.url() + "/there\r\n", "302 Found"));
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url()).applied);
        RawClient client(engine.port());
        QCOMPARE(client.ask(request("GET /")).field("Location"),
                 "http://shop.localhost:" + QByteArray::number(engine.port()) + "/there");
    }

    void fieldsThatConnectionNamesAreNotPassedOn()
    {
        ScriptedOrigin origin;
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url()).applied);
        RawClient client(engine.port());
        client.send(request("GET /", "Connection: X-Hop\r\nX-Hop: 1\r\nX-End: 2\r\nTE: trailers\r\nKeep-Alive: 5\r\n"));
        RawPeer backend = origin.accept();
        const RawMessage asked = backend.readMessage();
        QVERIFY(asked.field("X-Hop").isNull());
        QVERIFY(asked.field("TE").isNull());
        QVERIFY(asked.field("Keep-Alive").isNull());
        QCOMPARE(asked.field("X-End"), QByteArray("2"));
        backend.send(response("x", "Connection: X-Back\r\nX-Back: 1\r\nX-Stays: 2\r\n"));
        const RawMessage answer = client.readMessage();
        QVERIFY(answer.field("X-Back").isNull());
        QCOMPARE(answer.field("X-Stays"), QByteArray("2"));
        QCOMPARE(answer.count("Connection"), 1);
    }

    void proxySetHeaderReplacesTheClientsField()
    {
        ScriptedOrigin origin;
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url(),
                               "proxy_set_header Host $host:$server_port; proxy_set_header X-Real-IP $remote_addr;"
                               "proxy_set_header Accept-Encoding \"\"; proxy_set_header X-Forwarded-For "
                               "$proxy_add_x_forwarded_for;").applied);
        RawClient client(engine.port());
        client.send(request("GET /", "X-Real-IP: 9.9.9.9\r\nAccept-Encoding: br\r\nX-Forwarded-For: 10.0.0.1\r\n"));
        RawPeer backend = origin.accept();
        const RawMessage asked = backend.readMessage();
        QCOMPARE(asked.field("Host"), "shop.localhost:" + QByteArray::number(engine.port()));
        QCOMPARE(asked.field("X-Real-IP"), QByteArray("127.0.0.1"));
        QCOMPARE(asked.count("X-Real-IP"), 1);
        QCOMPARE(asked.count("Accept-Encoding"), 0);
        QCOMPARE(asked.field("X-Forwarded-For"), QByteArray("10.0.0.1, 127.0.0.1"));
    }

    void peersTakeTurns()
    {
        ScriptedOrigin a;
        ScriptedOrigin b;
        a.answer(response("a"));
        b.answer(response("b"));
        EngineFixture engine;
        QVERIFY(engine.proxyTo("http://pool", {}, {},
                               "upstream pool { server 127.0.0.1:" + QByteArray::number(a.port()) + " weight=2; server 127.0.0.1:"
                                   + QByteArray::number(b.port()) + "; }").applied);
        RawClient client(engine.port());
        QByteArray order;
        for (int i = 0; i < 6; ++i)
            order += client.ask(request("GET /")).body;
        QCOMPARE(order, QByteArray("abaaba"));
    }

    void aPeerThatRefusesIsPassedOver()
    {
        ScriptedOrigin dead;
        ScriptedOrigin live;
        live.answer(response("live"));
        const QByteArray config = "upstream pool { server 127.0.0.1:" + QByteArray::number(dead.port())
            + "; server 127.0.0.1:" + QByteArray::number(live.port()) + "; }";
        dead.stopListening();
        EngineFixture engine;
        QVERIFY(engine.proxyTo("http://pool", {}, {}, config).applied);
        RawClient client(engine.port());
        for (int i = 0; i < 4; ++i)
            QCOMPARE(client.ask(request("POST /", "Content-Length: 2\r\n", "ab")).body, QByteArray("live"));
    }
};

QTEST_GUILESS_MAIN(ProxyConnectionsTest)
#include "tst_proxy_connections.moc"
