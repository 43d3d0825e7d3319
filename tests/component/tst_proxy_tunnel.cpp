// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/enginefixture.h"
#include "support/scriptedorigin.h"

#include <QDateTime>
#include <QSignalSpy>
#include <QTest>

using namespace portlight;
using namespace portlight::testing;

namespace {

const QByteArray Upgrade = request("GET /ws", "Connection: Upgrade\r\nUpgrade: websocket\r\n");
const QByteArray Switching = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
const QByteArray PassUpgrade = "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;";

// A client and a backend at the two ends of a tunnel.
struct Tunnel {
    explicit Tunnel(const QByteArray &directives = {}, const QByteArray &withRequest = {},
                    const QByteArray &withAnswer = {})
    {
        if (!engine.proxyTo(origin.url(), PassUpgrade + directives).applied)
            return;
        client = RawClient(engine.port());
        client.send(Upgrade + withRequest);
        backend = origin.accept();
        const RawMessage asked = backend.readMessage();
        backend.send(Switching + withAnswer);
        answer = client.readMessage();
        isOpen =
            asked.field("Upgrade") == "websocket" && asked.field("Connection") == "upgrade" && answer.status() == 101;
    }
    ScriptedOrigin origin;
    EngineFixture engine{{.capture = true}};
    RawPeer client;
    RawPeer backend;
    RawMessage answer;
    // Both ends hear each other.
    bool isAlive()
    {
        client.take();
        backend.take();
        return client.send("ping") && backend.readBytes(4) && backend.send("pong") && client.readBytes(4)
               && backend.take() == "ping" && client.take() == "pong";
    }
    bool isOpen = false;
};

// nginx's guide: the Connection field depends on what the client asked for.
const QByteArray GuideMap = "map $http_upgrade $connection_upgrade { default upgrade; '' close; }";
const QByteArray GuideLocation = "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; "
                                 "proxy_set_header Connection $connection_upgrade; proxy_read_timeout 1h;";

} // namespace

// What passes after 101.
class ProxyTunnelTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void bytesPassBothWays()
    {
        Tunnel tunnel;
        QVERIFY(tunnel.isOpen);
        QCOMPARE(tunnel.answer.field("Upgrade"), QByteArray("websocket"));
        QCOMPARE(tunnel.answer.field("Connection").toLower(), QByteArray("upgrade"));
        for (int i = 0; i < 3; ++i) {
            tunnel.client.send("ping\r\n0\r\n\r\n");
            QVERIFY(tunnel.backend.readBytes(11));
            QCOMPARE(tunnel.backend.take(), QByteArray("ping\r\n0\r\n\r\n"));
            tunnel.backend.send(QByteArray("pong\0\xff", 6));
            QVERIFY(tunnel.client.readBytes(6));
            QCOMPARE(tunnel.client.take(), QByteArray("pong\0\xff", 6));
        }
        QVERIFY(tunnel.engine
                    .waitForRow([](const ExchangeSummary &row) {
                        return row.state == ExchangeState::Tunneling && row.upgraded;
                    })
                    .id);
    }

    void bytesThatTravelWithTheHeadsAreNotLost()
    {
        Tunnel tunnel({}, "early from client", "early from backend");
        QVERIFY(tunnel.isOpen);
        QVERIFY(tunnel.backend.readUntil("early from client"));
        QVERIFY(tunnel.client.readUntil("early from backend"));
        QCOMPARE(tunnel.backend.take(), QByteArray("early from client"));
        QCOMPARE(tunnel.client.take(), QByteArray("early from backend"));
        tunnel.client.send("later");
        QVERIFY(tunnel.backend.readUntil("later"));
    }

    void aClientThatHasSaidItsLastStillHears()
    {
        Tunnel tunnel;
        QVERIFY(tunnel.isOpen);
        tunnel.client.send("last words");
        tunnel.client.shutdownWrite();
        QVERIFY(tunnel.backend.readUntilEnd());
        QCOMPARE(tunnel.backend.received(), QByteArray("last words"));
        for (int i = 0; i < 3; ++i) {
            tunnel.backend.send("still here");
            QVERIFY(tunnel.client.readUntil("still here"));
            tunnel.client.take();
        }
        tunnel.backend.close();
        QVERIFY(tunnel.client.readUntilEnd());
    }

    void aBackendThatHasSaidItsLastStillHears()
    {
        Tunnel tunnel;
        QVERIFY(tunnel.isOpen);
        tunnel.backend.send("last words");
        tunnel.backend.shutdownWrite();
        QVERIFY(tunnel.client.readUntilEnd());
        QCOMPARE(tunnel.client.received(), QByteArray("last words"));
        for (int i = 0; i < 3; ++i) {
            tunnel.client.send("still here");
            QVERIFY(tunnel.backend.readUntil("still here"));
            tunnel.backend.take();
        }
        tunnel.client.close();
        QVERIFY(tunnel.backend.readUntilEnd());
    }

    void aTunnelEndsWhenBothHaveEnded()
    {
        Tunnel tunnel;
        QVERIFY(tunnel.isOpen);
        tunnel.client.shutdownWrite();
        QVERIFY(tunnel.backend.readUntilEnd());
        tunnel.backend.shutdownWrite();
        QVERIFY(tunnel.client.readUntilEnd());
        const ExchangeSummary row = tunnel.engine.waitForFinishedRow();
        QVERIFY(row.state == ExchangeState::Done);
        QCOMPARE(row.status, 101);
        QVERIFY(tunnel.engine.waitForStatus([](const EngineStatus &status) { return status.active == 0; }));
    }

    void aClientThatBreaksEndsTheBackendsConnection()
    {
        Tunnel tunnel;
        QVERIFY(tunnel.isOpen);
        tunnel.client.reset();
        QVERIFY(tunnel.backend.readUntilClosed());
        const ExchangeSummary row = tunnel.engine.waitForFinishedRow();
        QVERIFY(row.state == ExchangeState::Done && row.failure.isEmpty());
    }

    void aBackendThatBreaksEndsTheClientsConnection()
    {
        Tunnel tunnel;
        QVERIFY(tunnel.isOpen);
        tunnel.backend.reset();
        QVERIFY(tunnel.client.readUntilClosed());
    }

    void muchPassesBothWaysAtOnce()
    {
        Tunnel tunnel;
        QVERIFY(tunnel.isOpen);
        constexpr qint64 Bytes = 20'000'000;
        const QByteArray block(100'000, 'x');
        const auto pump = [&](RawPeer &from) {
            for (qint64 sent = 0; sent < Bytes; sent += block.size())
                from.send(block);
        };
        qint64 atBackend = 0;
        qint64 atClient = 0;
        std::thread fromClient([&] { pump(tunnel.client); });
        std::thread fromBackend([&] { pump(tunnel.backend); });
        std::thread reading(
            [&] { tunnel.backend.drain([&](QByteArrayView bytes) { return (atBackend += bytes.size()) >= Bytes; }); });
        tunnel.client.drain([&](QByteArrayView bytes) { return (atClient += bytes.size()) >= Bytes; });
        reading.join();
        fromClient.join();
        fromBackend.join();
        QCOMPARE(atBackend, Bytes);
        QCOMPARE(atClient, Bytes);
    }

    void aSilentTunnelEndsAfterReadTimeout()
    {
        Tunnel tunnel("proxy_read_timeout 200ms;");
        QVERIFY(tunnel.isOpen);
        QVERIFY(tunnel.client.readUntilClosed());
        QVERIFY(tunnel.backend.readUntilClosed());
        QVERIFY(tunnel.engine.waitForLog(
            "upstream timed out (110: Connection timed out) while proxying upgraded connection"));
    }

    void aTunnelInWhichOnlyTheClientSpeaksIsNotSilent()
    {
        // nginx starts the time again for bytes of either side.
        Tunnel tunnel("proxy_read_timeout 400ms;");
        QVERIFY(tunnel.isOpen);
        const qint64 from = QDateTime::currentMSecsSinceEpoch();
        while (QDateTime::currentMSecsSinceEpoch() < from + 1200) {
            QVERIFY(tunnel.client.send("x"));
            QVERIFY(tunnel.backend.readBytes(1));
            tunnel.backend.take();
        }
        tunnel.backend.send("good");
        QVERIFY(tunnel.client.readUntil("good"));
    }

    void theGuidesMapServesSocketsAndPlainRequests()
    {
        ScriptedOrigin origin;
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url(), GuideLocation, {}, GuideMap).applied);
        RawClient plain(engine.port());
        plain.send(request("GET /"));
        RawPeer first = origin.accept();
        const RawMessage asked = first.readMessage();
        QCOMPARE(asked.field("Connection"), QByteArray("close"));
        QVERIFY(asked.field("Upgrade").isNull());
        first.send(response("plain"));
        QCOMPARE(plain.readMessage().body, QByteArray("plain"));
        RawClient socket(engine.port());
        socket.send(Upgrade);
        RawPeer second = origin.accept();
        const RawMessage upgrade = second.readMessage();
        QCOMPARE(upgrade.field("Connection"), QByteArray("upgrade"));
        QCOMPARE(upgrade.field("Upgrade"), QByteArray("websocket"));
        second.send(Switching);
        QCOMPARE(socket.readMessage().status(), 101);
        socket.send("hello");
        QVERIFY(second.readUntil("hello"));
    }

    void whateverProtocolIsAskedForPasses()
    {
        for (const char *protocol : {"foo/2", "TLS/1.0, h2c", "WebSocket"}) {
            ScriptedOrigin origin;
            EngineFixture engine;
            QVERIFY(engine.proxyTo(origin.url(), GuideLocation, {}, GuideMap).applied);
            RawClient client(engine.port());
            client.send(request("GET /", QByteArray("Connection: upgrade\r\nUpgrade: ") + protocol + "\r\n"));
            RawPeer backend = origin.accept();
            QCOMPARE(backend.readMessage().field("Upgrade"), QByteArray(protocol));
            backend.send(QByteArray("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: ") + protocol
                         + "\r\n\r\n");
            const RawMessage answer = client.readMessage();
            QCOMPARE(answer.status(), 101);
            QCOMPARE(answer.field("Upgrade"), QByteArray(protocol));
            client.send("anything");
            QVERIFY(backend.readUntil("anything"));
        }
    }

    void aQuietTunnelOutlivesTheTimesOfRequests()
    {
        // The clock: another tunnel, that its read timeout ends long after all the times that must not end this one.
        Tunnel clock("proxy_read_timeout 600ms;");
        Tunnel quiet("proxy_read_timeout 1h; proxy_send_timeout 100ms; client_body_timeout 100ms; send_timeout 100ms; "
                     "keepalive_timeout 100ms; lingering_timeout 100ms;");
        QVERIFY(clock.isOpen && quiet.isOpen);
        QVERIFY(clock.client.readUntilClosed());
        QVERIFY(quiet.isAlive());
    }

    void aReloadKeepsTunnels()
    {
        Tunnel tunnel;
        QVERIFY(tunnel.isOpen);
        QVERIFY(tunnel.engine.proxyTo("http://127.0.0.1:1").applied);
        QVERIFY(tunnel.isAlive());
        QVERIFY(tunnel.engine.applyHttp("server { listen 127.0.0.1:@port-other@; return 204; }").applied);
        QVERIFY(tunnel.isAlive());
    }

    void aGracefulStopWaitsForTunnels()
    {
        Tunnel tunnel;
        QVERIFY(tunnel.isOpen);
        QSignalSpy stopped(&tunnel.engine.engine(), &ProxyEngine::stopped);
        tunnel.engine.engine().stop(StopMode::Graceful);
        QVERIFY(waitUntil([&] { return !RawClient(tunnel.engine.port()).isOpen(); }));
        QVERIFY(tunnel.isAlive());
        QCOMPARE(stopped.count(), 0);
        tunnel.client.close();
        tunnel.backend.close();
        QVERIFY(waitUntil([&] { return stopped.count() == 1; }));
    }

    void aGracefulStopWaitsNoLongerThanWorkerShutdownTimeout()
    {
        ScriptedOrigin origin;
        EngineFixture engine;
        QVERIFY(engine
                    .apply("worker_shutdown_timeout 200ms; events { } http { server { listen 127.0.0.1:@port@; "
                           "location / { proxy_pass "
                           + origin.url() + "; " + PassUpgrade + " } } }")
                    .applied);
        RawClient client(engine.port());
        client.send(Upgrade);
        RawPeer backend = origin.accept();
        backend.readMessage();
        backend.send(Switching);
        QCOMPARE(client.readMessage().status(), 101);
        QSignalSpy stopped(&engine.engine(), &ProxyEngine::stopped);
        engine.engine().stop(StopMode::Graceful);
        QVERIFY(client.readUntilClosed());
        QVERIFY(backend.readUntilClosed());
        QVERIFY(waitUntil([&] { return stopped.count() == 1; }));
    }

    void anUpgradeThatIsRefusedIsAPlainResponse()
    {
        ScriptedOrigin origin;
        origin.answer(response("no", {}, "400 Bad Request"));
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url(), PassUpgrade).applied);
        RawClient client(engine.port());
        for (int i = 0; i < 2; ++i) {
            const RawMessage answer = client.ask(Upgrade);
            QCOMPARE(answer.status(), 400);
            QCOMPARE(answer.body, QByteArray("no"));
        }
    }
};

QTEST_GUILESS_MAIN(ProxyTunnelTest)
#include "tst_proxy_tunnel.moc"
