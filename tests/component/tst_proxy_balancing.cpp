// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/enginefixture.h"
#include "support/originfarm.h"
#include "support/rawclient.h"

#include <QRegularExpression>
#include <QTest>

using namespace portlight;
using namespace portlight::testing;
using namespace Qt::StringLiterals;

// Methods and sessions of groups as a configuration sets them, over real sockets. Which peer a key or a turn leads to
// is compared with nginx itself (tests/parity).
class ProxyBalancingTest : public QObject
{
    Q_OBJECT

    static QByteArray config(const OriginFarm &farm, const QByteArray &group, const QByteArray &location = {},
                             const QByteArray &http = {})
    {
        return farm.withAddresses(http + " upstream group { " + group
                                  + " } server { listen 127.0.0.1:@port@; location / { proxy_pass http://group; "
                                  + location + " } }");
    }
    // The bodies are the origins' letters.
    static QByteArray ask(quint16 port, int count, const QByteArray &fields = {}, const QByteArray &target = "/")
    {
        RawClient client(port);
        QByteArray letters;
        for (int i = 0; i < count; ++i)
            letters += client.ask(request("GET " + target, fields)).body;
        return letters;
    }

private Q_SLOTS:
    void aKeyOfVariablesDecides()
    {
        const OriginFarm farm("abc");
        EngineFixture engine;
        const auto outcome =
            engine.applyHttp(config(farm, "hash $http_x_user$arg_more; server @a@; server @b@; server @c@;"));
        QVERIFY(outcome.applied && outcome.diagnostics.isEmpty());
        QSet<QByteArray> seen;
        for (int user = 0; user < 20; ++user) {
            const QByteArray letters = ask(engine.port(), 3, "X-User: u" + QByteArray::number(user) + "\r\n");
            QCOMPARE(letters, QByteArray(3, letters.at(0)));
            seen.insert(letters);
        }
        QCOMPARE(seen.size(), 3);
    }

    void aCookieBindsItsClient()
    {
        OriginFarm farm("abc");
        EngineFixture engine;
        const auto outcome = engine.applyHttp(
            config(farm, "server @a@ route=first; server @b@; server @c@; sticky cookie srv-id expires=1h domain=.$host"
                         " httponly secure samesite=lax path=/;"));
        QVERIFY(outcome.applied && outcome.diagnostics.isEmpty());
        RawClient client(engine.port());
        const RawMessage answer = client.ask(request("GET /"));
        QCOMPARE(answer.body, "a"_ba);
        const QRegularExpression form(u"^srv-id=first; expires=[A-Z][a-z]{2}, \\d\\d-[A-Z][a-z]{2}-\\d\\d "
                                      u"\\d\\d:\\d\\d:\\d\\d GMT; max-age=3600; "
                                      "domain=\\.shop\\.localhost; httponly; secure; samesite=lax; path=/$"_s);
        QVERIFY2(form.match(QString::fromLatin1(answer.field("Set-Cookie"))).hasMatch(), answer.head.constData());
        QCOMPARE(ask(engine.port(), 4, "Cookie: a=b; srv-id=first\r\n"), "aaaa"_ba);
        // The peer is gone: another answers, and the client is bound to that one.
        farm.stop('a');
        RawClient moved(engine.port());
        const RawMessage other = moved.ask(request("GET /", "Cookie: srv-id=first\r\n"));
        QCOMPARE(other.status(), 200);
        QVERIFY(other.body == "b" || other.body == "c");
        QCOMPARE(other.count("Set-Cookie"), 1);
        QVERIFY(!other.field("Set-Cookie").startsWith("srv-id=first"));
    }

    void anAnswerOfOursTellsTheCookieToo()
    {
        OriginFarm farm("ab");
        EngineFixture engine;
        QVERIFY(engine
                    .applyHttp(config(farm, "server @a@ route=x; server @b@ route=y; sticky cookie id expires=max;",
                                      "proxy_next_upstream off;"))
                    .applied);
        farm.stop('a');
        RawClient client(engine.port());
        const RawMessage answer = client.ask(request("GET /"));
        QCOMPARE(answer.status(), 502);
        QCOMPARE(answer.field("Set-Cookie"), "id=x; expires=Thu, 31-Dec-37 23:55:55 GMT; max-age=315360000"_ba);
    }

    void aRouteComesFromTheFirstVariableThatHasOne()
    {
        const OriginFarm farm("abc");
        EngineFixture engine;
        QVERIFY(engine
                    .applyHttp(config(farm, "server @a@ route=x; server @b@ route=y; server @c@;"
                                            " sticky route $cookie_route $arg_route;"))
                    .applied);
        QCOMPARE(ask(engine.port(), 3, "Cookie: route=y\r\n", "/?route=x"), "bbb"_ba);
        QCOMPARE(ask(engine.port(), 3, {}, "/?route=x"), "aaa"_ba);
        QCOMPARE(ask(engine.port(), 3, {}, "/?route=z").size(), 3);
    }

    void sessionsAreLearnt_data()
    {
        QTest::addColumn<QByteArray>("when");
        QTest::newRow("from a whole response") << QByteArray();
        QTest::newRow("from its head") << " header"_ba;
    }
    void sessionsAreLearnt()
    {
        QFETCH(const QByteArray, when);
        const OriginFarm farm("abc");
        EngineFixture engine;
        const QByteArray text = config(farm, "server @a@; server @b@; server @c@; sticky learn zone=s:64k timeout=1h"
                                             " create=$arg_session lookup=$cookie_session"
                                                 + when + ';');
        QVERIFY(engine.applyHttp(text).applied);
        QCOMPARE(ask(engine.port(), 1), "a"_ba);
        QCOMPARE(ask(engine.port(), 1, {}, "/?session=one"), "b"_ba);
        QCOMPARE(ask(engine.port(), 3, "Cookie: session=one\r\n"), "bbb"_ba);
        QVERIFY(engine.applyHttp(text).applied); // a reload forgets none
        QCOMPARE(ask(engine.port(), 3, "Cookie: session=one\r\n"), "bbb"_ba);
    }

    void aReloadKeepsAPeerSetAside()
    {
        OriginFarm farm("ab");
        EngineFixture engine;
        const QByteArray text = config(farm, "server @a@ fail_timeout=1h; server @b@;");
        QVERIFY(engine.applyHttp(text).applied);
        farm.stop('a');
        QCOMPARE(ask(engine.port(), 2), "bb"_ba);
        farm.start('a');
        QVERIFY(engine.applyHttp(text + " # changed").applied);
        QCOMPARE(ask(engine.port(), 4), "bbbb"_ba);
    }

    void weightsBeyondTheRingAreRefused()
    {
        const OriginFarm farm("ab");
        EngineFixture engine;
        QVERIFY(engine.applyHttp(config(farm, "hash $uri consistent; server @a@ weight=65535; server @b@;")).applied);
        const auto outcome =
            engine.applyHttp(config(farm, "hash $uri consistent; server @a@ weight=65535; server @b@ weight=2;"));
        QVERIFY(!outcome.applied);
        QVERIFY(outcome.diagnostics.first().message.contains(u"add up to 65537"_s));
        QVERIFY(!outcome.diagnostics.first().hint.isEmpty());
    }
};

QTEST_GUILESS_MAIN(ProxyBalancingTest)
#include "tst_proxy_balancing.moc"
