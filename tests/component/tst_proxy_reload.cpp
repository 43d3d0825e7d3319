// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/enginefixture.h"
#include "support/scriptedorigin.h"

#include <QSignalSpy>
#include <QTest>

#include <atomic>
#include <thread>

using namespace portlight;
using namespace portlight::testing;

namespace {

QByteArray serverThatReturns(const QByteArray &listen, const QByteArray &name, const QByteArray &text)
{
    return "server { listen " + listen + "; server_name " + name + "; location / { return 200 " + text + "; } }\n";
}

} // namespace

// Configurations that come and go, listeners, domains, stops.
class ProxyReloadTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anExchangeEndsWithTheConfigurationItBeganWith()
    {
        ScriptedOrigin before;
        ScriptedOrigin after;
        EngineFixture engine;
        QVERIFY(engine.proxyTo(before.url(), "proxy_buffering off;").applied);
        RawClient client(engine.port());
        client.send(request("GET /1"));
        RawPeer old = before.accept();
        old.readMessage();
        QVERIFY(engine.proxyTo(after.url()).applied);
        old.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nbef");
        QVERIFY(client.readUntil("bef"));
        old.send("ore");
        QCOMPARE(client.readMessage().body, QByteArray("before"));
        client.send(request("GET /2")); // the same connection
        RawPeer fresh = after.accept();
        fresh.readMessage();
        fresh.send(response("after"));
        QCOMPARE(client.readMessage().body, QByteArray("after"));
        QVERIFY(before.isQuiet());
    }

    void aRemovedListenerEndsItsExchangeAndTakesNoMore()
    {
        ScriptedOrigin origin;
        EngineFixture engine;
        const QByteArray stays = serverThatReturns("127.0.0.1:@port-stays@", "a", "stays");
        QVERIFY(engine
                    .applyHttp(stays + "server { listen 127.0.0.1:@port-goes@; location / { proxy_pass " + origin.url()
                               + "; } }")
                    .applied);
        RawClient client(engine.port("goes"));
        RawClient idle(engine.port("goes"));
        client.send(request("GET /"));
        RawPeer backend = origin.accept();
        backend.readMessage();
        QVERIFY(engine.applyHttp(stays).applied);
        QVERIFY(!RawClient(engine.port("goes")).isOpen());
        QVERIFY(idle.readUntilClosed());
        backend.send(response("last"));
        const RawMessage answer = client.readMessage();
        QCOMPARE(answer.body, QByteArray("last"));
        QCOMPARE(answer.field("Connection"), QByteArray("close"));
        QVERIFY(client.readUntilEnd());
        QCOMPARE(RawClient(engine.port("stays")).ask(request("GET /")).body, QByteArray("stays"));
    }

    void aBadConfigurationKeepsTheOldOne()
    {
        EngineFixture engine;
        QVERIFY(engine.applyHttp(serverThatReturns("127.0.0.1:@port@", "a", "good")).applied);
        RawClient client(engine.port());
        for (const char *bad :
             {"server { listen 127.0.0.1:@port@; proxy_pass; }",
              "server { listen 127.0.0.1:@port@; no_such_directive on; }",
              "server { listen 127.0.0.1:@port@; location / { proxy_pass http://no-such-host.invalid; } }"}) {
            const ApplyOutcome outcome = engine.applyHttp(bad);
            QVERIFY2(!outcome.applied, bad);
            QVERIFY(hasErrors(outcome.diagnostics));
            QCOMPARE(client.ask(request("GET /")).body, QByteArray("good"));
        }
    }

    void nothingIsDroppedWhileConfigurationsChange()
    {
        ScriptedOrigin origin;
        origin.answer(response("ok"));
        EngineFixture engine;
        QVERIFY(engine.proxyToGroup(origin.url()).applied);
        std::atomic<bool> done = false;
        std::atomic<int> good = 0;
        std::atomic<int> bad = 0;
        std::vector<std::thread> clients;
        for (int i = 0; i < 4; ++i) {
            clients.emplace_back([&, keeps = i % 2 == 0] {
                while (!done) {
                    RawClient client(engine.port());
                    for (int n = 0; n < (keeps ? 50 : 1) && !done; ++n)
                        ++(client.ask(request("GET /")).body == "ok" ? good : bad);
                }
            });
        }
        for (int i = 0; i < 20; ++i) {
            const int seen = good;
            QVERIFY(i % 2 ? engine.proxyToGroup(origin.url()).applied
                          : engine.proxyTo(origin.url(), "proxy_read_timeout 9s;").applied);
            QVERIFY(waitUntil([&] { return good > seen + 10; }));
        }
        done = true;
        for (std::thread &client : clients)
            client.join();
        QCOMPARE(bad, 0);
    }

    void aGracefulStopWaitsForTheExchange()
    {
        ScriptedOrigin origin;
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url(), {}, "location = /own { return 200 own; }").applied);
        QSignalSpy stopped(&engine.engine(), &ProxyEngine::stopped);
        RawClient idle(engine.port());
        QCOMPARE(idle.ask(request("GET /own")).status(), 200);
        RawClient client(engine.port());
        client.send(request("GET /"));
        RawPeer backend = origin.accept();
        backend.readMessage();
        engine.engine().stop(StopMode::Graceful);
        QVERIFY(idle.readUntilClosed());
        QVERIFY(!RawClient(engine.port()).isOpen());
        QCOMPARE(stopped.count(), 0);
        backend.send(response("whole"));
        const RawMessage answer = client.readMessage();
        QCOMPARE(answer.body, QByteArray("whole"));
        QCOMPARE(answer.field("Connection"), QByteArray("close"));
        QVERIFY(waitUntil([&] { return stopped.count() == 1; }));
    }

    void aGracefulStopIsBoundedByWorkerShutdownTimeout()
    {
        ScriptedOrigin origin;
        EngineFixture engine;
        QVERIFY(engine
                    .apply("worker_shutdown_timeout 200ms; events { } http { server { listen 127.0.0.1:@port@; "
                           "location / { proxy_pass "
                           + origin.url() + "; } } }")
                    .applied);
        QSignalSpy stopped(&engine.engine(), &ProxyEngine::stopped);
        RawClient client(engine.port());
        client.send(request("GET /"));
        RawPeer backend = origin.accept();
        backend.readMessage();
        engine.engine().stop(StopMode::Graceful);
        QVERIFY(client.readUntilClosed());
        QVERIFY(backend.readUntilClosed());
        QVERIFY(waitUntil([&] { return stopped.count() == 1; }));
    }

    void aFastStopWaitsForNobody()
    {
        ScriptedOrigin origin;
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url()).applied);
        QSignalSpy stopped(&engine.engine(), &ProxyEngine::stopped);
        RawClient client(engine.port());
        client.send(request("GET /"));
        RawPeer backend = origin.accept();
        backend.readMessage();
        engine.engine().stop(StopMode::Fast);
        QVERIFY(waitUntil([&] { return stopped.count() == 1; }));
        QVERIFY(client.readUntilClosed());
        QVERIFY(backend.readUntilClosed());
    }
};

QTEST_GUILESS_MAIN(ProxyReloadTest)
#include "tst_proxy_reload.moc"
