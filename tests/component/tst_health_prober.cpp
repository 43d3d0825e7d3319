// SPDX-License-Identifier: GPL-3.0-or-later
#include "component/netloops.h"
#include "config/parser.h"
#include "support/freeport.h"
#include "support/scriptedorigin.h"
#include "upstream/healthprober.h"

#include <QTemporaryDir>

using namespace portlight;
using namespace portlight::test;
using namespace portlight::testing;
using namespace std::chrono_literals;

namespace {

constexpr char Request[] = "GET /health HTTP/1.1\r\nHost: app\r\nConnection: close\r\n\r\n";

std::shared_ptr<const HealthMatch> matchOf(const QByteArray &lines)
{
    auto match = std::make_shared<HealthMatch>();
    match->name = "ok";
    const ConfigTree tree = parseConfig("match ok { " + lines + " }", QStringLiteral("test.conf")).tree;
    for (const ConfigNode &line : tree.nodes.front().children)
        match->tests.push_back(*parseHealthTest(line));
    return match;
}

// One prober and what it was told, on the thread's loop.
class Probe final : public HealthProbeSource, public HealthProberObserver
{
public:
    explicit Probe(const HealthCheckConfig &config)
        : check(config)
        , loop(QAbstractEventDispatcher::instance())
        , prober(std::make_unique<HealthProber>(loop, check, *this, *this))
    {}
    void writeRequest(WireBuffer &out) override { out.append(QByteArrayView(Request)); }
    std::optional<TlsPeer> tlsPeer() override { return std::nullopt; }
    QByteArray variable(QByteArrayView name, const ResponseHead &head, const char *) override
    {
        return name == "status" ? QByteArray::number(head.status) : QByteArray();
    }
    void probeEnded(const HealthProbeOutcome &outcome) override { outcomes.append(outcome); }

    // Checks once: "passed", else why not and where.
    QByteArray run(const std::vector<SocketAddress> &addresses)
    {
        const qsizetype before = outcomes.size();
        prober->start(addresses);
        if (!turnUntil([&] { return outcomes.size() > before; }))
            return "hangs";
        const HealthVerdict &verdict = outcomes.last().verdict;
        return verdict.passed ? "passed" : verdict.reason + ' ' + healthStepWords(verdict.step);
    }

    HealthCheckConfig check;
    EngineLoop loop;
    QList<HealthProbeOutcome> outcomes;
    std::unique_ptr<HealthProber> prober;
};

std::vector<SocketAddress> addressOf(quint16 port)
{
    return {*SocketAddress::fromNumeric("127.0.0.1", port)};
}

} // namespace

class HealthProberTest : public QObject
{
    Q_OBJECT

    // What comes of one check of an origin that answers with those bytes and closes.
    static QByteArray verdictOn(const QByteArray &bytes, const HealthCheckConfig &check = {})
    {
        QByteArray verdict;
        ScriptedOrigin origin;
        origin.serve([bytes](RawPeer &peer) {
            if (peer.readUntil("\r\n\r\n"))
                peer.send(bytes);
        });
        onLoop(LoopKind::Epoll, [&] { verdict = Probe(check).run(addressOf(origin.port())); });
        return verdict;
    }

private Q_SLOTS:
    void theRequestIsSentAsItIs()
    {
        QByteArray received;
        {
            ScriptedOrigin origin;
            origin.serve([&](RawPeer &peer) {
                peer.readUntil("\r\n\r\n");
                received = peer.take();
                peer.send(response("hello"));
                peer.readUntilClosed();
            });
            onLoop(LoopKind::Epoll, [&] {
                Probe probe({});
                QCOMPARE(probe.run(addressOf(origin.port())), "passed");
                QCOMPARE(probe.outcomes.last().status, 200);
                QVERIFY(!probe.outcomes.last().failedToTalk);
            });
        }
        QCOMPARE(received, Request);
    }

    void itRunsOnQtsLoopToo()
    {
        ScriptedOrigin origin;
        origin.answer(response("hello"));
        onLoop(LoopKind::Qt, [&] { QCOMPARE(Probe({}).run(addressOf(origin.port())), "passed"); });
    }

    void answersAreJudged_data()
    {
        QTest::addColumn<QByteArray>("answer");
        QTest::addColumn<QByteArray>("verdict");
        const auto row = [](const char *name, const QByteArray &answer, const char *verdict) {
            QTest::newRow(name) << answer << QByteArray(verdict);
        };
        row("200", response("x"), "passed");
        row("a redirect", response({}, "Location: /\r\n", "302 Found"), "passed");
        row("404", response({}, {}, "404 Not Found"), "status 404 is not 200-399 while checking status code");
        row("500", response({}, {}, "500 Oops"), "status 500 is not 200-399 while checking status code");
        row("an interim response", "HTTP/1.1 103 Early Hints\r\n\r\n" + response("x"), "passed");
        row("nothing", "", "upstream prematurely closed connection while reading response header from upstream");
        row("half a head", "HTTP/1.1 200 OK\r\nA: b",
            "upstream prematurely closed connection while reading response header from upstream");
        row("garbage", "SSH-2.0-OpenSSH_9.2\r\n",
            "upstream sent no valid HTTP/1.0 header while reading response header from upstream");
        row("a broken head", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
            "upstream sent invalid \"Content-Length\" header while reading response header from upstream");
        row("a head at the limit", "HTTP/1.1 200 OK\r\nA: " + QByteArray(4096 - 17 - 3 - 4, 'a') + "\r\n\r\n",
            "passed");
        row("a head over the limit", "HTTP/1.1 200 OK\r\nA: " + QByteArray(4096 - 17 - 3 - 4 + 1, 'a') + "\r\n\r\n",
            "upstream sent too big header while reading response header from upstream");
    }
    void answersAreJudged()
    {
        QFETCH(QByteArray, answer);
        QFETCH(QByteArray, verdict);
        QCOMPARE(verdictOn(answer), verdict);
    }

    void bodiesAreJudged_data()
    {
        QTest::addColumn<QByteArray>("answer");
        QTest::addColumn<QByteArray>("verdict");
        const auto row = [](const char *name, const QByteArray &answer, const char *verdict) {
            QTest::newRow(name) << answer << QByteArray(verdict);
        };
        const QByteArray head = "HTTP/1.1 200 OK\r\n";
        row("by length", response("all ready here"), "passed");
        row("chunked", head + "Transfer-Encoding: chunked\r\n\r\n5\r\nall r\r\n4\r\neady\r\n0\r\n\r\n", "passed");
        row("until the end", head + "\r\nready", "passed");
        row("another", response("starting"), "body ~ ready does not hold while checking body");
        row("none", response({}), "body ~ ready does not hold while checking body");
        row("cut short", head + "Content-Length: 100\r\n\r\nready",
            "upstream prematurely closed connection while reading upstream");
        row("broken chunks", head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
            "upstream sent invalid chunked response while reading upstream");
        row("a good body, a bad status", response("ready", {}, "503 Busy"),
            "status 503 is not 200 while checking status code");
        row("as long as is looked at", head + "\r\n" + QByteArray(HealthMatcher::BodyBytesMax - 5, ' ') + "ready",
            "passed");
        row("longer", head + "\r\n" + QByteArray(HealthMatcher::BodyBytesMax - 4, ' ') + "ready",
            "body ~ ready does not hold while checking body");
    }
    void bodiesAreJudged()
    {
        QFETCH(QByteArray, answer);
        QFETCH(QByteArray, verdict);
        QCOMPARE(verdictOn(answer, {.match = matchOf("status 200; body ~ ready;")}), verdict);
    }

    void variablesAreAskedFor()
    {
        QCOMPARE(verdictOn(response({}, {}, "500 Oops"), {.match = matchOf("require $status;")}), "passed");
        QCOMPARE(verdictOn(response({}), {.match = matchOf("require $other;")}),
                 "variable $other is empty while checking variables");
    }

    // An endless body is read as far as it is looked at, and no further.
    void anEndlessBodyIsLeft()
    {
        ScriptedOrigin origin;
        origin.serve([](RawPeer &peer) {
            peer.readUntil("\r\n\r\n");
            peer.send("HTTP/1.1 200 OK\r\n\r\n");
            const QByteArray block(64 * 1024, 'x');
            while (peer.send(block)) {}
        });
        onLoop(LoopKind::Epoll, [&] {
            Probe probe({.match = matchOf("body ~ x;")});
            QCOMPARE(probe.run(addressOf(origin.port())), "passed");
            QCOMPARE(probe.loop.buffers().lentBytes(), qint64(0));
        });
    }

    void silenceTimesOut()
    {
        ScriptedOrigin origin;
        origin.serve([](RawPeer &peer) { peer.readUntilClosed(); });
        onLoop(LoopKind::Epoll, [&] {
            Probe probe({.readTimeout = 20ms});
            QCOMPARE(probe.run(addressOf(origin.port())), "upstream timed out (110: Connection timed out) while "
                                                          "reading response header from upstream");
            QVERIFY(probe.outcomes.last().failedToTalk);
            QCOMPARE(probe.outcomes.last().status, 0);
        });
    }

    // The time is of the whole response: a peer that keeps sending a little does not stretch it.
    void aTrickleTimesOut()
    {
        ScriptedOrigin origin;
        onLoop(LoopKind::Epoll, [&] {
            Probe probe({.readTimeout = 20ms});
            probe.prober->start(addressOf(origin.port()));
            RawPeer peer = origin.accept();
            peer.send("HTTP/1.1 200 OK\r\nA: ");
            QTimer trickle;
            QObject::connect(&trickle, &QTimer::timeout, &trickle, [&] { peer.send("a"); });
            trickle.start(1ms);
            QVERIFY(turnUntil([&] { return !probe.outcomes.isEmpty(); }));
            QCOMPARE(probe.outcomes.last().verdict.reason, "upstream timed out (110: Connection timed out)");
        });
    }

    void refusalIsTold()
    {
        onLoop(LoopKind::Epoll, [&] {
            Probe probe({});
            QCOMPARE(probe.run(addressOf(freePort())),
                     "connect() failed (111: Connection refused) while connecting to upstream");
            QVERIFY(probe.outcomes.last().failedToTalk);
            QVERIFY(!probe.prober->isBusy());
        });
    }

    void unixSocketsAreChecked()
    {
        QTemporaryDir directory;
        const QByteArray path = directory.path().toUtf8() + "/app.sock";
        ScriptedOrigin origin("unix:" + path);
        origin.answer(response("hello"));
        onLoop(LoopKind::Epoll, [&] {
            QCOMPARE(Probe({}).run({*SocketAddress::fromUnixPath(path)}), "passed");
            QCOMPARE(Probe({}).run({*SocketAddress::fromUnixPath(path + "x")}),
                     "connect() failed (2: No such file or directory) while connecting to upstream");
        });
    }

    void eachCheckHasAConnectionOfItsOwn()
    {
        ScriptedOrigin origin;
        origin.answer(response("hello"));
        onLoop(LoopKind::Epoll, [&] {
            Probe probe({});
            for (int i = 0; i < 3; ++i)
                QCOMPARE(probe.run(addressOf(origin.port())), "passed");
        });
        QCOMPARE(origin.connections(), 3);
    }

    void aConnectionIsKeptWhereItIsAskedFor()
    {
        ScriptedOrigin origin;
        origin.answer(response("hello"));
        onLoop(LoopKind::Epoll, [&] {
            HealthCheckConfig check;
            check.parameters.keepaliveTime = 1h;
            Probe probe(check);
            for (int i = 0; i < 3; ++i)
                QCOMPARE(probe.run(addressOf(origin.port())), "passed");
        });
        QCOMPARE(origin.connections(), 1);
        QCOMPARE(origin.requests(), 3);
    }

    void aKeptConnectionHasItsTime()
    {
        ScriptedOrigin origin;
        origin.answer(response("hello"));
        onLoop(LoopKind::Epoll, [&] {
            HealthCheckConfig check;
            check.parameters.keepaliveTime = 0ms;
            Probe probe(check);
            QCOMPARE(probe.run(addressOf(origin.port())), "passed");
            QCOMPARE(probe.run(addressOf(origin.port())), "passed");
        });
        QCOMPARE(origin.connections(), 2);
    }

    // Closed by the peer as the next request comes: asked again on a new one.
    void aKeptConnectionThatIsGoneSaysNothingOfThePeer()
    {
        ScriptedOrigin origin;
        origin.serve([](RawPeer &peer) {
            if (peer.readMessage().complete)
                peer.send(response("hello"));
            peer.readUntil("\r\n\r\n"); // and closes without an answer
        });
        onLoop(LoopKind::Epoll, [&] {
            HealthCheckConfig check;
            check.parameters.keepaliveTime = 1h;
            Probe probe(check);
            QCOMPARE(probe.run(addressOf(origin.port())), "passed");
            QCOMPARE(probe.run(addressOf(origin.port())), "passed");
        });
        QCOMPARE(origin.connections(), 2);
    }

    void aProberMayGoAtAnyTime()
    {
        ScriptedOrigin origin;
        origin.serve([](RawPeer &peer) { peer.readUntilClosed(); });
        onLoop(LoopKind::Epoll, [&] {
            Probe probe({});
            probe.prober->start(addressOf(origin.port()));
            probe.prober.reset();
            probe.prober = std::make_unique<HealthProber>(probe.loop, probe.check, probe, probe);
            probe.prober->start(addressOf(origin.port()));
            QVERIFY(turnUntil([&] { return probe.loop.buffers().lentBytes() > 0; }));
            probe.prober.reset();
            QCOMPARE(probe.loop.buffers().lentBytes(), qint64(0));
            QVERIFY(probe.outcomes.isEmpty());
        });
    }
};

QTEST_GUILESS_MAIN(HealthProberTest)
#include "tst_health_prober.moc"
