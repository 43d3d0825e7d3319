// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/enginefixture.h"
#include "support/scriptedorigin.h"

#include <QTest>

using namespace portlight;
using namespace portlight::testing;

// What the record, the page for this machine and the clients see when a request goes from peer to peer. Which
// conditions lead on is compared with nginx itself (tests/parity).
class ProxyRetriesTest : public QObject
{
    Q_OBJECT

    static EngineOptions capturing()
    {
        EngineOptions options;
        options.capture = true;
        return options;
    }
    static QByteArray deadAddress()
    {
        const ScriptedOrigin origin;
        return origin.url().mid(7);
    }
    static QByteArray config(const QByteArray &servers, const QByteArray &directives = {})
    {
        return "upstream group { " + servers
               + " } server { listen 127.0.0.1:@port@; server_name shop.localhost; portlight_domain on; location / { "
                 "proxy_pass http://group; "
               + directives + " } }";
    }

private Q_SLOTS:
    void aDeadPeerIsPassedAndToldOf()
    {
        ScriptedOrigin alive;
        alive.answer(response("alive"));
        const QByteArray dead = deadAddress();
        EngineFixture engine(capturing());
        QVERIFY(engine.applyHttp(config("server " + dead + "; server " + alive.url().mid(7) + ';')).applied);
        RawClient client(engine.port());
        QCOMPARE(client.ask(request("GET /")).body, QByteArray("alive"));
        const ExchangeSummary row = engine.waitForFinishedRow();
        QCOMPARE(row.retries, 1);
        QVERIFY2(row.failure.isEmpty(), qPrintable(row.failure));
        const ExchangeDetailPtr detail = engine.fetch(row.id);
        QVERIFY(detail);
        QCOMPARE(detail->failures.size(), size_t(1));
        const FailureFacts &facts = detail->failures.front();
        QCOMPARE(facts.kind, QStringLiteral("connect"));
        QCOMPARE(facts.peer, dead);
        QCOMPARE(facts.system, QStringLiteral("ECONNREFUSED (111): Connection refused"));
        QCOMPARE(facts.phase, QStringLiteral("connecting to upstream"));
        // Set aside now: the next request goes straight to the other, and its trace says why.
        QCOMPARE(client.ask(request("GET /again")).body, QByteArray("alive"));
        const ExchangeDetailPtr second = engine.fetch(engine.waitForFinishedRow(1).id);
        QVERIFY(second && second->failures.empty());
        const bool told =
            std::any_of(second->decisions.begin(), second->decisions.end(), [&](const Decision &decision) {
                return decision.step == Decision::Step::Peer && decision.subject.toUtf8() == dead
                       && decision.reason.contains(QStringLiteral("max_fails=1"));
            });
        QVERIFY(told);
    }

    void aStatusLeadsOnOnlyWhereItIsNamed()
    {
        ScriptedOrigin busy;
        busy.answer(response("busy", {}, "503 Service Unavailable"));
        ScriptedOrigin free;
        free.answer(response("free"));
        const QByteArray servers =
            "server " + busy.url().mid(7) + " max_fails=0; server " + free.url().mid(7) + " max_fails=0;";
        EngineFixture engine;
        QVERIFY(engine.applyHttp(config(servers)).applied);
        QCOMPARE(RawClient(engine.port()).ask(request("GET /")).status(), 503);
        QVERIFY(engine.applyHttp(config(servers, "proxy_next_upstream http_503;")).applied);
        RawClient client(engine.port());
        for (int i = 0; i < 4; ++i)
            QCOMPARE(client.ask(request("GET /")).body, QByteArray("free"));
    }

    void theLastPeersAnswerGoesThrough()
    {
        ScriptedOrigin first;
        first.answer(response("first", {}, "500 Internal Server Error"));
        ScriptedOrigin second;
        second.answer(response("second", {}, "500 Internal Server Error"));
        EngineFixture engine;
        QVERIFY(engine
                    .applyHttp(config("server " + first.url().mid(7) + "; server " + second.url().mid(7) + ';',
                                      "proxy_next_upstream http_500;"))
                    .applied);
        const RawMessage answer = RawClient(engine.port()).ask(request("GET /"));
        QCOMPARE(answer.status(), 500);
        QCOMPARE(answer.body, QByteArray("second"));
        QCOMPARE(first.requests(), 1);
        QCOMPARE(second.requests(), 1);
    }

    void triesAreBounded()
    {
        ScriptedOrigin alive;
        alive.answer(response("alive"));
        const QByteArray servers =
            "server " + deadAddress() + "; server " + deadAddress() + "; server " + alive.url().mid(7) + ';';
        EngineFixture engine;
        QVERIFY(engine.applyHttp(config(servers, "proxy_next_upstream_tries 2;")).applied);
        QCOMPARE(RawClient(engine.port()).ask(request("GET /")).status(), 502);
        QCOMPARE(alive.requests(), 0);
        QVERIFY(engine.applyHttp(config(servers, "proxy_next_upstream_tries 3;")).applied);
        QCOMPARE(RawClient(engine.port()).ask(request("GET /")).body, QByteArray("alive"));
    }

    void whereNobodyIsLeftThePageNamesEachPeer()
    {
        const QByteArray one = deadAddress();
        const QByteArray other = deadAddress();
        EngineFixture engine;
        QVERIFY(engine.applyHttp(config("server " + one + "; server " + other + " down;")).applied);
        RawClient client(engine.port());
        QCOMPARE(client.ask(request("GET /")).status(), 502);
        const RawMessage answer = client.ask(request("GET /", "Accept: application/json\r\n"));
        QCOMPARE(answer.status(), 502);
        QVERIFY2(answer.body.contains("no backend of the group group is left to ask"), answer.body.constData());
        QVERIFY2(answer.body.contains(one
                                      + "\": \"it failed 1 of max_fails=1 times within 10 s (fail_timeout); last "
                                        "error: connect() failed (111: Connection refused)"),
                 answer.body.constData());
        QVERIFY2(answer.body.contains(other + "\": \"it is marked down"), answer.body.constData());
        QVERIFY(engine.waitForLog("no live upstreams while connecting to upstream"));
    }
};

QTEST_GUILESS_MAIN(ProxyRetriesTest)
#include "tst_proxy_retries.moc"
