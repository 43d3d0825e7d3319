// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/accessrules.h"

#include "net/socketaddress.h"

#include <QTest>

using namespace portlight;

using Verdict = AccessRules::Verdict;

namespace {

SocketAddress client(const QByteArray &host)
{
    return SocketAddress::fromNumeric(host, 1234).value();
}

// "+10.0.0.0/8" allows, "-all" denies.
AccessRules rules(std::initializer_list<const char *> texts)
{
    AccessRules result;
    for (const char *text : texts) {
        if (!result.append(text[0] == '+', QByteArrayView(text + 1)))
            qFatal("%s is no rule", text);
    }
    return result;
}

} // namespace

class AccessRulesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void withoutARuleThereIsNoVerdict()
    {
        QVERIFY(AccessRules().isEmpty());
        QCOMPARE(AccessRules().check(client("127.0.0.1")), Verdict::NoRule);
        QCOMPARE(rules({"-10.0.0.0/8"}).check(client("127.0.0.1")), Verdict::NoRule);
    }

    void theFirstRuleDecides()
    {
        const AccessRules mixed = rules({"-10.1.0.0/16", "+10.0.0.0/8", "+2001:db8::/32", "-all"});
        QCOMPARE(mixed.check(client("10.1.2.3")), Verdict::Denied);
        QCOMPARE(mixed.check(client("10.2.2.3")), Verdict::Allowed);
        QCOMPARE(mixed.check(client("11.2.2.3")), Verdict::Denied);
        QCOMPARE(mixed.check(client("2001:db8:1::1")), Verdict::Allowed);
        QCOMPARE(mixed.check(client("2001:db9::1")), Verdict::Denied);
    }

    void aPlainAddressIsItself()
    {
        const AccessRules one = rules({"+127.0.0.1", "+::1", "-all"});
        QCOMPARE(one.check(client("127.0.0.1")), Verdict::Allowed);
        QCOMPARE(one.check(client("127.0.0.2")), Verdict::Denied);
        QCOMPARE(one.check(client("::1")), Verdict::Allowed);
        QCOMPARE(one.check(client("::2")), Verdict::Denied);
    }

    void prefixesMayEndWithinAByte()
    {
        const AccessRules odd = rules({"+192.168.16.0/20", "+fe80::/10"});
        QCOMPARE(odd.check(client("192.168.31.255")), Verdict::Allowed);
        QCOMPARE(odd.check(client("192.168.32.0")), Verdict::NoRule);
        QCOMPARE(odd.check(client("febf::1")), Verdict::Allowed);
        QCOMPARE(odd.check(client("fec0::1")), Verdict::NoRule);
        QCOMPARE(rules({"-0.0.0.0/0"}).check(client("1.2.3.4")), Verdict::Denied);
        QCOMPARE(rules({"-::/0"}).check(client("1.2.3.4")), Verdict::NoRule);
    }

    void mappedClientsMeetTheIpv4Rules()
    {
        QCOMPARE(rules({"+10.0.0.0/8", "-all"}).check(client("::ffff:10.0.0.1")), Verdict::Allowed);
        QCOMPARE(rules({"+::/0", "+11.0.0.0/8"}).check(client("::ffff:10.0.0.1")), Verdict::NoRule);
        QCOMPARE(rules({"-::ffff:0:0/96"}).check(client("::ffff:10.0.0.1")), Verdict::Denied); // no IPv4 rule at all
    }

    void unixClientsHaveTheirOwnRule()
    {
        const SocketAddress local = SocketAddress::fromUnixPath("/run/x.sock").value();
        QCOMPARE(rules({"+unix:", "-all"}).check(local), Verdict::Allowed);
        QCOMPARE(rules({"-all"}).check(local), Verdict::Denied);
        QCOMPARE(rules({"-0.0.0.0/0"}).check(local), Verdict::NoRule);
        QCOMPARE(rules({"+unix:"}).check(client("127.0.0.1")), Verdict::NoRule);
    }

    void whoIsNobodyIsAnError()
    {
        AccessRules none;
        for (const char *text : {"localhost", "unix:/run/x", "", "ALL", "10.0.0.0/33"}) {
            const Result<void> appended = none.append(true, text);
            QVERIFY2(!appended, text);
            QVERIFY(!appended.error().hint.isEmpty());
        }
        QVERIFY(none.isEmpty());
    }
};

QTEST_APPLESS_MAIN(AccessRulesTest)
#include "tst_accessrules.moc"
