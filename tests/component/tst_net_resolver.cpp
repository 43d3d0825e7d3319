// SPDX-License-Identifier: GPL-3.0-or-later
#include "component/netloops.h"
#include "net/resolver.h"
#include "support/dnsserver.h"

#include <QTemporaryDir>

using namespace portlight;
using namespace portlight::test;
using portlight::testing::DnsRecordText;
using portlight::testing::DnsScript;
using portlight::testing::DnsServer;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

struct Asker : ResolveObserver {
    explicit Asker(EngineLoop &loop)
        : query(std::make_unique<ResolverQuery>(loop, this))
    {}
    void resolved(const ResolveAnswer &given) override
    {
        answer = given;
        ++answers;
        if (const auto run = then) // what runs may destroy this asker
            run();
    }
    // "127.0.0.1:80 [::1]:80"
    QByteArray addresses() const
    {
        QByteArrayList all;
        for (const ResolvedAddress &resolved : answer.addresses)
            all.append(resolved.address.toString());
        return all.join(' ');
    }
    std::function<void()> then;
    ResolveAnswer answer;
    int answers = 0;
    std::unique_ptr<ResolverQuery> query;
};

struct Fixture {
    explicit Fixture(const QList<const DnsServer *> &servers, Resolver::Options options = {2s, {}})
    {
        for (const DnsServer *server : servers)
            config.servers.push_back(*SocketAddress::fromNumeric("127.0.0.1"_ba, server->port()));
        if (!options.random)
            options.random = [](quint32) { return 0; };
        if (const auto opened = log.open(directory.filePath(u"error.log"_s), LogLevel::Error); !opened)
            qFatal("no log");
        makeOptions = options;
    }
    Resolver &resolver()
    {
        if (!made)
            made = std::make_unique<Resolver>(loop, config, log, makeOptions);
        return *made;
    }
    Asker &ask(const QByteArray &name, std::chrono::milliseconds timeout = 20s, const QByteArray &service = {})
    {
        askers.push_back(std::make_unique<Asker>(loop));
        askers.back()->query->start(resolver(), name, timeout, service);
        return *askers.back();
    }
    Asker &resolve(const QByteArray &name, const QByteArray &service = {})
    {
        Asker &asker = ask(name, 20s, service);
        if (!turnUntil([&] { return asker.answers > 0; }))
            qFatal("no answer");
        return asker;
    }
    QByteArray logText() const
    {
        QFile file(directory.filePath(u"error.log"_s));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    QTemporaryDir directory;
    EngineLoop loop{QAbstractEventDispatcher::instance()};
    ErrorLog log;
    ResolverConfig config;
    Resolver::Options makeOptions;
    std::unique_ptr<Resolver> made;
    std::vector<std::unique_ptr<Asker>> askers;
};

} // namespace

class ResolverTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void bothFamiliesAreAskedFor_data() { addLoopRows(); }
    void bothFamiliesAreAskedFor()
    {
        QFETCH(LoopKind, kind);
        DnsServer server;
        server.setAddresses("shop.test", {"10.0.0.1", "10.0.0.2", "fd00::1"});
        onLoop(kind, [&] {
            Fixture fixture({&server});
            Asker &asker = fixture.resolve("Shop.TEST.");
            QCOMPARE(asker.answer.state, ResolveState::Ok);
            QCOMPARE(asker.answer.name, "shop.test"_ba);
            QCOMPARE(asker.addresses(), "10.0.0.1:0 10.0.0.2:0 [fd00::1]:0"_ba);
            QVERIFY(!asker.query->isRunning());
            QCOMPARE(fixture.resolver().questions(), size_t(0));
        });
        QCOMPARE(server.asked("shop.test", "A"), 1);
        QCOMPARE(server.asked("shop.test", "AAAA"), 1);
    }

    void oneFamilyCanBeSwitchedOff()
    {
        DnsServer server;
        server.setAddresses("shop.test", {"10.0.0.1", "fd00::1"});
        onLoop(LoopKind::Epoll, [&] {
            Fixture only6({&server});
            only6.config.ipv4 = false;
            QCOMPARE(only6.resolve("shop.test").addresses(), "[fd00::1]:0"_ba);
            QCOMPARE(only6.resolve("localhost").addresses(), "[::1]:0"_ba);
            Fixture only4({&server});
            only4.config.ipv6 = false;
            QCOMPARE(only4.resolve("shop.test").addresses(), "10.0.0.1:0"_ba);
        });
        QCOMPARE(server.asked("shop.test", "A"), 1);
        QCOMPARE(server.asked("shop.test", "AAAA"), 1);
    }

    void whatIsKnownIsNotAskedForAgain()
    {
        DnsServer server;
        server.setAddresses("shop.test", {"10.0.0.1", "10.0.0.2"});
        onLoop(LoopKind::Epoll, [&] {
            Fixture fixture({&server}, {2s, [](quint32 bound) { return bound - 1; }});
            QCOMPARE(fixture.resolve("shop.test").addresses(), "10.0.0.1:0 10.0.0.2:0"_ba);
            // The second of two is the first now, and stands at the second place.
            QCOMPARE(fixture.resolve("shop.test").addresses(), "10.0.0.1:0 10.0.0.2:0"_ba);
        });
        QCOMPARE(server.asked("shop.test", "A"), 1);
    }

    void aTimeToLiveOfZeroIsAskedForEachTime()
    {
        DnsServer server;
        server.setAddresses("shop.test", {"10.0.0.1"}, 0);
        onLoop(LoopKind::Epoll, [&] {
            Fixture fixture({&server});
            QCOMPARE(fixture.resolve("shop.test").addresses(), "10.0.0.1:0"_ba);
            server.setAddresses("shop.test", {"10.0.0.9"}, 0);
            QCOMPARE(fixture.resolve("shop.test").addresses(), "10.0.0.9:0"_ba);
        });
    }

    void validTakesThePlaceOfTheTimeToLive()
    {
        DnsServer server;
        server.setAddresses("shop.test", {"10.0.0.1"}, 0);
        onLoop(LoopKind::Epoll, [&] {
            Fixture fixture({&server});
            fixture.config.valid = 60s;
            const SteadyTime before = fixture.loop.now();
            Asker &first = fixture.resolve("shop.test");
            QVERIFY(first.answer.validUntil >= before + 60s);
            fixture.resolve("shop.test");
        });
        QCOMPARE(server.asked("shop.test", "A"), 1);
    }

    void oneAnswerServesAllWhoWaitForIt()
    {
        DnsServer server;
        server.setAddresses("shop.test", {"10.0.0.1"}, 0);
        onLoop(LoopKind::Epoll, [&] {
            Fixture fixture({&server});
            for (int i = 0; i < 3; ++i)
                fixture.ask("shop.test");
            QCOMPARE(fixture.resolver().questions(), size_t(1));
            QVERIFY(turnUntil([&] { return fixture.askers[2]->answers > 0; }));
            for (const auto &asker : fixture.askers)
                QCOMPARE(asker->addresses(), "10.0.0.1:0"_ba);
        });
        QCOMPARE(server.asked("shop.test", "A"), 1);
    }

    void failuresHaveNginxsNumbersAndWords_data()
    {
        QTest::addColumn<int>("code");
        QTest::addColumn<QByteArray>("words");
        QTest::newRow("server") << 2 << "shop.test could not be resolved (2: Server failure)"_ba;
        QTest::newRow("name") << 3 << "shop.test could not be resolved (3: Host not found)"_ba;
        QTest::newRow("kind") << 4 << "shop.test could not be resolved (4: Unimplemented)"_ba;
        QTest::newRow("refusal") << 5 << "shop.test could not be resolved (5: Operation refused)"_ba;
    }
    void failuresHaveNginxsNumbersAndWords()
    {
        QFETCH(int, code);
        QFETCH(QByteArray, words);
        DnsServer server;
        server.set("shop.test", "A", DnsScript::failure(code));
        server.set("shop.test", "AAAA", DnsScript::failure(code));
        onLoop(LoopKind::Epoll, [&] {
            Fixture fixture({&server});
            Asker &asker = fixture.resolve("shop.test");
            QCOMPARE(asker.answer.logText(), words);
            QVERIFY(asker.answer.addresses.empty());
        });
    }

    void aNameWithoutAddressesIsNotFound()
    {
        DnsServer server;
        server.setAddresses("shop.test", {});
        onLoop(LoopKind::Epoll, [&] {
            Fixture fixture({&server});
            QCOMPARE(fixture.resolve("shop.test").answer.state, ResolveState::HostNotFound);
        });
    }

    void namesThatNoMessageCanCarryAreNotFound_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("an empty label") << "a..test"_ba;
        QTest::newRow("a long label") << QByteArray(64, 'a') + ".test";
        QTest::newRow("a long name") << QByteArray("abc.").repeated(70) + "test";
    }
    void namesThatNoMessageCanCarryAreNotFound()
    {
        QFETCH(QByteArray, name);
        DnsServer server;
        onLoop(LoopKind::Epoll, [&] {
            Fixture fixture({&server});
            QCOMPARE(fixture.resolve(name).answer.state, ResolveState::HostNotFound);
            QCOMPARE(fixture.resolver().questions(), size_t(0));
        });
    }

    void silenceEndsWithResolverTimeout()
    {
        DnsServer server;
        server.set("shop.test", "A", DnsScript::silence());
        server.set("shop.test", "AAAA", DnsScript::silence());
        onLoop(LoopKind::Epoll, [&] {
            Fixture fixture({&server}, {60s, {}});
            Asker &asker = fixture.ask("shop.test", 20ms);
            QVERIFY(turnUntil([&] { return asker.answers > 0; }));
            QCOMPARE(asker.answer.logText(), "shop.test could not be resolved (110: Operation timed out)"_ba);
            // The next one joins what is still under way.
            fixture.ask("shop.test", 20s);
            QCOMPARE(fixture.resolver().questions(), size_t(1));
        });
    }

    void aSilentServerIsAskedAgainAndThenTheNextOne()
    {
        DnsServer silent;
        silent.set("shop.test", "A", DnsScript::silence());
        silent.set("shop.test", "AAAA", DnsScript::silence());
        DnsServer talking;
        talking.setAddresses("shop.test", {"10.0.0.1"});
        onLoop(LoopKind::Epoll, [&] {
            Fixture both({&silent, &talking}, {20ms, {}});
            QCOMPARE(both.resolve("shop.test").addresses(), "10.0.0.1:0"_ba);
            Fixture one({&silent}, {20ms, {}});
            Asker &asker = one.ask("shop.test");
            QVERIFY(turnUntil([&] { return silent.asked("shop.test", "A") >= 4; }));
            silent.setAddresses("shop.test", {"10.0.0.2"});
            QVERIFY(turnUntil([&] { return asker.answers > 0; }));
            QCOMPARE(asker.addresses(), "10.0.0.2:0"_ba);
        });
    }

    void aBrokenAnswerIsLoggedAndAskedForAgain()
    {
        DnsServer server;
        server.set("shop.test", "A", DnsScript::answer({{"A", "abc", 1, {}}}));
        server.set("shop.test", "AAAA", DnsScript::answer({}));
        onLoop(LoopKind::Epoll, [&] {
            Fixture fixture({&server}, {20ms, {}});
            Asker &asker = fixture.ask("shop.test");
            QVERIFY(turnUntil([&] { return server.asked("shop.test", "A") >= 2; }));
            QVERIFY(fixture.logText().contains("invalid A record in DNS response, resolver: " + server.address()));
            server.set("shop.test", "A", DnsScript::answer({{"A", "10.0.0.1", 1, {}}}));
            QVERIFY(turnUntil([&] { return asker.answers > 0; }));
            QCOMPARE(asker.addresses(), "10.0.0.1:0"_ba);
        });
    }

    void noiseIsNoAnswer_data()
    {
        QTest::addColumn<DnsScript>("script");
        QTest::newRow("garbage") << DnsScript::garbled("\x81\x80 noise that is no message at all");
        QTest::newRow("three bytes") << DnsScript::garbled("x");
        QTest::newRow("another question's") << DnsScript{DnsScript::Kind::WrongId, 0, {{"A", "10.6.6.6", 1, {}}}, {}};
        QTest::newRow("format error") << DnsScript::failure(1);
        QTest::newRow("an unknown code") << DnsScript::failure(9);
    }
    void noiseIsNoAnswer()
    {
        QFETCH(DnsScript, script);
        DnsServer server;
        server.set("shop.test", "A", script);
        server.set("shop.test", "AAAA", DnsScript::answer({}));
        onLoop(LoopKind::Epoll, [&] {
            Fixture fixture({&server}, {20ms, {}});
            Asker &asker = fixture.ask("shop.test");
            QVERIFY(turnUntil([&] { return server.asked("shop.test", "A") >= 2; }));
            QCOMPARE(asker.answers, 0);
            server.set("shop.test", "A", DnsScript::answer({{"A", "10.0.0.1", 1, {}}}));
            QVERIFY(turnUntil([&] { return asker.answers > 0; }));
            QCOMPARE(asker.addresses(), "10.0.0.1:0"_ba);
        });
    }

    void aServerThatDoesNotListenIsNamedInTheLog()
    {
        auto gone = std::make_unique<DnsServer>();
        onLoop(LoopKind::Epoll, [&] {
            Fixture fixture({gone.get()}, {20ms, {}});
            const QByteArray address = gone->address();
            gone.reset();
            Asker &asker = fixture.ask("shop.test");
            const QByteArray line = "recv() failed (111: Connection refused) while resolving, resolver: " + address;
            QVERIFY(turnUntil([&] { return fixture.logText().contains(line); }));
            QCOMPARE(asker.answers, 0); // the server may come back until resolver_timeout is over
        });
    }

    void anAnswerThatWasCutComesByTcp_data() { addLoopRows(); }
    void anAnswerThatWasCutComesByTcp()
    {
        QFETCH(LoopKind, kind);
        DnsServer server;
        QList<DnsRecordText> records;
        for (int i = 1; i <= 200; ++i)
            records.append({"A", "10.0.0." + QByteArray::number(i), 60, {}});
        server.set("shop.test", "A", DnsScript::truncated(records));
        server.set("shop.test", "AAAA", DnsScript::answer({}));
        onLoop(kind, [&] {
            Fixture fixture({&server});
            QCOMPARE(fixture.resolve("shop.test").answer.addresses.size(), size_t(200));
        });
        QCOMPARE(server.askedByTcp(), 1);
    }

    void aNameThatIsAnothersIsFollowed()
    {
        DnsServer server;
        for (const char *type : {"A", "AAAA"})
            server.set("shop.test", type, DnsScript::answer({{"CNAME", "host.test", 60, {}}}));
        server.setAddresses("host.test", {"10.0.0.1"});
        onLoop(LoopKind::Epoll, [&] {
            Fixture fixture({&server});
            QCOMPARE(fixture.resolve("shop.test").addresses(), "10.0.0.1:0"_ba);
            QCOMPARE(fixture.resolve("shop.test").addresses(), "10.0.0.1:0"_ba);
            QCOMPARE(fixture.resolve("shop.test").answer.name, "shop.test"_ba);
        });
        QCOMPARE(server.asked("shop.test", "A"), 1);
        QCOMPARE(server.asked("host.test", "A"), 1);
    }

    void chainsOfNamesAreBounded_data()
    {
        QTest::addColumn<int>("links");
        QTest::addColumn<int>("state");
        QTest::newRow("at the bound") << Resolver::ChainMax << int(ResolveState::Ok);
        QTest::newRow("past it") << Resolver::ChainMax + 1 << int(ResolveState::HostNotFound);
    }
    void chainsOfNamesAreBounded()
    {
        QFETCH(int, links);
        QFETCH(int, state);
        DnsServer server;
        for (int i = 0; i < links; ++i) {
            for (const char *type : {"A", "AAAA"})
                server.set("n" + QByteArray::number(i) + ".test", type,
                           DnsScript::answer({{"CNAME", "n" + QByteArray::number(i + 1) + ".test", 60, {}}}));
        }
        server.setAddresses("n" + QByteArray::number(links) + ".test", {"10.0.0.1"});
        onLoop(LoopKind::Epoll, [&] {
            Fixture fixture({&server});
            QCOMPARE(int(fixture.resolve("n0.test").answer.state), state);
            QCOMPARE(int(fixture.resolve("n0.test").answer.state), state); // from what is known now
        });
    }

    void aCircleOfNamesEnds()
    {
        DnsServer server;
        for (const char *type : {"A", "AAAA"}) {
            server.set("a.test", type, DnsScript::answer({{"CNAME", "b.test", 0, {}}}));
            server.set("b.test", type, DnsScript::answer({{"CNAME", "a.test", 0, {}}}));
        }
        onLoop(LoopKind::Epoll, [&] {
            Fixture fixture({&server});
            QCOMPARE(fixture.resolve("a.test").answer.state, ResolveState::HostNotFound);
        });
    }

    void aServiceGivesItsInstancesWithTheirPorts()
    {
        DnsServer server;
        server.set("_http._tcp.shop.test", "SRV",
                   DnsScript::answer({{"SRV", "20 1 8082 spare.test", 60, {}},
                                      {"SRV", "10 5 8080 one.test", 60, {}},
                                      {"SRV", "10 1 8081 two.test", 60, {}}}));
        server.setAddresses("one.test", {"10.0.0.1", "fd00::1"}, 30);
        server.setAddresses("two.test", {"10.0.0.2"});
        server.setAddresses("spare.test", {"10.0.0.3"});
        onLoop(LoopKind::Epoll, [&] {
            // 10 and 1 of 11 at the first priority: 10 is the second one's.
            Fixture fixture({&server}, {2s, [](quint32 bound) { return bound - 1; }});
            const SteadyTime before = fixture.loop.now();
            Asker &asker = fixture.resolve("shop.test", "http");
            QCOMPARE(asker.addresses(), "10.0.0.2:8081 10.0.0.1:8080 [fd00::1]:8080 10.0.0.3:8082"_ba);
            QCOMPARE(asker.answer.addresses[1].target, "one.test"_ba);
            QCOMPARE(asker.answer.addresses[1].weight, quint16(5));
            QCOMPARE(asker.answer.addresses[3].priority, quint16(20));
            QVERIFY(asker.answer.validUntil >= before + 30s);
            QVERIFY(asker.answer.validUntil < before + 60s);
        });
    }

    void aServiceWithADotIsTakenAsItIs()
    {
        DnsServer server;
        server.set("_web.inside.shop.test", "SRV", DnsScript::answer({{"SRV", "1 1 80 one.test", 60, {}}}));
        server.setAddresses("one.test", {"10.0.0.1"});
        onLoop(LoopKind::Epoll, [&] {
            Fixture fixture({&server});
            QCOMPARE(fixture.resolve("shop.test", "_web.inside").addresses(), "10.0.0.1:80"_ba);
        });
    }

    void aServicesLostInstancesAreTold()
    {
        DnsServer server;
        server.set("_http._tcp.shop.test", "SRV",
                   DnsScript::answer({{"SRV", "1 1 80 one.test", 60, {}}, {"SRV", "1 1 80 lost.test", 60, {}}}));
        server.setAddresses("one.test", {"10.0.0.1"});
        server.set("_http._tcp.empty.test", "SRV", DnsScript::answer({{"SRV", "1 1 80 lost.test", 60, {}}}));
        onLoop(LoopKind::Epoll, [&] {
            Fixture fixture({&server});
            Asker &some = fixture.resolve("shop.test", "http");
            QCOMPARE(some.addresses(), "10.0.0.1:80"_ba);
            QCOMPARE(some.answer.lostTargets.size(), size_t(1));
            QCOMPARE(some.answer.lostTargets[0].target, "lost.test"_ba);
            QCOMPARE(some.answer.lostTargets[0].state, ResolveState::HostNotFound);
            QCOMPARE(fixture.resolve("empty.test", "http").answer.state, ResolveState::HostNotFound);
            QCOMPARE(fixture.resolve("none.test", "http").answer.state, ResolveState::HostNotFound);
        });
    }

    void localhostIsBothLoopbacksAndNoServerIsAsked()
    {
        DnsServer server;
        onLoop(LoopKind::Epoll, [&] {
            Fixture fixture({&server});
            for (const char *name : {"localhost", "LOCALHOST", "shop.localhost", "localhost."})
                QCOMPARE(fixture.resolve(name).addresses(), "127.0.0.1:0 [::1]:0"_ba);
            QCOMPARE(fixture.resolve("notlocalhost").answer.state, ResolveState::HostNotFound);
        });
        QCOMPARE(server.asked("shop.localhost", "A"), 0);
        QCOMPARE(server.asked("notlocalhost", "A"), 1);
    }

    void aCancelledQueryHearsNothingAndItsAnswerIsKept()
    {
        DnsServer server;
        server.setAddresses("shop.test", {"10.0.0.1"});
        onLoop(LoopKind::Epoll, [&] {
            Fixture fixture({&server});
            Asker &cancelled = fixture.ask("shop.test");
            Asker &destroyed = fixture.ask("shop.test");
            cancelled.query->cancel();
            destroyed.query.reset();
            QVERIFY(turnUntil([&] { return fixture.resolver().cache().size() > 0; }));
            turnTimes(3);
            QCOMPARE(cancelled.answers + destroyed.answers, 0);
            QCOMPARE(fixture.resolve("shop.test").addresses(), "10.0.0.1:0"_ba);
            // One that knows its answer already, but was not told yet.
            Asker &known = fixture.ask("shop.test");
            known.query->cancel();
            turnTimes(3);
            QCOMPARE(known.answers, 0);
        });
        QCOMPARE(server.asked("shop.test", "A"), 1);
    }

    void anObserverMayDestroyEverything()
    {
        DnsServer server;
        server.setAddresses("shop.test", {"10.0.0.1"});
        onLoop(LoopKind::Epoll, [&] {
            Fixture fixture({&server});
            Asker &first = fixture.ask("shop.test");
            Asker &second = fixture.ask("shop.test");
            bool done = false;
            first.then = [&] {
                fixture.askers.clear();
                fixture.made.reset();
                done = true;
            };
            second.then = first.then;
            QVERIFY(turnUntil([&] { return done; }));
        });
    }

    void aResolverThatGoesCancelsWhoWaits()
    {
        DnsServer server;
        server.set("shop.test", "A", DnsScript::silence());
        onLoop(LoopKind::Epoll, [&] {
            Fixture fixture({&server});
            Asker &asker = fixture.ask("shop.test");
            fixture.made.reset();
            QVERIFY(!asker.query->isRunning());
            QCOMPARE(asker.answers, 0);
        });
    }

    void namesUnderWayAreBounded()
    {
        DnsServer server;
        onLoop(LoopKind::Epoll, [&] {
            Fixture fixture({&server}, {60s, {}});
            fixture.config.ipv6 = false;
            // Nobody answers: the server's thread is not reached before the loop turns, and the names stay under way.
            for (size_t i = 0; i < Resolver::QuestionsMax; ++i)
                fixture.ask("n" + QByteArray::number(i) + ".test");
            QCOMPARE(fixture.resolver().questions(), Resolver::QuestionsMax);
            Asker &oneMore = fixture.ask("one-more.test");
            QVERIFY(turnUntil([&] { return oneMore.answers > 0; }));
            QCOMPARE(oneMore.answer.state, ResolveState::ServerFailure);
            QVERIFY(fixture.logText().contains("too many names are being looked up"));
        });
        QCOMPARE(server.asked("one-more.test", "A"), 0);
    }
};

QTEST_GUILESS_MAIN(ResolverTest)
#include "tst_net_resolver.moc"
