// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/quantities.h"
#include "widgets/statebar.h"

#include <QtTest>

using namespace portlight;
using namespace Qt::StringLiterals;

class TestQuantities : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void bytesHaveThreeFiguresAtMost()
    {
        QCOMPARE(bytesText(0), u"0"_s);
        QCOMPARE(bytesText(412), u"412 B"_s);
        QCOMPARE(bytesText(999), u"999 B"_s);
        QCOMPARE(bytesText(1000), u"1.0 kB"_s);
        QCOMPARE(bytesText(14'200), u"14.2 kB"_s);
        QCOMPARE(bytesText(182'300), u"182 kB"_s);
        QCOMPARE(bytesText(999'499), u"999 kB"_s);
        QCOMPARE(bytesText(999'500), u"1.0 MB"_s);
        QCOMPARE(bytesText(3'100'000'000), u"3.1 GB"_s);
    }

    void durationsChangeUnitWhereTheyGrow()
    {
        QCOMPARE(durationText(-1), QString());
        QCOMPARE(durationText(0), u"0 µs"_s);
        QCOMPARE(durationText(99), u"99 µs"_s);
        QCOMPARE(durationText(100), u"0.1 ms"_s);
        QCOMPARE(durationText(420), u"0.4 ms"_s);
        QCOMPARE(durationText(12'300), u"12 ms"_s);
        QCOMPARE(durationText(999'600), u"1.00 s"_s);
        QCOMPARE(durationText(1'240'000), u"1.24 s"_s);
        QCOMPARE(durationText(125'000'000), u"2 min 5 s"_s);
    }

    void countsAreGroupedOrShort()
    {
        QCOMPARE(countText(12'408), u"12,408"_s);
        QCOMPARE(shortCountText(999), u"999"_s);
        QCOMPARE(shortCountText(12'408), u"12k"_s);
        QCOMPARE(shortCountText(3'000'000), u"3M"_s);
        QCOMPARE(rateText(0.01), u"0"_s);
        QCOMPARE(rateText(0.42), u"0.4"_s);
        QCOMPARE(rateText(18.2), u"18"_s);
    }

    void listenersOfOneHostAreJoined()
    {
        const QList<ListenerStatus> listeners{{"127.0.0.1:80", true},
                                              {"[::1]:80", true},
                                              {"127.0.0.1:8080", true},
                                              {"127.0.0.1:9000", false, u"taken"_s},
                                              {"192.168.1.5:80", true}};
        QCOMPARE(listenersText(listeners), u"127.0.0.1:80, :8080, 192.168.1.5:80"_s);
        QCOMPARE(listenersText({}), QString());
    }
};

QTEST_MAIN(TestQuantities)
#include "tst_quantities.moc"
