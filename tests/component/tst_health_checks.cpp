// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/enginefixture.h"
#include "support/nginxserver.h"
#include "support/scriptedorigin.h"
#include "support/workerfixture.h"

#include <QTest>

using namespace portlight;
using namespace portlight::testing;

namespace {

// A backend that tells its name to clients, and at /health how it is.
class HealthOrigin
{
public:
    enum class Mode { Good, Failing, WrongBody, Silent };

    explicit HealthOrigin(const QByteArray &name)
    {
        m_origin.serve([this, name](RawPeer &peer) {
            for (;;) {
                const RawMessage message = peer.readMessage();
                if (!message.complete)
                    return;
                if (!message.startLine.startsWith("GET /health")) {
                    ++clients;
                    peer.send(response(name));
                } else if (!answerCheck(peer, message.head)) {
                    return;
                }
            }
        });
    }
    quint16 port() const { return m_origin.port(); }
    QByteArray address() const { return "127.0.0.1:" + QByteArray::number(port()); }
    void stopListening() { m_origin.stopListening(); }
    QByteArray lastCheck()
    {
        const std::lock_guard lock(m_mutex);
        return m_lastCheck;
    }

    std::atomic<Mode> mode{Mode::Good};
    std::atomic<int> clients{0}; // requests that are no checks
    std::atomic<int> checks{0};

private:
    bool answerCheck(RawPeer &peer, const QByteArray &head)
    {
        {
            const std::lock_guard lock(m_mutex);
            m_lastCheck = head;
        }
        const Mode now = mode; // before it is counted: who waits for the count has set it
        ++checks;
        switch (now) {
        case Mode::Good: return peer.send(response("ready"));
        case Mode::Failing: return peer.send(response("no", {}, "500 Internal Server Error"));
        case Mode::WrongBody: return peer.send(response("starting"));
        case Mode::Silent: peer.readUntilClosed(); return false;
        }
        Q_UNREACHABLE();
    }

    std::mutex m_mutex;
    QByteArray m_lastCheck;
    ScriptedOrigin m_origin; // last: its threads use the others
};

// Two backends, "a" and "b", in one group that is checked.
struct Pair {
    HealthOrigin a{"a"};
    HealthOrigin b{"b"};
    EngineFixture engine;

    bool apply(const QByteArray &parameters, const QByteArray &locationLines = {}, const QByteArray &httpLines = {})
    {
        const ApplyOutcome outcome = engine.applyHttp(
            httpLines + " upstream app { zone app 64k; server " + a.address() + "; server " + b.address()
            + "; } server { listen 127.0.0.1:@port@; server_name shop.test; location / { "
              "proxy_pass http://app; health_check uri=/health "
            + parameters + "; " + locationLines + " } }");
        return outcome.applied;
    }
    // Who answers so many requests: "abab"; a digit is the status of an error.
    QByteArray answers(int count)
    {
        QByteArray names;
        for (int i = 0; i < count; ++i) {
            RawClient client(engine.port());
            const RawMessage message = client.ask(request("GET /page"));
            names += message.status() == 200 ? message.body : message.startLine.mid(9, 1);
        }
        return names;
    }
    QByteArray sortedAnswers(int count)
    {
        QByteArray names = answers(count);
        std::sort(names.begin(), names.end());
        return names;
    }
    bool becomes(HealthOrigin &origin, const char *state)
    {
        return engine.waitForLog(QByteArray("peer is ") + state + ' ')
               && waitUntil([&] { return lineOf(origin, state) != "none"; });
    }
    QByteArray lineOf(const HealthOrigin &origin, const char *state) const
    {
        for (const QByteArray &line : engine.errorLog().split('\n')) {
            if (line.contains(QByteArray("peer is ") + state + ' ') && line.contains("of peer " + origin.address()))
                return line;
        }
        return "none";
    }
};

} // namespace

class HealthChecksTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aBackendTurnsBadAndGoodAgain()
    {
        Pair pair;
        QVERIFY(pair.apply("interval=20ms"));
        QCOMPARE(pair.sortedAnswers(4), "aabb");
        pair.a.mode = HealthOrigin::Mode::Failing;
        QVERIFY(pair.becomes(pair.a, "unhealthy"));
        QVERIFY(pair.lineOf(pair.a, "unhealthy")
                    .endsWith("peer is unhealthy while checking status code, health check \"\" of peer "
                              + pair.a.address() + " in upstream \"app\", cause: \"status 500 is not 200-399\""));
        QVERIFY(pair.lineOf(pair.a, "unhealthy").contains(" [warn] "));
        const int before = pair.a.clients;
        QCOMPARE(pair.answers(10), "bbbbbbbbbb");
        QCOMPARE(pair.a.clients.load(), before);
        pair.a.mode = HealthOrigin::Mode::Good;
        QVERIFY(pair.becomes(pair.a, "healthy"));
        QVERIFY(pair.lineOf(pair.a, "healthy").contains(" [notice] "));
        QCOMPARE(pair.sortedAnswers(4), "aabb");
    }

    void causesAreToldApart_data()
    {
        QTest::addColumn<int>("mode");
        QTest::addColumn<QByteArray>("words");
        QTest::newRow("status") << int(HealthOrigin::Mode::Failing)
                                << QByteArray("peer is unhealthy while checking status code, health check \"ready\"");
        QTest::newRow("body") << int(HealthOrigin::Mode::WrongBody)
                              << QByteArray("peer is unhealthy while checking body, health check \"ready\"");
        QTest::newRow("silence") << int(HealthOrigin::Mode::Silent)
                                 << QByteArray("upstream timed out (110: Connection timed out) while reading response "
                                               "header from upstream, health check \"ready\"");
    }
    void causesAreToldApart()
    {
        QFETCH(int, mode);
        QFETCH(QByteArray, words);
        Pair pair;
        pair.a.mode = HealthOrigin::Mode(mode);
        QVERIFY(pair.apply("interval=20ms match=ready", "proxy_read_timeout 50ms;",
                           "match ready { status 200; body ~ ^ready$; }"));
        QVERIFY(pair.becomes(pair.a, "unhealthy"));
        QVERIFY2(pair.engine.errorLog().contains(words), pair.engine.errorLog().constData());
        QCOMPARE(pair.answers(4), "bbbb");
        QVERIFY(!pair.engine.errorLog().contains("of peer " + pair.b.address()));
    }

    void aBackendThatRefusesIsUnhealthy()
    {
        Pair pair;
        pair.a.stopListening();
        QVERIFY(pair.apply("interval=20ms"));
        QVERIFY(pair.engine.waitForLog("connect() failed (111: Connection refused) while connecting to upstream, "
                                       "health check \"\" of peer "
                                       + pair.a.address() + " in upstream \"app\""));
        QVERIFY(pair.becomes(pair.a, "unhealthy"));
        QCOMPARE(pair.answers(4), "bbbb");
        QVERIFY(!pair.engine.errorLog().contains("client:")); // no request met it
    }

    void failsInARowAreNeeded()
    {
        Pair pair;
        pair.a.mode = HealthOrigin::Mode::Failing;
        QVERIFY(pair.apply("interval=20ms fails=3"));
        QVERIFY(pair.becomes(pair.a, "unhealthy"));
        QVERIFY(pair.a.checks >= 3);
    }

    void anotherPortIsAsked()
    {
        Pair pair;
        HealthOrigin checker("c");
        checker.mode = HealthOrigin::Mode::Failing;
        QVERIFY(pair.apply("interval=20ms port=" + QByteArray::number(checker.port())));
        QVERIFY(pair.becomes(pair.a, "unhealthy"));
        QVERIFY(pair.lineOf(pair.a, "unhealthy")
                    .contains("in upstream \"app\", port " + QByteArray::number(checker.port())));
        QVERIFY(pair.becomes(pair.b, "unhealthy"));
        QCOMPARE(pair.a.checks.load(), 0);
    }

    void withoutAHealthyBackendTheAnswerIs502()
    {
        Pair pair;
        pair.a.mode = HealthOrigin::Mode::Failing;
        pair.b.mode = HealthOrigin::Mode::Failing;
        QVERIFY(pair.apply("interval=20ms"));
        QVERIFY(pair.becomes(pair.a, "unhealthy"));
        QVERIFY(pair.becomes(pair.b, "unhealthy"));
        QCOMPARE(pair.answers(2), "55");
        QVERIFY(pair.engine.waitForLog("no live upstreams while connecting to upstream, client: 127.0.0.1"));
        pair.b.mode = HealthOrigin::Mode::Good;
        QVERIFY(pair.becomes(pair.b, "healthy"));
        QCOMPARE(pair.answers(2), "bb");
    }

    void mandatoryOnesWaitForTheirFirstCheck()
    {
        Pair pair;
        pair.a.mode = HealthOrigin::Mode::Silent;
        pair.b.mode = HealthOrigin::Mode::Silent;
        QVERIFY(pair.apply("interval=20ms mandatory", "proxy_read_timeout 1h;"));
        QVERIFY(waitUntil([&] { return pair.a.checks == 1 && pair.b.checks == 1; }));
        QCOMPARE(pair.answers(1), "5"); // nobody has said yet how they are
        QVERIFY(pair.apply("interval=20ms mandatory", "proxy_read_timeout 20ms;"));
        QVERIFY(pair.becomes(pair.a, "unhealthy"));
        pair.a.mode = HealthOrigin::Mode::Good;
        QVERIFY(pair.becomes(pair.a, "healthy"));
        QCOMPARE(pair.answers(3), "aaa");
        QCOMPARE(pair.a.clients.load(), 3);
    }

    // The first of a group is asked at once, and with this interval never again.
    void aReloadKeepsWhatIsKnown()
    {
        Pair pair;
        pair.a.mode = HealthOrigin::Mode::Failing;
        QVERIFY(pair.apply("interval=1h"));
        QVERIFY(pair.becomes(pair.a, "unhealthy"));
        QVERIFY(pair.apply("interval=1h", "add_header X-Changed yes;"));
        QCOMPARE(pair.answers(4), "bbbb");
        QCOMPARE(pair.a.checks.load(), 1);
    }

    void aCheckThatAsksForSomethingElseBeginsAnew()
    {
        Pair pair;
        pair.a.mode = HealthOrigin::Mode::Failing;
        QVERIFY(pair.apply("interval=1h"));
        QVERIFY(pair.becomes(pair.a, "unhealthy"));
        pair.a.mode = HealthOrigin::Mode::Good;
        QVERIFY(pair.apply("interval=1h uri=/health/live"));
        QCOMPARE(pair.sortedAnswers(4), "aabb");
    }

    void withoutChecksThereAreNoUnhealthyBackends()
    {
        Pair pair;
        pair.a.mode = HealthOrigin::Mode::Failing;
        QVERIFY(pair.apply("interval=1h"));
        QVERIFY(pair.becomes(pair.a, "unhealthy"));
        QVERIFY(pair.engine
                    .applyHttp("upstream app { zone app 64k; server " + pair.a.address() + "; server "
                               + pair.b.address()
                               + "; } server { listen 127.0.0.1:@port@; location / { proxy_pass http://app; } }")
                    .applied);
        QCOMPARE(pair.sortedAnswers(4), "aabb");
    }

    void mandatoryBeginsAnewAfterAReloadUnlessPersistent()
    {
        Pair pair;
        QVERIFY(pair.apply("interval=1h mandatory persistent"));
        QVERIFY(pair.becomes(pair.a, "healthy"));
        QVERIFY(pair.becomes(pair.b, "healthy"));
        pair.a.mode = HealthOrigin::Mode::Silent;
        pair.b.mode = HealthOrigin::Mode::Silent;
        QVERIFY(pair.apply("interval=1h mandatory persistent", "proxy_connect_timeout 5s;"));
        QCOMPARE(pair.sortedAnswers(4), "aabb");
        QVERIFY(pair.apply("interval=1h mandatory"));
        QCOMPARE(pair.answers(1), "5");
    }

    void oneOfSeveralChecksIsEnough()
    {
        Pair pair;
        pair.a.mode = HealthOrigin::Mode::WrongBody;
        QVERIFY(pair.apply("interval=20ms", "health_check interval=20ms uri=/health match=ready;",
                           "match ready { body ~ ready; }"));
        QVERIFY(pair.becomes(pair.a, "unhealthy"));
        QVERIFY(waitUntil([&, seen = pair.a.checks.load()] { return pair.a.checks > seen + 4; }));
        QCOMPARE(pair.answers(4), "bbbb"); // the other check passes all the time
    }

    void theRequestIsTheLocations()
    {
        Pair pair;
        QVERIFY(pair.apply("interval=20ms"));
        QVERIFY(waitUntil([&] { return pair.a.checks > 0; }));
        QCOMPARE(pair.a.lastCheck(), "GET /health HTTP/1.1\r\nHost: app\r\nConnection: close\r\n\r\n");
    }

    void theRequestHasTheLocationsFields()
    {
        Pair pair;
        QVERIFY(pair.apply("interval=20ms",
                           "proxy_http_version 1.0; proxy_set_header Host $host; proxy_set_header X-From $proxy_host; "
                           "proxy_set_header X-Real-IP $remote_addr; proxy_set_header Upgrade $http_upgrade; "
                           "proxy_set_header Connection upgrade;"));
        QVERIFY(waitUntil([&] { return pair.a.checks > 0; }));
        QCOMPARE(pair.a.lastCheck(),
                 "GET /health HTTP/1.0\r\nHost: shop.test\r\nX-From: app\r\nConnection: close\r\n\r\n");
    }

    void aHostThatOnlyAClientKnowsIsTheGroups()
    {
        Pair pair;
        QVERIFY(pair.apply("interval=20ms keepalive_time=1h", "proxy_set_header Host $http_host;"));
        QVERIFY(waitUntil([&] { return pair.a.checks > 0; }));
        QCOMPARE(pair.a.lastCheck(), "GET /health HTTP/1.1\r\nHost: app\r\n\r\n");
    }

    void mapsOfTheResponseAreRequired()
    {
        Pair pair;
        pair.a.mode = HealthOrigin::Mode::Failing;
        QVERIFY(pair.apply("interval=20ms match=ok", {},
                           "map $upstream_status $good { 200 1; 204 1; } match ok { require $good; }"));
        QVERIFY(pair.becomes(pair.a, "unhealthy"));
        QVERIFY(pair.lineOf(pair.a, "unhealthy").contains("while checking variables, health check \"ok\""));
        QVERIFY(pair.lineOf(pair.a, "unhealthy").endsWith("cause: \"variable $good is empty\""));
        QCOMPARE(pair.answers(2), "bb");
    }

    void aSingleAddressIsCheckedToo()
    {
        HealthOrigin origin("a");
        origin.mode = HealthOrigin::Mode::Failing;
        EngineFixture engine;
        QVERIFY(engine.proxyTo("http://" + origin.address(), "health_check interval=20ms uri=/health;").applied);
        QVERIFY(engine.waitForLog("peer is unhealthy while checking status code"));
        RawClient client(engine.port());
        QCOMPARE(client.ask(request("GET /")).status(), 502);
        QCOMPARE(origin.clients.load(), 0);
    }

    void theHistoryOfAPeerGrows()
    {
        HealthOrigin origin("a");
        WorkerFixture fixture("upstream app { zone app 64k; server " + origin.address()
                              + "; } server { listen 127.0.0.1:@port@; location / { proxy_pass http://app; "
                                "health_check interval=5ms uri=/health; } }");
        QVERIFY(fixture.isOpen());
        const auto history = [&] {
            HealthHistory copy;
            fixture.run([&](ProxyWorker &worker) {
                copy = worker.context().active->upstreams.front()->peers().front()->checks;
            });
            return copy;
        };
        QVERIFY(waitUntil([&] { return history().checks >= 2; }));
        QVERIFY(history().last().passed);
        QCOMPARE(history().last().status, 200);
        QVERIFY(history().last().latency.count() > 0);
        QCOMPARE(history().fails, quint64(0));
        origin.mode = HealthOrigin::Mode::Failing;
        QVERIFY(waitUntil([&] { return history().fails > 0; }));
        QCOMPARE(history().last().reason, "status 500 is not 200-399");
        QCOMPARE(history().health, PeerHealth::Unhealthy);
        QCOMPARE(history().unhealthy, quint64(1));
        QVERIFY(waitUntil([&] { return history().checks > HealthHistory::ResultsMax; }));
        QCOMPARE(history().size(), HealthHistory::ResultsMax);
    }

    void theStatusShowsChecks()
    {
        Pair pair;
        pair.a.mode = HealthOrigin::Mode::Failing;
        QVERIFY(pair.apply("interval=20ms"));
        QVERIFY(pair.engine.waitForStatus([&](const EngineStatus &status) {
            const auto &groups = status.upstreams;
            return !groups.isEmpty() && groups.front().peers.size() == 2
                   && groups.front().peers[0].state == PeerState::Unhealthy && !groups.front().peers[0].checks.isEmpty()
                   && groups.front().peers[0].checks.last().reason == "status 500 is not 200-399"
                   && groups.front().peers[1].state == PeerState::Up && !groups.front().peers[1].checks.isEmpty()
                   && groups.front().peers[1].checks.last().passed;
        }));
    }

    // Names are looked up again while requests run.
    void aPeerThatComesLaterIsCheckedBeforeItIsUsed()
    {
        HealthOrigin a("a");
        HealthOrigin b("b");
        WorkerFixture fixture("upstream app { zone app 64k; server " + a.address()
                              + "; } server { listen 127.0.0.1:@port@; location / { proxy_pass http://app; "
                                "health_check interval=5ms uri=/health mandatory; } }");
        QVERIFY(fixture.isOpen());
        const auto health = [&](size_t index) {
            PeerHealth found{};
            fixture.run([&](ProxyWorker &worker) {
                found = worker.context().active->upstreams.front()->peers().at(index)->health();
            });
            return found;
        };
        QVERIFY(waitUntil([&] { return health(0) == PeerHealth::Healthy; }));
        fixture.run([&](ProxyWorker &worker) {
            UpstreamGroup &group = *worker.context().active->upstreams.front();
            PeerConfig later = group.peers().front()->config();
            later.resolved = {*SocketAddress::fromNumeric("127.0.0.1", b.port())};
            group.setPeers({group.peers().front()->config(), later});
            QCOMPARE(group.peers().at(0)->health(), PeerHealth::Healthy);
            QCOMPARE(group.peers().at(1)->health(), PeerHealth::Checking);
        });
        QVERIFY(waitUntil([&] { return health(1) == PeerHealth::Healthy; }));
        fixture.run([&](ProxyWorker &worker) {
            UpstreamGroup &group = *worker.context().active->upstreams.front();
            group.setPeers({group.peers().at(1)->config()});
        });
        QVERIFY(waitUntil([&, seen = b.checks.load()] { return b.checks > seen + 2; }));
    }

    void nobodyAsksABackendThatIsDown()
    {
        HealthOrigin a("a");
        HealthOrigin b("b");
        EngineFixture engine;
        QVERIFY(engine
                    .applyHttp("upstream app { zone app 64k; server " + a.address() + "; server " + b.address()
                               + " down; } server { listen 127.0.0.1:@port@; location / { proxy_pass http://app; "
                                 "health_check interval=5ms uri=/health; } }")
                    .applied);
        QVERIFY(waitUntil([&] { return a.checks > 4; }));
        QCOMPARE(b.checks.load(), 0);
    }

    void checksEndWithTheEngine()
    {
        Pair pair;
        pair.a.mode = HealthOrigin::Mode::Silent;
        QVERIFY(pair.apply("interval=20ms", "proxy_read_timeout 1h;"));
        QVERIFY(waitUntil([&] { return pair.a.checks == 1 && pair.b.checks > 1; }));
        pair.engine.destroyEngine();
    }
};

QTEST_GUILESS_MAIN(HealthChecksTest)
#include "tst_health_checks.moc"
