// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/dnsserver.h"
#include "support/enginefixture.h"
#include "support/rawclient.h"
#include "support/scriptedorigin.h"

#include <QTest>

#include <atomic>
#include <future>

using namespace portlight;
using namespace portlight::testing;
using namespace Qt::StringLiterals;

// Backends that are named, and what becomes of their names while requests run.
class ProxyResolverTest : public QObject
{
    Q_OBJECT

    static QByteArray text(quint16 number) { return QByteArray::number(number); }
    // A server whose proxy_pass goes where ?to= says.
    static QByteArray variableServer(const QByteArray &directives, quint16 port)
    {
        return directives + "\nserver { listen 127.0.0.1:@port@; location / { set $to $arg_to; proxy_pass http://$to:"
               + text(port) + "; } }";
    }
    static QByteArray groupServer(const QByteArray &groupLines)
    {
        return "upstream shop { zone shop 64k; " + groupLines
               + " }\nserver { listen 127.0.0.1:@port@; location / { proxy_pass http://shop; } }";
    }
    static RawMessage get(const EngineFixture &engine, const QByteArray &target)
    {
        return RawClient(engine.port()).ask(request("GET " + target));
    }
    // Asks until the answer has that body, or that status.
    static bool comesTo(const EngineFixture &engine, int status, const QByteArray &body = {})
    {
        return waitUntil([&] {
            const RawMessage message = get(engine, "/");
            return message.status() == status && (body.isEmpty() || message.body == body);
        });
    }
    static void setService(DnsServer &dns, quint16 port)
    {
        dns.set("_http._tcp.shop.test", "SRV", DnsScript::answer({{"SRV", "1 1 " + text(port) + " one.test", 1, {}}}));
        dns.setAddresses("one.test", {"127.0.0.1"}, 1);
    }

private Q_SLOTS:
    void aChangedAnswerIsFollowed()
    {
        DnsServer dns;
        ScriptedOrigin origin;
        origin.answer(response("found"));
        dns.setAddresses("shop.test", {"127.0.0.9"}, 0);
        EngineFixture engine;
        QVERIFY(engine.applyHttp(variableServer("resolver " + dns.address() + ';', origin.port())).applied);
        QCOMPARE(get(engine, "/?to=shop.test").status(), 502); // nobody listens there
        dns.setAddresses("shop.test", {"127.0.0.1"}, 0);
        QCOMPARE(get(engine, "/?to=shop.test").body, "found"_ba);
    }

    void allAddressesOfANameAreTried()
    {
        DnsServer dns;
        ScriptedOrigin origin;
        origin.answer(response("found"));
        dns.setAddresses("shop.test", {"127.0.0.9", "127.0.0.1"});
        EngineFixture engine;
        QVERIFY(engine.applyHttp(variableServer("resolver " + dns.address() + ';', origin.port())).applied);
        for (int i = 0; i < 4; ++i)
            QCOMPARE(get(engine, "/?to=shop.test").body, "found"_ba);
        QVERIFY(engine.errorLog().contains("connect() failed (111: Connection refused)"));
    }

    void theTraceNamesWhatWasResolved()
    {
        DnsServer dns;
        ScriptedOrigin origin;
        origin.answer(response("found"));
        dns.setAddresses("shop.test", {"127.0.0.1"});
        EngineFixture engine({.capture = true});
        QVERIFY(engine.applyHttp(variableServer("resolver " + dns.address() + ';', origin.port())).applied);
        QCOMPARE(get(engine, "/?to=shop.test").status(), 200);
        const ExchangeDetailPtr detail = engine.fetch(engine.waitForFinishedRow().id);
        QVERIFY(detail);
        const auto told = std::find_if(detail->decisions.begin(), detail->decisions.end(),
                                       [](const Decision &decision) { return decision.subject == u"shop.test"_s; });
        QVERIFY(told != detail->decisions.end());
        QCOMPARE(told->reason, u"the name was resolved to 127.0.0.1:%1"_s.arg(origin.port()));
    }

    void aNameThatLeadsNowhereHasACauseAndARemedy_data()
    {
        QTest::addColumn<bool>("resolver");
        QTest::addColumn<QByteArray>("words");
        QTest::newRow("none defined") << false << "no resolver defined to resolve no.test"_ba;
        QTest::newRow("not found") << true << "no.test could not be resolved (3: Host not found)"_ba;
    }
    void aNameThatLeadsNowhereHasACauseAndARemedy()
    {
        QFETCH(bool, resolver);
        QFETCH(QByteArray, words);
        DnsServer dns;
        EngineFixture engine({.capture = true});
        const QByteArray directive = resolver ? "resolver " + dns.address() + ';' : QByteArray();
        QVERIFY(engine.applyHttp(variableServer(directive, 1)).applied);
        QCOMPARE(get(engine, "/?to=no.test").status(), 502);
        QVERIFY(engine.waitForLog("[error]"));
        QVERIFY(engine.errorLog().contains(words + ", client: 127.0.0.1"));
        const ExchangeDetailPtr detail = engine.fetch(engine.waitForFinishedRow().id);
        QVERIFY(detail);
        QCOMPARE(detail->failures.size(), size_t(1));
        QCOMPARE(detail->failures[0].directive, "resolver"_ba);
        QCOMPARE(detail->failures[0].logText, words);
        QVERIFY(detail->failures[0].advice.contains(u"resolver"_s));
        QVERIFY(detail->failures[0].sentence.contains(u"no.test"_s));
    }

    void aClientThatLeavesMeanwhileCancels()
    {
        DnsServer dns;
        for (const char *type : {"A", "AAAA"})
            dns.set("shop.test", type, DnsScript::silence());
        EngineFixture engine({.capture = true});
        QVERIFY(engine.applyHttp(variableServer("resolver " + dns.address() + ';', 1)).applied);
        {
            RawClient client(engine.port());
            QVERIFY(client.send(request("GET /?to=shop.test")));
            QVERIFY(waitUntil([&] { return dns.asked("shop.test", "A") > 0; }));
        }
        QCOMPARE(engine.waitForFinishedRow().status, 499);
        QVERIFY(engine.errorLog().contains("epoll_wait() reported that client prematurely closed connection, client"));
    }

    void aClientThatLeavesMayBeIgnored()
    {
        DnsServer dns;
        ScriptedOrigin origin;
        origin.answer(response("found"));
        for (const char *type : {"A", "AAAA"})
            dns.set("shop.test", type, DnsScript::silence());
        EngineFixture engine;
        QVERIFY(engine
                    .applyHttp(
                        variableServer("proxy_ignore_client_abort on; resolver " + dns.address() + ';', origin.port()))
                    .applied);
        {
            RawClient client(engine.port());
            QVERIFY(client.send(request("GET /?to=shop.test")));
            QVERIFY(waitUntil([&] { return dns.asked("shop.test", "A") > 0; }));
        }
        dns.setAddresses("shop.test", {"127.0.0.1"}); // for the next time that it is asked
        QVERIFY(waitUntil([&] { return origin.requests() == 1; }));
    }

    void silenceEndsWithResolverTimeout()
    {
        DnsServer dns;
        for (const char *type : {"A", "AAAA"})
            dns.set("shop.test", type, DnsScript::silence());
        EngineFixture engine;
        QVERIFY(engine.applyHttp(variableServer("resolver_timeout 50ms; resolver " + dns.address() + ';', 1)).applied);
        QCOMPARE(get(engine, "/?to=shop.test").status(), 502);
        QVERIFY(engine.waitForLog("shop.test could not be resolved (110: Operation timed out)"));
    }

    void localhostIsDialedOnBothFamilies()
    {
        DnsServer dns;
        ScriptedOrigin origin("::1");
        origin.answer(response("found"));
        EngineFixture engine;
        QVERIFY(engine.applyHttp(variableServer("resolver " + dns.address() + ';', origin.port())).applied);
        QCOMPARE(get(engine, "/?to=localhost").body, "found"_ba);
        QCOMPARE(get(engine, "/?to=shop.localhost").body, "found"_ba);
        QCOMPARE(dns.asked("shop.localhost", "A"), 0);
    }

    void aReloadInBetweenLetsTheRequestGoOn()
    {
        DnsServer dns;
        ScriptedOrigin origin;
        origin.answer(response("found"));
        for (const char *type : {"A", "AAAA"})
            dns.set("shop.test", type, DnsScript::silence());
        EngineFixture engine;
        const QByteArray config = variableServer("resolver " + dns.address() + ';', origin.port());
        QVERIFY(engine.applyHttp(config).applied);
        RawClient client(engine.port());
        QVERIFY(client.send(request("GET /?to=shop.test")));
        QVERIFY(waitUntil([&] { return dns.asked("shop.test", "A") > 0; }));
        QVERIFY(engine.applyHttp(config).applied);
        dns.setAddresses("shop.test", {"127.0.0.1"}); // for the next time that it is asked
        QCOMPARE(client.readMessage().body, "found"_ba);
    }

    // --- server … resolve ---

    void aGroupFollowsItsService()
    {
        DnsServer dns;
        ScriptedOrigin first;
        first.answer(response("first"));
        ScriptedOrigin second;
        second.answer(response("second"));
        setService(dns, first.port());
        EngineFixture engine;
        QVERIFY(engine
                    .applyHttp("resolver " + dns.address() + "; resolver_timeout 1s;\n"
                               + groupServer("server shop.test service=http resolve;"))
                    .applied);
        QVERIFY(comesTo(engine, 200, "first"));
        setService(dns, second.port());
        QVERIFY(comesTo(engine, 200, "second"));
        // A failure leaves the peers as they are.
        dns.set("_http._tcp.shop.test", "SRV", DnsScript::failure(2));
        QVERIFY(engine.waitForLog("service http of shop.test could not be resolved (2: Server failure)"));
        QCOMPARE(get(engine, "/").body, "second"_ba);
        // A name that is gone takes them away.
        dns.set("_http._tcp.shop.test", "SRV", DnsScript::failure(3));
        QVERIFY(comesTo(engine, 502));
        QVERIFY(engine.waitForLog("service http of shop.test could not be resolved (3: Host not found)"));
        QVERIFY(engine.waitForLog("no live upstreams while connecting to upstream"));
        setService(dns, first.port());
        QVERIFY(comesTo(engine, 200, "first"));
    }

    void aPeerThatVanishesEndsItsRequests()
    {
        DnsServer dns;
        std::promise<void> gate;
        const std::shared_future<void> opened = gate.get_future().share();
        std::atomic<bool> held = false;
        ScriptedOrigin origin;
        origin.serve([&](RawPeer &connection) {
            if (!connection.readUntil("\r\n\r\n"))
                return;
            if (connection.received().startsWith("GET /late")) {
                held = true;
                opened.wait();
            }
            connection.send(response("done"));
        });
        dns.setAddresses("shop.test", {"127.0.0.1"}, 1);
        EngineFixture engine;
        QVERIFY(engine
                    .applyHttp(groupServer("resolver " + dns.address() + "; server shop.test:" + text(origin.port())
                                           + " resolve;"))
                    .applied);
        QVERIFY(comesTo(engine, 200));
        RawClient client(engine.port());
        QVERIFY(client.send(request("GET /late")));
        QVERIFY(waitUntil([&] { return held.load(); }));
        dns.set("shop.test", "A", DnsScript::failure(3));
        const bool gone = comesTo(engine, 502);
        gate.set_value(); // whatever came of it: the origin's thread waits
        QVERIFY(gone);
        QCOMPARE(client.readMessage().body, "done"_ba);
    }

    void theStartDoesNotWaitAndAReloadKeepsWhatIsKnown()
    {
        DnsServer dns;
        ScriptedOrigin origin;
        origin.answer(response("found"));
        dns.set("shop.test", "A", DnsScript::silence());
        EngineFixture engine;
        const QByteArray config =
            groupServer("resolver " + dns.address()
                        + " ipv6=off; resolver_timeout 1s; server shop.test:" + text(origin.port()) + " resolve;");
        QVERIFY(engine.applyHttp(config).applied);
        QCOMPARE(get(engine, "/").status(), 502);
        QVERIFY(engine.waitForLog("shop.test could not be resolved (110: Operation timed out)"));
        dns.setAddresses("shop.test", {"127.0.0.1"});
        QVERIFY(comesTo(engine, 200));
        dns.set("shop.test", "A", DnsScript::silence());
        QVERIFY(engine.applyHttp(config + "\n# again").applied);
        QCOMPARE(get(engine, "/").status(), 200);
    }

    void aServerOfTheResolverThatCannotBeFoundIsAnErrorWithItsPlace()
    {
        EngineFixture engine;
        const ApplyOutcome outcome = engine.applyHttp(variableServer("resolver no-such-name.invalid;", 1));
        QVERIFY(!outcome.applied);
        QCOMPARE(outcome.diagnostics.first().message, u"host not found in resolver \"no-such-name.invalid\""_s);
        QVERIFY(outcome.diagnostics.first().where.isKnown());
    }
};

QTEST_GUILESS_MAIN(ProxyResolverTest)
#include "tst_proxy_resolver.moc"
