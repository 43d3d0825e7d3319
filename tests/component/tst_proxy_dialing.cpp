// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/socketaddress.h"
#include "support/enginefixture.h"
#include "support/scriptedorigin.h"

#include <QDir>
#include <QTest>

#include <netinet/in.h>
#include <netinet/tcp.h>

using namespace portlight;
using namespace portlight::testing;
using namespace Qt::StringLiterals;

namespace {

QByteArray hostOf(const RawPeer &backend)
{
    return SocketAddress::peerOf(backend.descriptor()).host();
}

int option(int descriptor, int name)
{
    int value = 0;
    socklen_t length = sizeof value;
    return getsockopt(descriptor, SOL_SOCKET, name, &value, &length) == 0 ? value : -1;
}

// Our end of that connection: engine and test are one process.
int otherEnd(const RawPeer &backend)
{
    const SocketAddress wanted = SocketAddress::peerOf(backend.descriptor());
    const QDir descriptors(u"/proc/self/fd"_s);
    for (const QString &entry : descriptors.entryList(QDir::Files | QDir::System)) {
        const int descriptor = entry.toInt();
        if (SocketAddress::localOf(descriptor) == wanted)
            return descriptor;
    }
    return -1;
}

} // namespace

// From where and how backends are dialed, and what happens when a client does not wait for them.
class ProxyDialingTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aBackendSeesTheAddressOfProxyBind_data()
    {
        QTest::addColumn<QByteArray>("directive");
        QTest::addColumn<QByteArray>("host");
        QTest::newRow("none") << QByteArray() << QByteArray("127.0.0.1");
        QTest::newRow("an address") << QByteArray("proxy_bind 127.0.0.7;") << QByteArray("127.0.0.7");
        QTest::newRow("of the request") << QByteArray("proxy_bind $arg_from;") << QByteArray("127.0.0.9");
        QTest::newRow("a port that is none") << QByteArray("proxy_bind $arg_from:0;") << QByteArray("127.0.0.1");
        QTest::newRow("empty") << QByteArray("proxy_bind $arg_nothing;") << QByteArray("127.0.0.1");
        QTest::newRow("no address") << QByteArray("proxy_bind $arg_nothing.1;") << QByteArray("127.0.0.1");
        QTest::newRow("off") << QByteArray("proxy_bind off;") << QByteArray("127.0.0.1");
    }
    void aBackendSeesTheAddressOfProxyBind()
    {
        QFETCH(QByteArray, directive);
        QFETCH(QByteArray, host);
        ScriptedOrigin origin;
        EngineFixture engine({.capture = true});
        QVERIFY(engine.proxyTo(origin.url(), directive).applied);
        RawClient client(engine.port());
        client.send(request("GET /?from=127.0.0.9"));
        RawPeer backend = origin.accept();
        backend.readMessage();
        QCOMPARE(hostOf(backend), host);
        QVERIFY(backend.send(response("hello")));
        QCOMPARE(client.readMessage().body, "hello");
    }

    void aLevelBelowSwitchesItOff()
    {
        ScriptedOrigin origin;
        EngineFixture engine({.capture = true});
        QVERIFY(engine.proxyTo(origin.url(), "proxy_bind off;", "proxy_bind 127.0.0.7;").applied);
        RawClient client(engine.port());
        client.send(request("GET /"));
        const RawPeer backend = origin.accept();
        QVERIFY(backend.isOpen());
        QCOMPARE(hostOf(backend), "127.0.0.1");
    }

    void anAddressThatIsNotOursIsAnErrorOfOurs()
    {
        ScriptedOrigin origin;
        EngineFixture engine({.capture = true});
        QVERIFY(engine.proxyTo(origin.url(), "proxy_bind 203.0.113.77;").applied);
        RawClient client(engine.port());
        QCOMPARE(client.ask(request("GET /")).status(), 500);
        QVERIFY(engine.waitForLog("[crit]"));
        QVERIFY(engine.waitForLog("bind(203.0.113.77) failed (99: Cannot assign requested address) while connecting to "
                                  "upstream"));
        const ExchangeDetailPtr detail = engine.fetch(engine.waitForFinishedRow().id);
        QVERIFY(detail);
        QVERIFY2(detail->summary.failure.contains(u"proxy_bind"_s), qPrintable(detail->summary.failure));
        QCOMPARE(origin.connections(), 0);
    }

    void socketsHaveTheOptionsThatAreAskedFor()
    {
        ScriptedOrigin origin;
        EngineFixture engine({.capture = true});
        QVERIFY(
            engine.proxyTo(origin.url(), "proxy_socket_keepalive on; proxy_socket_rcvbuf 8k; proxy_socket_sndbuf 16k;")
                .applied);
        RawClient client(engine.port());
        client.send(request("GET /"));
        RawPeer backend = origin.accept();
        backend.readMessage();
        const int ours = otherEnd(backend);
        QVERIFY(ours >= 0);
        QCOMPARE(option(ours, SO_KEEPALIVE), 1);
        QCOMPARE(option(ours, SO_RCVBUF), 2 * 8192); // socket(7): the kernel doubles it
        QCOMPARE(option(ours, SO_SNDBUF), 2 * 16384);
    }

    void socketsAreTheSystemsOtherwise()
    {
        ScriptedOrigin origin;
        EngineFixture engine({.capture = true});
        QVERIFY(engine.proxyTo(origin.url()).applied);
        RawClient client(engine.port());
        client.send(request("GET /"));
        RawPeer backend = origin.accept();
        backend.readMessage();
        const int ours = otherEnd(backend);
        QVERIFY(ours >= 0);
        QCOMPARE(option(ours, SO_KEEPALIVE), 0);
    }

    void aClientThatLeavesEndsItsRequest()
    {
        ScriptedOrigin origin;
        EngineFixture engine({.capture = true});
        QVERIFY(engine.proxyTo(origin.url()).applied);
        RawClient client(engine.port());
        client.send(request("GET /"));
        RawPeer backend = origin.accept();
        backend.readMessage();
        client.close();
        QVERIFY(backend.readUntilClosed());
        QCOMPARE(engine.waitForFinishedRow().status, 499);
    }

    void unlessThatIsIgnored()
    {
        ScriptedOrigin origin;
        EngineFixture engine({.capture = true});
        QVERIFY(engine.proxyTo(origin.url(), "proxy_ignore_client_abort on;").applied);
        RawClient client(engine.port());
        client.send(request("GET /"));
        RawPeer backend = origin.accept();
        backend.readMessage();
        client.shutdownWrite(); // what we see of it is the same
        RawClient other(engine.port());
        other.send(request("GET /other")); // by now the engine has seen both
        RawPeer second = origin.accept();
        second.readMessage();
        QVERIFY(second.send(response("other")));
        QCOMPARE(other.readMessage().body, "other");
        QVERIFY(!backend.hasEnded());
        QVERIFY(backend.send(response("hello")));
        QCOMPARE(client.readMessage().body, "hello");
        const ExchangeSummary row =
            engine.waitForRow([](const ExchangeSummary &each) { return each.target == "/" && each.status == 200; });
        QVERIFY(row.id != 0);
    }
};

QTEST_GUILESS_MAIN(ProxyDialingTest)
#include "tst_proxy_dialing.moc"
