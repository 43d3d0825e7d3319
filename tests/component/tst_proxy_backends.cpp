// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/upstreamsnapshots.h"
#include "support/enginefixture.h"
#include "support/rawclient.h"
#include "support/scriptedorigin.h"

#include <QSignalSpy>
#include <QTest>

using namespace portlight;
using namespace portlight::testing;
using namespace Qt::StringLiterals;

// Snapshots of the backends, and what people do to them while they run.
class ProxyBackendsTest : public QObject
{
    Q_OBJECT

    // A request over a connection of its own; who answered.
    static QByteArray ask(const EngineFixture &engine, const QByteArray &target = "/")
    {
        RawClient client(engine.port());
        return client.ask("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n").body;
    }
    static QByteArray asked(const EngineFixture &engine, int times)
    {
        QByteArray who;
        for (int i = 0; i < times; ++i)
            who += ask(engine);
        return who;
    }
    static QByteArray addressOf(const ScriptedOrigin &origin)
    {
        return "127.0.0.1:" + QByteArray::number(origin.port());
    }
    static QByteArray groupOf(const ScriptedOrigin &one, const ScriptedOrigin &two, const QByteArray &more = {})
    {
        return "upstream api { server " + addressOf(one) + "; server " + addressOf(two) + "; " + more
               + " } server { listen 127.0.0.1:@port@; location / { proxy_http_version 1.1; proxy_set_header "
                 "Connection \"\"; proxy_pass http://api; } }";
    }
    static PeerSnapshot peerIn(const EngineStatus &status, const QByteArray &group, const QByteArray &name)
    {
        for (const UpstreamSnapshot &each : status.upstreams) {
            for (const PeerSnapshot &peer : each.peers) {
                if (each.name == group && peer.name == name)
                    return peer;
            }
        }
        return {};
    }
    // What the engine answers to the command with that request id.
    static PeerCommandOutcome outcomeOf(EngineFixture &engine, const std::function<quint64(ProxyEngine &)> &command)
    {
        QSignalSpy answers(&engine.engine(), &ProxyEngine::peerCommandDone);
        const quint64 request = command(engine.engine());
        PeerCommandOutcome outcome;
        const bool came = waitUntil([&] {
            for (const QList<QVariant> &answer : std::as_const(answers)) {
                outcome = answer.first().value<PeerCommandOutcome>();
                if (outcome.request == request)
                    return true;
            }
            return false;
        });
        return came ? outcome : PeerCommandOutcome();
    }
    static PeerCommandOutcome order(EngineFixture &engine, const QByteArray &peer, PeerOrder order)
    {
        return outcomeOf(engine, [&](ProxyEngine &proxy) { return proxy.setPeerState("api", peer, order); });
    }

private Q_SLOTS:
    void aPeerTellsWhatItDid()
    {
        ScriptedOrigin one;
        ScriptedOrigin two;
        one.answer(response("1"));
        two.answer(response("2", {}, "404 Not Found"));
        EngineFixture engine;
        QVERIFY(engine.applyHttp(groupOf(one, two, "keepalive 4;")).applied);
        QCOMPARE(asked(engine, 6).size(), 6);
        QVERIFY(engine.waitForStatus([&](const EngineStatus &status) {
            return peerIn(status, "api", addressOf(one)).requests + peerIn(status, "api", addressOf(two)).requests == 6
                   && peerIn(status, "api", addressOf(one)).active == 0;
        }));
        const EngineStatus &status = engine.engine().status();
        QCOMPARE(status.upstreams.size(), 1);
        QVERIFY(status.upstreams.first().where.isKnown() && !status.upstreams.first().direct);
        const PeerSnapshot first = peerIn(status, "api", addressOf(one));
        QCOMPARE(first.responses[1], 3U);
        QCOMPARE(first.latencyCount, 3U);
        QVERIFY(first.p50Us > 0 && first.p50Us <= first.p95Us && first.p95Us <= first.p99Us);
        QVERIFY(first.bytesSent > 0 && first.bytesReceived > 0);
        QVERIFY(first.lastChosenMs > 0 && first.lastChosenMs <= status.takenAtMs);
        QCOMPARE(first.idle, 1);
        QVERIFY(first.lastError.isEmpty());
        QCOMPARE(peerIn(status, "api", addressOf(two)).responses[3], 3U);
        QCOMPARE(peerIn(status, "api", addressOf(two)).failures.total(), 0U);
    }

    void aFailureIsCountedAndItsWordsAreKept()
    {
        ScriptedOrigin one;
        ScriptedOrigin two;
        one.answer(response("1"));
        two.stopListening();
        EngineFixture engine;
        QVERIFY(engine.applyHttp(groupOf(one, two)).applied);
        QCOMPARE(asked(engine, 4), "1111"_ba);
        QVERIFY(engine.waitForStatus(
            [&](const EngineStatus &status) { return peerIn(status, "api", addressOf(two)).failures.connect > 0; }));
        const PeerSnapshot dead = peerIn(engine.engine().status(), "api", addressOf(two));
        QCOMPARE(dead.state, PeerState::Unavailable);
        QVERIFY2(dead.lastError.contains("connect() failed (111: Connection refused)"), dead.lastError.constData());
        QVERIFY(dead.lastErrorMs > 0);
        QCOMPARE(dead.latencyCount, 0U);
        QCOMPARE(dead.responses[4], 0U);
        QCOMPARE(dead.active, 0);
    }

    void checksOfAPeerAreTold()
    {
        ScriptedOrigin one;
        ScriptedOrigin two;
        one.answer(response("fine"));
        two.answer(response("ill", {}, "500 Internal Server Error"));
        EngineFixture engine;
        QVERIFY(engine
                    .applyHttp("upstream api { zone api 64k; server " + addressOf(one) + "; server " + addressOf(two)
                               + "; } server { listen 127.0.0.1:@port@; location / { proxy_pass http://api; "
                                 "health_check interval=20ms fails=2; } }")
                    .applied);
        QVERIFY(engine.waitForStatus([&](const EngineStatus &status) {
            return peerIn(status, "api", addressOf(two)).state == PeerState::Unhealthy
                   && !peerIn(status, "api", addressOf(one)).checks.isEmpty();
        }));
        const EngineStatus &status = engine.engine().status();
        const PeerCheck good = peerIn(status, "api", addressOf(one)).checks.last();
        QVERIFY(good.passed && good.status == 200 && good.latencyUs > 0);
        QVERIFY(good.atMs > 0 && good.atMs <= status.takenAtMs);
        const PeerSnapshot ill = peerIn(status, "api", addressOf(two));
        QVERIFY(ill.checks.size() >= 2 && !ill.checks.last().passed);
        QCOMPARE(ill.checks.last().status, 500);
        QVERIFY(!ill.checks.last().reason.isEmpty());
        QCOMPARE(ill.requests, 0U); // checks are no requests
        QCOMPARE(peerIn(status, "api", addressOf(one)).state, PeerState::Up);
    }

    void anAddressOfProxyPassIsAGroup()
    {
        ScriptedOrigin origin;
        origin.answer(response("direct"));
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url()).applied);
        QCOMPARE(ask(engine), "direct"_ba);
        const QByteArray name = addressOf(origin);
        QVERIFY(engine.waitForStatus([&](const EngineStatus &s) { return peerIn(s, name, name).requests == 1; }));
        QVERIFY(engine.engine().status().upstreams.first().direct);
    }

    void aDownPeerGetsNothing()
    {
        ScriptedOrigin one;
        ScriptedOrigin two;
        one.answer(response("1"));
        two.answer(response("2"));
        EngineFixture engine;
        QVERIFY(engine.applyHttp(groupOf(one, two)).applied);
        QVERIFY(order(engine, addressOf(one), PeerOrder::Down).done);
        QCOMPARE(peerIn(engine.engine().status(), "api", addressOf(one)).state, PeerState::Down);
        QCOMPARE(asked(engine, 3), "222"_ba);
        QVERIFY(order(engine, addressOf(two), PeerOrder::Down).done);
        RawClient client(engine.port());
        QCOMPARE(client.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n").status(), 502);
        QVERIFY(order(engine, addressOf(one), PeerOrder::Up).done);
        QCOMPARE(asked(engine, 2), "11"_ba);
    }

    void aDrainedPeersIdleConnectionIsNotUsed()
    {
        ScriptedOrigin one;
        ScriptedOrigin two;
        one.answer(response("1"));
        two.answer(response("2"));
        EngineFixture engine;
        QVERIFY(engine.applyHttp(groupOf(one, two, "keepalive 8;")).applied);
        QCOMPARE(asked(engine, 2).count('1'), 1);
        QVERIFY(order(engine, addressOf(one), PeerOrder::Draining).done);
        QCOMPARE(peerIn(engine.engine().status(), "api", addressOf(one)).state, PeerState::Draining);
        QCOMPARE(asked(engine, 5), "22222"_ba);
        QCOMPARE(one.requests(), 1);
    }

    void whatADrainedPeerHasItEnds()
    {
        ScriptedOrigin one;
        ScriptedOrigin two;
        two.answer(response("2"));
        EngineFixture engine;
        QVERIFY(engine.applyHttp(groupOf(one, two)).applied);
        RawClient client(engine.port());
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        RawPeer backend = one.accept();
        backend.readMessage();
        QVERIFY(order(engine, addressOf(one), PeerOrder::Draining).done);
        QCOMPARE(peerIn(engine.engine().status(), "api", addressOf(one)).active, 1);
        QCOMPARE(asked(engine, 2), "22"_ba);
        backend.send(response("late", "Connection: close\r\n"));
        QCOMPARE(client.readMessage().body, "late"_ba);
        QVERIFY(
            engine.waitForStatus([&](const EngineStatus &s) { return peerIn(s, "api", addressOf(one)).active == 0; }));
    }

    void aWeightIsFollowed()
    {
        ScriptedOrigin one;
        ScriptedOrigin two;
        one.answer(response("1"));
        two.answer(response("2"));
        EngineFixture engine;
        QVERIFY(engine.applyHttp(groupOf(one, two)).applied);
        QVERIFY(
            outcomeOf(engine, [&](ProxyEngine &proxy) { return proxy.setPeerWeight("api", addressOf(two), 3); }).done);
        QCOMPARE(peerIn(engine.engine().status(), "api", addressOf(two)).weight, 3);
        QCOMPARE(asked(engine, 8).count('2'), 6);
    }

    void weightsHaveBounds_data()
    {
        QTest::addColumn<int>("weight");
        QTest::addColumn<bool>("taken");
        QTest::newRow("none") << 0 << false;
        QTest::newRow("the least") << 1 << true;
        QTest::newRow("the most") << PeerWeightMax << true;
        QTest::newRow("one more") << PeerWeightMax + 1 << false;
    }
    void weightsHaveBounds()
    {
        QFETCH(const int, weight);
        QFETCH(const bool, taken);
        ScriptedOrigin origin;
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url()).applied);
        const QByteArray name = addressOf(origin);
        const auto outcome =
            outcomeOf(engine, [&](ProxyEngine &proxy) { return proxy.setPeerWeight(name, name, weight); });
        QCOMPARE(outcome.done, taken);
        QCOMPARE(outcome.error.code, taken ? ErrorCode::None : ErrorCode::InvalidValue);
    }

    void changesOutliveAReload()
    {
        ScriptedOrigin one;
        ScriptedOrigin two;
        one.answer(response("1"));
        two.answer(response("2"));
        EngineFixture engine;
        QVERIFY(engine.applyHttp(groupOf(one, two)).applied);
        QCOMPARE(asked(engine, 2).count('1'), 1);
        QVERIFY(order(engine, addressOf(one), PeerOrder::Down).done);
        QVERIFY(
            outcomeOf(engine, [&](ProxyEngine &proxy) { return proxy.setPeerWeight("api", addressOf(two), 7); }).done);
        QVERIFY(engine.applyHttp(groupOf(one, two, "keepalive 8;")).applied);
        QCOMPARE(asked(engine, 3), "222"_ba);
        QVERIFY(engine.waitForStatus(
            [&](const EngineStatus &s) { return peerIn(s, "api", addressOf(two)).requests == 4; }));
        QCOMPARE(peerIn(engine.engine().status(), "api", addressOf(one)).state, PeerState::Down);
        QCOMPARE(peerIn(engine.engine().status(), "api", addressOf(one)).requests, 1U);
        QCOMPARE(peerIn(engine.engine().status(), "api", addressOf(two)).weight, 7);
    }

    void unknownNamesAreRefused()
    {
        ScriptedOrigin origin;
        EngineFixture engine;
        const auto early = outcomeOf(engine, [](ProxyEngine &proxy) { return proxy.setPeerWeight("api", "x", 2); });
        QCOMPARE(early.error.code, ErrorCode::NotRunning);
        QVERIFY(engine.proxyTo(origin.url()).applied);
        const auto group = order(engine, "127.0.0.1:1", PeerOrder::Down);
        QVERIFY(!group.done);
        QCOMPARE(group.error.message, u"there is no group \"api\""_s);
        const auto peer = outcomeOf(engine, [&](ProxyEngine &proxy) {
            return proxy.setPeerState(addressOf(origin), "127.0.0.1:1", PeerOrder::Down);
        });
        QCOMPARE(peer.error.code, ErrorCode::NotFound);
        QVERIFY(peer.error.message.contains(u"has no peer \"127.0.0.1:1\""_s));
    }

    void aSnapshotHoldsSoManyPeers()
    {
        EngineFixture engine;
        const auto config = [](qsizetype peers) {
            QByteArray text = "server { listen 127.0.0.1:@port@;";
            for (qsizetype i = 0; i < peers; ++i) {
                const QByteArray number = QByteArray::number(i + 1);
                text += "location /" + number + " { proxy_pass http://127.0.0.1:" + number + "; }";
            }
            return text + '}';
        };
        QVERIFY(engine.applyHttp(config(SnapshotPeersMax)).applied);
        QVERIFY(engine.waitForStatus(
            [](const EngineStatus &s) { return s.upstreams.size() == SnapshotPeersMax && s.peersLeftOut == 0; }));
        QVERIFY(engine.applyHttp(config(SnapshotPeersMax + 1)).applied);
        QVERIFY(engine.waitForStatus(
            [](const EngineStatus &s) { return s.upstreams.size() == SnapshotPeersMax && s.peersLeftOut == 1; }));
    }
};

QTEST_GUILESS_MAIN(ProxyBackendsTest)
#include "tst_proxy_backends.moc"
