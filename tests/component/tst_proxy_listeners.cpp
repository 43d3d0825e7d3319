// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/enginefixture.h"
#include "support/scriptedorigin.h"

#include <QFile>
#include <QProcess>
#include <QTest>

#include <algorithm>

using namespace portlight;
using namespace portlight::testing;

namespace {

QByteArray serverThatReturns(const QByteArray &listen, const QByteArray &name, const QByteArray &text)
{
    return "server { listen " + listen + "; server_name " + name + "; location / { return 200 " + text + "; } }\n";
}

QByteArray get(const QByteArray &host, const QByteArray &path = "/")
{
    return "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
}

} // namespace

// Which listeners are open, which domain answers on them, and requests that come back to one.
class ProxyListenersTest : public QObject
{
    Q_OBJECT

    static ListenerStatus listenerOf(const ApplyOutcome &outcome, quint16 port)
    {
        for (const ListenerStatus &listener : outcome.listeners) {
            if (listener.address.endsWith(':' + QByteArray::number(port)))
                return listener;
        }
        return {};
    }

private Q_SLOTS:
    void aTakenPortIsToldWithItsHolderAndTheRestRuns()
    {
        QProcess holder;
        holder.start(QStringLiteral("python3"),
                     {QStringLiteral("-c"), QStringLiteral("import socket; s = socket.create_server(('127.0.0.1', 0)); "
                                                           "print(s.getsockname()[1], flush=True); input()")});
        QVERIFY(holder.waitForReadyRead());
        const quint16 port = holder.readAll().trimmed().toUShort();
        QVERIFY(port);
        EngineFixture engine;
        const ApplyOutcome outcome =
            engine.applyHttp(serverThatReturns("127.0.0.1:@port@", "a", "runs")
                             + serverThatReturns("127.0.0.1:" + QByteArray::number(port), "b", "waits"));
        QVERIFY(outcome.applied);
        QVERIFY(listenerOf(outcome, engine.port()).open);
        const ListenerStatus failed = listenerOf(outcome, port);
        QVERIFY(!failed.open);
        QVERIFY2(failed.error.startsWith(QStringLiteral("port %1 is taken by python").arg(port)),
                 qPrintable(failed.error));
        QVERIFY2(failed.error.contains(QStringLiteral("(pid %1)").arg(holder.processId())), qPrintable(failed.error));
        QVERIFY(failed.error.contains(QStringLiteral("98: Address already in use")));
        QCOMPARE(RawClient(engine.port()).ask(request("GET /")).body, QByteArray("runs"));
        holder.kill();
        holder.waitForFinished();
    }

    void aPortThatBecomesFreeIsOpened()
    {
        auto holder = std::make_unique<ScriptedOrigin>();
        const quint16 port = holder->port();
        EngineFixture engine;
        QVERIFY(engine.applyHttp(serverThatReturns("127.0.0.1:" + QByteArray::number(port), "a", "late")).applied);
        holder.reset();
        QVERIFY(engine.waitForStatus(
            [](const EngineStatus &status) { return !status.listeners.isEmpty() && status.listeners.front().open; }));
        QCOMPARE(RawClient(port).ask(request("GET /")).body, QByteArray("late"));
    }

    void whereAllListenersAreRequiredATakenPortKeepsTheOldConfiguration()
    {
        const ScriptedOrigin holder;
        EngineFixture engine;
        QVERIFY(engine.applyHttp(serverThatReturns("127.0.0.1:@port@", "a", "old"), true).applied);
        const ApplyOutcome outcome =
            engine.applyHttp(serverThatReturns("127.0.0.1:@port@", "a", "new")
                                 + serverThatReturns("127.0.0.1:" + QByteArray::number(holder.port()), "b", "x"),
                             true);
        QVERIFY(!outcome.applied);
        QVERIFY(hasErrors(outcome.diagnostics));
        QCOMPARE(RawClient(engine.port()).ask(request("GET /")).body, QByteArray("old"));
        QVERIFY(engine.applyHttp(serverThatReturns("127.0.0.1:@port@", "a", "newer"), true).applied);
        QCOMPARE(RawClient(engine.port()).ask(request("GET /")).body, QByteArray("newer"));
    }

    void severalDomainsShareAListener()
    {
        EngineFixture engine;
        QVERIFY(engine
                    .applyHttp(serverThatReturns("127.0.0.1:@port@", "a.localhost", "first")
                               + serverThatReturns("127.0.0.1:@port@", "b.localhost c.localhost", "second"))
                    .applied);
        RawClient client(engine.port());
        QCOMPARE(client.ask(get("a.localhost")).body, QByteArray("first"));
        QCOMPARE(client.ask(get("b.localhost")).body, QByteArray("second"));
        QCOMPARE(client.ask(get("C.LocalHost.:8080")).body, QByteArray("second"));
        QCOMPARE(client.ask(get("unknown")).body, QByteArray("first")); // the default server, as nginx has it
        QCOMPARE(client.ask("GET http://b.localhost/ HTTP/1.1\r\nHost: a.localhost\r\n\r\n").body,
                 QByteArray("second"));
    }

    void anUnknownDomainIsToldWhichExist()
    {
        EngineFixture engine;
        QVERIFY(engine
                    .applyHttp("server { listen 127.0.0.1:@port@; server_name shop.localhost; portlight_domain on; "
                               "location / { return 200 shop; } }"
                               "server { listen 127.0.0.1:@port@; server_name blog.localhost; portlight_domain on; "
                               "location / { return 200 blog; } }")
                    .applied);
        RawClient client(engine.port());
        const RawMessage page = client.ask("GET / HTTP/1.1\r\nHost: shpo.localhost\r\nAccept: text/html\r\n\r\n");
        QCOMPARE(page.status(), 404);
        for (const char *name : {"shop.localhost", "blog.localhost"})
            QVERIFY(page.body.contains("href=\"http://" + QByteArray(name) + ':' + QByteArray::number(engine.port())
                                       + "/\""));
        QVERIFY(page.body.contains("shpo.localhost"));
        QCOMPARE(client.ask(get("blog.localhost")).body, QByteArray("blog"));
    }

    void unixSocketsServeBothSides()
    {
        EngineFixture engine;
        ScriptedOrigin origin("unix:" + engine.directory() + "/backend.sock");
        origin.answer(response("over unix"));
        QVERIFY(engine
                    .applyHttp("server { listen unix:@dir@/front.sock; location / { proxy_pass " + origin.url()
                               + ":/base; proxy_set_header X-From $remote_addr; } }")
                    .applied);
        for (int i = 0; i < 2; ++i) {
            RawPeer client = RawClient::overUnixSocket(engine.directory() + "/front.sock");
            QVERIFY(client.isOpen());
            client.send(request("GET /"));
            QCOMPARE(client.readMessage().body, QByteArray("over unix"));
        }
        engine.destroyEngine();
        QVERIFY(!QFile::exists(QString::fromUtf8(engine.directory()) + QStringLiteral("/front.sock")));
    }

    void aWildcardAndASpecificAddressShareAPort()
    {
        EngineFixture engine;
        const ApplyOutcome outcome = engine.applyHttp(serverThatReturns("127.0.0.1:@port@", "a", "specific")
                                                      + serverThatReturns("*:@port@", "b", "wildcard"));
        QVERIFY(outcome.applied);
        QCOMPARE(outcome.listeners.size(), 2);
        QVERIFY(std::all_of(outcome.listeners.begin(), outcome.listeners.end(),
                            [](const ListenerStatus &l) { return l.open; }));
        QCOMPARE(RawClient(engine.port()).ask(request("GET /")).body, QByteArray("specific"));
        QCOMPARE(RawClient(engine.port(), "127.0.0.2").ask(request("GET /")).body, QByteArray("wildcard"));
    }

    void bothFamiliesListenSideBySide()
    {
        EngineFixture engine;
        QVERIFY(engine
                    .applyHttp(serverThatReturns("127.0.0.1:@port@", "a", "four")
                               + serverThatReturns("[::1]:@port@", "b", "six"))
                    .applied);
        QCOMPARE(RawClient(engine.port()).ask(request("GET /")).body, QByteArray("four"));
        QCOMPARE(RawClient(engine.port(), "::1").ask(request("GET /")).body, QByteArray("six"));
    }

    void twoEnginesRunInOneProcess()
    {
        ScriptedOrigin origin;
        origin.answer(response("shared"));
        EngineFixture one;
        auto two = std::make_unique<EngineFixture>();
        QVERIFY(one.proxyTo(origin.url()).applied);
        QVERIFY(two->proxyTo("http://127.0.0.1:" + QByteArray::number(one.port())).applied);
        QCOMPARE(RawClient(two->port()).ask(request("GET /")).body, QByteArray("shared"));
        two.reset();
        QCOMPARE(RawClient(one.port()).ask(request("GET /")).body, QByteArray("shared"));
    }

    void aSelfProxyIsLegalAndALoopIsNot_data()
    {
        QTest::addColumn<QByteArray>("path");
        QTest::addColumn<int>("status");
        QTest::newRow("through itself once") << QByteArray("/1/") << 200;
        QTest::newRow("as often as allowed") << QByteArray("/10/") << 200;
        QTest::newRow("once more") << QByteArray("/11/") << 508;
        QTest::newRow("for ever") << QByteArray("/loop") << 508;
    }

    void aSelfProxyIsLegalAndALoopIsNot()
    {
        QFETCH(QByteArray, path);
        QFETCH(int, status);
        const QByteArray self = "http://127.0.0.1:@port@";
        QByteArray locations = "location /loop { proxy_pass " + self + "; } location = /0/ { return 200 arrived; }";
        for (int i = 1; i <= 11; ++i)
            locations += "location /" + QByteArray::number(i) + "/ { proxy_pass " + self + '/'
                         + QByteArray::number(i - 1) + "/; }";
        EngineFixture engine;
        QVERIFY(engine.applyHttp("server { listen 127.0.0.1:@port@; " + locations + " }").applied);
        RawClient client(engine.port());
        for (int i = 0; i < 3; ++i) {
            const RawMessage answer = client.ask(request("GET " + path));
            QCOMPARE(answer.status(), status);
            if (status == 200)
                QCOMPARE(answer.body, QByteArray("arrived"));
        }
        if (status == 508)
            QVERIFY(engine.waitForLog("the request came back to this server more than 10 times"));
    }

    void aLoopOverKeptConnectionsEndsToo()
    {
        EngineFixture engine;
        QVERIFY(engine.proxyToGroup("http://127.0.0.1:@port@").applied);
        RawClient client(engine.port());
        for (int i = 0; i < 3; ++i)
            QCOMPARE(client.ask(request("GET /")).status(), 508);
    }
};

QTEST_GUILESS_MAIN(ProxyListenersTest)
#include "tst_proxy_listeners.moc"
