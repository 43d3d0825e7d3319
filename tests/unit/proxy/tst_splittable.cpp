// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/splittable.h"

#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;

class SplitTableTest : public QObject
{
    Q_OBJECT

    static QString problemOf(const QList<QByteArray> &percents)
    {
        SplitTable table;
        for (const QByteArray &percent : percents) {
            if (const auto added = table.add(percent, 0); !added)
                return added.error().message;
        }
        const auto finished = table.finish();
        return finished ? QString() : finished.error().message;
    }

private Q_SLOTS:
    void theHashIsMurmurHash2WithSeedZero()
    {
        // worked out with an independent program
        QCOMPARE(murmurHash2(""), 0u);
        QCOMPARE(murmurHash2("a"), 0x92685f5eu);
        QCOMPARE(murmurHash2("ab"), 0x1aa14063u);
        QCOMPARE(murmurHash2("abc"), 0x13577c9bu);
        QCOMPARE(murmurHash2("abcd"), 0x26873021u);
        QCOMPARE(murmurHash2("\xff\xff\xff\xff\xff"), 0xb8d4fcc3u);
        QCOMPARE(murmurHash2("portlight"), 0xca3c0607u);
    }

    void sharesAreTakenInOrder()
    {
        SplitTable table;
        QVERIFY(table.add("0.5%", 1).ok());
        QVERIFY(table.add("2.0%", 2).ok());
        QVERIFY(table.add("*", 3).ok());
        QVERIFY(table.finish().ok());
        int counts[4] = {};
        for (int i = 0; i < 100'000; ++i)
            ++counts[*table.find("client" + QByteArray::number(i))];
        QVERIFY2(counts[1] > 400 && counts[1] < 600, qPrintable(QString::number(counts[1])));
        QVERIFY2(counts[2] > 1800 && counts[2] < 2200, qPrintable(QString::number(counts[2])));
        QCOMPARE(counts[0], 0);
    }

    void whatNoShareTakesHasNoValue()
    {
        SplitTable table;
        QVERIFY(table.add("50%", 1).ok());
        QVERIFY(table.finish().ok());
        int without = 0;
        for (int i = 0; i < 1000; ++i)
            without += table.find(QByteArray::number(i)) ? 0 : 1;
        QVERIFY(without > 400 && without < 600);
    }

    void sharesThatMakeTheWholeLeaveNothingOver()
    {
        SplitTable table;
        for (quint32 i = 0; i < 3; ++i)
            QVERIFY(table.add(i < 2 ? "33.33%" : "33.34%", i).ok());
        QVERIFY(table.finish().ok());
        for (int i = 0; i < 10'000; ++i)
            QVERIFY(table.find(QByteArray::number(i)).has_value());
    }

    void badSharesAreRefusedInNginxsWords()
    {
        for (const char *good : {"0.01%", "100%", "12.%", "012.5%", ".5%", "*"})
            QCOMPARE(problemOf({good}), QString());
        for (const char *bad : {"0%", "0.00%", "", "%", "50", "-1%", "1.234%", "1.2.3%", "a%", "99999999999%"})
            QCOMPARE(problemOf({bad}), u"invalid percent value \"%1\""_s.arg(QLatin1String(bad)));
        QCOMPARE(problemOf({"60%", "40%"}), QString());
        QCOMPARE(problemOf({"60%", "40.01%"}), u"percent total is greater than 100%"_s);
        QCOMPARE(problemOf({"100%", "*"}), QString());
        QCOMPARE(problemOf({"*", "1%"}), u"percent total is greater than 100%"_s);
    }
};

QTEST_GUILESS_MAIN(SplitTableTest)
#include "tst_splittable.moc"
