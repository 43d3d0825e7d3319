// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/socketaddress.h"

#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;

class SocketAddressTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void numericAddressesAreWrittenAsNginxDoes_data()
    {
        QTest::addColumn<QByteArray>("host");
        QTest::addColumn<int>("family");
        QTest::addColumn<QByteArray>("canonical");
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("loopback");
        QTest::newRow("ipv4") << "127.0.0.1"_ba << AF_INET << "127.0.0.1"_ba
                              << "127.0.0.1:3000"_ba << true;
        QTest::newRow("last of 127") << "127.255.255.255"_ba << AF_INET << "127.255.255.255"_ba
                                     << "127.255.255.255:3000"_ba << true;
        QTest::newRow("before 127") << "126.255.255.255"_ba << AF_INET << "126.255.255.255"_ba
                                    << "126.255.255.255:3000"_ba << false;
        QTest::newRow("after 127") << "128.0.0.0"_ba << AF_INET << "128.0.0.0"_ba
                                   << "128.0.0.0:3000"_ba << false;
        QTest::newRow("any") << "0.0.0.0"_ba << AF_INET << "0.0.0.0"_ba
                             << "0.0.0.0:3000"_ba << false;
        QTest::newRow("ipv6") << "::1"_ba << AF_INET6 << "::1"_ba
                              << "[::1]:3000"_ba << true;
        QTest::newRow("ipv6 not canonical") << "0:0:0:0:0:0:0:2"_ba << AF_INET6 << "::2"_ba
                                            << "[::2]:3000"_ba << false;
        QTest::newRow("mapped loopback") << "::ffff:127.1.2.3"_ba << AF_INET6 << "::ffff:127.1.2.3"_ba
                                         << "[::ffff:127.1.2.3]:3000"_ba << true;
        QTest::newRow("mapped") << "::ffff:10.0.0.1"_ba << AF_INET6 << "::ffff:10.0.0.1"_ba
                                << "[::ffff:10.0.0.1]:3000"_ba << false;
    }
    void numericAddressesAreWrittenAsNginxDoes()
    {
        QFETCH(QByteArray, host);
        QFETCH(int, family);
        QFETCH(QByteArray, canonical);
        QFETCH(QByteArray, text);
        QFETCH(bool, loopback);
        const Result<SocketAddress> address = SocketAddress::fromNumeric(host, 3000);
        QVERIFY(address.ok());
        QCOMPARE(address->family(), family);
        QCOMPARE(address->host(), canonical);
        QCOMPARE(address->port(), quint16(3000));
        QCOMPARE(address->toString(), text);
        QCOMPARE(address->isLoopback(), loopback);
        QVERIFY(SocketAddress::fromRaw(address->raw(), address->length()) == *address);
    }

    void anythingElseIsNotANumericAddress_data()
    {
        QTest::addColumn<QByteArray>("host");
        QTest::newRow("empty") << ""_ba;
        QTest::newRow("name") << "localhost"_ba;
        QTest::newRow("brackets") << "[::1]"_ba;
        QTest::newRow("short ipv4") << "127.1"_ba;
        QTest::newRow("octal") << "0177.0.0.1"_ba;
        QTest::newRow("too large") << "256.0.0.1"_ba;
        QTest::newRow("zone") << "fe80::1%lo"_ba;
        QTest::newRow("trailing NUL") << QByteArray("127.0.0.1\0x", 11);
        QTest::newRow("trailing space") << "127.0.0.1 "_ba;
    }
    void anythingElseIsNotANumericAddress()
    {
        QFETCH(QByteArray, host);
        const Result<SocketAddress> address = SocketAddress::fromNumeric(host, 80);
        QVERIFY(!address.ok());
        QCOMPARE(address.error().code, ErrorCode::InvalidValue);
        QVERIFY(address.error().message.contains(u"numeric address"));
    }

    void unixPathsFitOrAreRefused()
    {
        const qsizetype longest = qsizetype(sizeof(sockaddr_un::sun_path)) - 1;
        const QByteArray fits = '/' + QByteArray(longest - 1, 'a');
        const Result<SocketAddress> address = SocketAddress::fromUnixPath(fits);
        QVERIFY(address.ok());
        QCOMPARE(address->toString(), "unix:" + fits);
        QCOMPARE(address->host(), "unix:"_ba);
        QCOMPARE(address->port(), quint16(0));
        QVERIFY(address->isUnix());
        QVERIFY(address->isLoopback());
        QVERIFY(!SocketAddress::fromUnixPath(fits + 'b').ok());
        QVERIFY(!SocketAddress::fromUnixPath({}).ok());
        QVERIFY(!SocketAddress::fromUnixPath(QByteArray("/a\0b", 4)).ok());
    }

    void listenAddressesOfEachKindAreTaken()
    {
        ListenAddress listen;
        listen.kind = ListenAddress::Kind::Inet6;
        listen.host = "::"_ba;
        listen.port = 8080;
        QCOMPARE(SocketAddress::fromListen(listen)->toString(), "[::]:8080"_ba);
        listen = {};
        listen.host = "0.0.0.0"_ba;
        QCOMPARE(SocketAddress::fromListen(listen)->toString(), "0.0.0.0:80"_ba);
        listen = {};
        listen.kind = ListenAddress::Kind::Unix;
        listen.path = "/run/x.sock"_ba;
        QCOMPARE(SocketAddress::fromListen(listen)->toString(), "unix:/run/x.sock"_ba);
    }

    void addressesAreEqualByFamilyHostAndPort()
    {
        const auto address = [](const char *host, quint16 port) { return *SocketAddress::fromNumeric(host, port); };
        QVERIFY(address("127.0.0.1", 1) == address("127.0.0.1", 1));
        QVERIFY(!(address("127.0.0.1", 1) == address("127.0.0.1", 2)));
        QVERIFY(!(address("127.0.0.1", 1) == address("127.0.0.2", 1)));
        QVERIFY(!(address("127.0.0.1", 1) == address("::ffff:127.0.0.1", 1)));
        QVERIFY(address("::1", 1) == address("::1", 1));
        QVERIFY(!(address("::1", 1) == address("::2", 1)));
        QVERIFY(*SocketAddress::fromUnixPath("/a"_ba) == *SocketAddress::fromUnixPath("/a"_ba));
        QVERIFY(!(*SocketAddress::fromUnixPath("/a"_ba) == *SocketAddress::fromUnixPath("/b"_ba)));
        QVERIFY(SocketAddress() == SocketAddress());
    }

    void whatIsNoSocketHasAnUnspecifiedAddress()
    {
        QCOMPARE(SocketAddress::localOf(-1).family(), AF_UNSPEC);
        QCOMPARE(SocketAddress::peerOf(-1).family(), AF_UNSPEC);
        QCOMPARE(SocketAddress::fromRaw(nullptr, 0).family(), AF_UNSPEC);
        QCOMPARE(SocketAddress().toString(), QByteArray());
        QVERIFY(!SocketAddress().isLoopback());
    }
};

QTEST_APPLESS_MAIN(SocketAddressTest)
#include "tst_socketaddress.moc"
