// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/enginefixture.h"
#include "support/scriptedorigin.h"

#include <QTest>

using namespace portlight;
using namespace portlight::testing;

// What of a message is passed on, what is replaced, and to whom it goes.
class ProxyForwardingTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
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
        QVERIFY(engine
                    .proxyTo(origin.url(),
                             "proxy_set_header Host $host:$server_port; proxy_set_header X-Real-IP $remote_addr;"
                             "proxy_set_header Accept-Encoding \"\"; proxy_set_header X-Forwarded-For "
                             "$proxy_add_x_forwarded_for;")
                    .applied);
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
        QVERIFY(engine
                    .proxyTo("http://pool", {}, {},
                             "upstream pool { server 127.0.0.1:" + QByteArray::number(a.port())
                                 + " weight=2; server 127.0.0.1:" + QByteArray::number(b.port()) + "; }")
                    .applied);
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

QTEST_GUILESS_MAIN(ProxyForwardingTest)
#include "tst_proxy_forwarding.moc"
