// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/geotable.h"

#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;

class GeoTableTest : public QObject
{
    Q_OBJECT

    // A block written as in a file, "10.0.0.0/8 a; delete 10.1.0.0/16; default x"; problems are kept.
    class Block
    {
    public:
        explicit Block(const QByteArray &text)
        {
            for (const QByteArray &line : text.split(';')) {
                const QByteArrayList words = line.simplified().split(' ');
                Result<void> result;
                if (words[0] == "ranges")
                    result = m_table.useRanges();
                else if (words.size() < 2)
                    continue;
                else if (words[0] == "default")
                    m_table.setDefault(words[1]);
                else if (words[0] == "delete")
                    result = m_table.remove(words[1]);
                else
                    result = m_table.add(words[0], words[1]);
                if (!result)
                    problems.append(result.error().message);
            }
            problems += m_table.takeWarnings();
            m_table.finish();
        }
        QByteArray operator()(QByteArrayView address) const
        {
            return m_table.find(IpAddress::parse(address).value_or(IpAddress()));
        }
        QStringList problems;

    private:
        GeoTable m_table;
    };

    static QByteArray forwarded(QByteArrayView from, const std::vector<QByteArrayView> &fields, bool recursive)
    {
        const std::vector<Cidr> proxies{*parseCidr("127.0.0.0/8"), *parseCidr("10.0.0.0/8"), *parseCidr("fd00::/8")};
        const IpAddress result = forwardedAddress(*IpAddress::parse(from), fields, proxies, recursive);
        for (const char *known :
             {"127.0.0.1", "10.0.0.1", "10.0.0.2", "192.0.2.1", "192.0.2.2", "fd00::1", "2001:db8::1"}) {
            if (*IpAddress::parse(known) == result)
                return known;
        }
        return "other";
    }

private Q_SLOTS:
    void theLongestNetworkWins()
    {
        const Block geo(
            "default x; 10.0.0.0/8 a; 10.1.0.0/16 b; 10.1.2.3 c; 0.0.0.0/1 d; 2001:db8::/32 e; 2001:db8::1 f");
        QCOMPARE(geo("10.2.0.0"), "a");
        QCOMPARE(geo("10.1.255.255"), "b");
        QCOMPARE(geo("10.1.2.3"), "c");
        QCOMPARE(geo("10.1.2.4"), "b");
        QCOMPARE(geo("11.0.0.0"), "d");
        QCOMPARE(geo("128.0.0.0"), "x");
        QCOMPARE(geo("2001:db8::2"), "e");
        QCOMPARE(geo("2001:db8::1"), "f");
        QCOMPARE(geo("2001:db9::1"), "x");
        QCOMPARE(geo.problems, QStringList());
    }

    void mappedAddressesAreIpv4()
    {
        const Block geo("10.0.0.0/8 a; ::ffff:0:0/96 b");
        QCOMPARE(geo("::ffff:10.1.2.3"), "a");
        QCOMPARE(geo("::ffff:11.1.2.3"), "");
    }

    void withoutADefaultTheValueIsEmpty()
    {
        QCOMPARE(Block("10.0.0.0/8 a")("11.0.0.1"), "");
        QCOMPARE(Block("")("::1"), "");
        QCOMPARE(Block("ranges; 10.0.0.0-10.0.0.9 a")("10.0.0.10"), "");
    }

    void whatIsNoAddressIsLookedUpAsTheLastOne()
    {
        QCOMPARE(Block("default x; 255.255.255.255 u")("unix:"), "u");
        QCOMPARE(Block("default x; 10.0.0.0/8 a")("nonsense"), "x");
        QCOMPARE(Block("ranges; default x; 255.255.255.0-255.255.255.254 a")("nonsense"), "x");
    }

    void networksAreDeletedAndReplaced()
    {
        const Block geo("10.0.0.0/8 a; 10.1.0.0/16 b; delete 10.1.0.0/16; 10.0.0.0/8 c; delete 11.0.0.0/8");
        QCOMPARE(geo("10.1.0.1"), "c");
        QCOMPARE(geo.problems, (QStringList{u"duplicate network \"10.0.0.0/8\", value: \"c\", old value: \"a\""_s,
                                            u"no network \"11.0.0.0/8\" to delete"_s}));
    }

    void badNetworksAreRefusedInNginxsWords()
    {
        QCOMPARE(Block("10.0.0.0/33 a").problems, QStringList{u"invalid network \"10.0.0.0/33\""_s});
        QCOMPARE(Block("example.com a").problems, QStringList{u"invalid network \"example.com\""_s});
        QCOMPARE(Block("10.1.2.3/8 a").problems, QStringList{u"low address bits of 10.1.2.3/8 are meaningless"_s});
        QCOMPARE(Block("default a; ranges").problems,
                 QStringList{u"the \"ranges\" directive must be the first directive inside \"geo\" block"_s});
    }

    void rangesHoldTheirEnds()
    {
        const Block geo("ranges; default x; 10.0.0.1-10.0.0.9 a; 10.0.0.10-10.0.0.10 b; 10.1.0.0-10.3.255.255 c; "
                        "0.0.0.0-0.0.0.0 z; 255.255.0.0-255.255.255.254 y");
        QCOMPARE(geo("10.0.0.0"), "x");
        QCOMPARE(geo("10.0.0.1"), "a");
        QCOMPARE(geo("10.0.0.9"), "a");
        QCOMPARE(geo("10.0.0.10"), "b");
        QCOMPARE(geo("10.0.0.11"), "x");
        QCOMPARE(geo("10.1.0.0"), "c");
        QCOMPARE(geo("10.2.77.1"), "c");
        QCOMPARE(geo("10.3.255.255"), "c");
        QCOMPARE(geo("10.4.0.0"), "x");
        QCOMPARE(geo("0.0.0.0"), "z");
        QCOMPARE(geo("255.255.255.254"), "y");
        QCOMPARE(geo("2001:db8::1"), "x");
    }

    void aRangeInsideAnotherIsCutOutOfIt()
    {
        const Block geo(
            "ranges; 10.0.0.0-10.0.0.99 a; 10.0.0.10-10.0.0.19 b; 10.0.0.0-10.0.0.4 c; 10.0.0.90-10.0.0.99 d");
        for (const auto &[address, value] : {std::pair{"10.0.0.0", "c"},
                                             {"10.0.0.4", "c"},
                                             {"10.0.0.5", "a"},
                                             {"10.0.0.9", "a"},
                                             {"10.0.0.10", "b"},
                                             {"10.0.0.19", "b"},
                                             {"10.0.0.20", "a"},
                                             {"10.0.0.89", "a"},
                                             {"10.0.0.90", "d"}})
            QCOMPARE(geo(address), value);
        QCOMPARE(geo.problems, QStringList());
    }

    void rangesThatOverlapAreRefused()
    {
        const Block geo("ranges; 10.0.0.10-10.0.0.19 a; 10.0.0.30-10.0.0.39 b; 10.0.0.5-10.0.0.34 c");
        QCOMPARE(geo.problems, QStringList{u"range \"10.0.0.5-10.0.0.34\" overlaps \"10.0.0.30-10.0.0.39\""_s});
        QCOMPARE(Block("ranges; 10.0.0.10-10.0.0.19 a; 10.0.0.19-10.0.0.20 b").problems.size(), 1);
        QCOMPARE(Block("ranges; 10.0.0.10-10.0.0.19 a; 10.0.0.20-10.0.0.20 b").problems.size(), 0);
    }

    void rangesAreDeletedByTheirBounds()
    {
        const Block geo("ranges; 10.0.0.0-10.2.255.255 a; delete 10.1.0.0-10.1.255.255; delete 10.0.0.0-10.0.0.9; "
                        "10.2.0.0-10.2.255.255 b");
        QCOMPARE(geo("10.0.0.5"), "a");
        QCOMPARE(geo("10.1.0.5"), ""); // nginx keeps a long range in pieces of a /16
        QCOMPARE(geo("10.2.0.5"), "b");
        QCOMPARE(geo.problems,
                 (QStringList{u"no address range \"10.0.0.0-10.0.0.9\" to delete"_s,
                              u"duplicate range \"10.2.0.0-10.2.255.255\", value: \"b\", old value: \"a\""_s}));
    }

    void badRangesAreRefusedInNginxsWords()
    {
        for (const char *bad :
             {"10.0.0.0", "10.0.0.9-10.0.0.1", "10.0.0.0-", "a-b", "::1-::2", "10.0.0.0-255.255.255.255"})
            QCOMPARE(Block("ranges; " + QByteArray(bad) + " a").problems,
                     QStringList{u"invalid range \"%1\""_s.arg(QLatin1String(bad))});
        QCOMPARE(Block("ranges; default a; default b").problems,
                 QStringList{u"duplicate default geo range value: \"b\", old value: \"a\""_s});
    }

    void proxiesAreBelievedOneStepBack()
    {
        QCOMPARE(forwarded("127.0.0.1", {"192.0.2.1, 192.0.2.2"}, false), "192.0.2.2");
        QCOMPARE(forwarded("192.0.2.1", {"192.0.2.2"}, false), "192.0.2.1"); // no proxy of ours
        QCOMPARE(forwarded("127.0.0.1", {"192.0.2.1, 10.0.0.1"}, false), "10.0.0.1");
        QCOMPARE(forwarded("127.0.0.1", {"192.0.2.1", "192.0.2.2"}, false), "192.0.2.2");
        QCOMPARE(forwarded("127.0.0.1", {"192.0.2.1, nonsense"}, false), "127.0.0.1");
        QCOMPARE(forwarded("127.0.0.1", {}, false), "127.0.0.1");
        QCOMPARE(forwarded("127.0.0.1", {""}, false), "127.0.0.1");
    }

    void proxiesAreBelievedAsFarAsTheyAreKnown()
    {
        QCOMPARE(forwarded("127.0.0.1", {"192.0.2.1, 192.0.2.2, 10.0.0.1"}, true), "192.0.2.2");
        QCOMPARE(forwarded("127.0.0.1", {"192.0.2.1", "10.0.0.2 , 10.0.0.1, "}, true), "192.0.2.1");
        QCOMPARE(forwarded("127.0.0.1", {"10.0.0.1", "10.0.0.2"}, true), "10.0.0.1");
        QCOMPARE(forwarded("127.0.0.1", {"192.0.2.1, x, 10.0.0.2"}, true), "10.0.0.2");
        QCOMPARE(forwarded("127.0.0.1", {"2001:db8::1, [fd00::1]:443, 10.0.0.1:80"}, true), "2001:db8::1");
        QCOMPARE(forwarded("127.0.0.1", {",192.0.2.1"}, true), "127.0.0.1"); // nginx stops at the first byte
    }
};

QTEST_GUILESS_MAIN(GeoTableTest)
#include "tst_geotable.moc"
