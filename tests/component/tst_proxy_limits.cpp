// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/enginefixture.h"
#include "support/scriptedorigin.h"

#include <QTest>

using namespace portlight;
using namespace portlight::testing;

// Bodies that are refused, awaited, or answered before they have ended.
class ProxyLimitsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aClientThatWaitsIsToldToGoOnOnce()
    {
        ScriptedOrigin origin;
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url()).applied);
        RawClient client(engine.port());
        client.send(request("POST /", "Content-Length: 3\r\nExpect: 100-continue\r\n"));
        QCOMPARE(client.readMessage().head, QByteArray("HTTP/1.1 100 Continue\r\n\r\n"));
        client.send("abc");
        RawPeer backend = origin.accept();
        const RawMessage asked = backend.readMessage();
        QVERIFY(asked.field("Expect").isNull());
        QCOMPARE(asked.body, QByteArray("abc"));
        backend.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" + response("ok"));
        const RawMessage answer = client.readMessage(); // the backend's own interim responses stay here
        QCOMPARE(answer.status(), 200);
        QCOMPARE(answer.body, QByteArray("ok"));
    }

    void aClientThatWaitsForARefusedBodyIsNotToldToSendIt()
    {
        EngineFixture engine;
        QVERIFY(engine.proxyTo("http://127.0.0.1:1", {}, "client_max_body_size 2;").applied);
        RawClient client(engine.port());
        client.send(request("POST /", "Content-Length: 3\r\nExpect: 100-continue\r\n"));
        QCOMPARE(client.readMessage().status(), 413);
    }

    void aBodyOfExactlyTheMaximumIsTaken()
    {
        ScriptedOrigin origin;
        origin.answer(response("ok"));
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url(), "client_max_body_size 5;").applied);
        RawClient client(engine.port());
        QCOMPARE(client.ask(request("POST /", "Content-Length: 5\r\n", "abcde")).status(), 200);
        QCOMPARE(client.ask(request("POST /", "Transfer-Encoding: chunked\r\n", "5\r\nabcde\r\n0\r\n\r\n")).status(),
                 200);
    }

    void aLengthAboveTheMaximumIsRefusedBeforeTheBody()
    {
        ScriptedOrigin origin;
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url(), "client_max_body_size 5;").applied);
        RawClient client(engine.port());
        const RawMessage answer = client.ask(request("POST /", "Content-Length: 6\r\n"));
        QCOMPARE(answer.status(), 413);
        QCOMPARE(answer.field("Connection"), QByteArray("close"));
        QVERIFY(engine.waitForLog("client intended to send too large body: 6 bytes"));
        QVERIFY(origin.isQuiet());
    }

    void chunksAboveTheMaximumAreRefusedWhenTheyCome()
    {
        ScriptedOrigin origin;
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url(), "client_max_body_size 5;").applied);
        RawClient client(engine.port());
        const RawMessage answer = client.ask(request("POST /", "Transfer-Encoding: chunked\r\n", "6\r\nabcdef\r\n"));
        QCOMPARE(answer.status(), 413);
        QVERIFY(engine.waitForLog("client intended to send too large chunked body: "));
        QVERIFY(origin.isQuiet());
    }

    void aRefusalReachesAClientThatKeepsSending()
    {
        EngineFixture engine;
        QVERIFY(engine.proxyTo("http://127.0.0.1:1", "client_max_body_size 1m;").applied);
        for (const QByteArray &framing :
             {QByteArray("Content-Length: 20000000\r\n"), QByteArray("Transfer-Encoding: chunked\r\n")}) {
            RawClient client(engine.port());
            client.send(request("POST /", framing));
            if (framing.startsWith('T'))
                client.send("1312d00\r\n");
            const QByteArray block(1'000'000, 'x');
            for (int i = 0; i < 20; ++i)
                QVERIFY(client.send(block)); // a reset would end this
            const RawMessage answer = client.readMessage();
            QCOMPARE(answer.status(), 413);
            QVERIFY(answer.complete);
        }
    }

    void aBrokenChunkIsRefused()
    {
        ScriptedOrigin origin;
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url()).applied);
        RawClient client(engine.port());
        const RawMessage answer = client.ask(request("POST /", "Transfer-Encoding: chunked\r\n", "zz\r\nabc\r\n"));
        QCOMPARE(answer.status(), 400);
        QVERIFY(client.readUntilEnd());
        QVERIFY(origin.isQuiet());
    }

    void aResponseMayComeWhileTheBodyIsStillSent()
    {
        ScriptedOrigin origin;
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url(), "proxy_request_buffering off; client_max_body_size 0;").applied);
        RawClient client(engine.port());
        client.send(request("POST /", "Content-Length: 300000\r\n", QByteArray(100'000, 'a')));
        RawPeer backend = origin.accept();
        QVERIFY(backend.readUntil("\r\n\r\naaa"));
        backend.send(response("enough", {}, "403 Forbidden"));
        QCOMPARE(client.readMessage().status(), 403);
        // The rest is read and dropped, and the connection goes on.
        client.send(QByteArray(200'000, 'a') + request("GET /next"));
        RawPeer next = origin.accept();
        QCOMPARE(next.readMessage().startLine, QByteArray("GET /next HTTP/1.1"));
        next.send(response("next"));
        QCOMPARE(client.readMessage().body, QByteArray("next"));
    }

    void aBackendThatAnswersAndClosesEarlyIsHeard()
    {
        ScriptedOrigin origin;
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url(), "proxy_request_buffering off; client_max_body_size 0;").applied);
        RawClient client(engine.port());
        client.send(request("POST /", "Content-Length: 50000000\r\n", "a"));
        RawPeer backend = origin.accept();
        QVERIFY(backend.readUntil("\r\n\r\na"));
        backend.send(response("no", "Connection: close\r\n", "413 Payload Too Large"));
        backend.shutdownWrite();
        const RawMessage answer = client.readMessage();
        QCOMPARE(answer.status(), 413);
        QCOMPARE(answer.body, QByteArray("no"));
    }
};

QTEST_GUILESS_MAIN(ProxyLimitsTest)
#include "tst_proxy_limits.moc"
