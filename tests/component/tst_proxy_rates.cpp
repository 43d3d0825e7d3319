// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/enginefixture.h"
#include "support/scriptedorigin.h"
#include "support/workerfixture.h"

#include <QDir>
#include <QTest>

using namespace portlight;
using namespace portlight::testing;
using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype BodyBytes = 10'000'000;
// At 100 bytes a second this many take a quarter of an hour: who has them got them at once.
constexpr qsizetype FarMoreThanTheRate = 100'000;

} // namespace

// limit_rate, limit_rate_after, proxy_limit_rate: what comes at once and what does not. When the rest comes is for unit
// tests with a clock of their own.
class ProxyRatesTest : public QObject
{
    Q_OBJECT

    static QByteArray server(const QByteArray &location)
    {
        return "server { listen 127.0.0.1:@port@; location / { " + location + " } }";
    }
    static QByteArray proxied(const ScriptedOrigin &origin, const QByteArray &directives)
    {
        return server("proxy_pass " + origin.url() + "; " + directives);
    }
    // Whether far less than the whole body came with the first bytes.
    static bool comesSlowly(RawClient &client)
    {
        return client.readUntil("\r\n\r\n") && client.received().size() < FarMoreThanTheRate;
    }

private Q_SLOTS:
    void aLimitedResponseComesSlowly_data()
    {
        QTest::addColumn<QByteArray>("directives");
        QTest::addColumn<QByteArray>("field");
        QTest::addColumn<bool>("slow");
        QTest::newRow("no limit") << QByteArray() << QByteArray() << false;
        QTest::newRow("limit_rate") << QByteArray("limit_rate 100;") << QByteArray() << true;
        QTest::newRow("of the request") << QByteArray("limit_rate $arg_rate;") << QByteArray() << true;
        QTest::newRow("set") << QByteArray("set $limit_rate 100;") << QByteArray() << true;
        QTest::newRow("set wins") << QByteArray("set $limit_rate 0; limit_rate 100;") << QByteArray() << false;
        QTest::newRow("X-Accel-Limit-Rate") << QByteArray() << QByteArray("X-Accel-Limit-Rate: 100\r\n") << true;
        QTest::newRow("which lifts a limit")
            << QByteArray("limit_rate 100;") << QByteArray("X-Accel-Limit-Rate: 0\r\n") << false;
        QTest::newRow("or is ignored") << QByteArray("proxy_ignore_headers X-Accel-Limit-Rate;")
                                       << QByteArray("X-Accel-Limit-Rate: 100\r\n") << false;
        QTest::newRow("or is no number") << QByteArray() << QByteArray("X-Accel-Limit-Rate: 100k\r\n") << false;
        QTest::newRow("the first bytes are free")
            << QByteArray("limit_rate 100; limit_rate_after 100m;") << QByteArray() << false;
        QTest::newRow("what is not buffered is not limited")
            << QByteArray("limit_rate 100; proxy_buffering off;") << QByteArray() << false;
        QTest::newRow("proxy_limit_rate") << QByteArray("proxy_limit_rate 100;") << QByteArray() << true;
        QTest::newRow("proxy_limit_rate without buffering")
            << QByteArray("proxy_limit_rate 100; proxy_buffering off;") << QByteArray() << false;
    }
    void aLimitedResponseComesSlowly()
    {
        QFETCH(QByteArray, directives);
        QFETCH(QByteArray, field);
        QFETCH(bool, slow);
        ScriptedOrigin origin;
        origin.answer(response(QByteArray(BodyBytes, 'x'), field));
        WorkerFixture engine(proxied(origin, directives));
        QVERIFY(engine.isOpen());
        RawClient client(engine.port());
        client.send(request("GET /?rate=100"));
        if (slow)
            QVERIFY(comesSlowly(client));
        else
            QCOMPARE(client.readMessage().body.size(), BodyBytes);
    }

    void filesAndTextsAreLimitedToo()
    {
        WorkerFixture engine(server("limit_rate 100; limit_rate_after 50; return 200 " + QByteArray(2000, 'x') + ';'));
        QVERIFY(engine.isOpen());
        RawClient client(engine.port());
        client.send(request("GET /"));
        QVERIFY(client.readBytes(1));
        QVERIFY(client.received().size() < 1000);
    }

    void theNextResponseStartsAnew()
    {
        WorkerFixture engine(server("limit_rate 1000; limit_rate_after 1k; return 200 " + QByteArray(800, 'x') + ';'));
        QVERIFY(engine.isOpen());
        RawClient client(engine.port());
        for (int i = 0; i < 5; ++i)
            QCOMPARE(client.ask(request("GET /")).body.size(), 800);
    }

    void aLimitedResponseIsWholeInTheEnd()
    {
        ScriptedOrigin origin;
        QByteArray body(60'000, Qt::Uninitialized);
        for (qsizetype i = 0; i < body.size(); ++i)
            body[i] = char('a' + i * 7 % 26);
        origin.answer(response(body));
        WorkerFixture engine(proxied(origin, "limit_rate 50000; limit_rate_after 1k;"));
        QVERIFY(engine.isOpen());
        RawClient client(engine.port());
        QCOMPARE(client.ask(request("GET /")).body, body);
    }

    void aSlowlyReadResponseIsWholeInTheEnd()
    {
        ScriptedOrigin origin;
        const QByteArray body(60'000, 'x');
        origin.answer(response(body));
        WorkerFixture engine(proxied(origin, "proxy_limit_rate 50000; proxy_read_timeout 100ms;"));
        QVERIFY(engine.isOpen());
        RawClient client(engine.port());
        QCOMPARE(client.ask(request("GET /")).body, body);
    }

    void aSlowlyReadBackendIsHeldBack()
    {
        ScriptedOrigin origin;
        WorkerFixture engine(proxied(origin, "proxy_limit_rate 100;"));
        QVERIFY(engine.isOpen());
        RawClient client(engine.port());
        client.send(request("GET /"));
        RawPeer backend = origin.accept();
        backend.readMessage();
        QVERIFY(backend.send("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n"));
        QVERIFY(backend.sendUntilFull(QByteArray(100'000, 'x'), 100'000'000) < 100'000'000);
        client.close();
        QVERIFY(backend.readUntilClosed());
        QTRY_COMPARE(engine.lentBytes(), 0);
    }

    void aClientThatLeavesDuringARestIsNoticed()
    {
        ScriptedOrigin origin;
        WorkerFixture engine(proxied(origin, "limit_rate 1; proxy_max_temp_file_size 0;"));
        QVERIFY(engine.isOpen());
        RawClient client(engine.port());
        client.send(request("GET /"));
        RawPeer backend = origin.accept();
        backend.readMessage();
        QVERIFY(backend.send(response(QByteArray(1000, 'x'))));
        QVERIFY(client.readBytes(1));
        client.close();
        QTRY_COMPARE(engine.lentBytes(), 0);
    }

    void aRateThatIsNoneIsLogged()
    {
        ScriptedOrigin origin;
        origin.answer(response("hello"));
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url(), "limit_rate $arg_rate;").applied);
        RawClient client(engine.port());
        QCOMPARE(client.ask(request("GET /?rate=fast")).body, "hello");
        QVERIFY(engine.waitForLog("invalid size \"fast\""));
    }
};

QTEST_GUILESS_MAIN(ProxyRatesTest)
#include "tst_proxy_rates.moc"
