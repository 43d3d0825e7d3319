// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/dnsanswer.h"
#include "support/dnsserver.h"

#include <QTest>

using namespace portlight;
using portlight::testing::DnsRecordText;
using portlight::testing::dnsResponse;
using portlight::testing::DnsScript;
using namespace Qt::StringLiterals;

class DnsAnswerTest : public QObject
{
    Q_OBJECT

    static Result<DnsAnswer> parsed(const QByteArray &type, const QList<DnsRecordText> &records)
    {
        const DnsType asked = type == "SRV" ? DnsType::Srv : type == "AAAA" ? DnsType::Aaaa : DnsType::A;
        return parseDnsAnswer(dnsResponse("shop.test", type, DnsScript::answer(records)), asked);
    }

private Q_SLOTS:
    void addressesKeepTheirOrderAndTheShortestTime()
    {
        const auto answer = parsed("A", {{"A", "10.0.0.2", 60, {}}, {"A", "10.0.0.1", 5, {}}});
        QVERIFY(answer.ok());
        QCOMPARE(answer->addresses4.size(), size_t(2));
        QCOMPARE(ntohl(answer->addresses4[0].s_addr), 0x0a000002u);
        QCOMPARE(ntohl(answer->addresses4[1].s_addr), 0x0a000001u);
        QCOMPARE(answer->ttl, 5u);
        QVERIFY(!answer->hasCanonical);
    }

    void addressesOfTheOtherFamilyAreTaken()
    {
        const auto answer = parsed("AAAA", {{"AAAA", "::1", 60, {}}});
        QVERIFY(answer.ok());
        QCOMPARE(answer->addresses6.size(), size_t(1));
        QVERIFY(IN6_IS_ADDR_LOOPBACK(&answer->addresses6[0]));
    }

    void aChainOfNamesEndsInAddressesOrInItsLastName()
    {
        const auto whole = parsed("A", {{"CNAME", "b.test", 7, {}}, {"A", "10.0.0.1", 60, "b.test"}});
        QVERIFY(whole.ok());
        QCOMPARE(whole->addresses4.size(), size_t(1));
        QCOMPARE(whole->ttl, 7u);
        const auto half = parsed("A", {{"CNAME", "b.test", 60, {}}, {"CNAME", "C.Test", 60, "b.test"}});
        QVERIFY(half.ok());
        QVERIFY(half->hasCanonical);
        QCOMPARE(half->canonicalName, "c.test"_ba);
    }

    void servicesAreSortedByPriority()
    {
        const auto answer = parsed(
            "SRV",
            {{"SRV", "20 0 81 b.test", 60, {}}, {"SRV", "10 3 80 a.test", 60, {}}, {"SRV", "20 7 82 .", 60, {}}});
        QVERIFY(answer.ok());
        QCOMPARE(answer->services.size(), size_t(3));
        QCOMPARE(answer->services[0].target, "a.test"_ba);
        QCOMPARE(answer->services[0].port, quint16(80));
        QCOMPARE(answer->services[0].weight, quint16(3));
        QCOMPARE(answer->services[1].target, "b.test"_ba);
        QCOMPARE(answer->services[1].weight, quint16(1)); // 0 was written
        QCOMPARE(answer->services[2].target, QByteArray());
    }

    void aCodeIsTheAnswer()
    {
        const auto answer = parseDnsAnswer(dnsResponse("shop.test", "A", DnsScript::failure(3)), DnsType::A);
        QVERIFY(answer.ok());
        QCOMPARE(answer->code, 3);
    }

    void noRecordsAreNoError()
    {
        const auto answer = parsed("A", {});
        QVERIFY(answer.ok());
        QCOMPARE(answer->code, 0);
        QVERIFY(!answer->hasRecords);
        QVERIFY(!answer->hasData());
    }

    void aTimeWithItsHighestBitIsNone()
    {
        const auto answer = parsed("A", {{"A", "10.0.0.1", 0x80000001u, {}}});
        QVERIFY(answer.ok());
        QCOMPARE(answer->ttl, 0u);
    }

    void strangeRecordsArePassedOver()
    {
        const auto answer = parsed("A", {{"46", "signature", 60, {}}, {"A", "10.0.0.1", 60, {}}});
        QVERIFY(answer.ok());
        QCOMPARE(answer->addresses4.size(), size_t(1));
        QCOMPARE(answer->unexpectedType.value_or(0), quint16(46));
    }

    void brokenResponsesAreNamedInNginxsWords_data()
    {
        QTest::addColumn<QByteArray>("message");
        QTest::addColumn<QString>("words");
        const auto answer = [](const QList<DnsRecordText> &records) {
            return dnsResponse("shop.test", "A", DnsScript::answer(records));
        };
        QTest::newRow("nothing") << QByteArray() << u"short DNS response"_s;
        QTest::newRow("a head alone") << answer({}).first(12) << u"short DNS response"_s;
        QTest::newRow("no class of the question") << answer({}).chopped(1) << u"short DNS response"_s;
        QTest::newRow("a record that is cut")
            << answer({{"A", "10.0.0.1", 1, {}}}).chopped(1) << u"short DNS response"_s;
        QTest::newRow("an address of three bytes")
            << answer({{"A", "abc", 1, {}}}) << u"invalid A record in DNS response"_s;
        QTest::newRow("the other family")
            << answer({{"AAAA", "::1", 1, {}}}) << u"unexpected AAAA record in DNS response"_s;
        QTest::newRow("no address") << answer({{"46", "x", 1, {}}}) << u"no A or CNAME types in DNS response"_s;
        QByteArray twice = answer({});
        twice[5] = 2;
        QTest::newRow("two questions") << twice << u"invalid number of questions in DNS response"_s;
        QByteArray chaos = answer({{"A", "10.0.0.1", 1, {}}});
        chaos[chaos.size() - 11] = 3;
        QTest::newRow("another class") << chaos << u"unexpected RR class in DNS response"_s;
        // The data of the CNAME is a pointer to itself.
        QByteArray endless = answer({{"CNAME", "x", 1, {}}});
        const qsizetype place = endless.size() - 3;
        endless.replace(place, 3, QByteArray(1, char(0xc0)) + char(place) + '\0');
        QTest::newRow("a name without an end") << endless << u"invalid name in DNS response"_s;
    }
    void brokenResponsesAreNamedInNginxsWords()
    {
        QFETCH(QByteArray, message);
        QFETCH(QString, words);
        const auto answer = parseDnsAnswer(message, DnsType::A);
        QVERIFY(!answer.ok());
        QCOMPARE(answer.error().message, words);
    }

    void noCutAndNoChangedByteIsReadBeyondItsEnd()
    {
        const QByteArray message = dnsResponse(
            "shop.test", "SRV", DnsScript::answer({{"CNAME", "b.test", 7, {}}, {"SRV", "1 2 3 c.test", 1, {}}}));
        int broken = 0;
        for (qsizetype end = 0; end < message.size(); ++end)
            broken += !parseDnsAnswer(QByteArray(message.constData(), end), DnsType::Srv).ok();
        QCOMPARE(broken, int(message.size()));
        for (qsizetype place = 0; place < message.size(); ++place) {
            for (const char byte : {'\0', '\x3f', '\x40', '\xc0', '\xff'}) {
                QByteArray changed = message;
                changed[place] = byte;
                const auto answer = parseDnsAnswer(changed, DnsType::Srv);
                if (answer.ok())
                    QVERIFY(answer->services.size() <= 1);
            }
        }
    }

    void addressesAreBounded_data()
    {
        QTest::addColumn<int>("count");
        QTest::addColumn<size_t>("kept");
        QTest::newRow("at the bound") << int(DnsAnswer::AddressesMax) << DnsAnswer::AddressesMax;
        QTest::newRow("past it") << int(DnsAnswer::AddressesMax) + 1 << DnsAnswer::AddressesMax;
    }
    void addressesAreBounded()
    {
        QFETCH(int, count);
        QFETCH(size_t, kept);
        const auto v4 = parsed("A", QList<DnsRecordText>(count, {"A", "10.0.0.1", 1, {}}));
        QVERIFY(v4.ok());
        QCOMPARE(v4->addresses4.size(), kept);
        const auto v6 = parsed("AAAA", QList<DnsRecordText>(count, {"AAAA", "::1", 1, {}}));
        QVERIFY(v6.ok());
        QCOMPARE(v6->addresses6.size(), kept);
    }

    void servicesAreBounded_data()
    {
        QTest::addColumn<int>("count");
        QTest::newRow("at the bound") << int(DnsAnswer::ServicesMax);
        QTest::newRow("past it") << int(DnsAnswer::ServicesMax) + 1;
    }
    void servicesAreBounded()
    {
        QFETCH(int, count);
        const auto answer = parsed("SRV", QList<DnsRecordText>(count, {"SRV", "1 1 80 a.test", 1, {}}));
        QVERIFY(answer.ok());
        QCOMPARE(answer->services.size(), DnsAnswer::ServicesMax);
    }
};

QTEST_APPLESS_MAIN(DnsAnswerTest)
#include "tst_dnsanswer.moc"
