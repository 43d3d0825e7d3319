// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/cidr.h"

#include <QTest>

using namespace portlight;

class CidrTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void networksAreRead_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("valid");
        QTest::addColumn<int>("bits");
        QTest::addColumn<bool>("lowBits");
        const auto row = [](const char *text, bool valid, int bits = 0, bool lowBits = false) {
            QTest::newRow(text) << QByteArray(text) << valid << bits << lowBits;
        };
        row("10.0.0.0/8", true, 8);
        row("10.0.0.1/8", true, 8, true);
        row("10.0.0.1/32", true, 32);
        row("10.0.0.1", true, 32);
        row("10.0.0.1/0", true, 0, true);
        row("0.0.0.0/0", true, 0);
        row("2001:db8::1/32", true, 32, true);
        row("::/128", true, 128);
        row("::1", true, 128);
        row("010.0.0.1", true, 32);
        row("255.255.255.254/31", true, 31);
        row("10.0.0.0/33", false);
        row("::/129", false);
        row("10.0.0.0/", false);
        row("10.0.0.0/x", false);
        row("10.0.0.0/255.0.0.0", false);
        row("10.0.0", false);
        row("256.0.0.1", false);
        row("255.255.255.255", false); // nginx takes it for no address
        row("localhost", false);
        row("", false);
        row("/8", false);
    }
    void networksAreRead()
    {
        QFETCH(QByteArray, text);
        QFETCH(bool, valid);
        QFETCH(int, bits);
        QFETCH(bool, lowBits);
        const Result<Cidr> network = parseCidr(text);
        QCOMPARE(network.ok(), valid);
        if (!valid) {
            QVERIFY(!network.error().hint.isEmpty());
            return;
        }
        QCOMPARE(int(network->prefixBits), bits);
        QCOMPARE(network->hadLowBits, lowBits);
    }

    void bitsBehindThePrefixAreDropped()
    {
        const Result<Cidr> network = parseCidr("192.168.31.7/20");
        QVERIFY(network);
        const std::array<quint8, 4> kept{192, 168, 16, 0};
        QVERIFY(std::equal(kept.begin(), kept.end(), network->address.begin()));
        const quint8 inside[] = {192, 168, 31, 255};
        const quint8 outside[] = {192, 168, 32, 0};
        QVERIFY(network->contains(inside));
        QVERIFY(!network->contains(outside));
    }
};

QTEST_APPLESS_MAIN(CidrTest)
#include "tst_cidr.moc"
