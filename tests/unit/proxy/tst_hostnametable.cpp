// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/hostnametable.h"

#include <QTest>

using namespace portlight;
using Added = HostnameTable::Added;

class HostnameTableTest : public QObject
{
    Q_OBJECT

    // The name of the table that a host falls to.
    static QByteArray found(const QList<QByteArray> &names, QByteArrayView host)
    {
        HostnameTable table;
        for (qsizetype i = 0; i < names.size(); ++i)
            table.add(names[i], quint32(i));
        const auto index = table.find(host);
        return index ? names[*index] : QByteArray("none");
    }
    static QList<int> outcomes(const QList<QByteArray> &names)
    {
        HostnameTable table;
        QList<int> result;
        for (const QByteArray &name : names)
            result.append(int(table.add(name, 0)));
        return result;
    }

private Q_SLOTS:
    void anExactNameWinsOverEveryWildcard()
    {
        const QList<QByteArray> names{"*.b.c", "a.b.*", ".b.c", "a.b.c"};
        QCOMPARE(found(names, "a.b.c"), "a.b.c");
        QCOMPARE(found(names, "x.b.c"), "*.b.c");
        QCOMPARE(found(names, "a.b.d"), "a.b.*");
    }

    void theLongestLeadingWildcardWins()
    {
        const QList<QByteArray> names{"*.c", "*.b.c", "*.a.b.c"};
        QCOMPARE(found(names, "x.a.b.c"), "*.a.b.c");
        QCOMPARE(found(names, "y.x.a.b.c"), "*.a.b.c");
        QCOMPARE(found(names, "a.b.c"), "*.b.c"); // "*.a.b.c" does not mean a.b.c itself
        QCOMPARE(found(names, "b.c"), "*.c");
        QCOMPARE(found(names, "c"), "none");
        QCOMPARE(found(names, "xb.c"), "*.c"); // whole labels
    }

    void aLeadingDotMeansTheNameItselfToo()
    {
        const QList<QByteArray> names{".b.c", "*.c"};
        QCOMPARE(found(names, "b.c"), ".b.c");
        QCOMPARE(found(names, "x.y.b.c"), ".b.c");
        QCOMPARE(found(names, "d.c"), "*.c");
    }

    void theLongestTrailingWildcardComesAfterTheLeadingOnes()
    {
        const QList<QByteArray> names{"www.*", "www.shop.*", "*.de"};
        QCOMPARE(found(names, "www.shop.com"), "www.shop.*");
        QCOMPARE(found(names, "www.com"), "www.*");
        QCOMPARE(found(names, "www.shop"), "www.*");
        QCOMPARE(found(names, "www.shop.co.uk"), "www.shop.*");
        QCOMPARE(found(names, "www.shop.de"), "*.de");
        QCOMPARE(found(names, "www"), "none");
        QCOMPARE(found(names, "xwww.com"), "none");
    }

    void theEmptyHostHasItsOwnNameOnly()
    {
        QCOMPARE(found({"", ".a", "a.*"}, ""), "");
        QCOMPARE(found({".a"}, ""), "none");
        QCOMPARE(found({}, "a"), "none");
    }

    void asciiLettersAreEqualInBothCases()
    {
        QCOMPARE(found({"Shop.Local"}, "shop.local"), "Shop.Local");
        QCOMPARE(found({"*.Local"}, "SHOP.LOCAL"), "*.Local");
        QCOMPARE(found({"\xC3\x84.a"}, "\xC3\xA4.a"), "none"); // bytes beyond ASCII are compared as they are
    }

    void namesThatNginxRefusesAreInvalid()
    {
        for (const char *name : {"a*", "*a.b", "a.*.b", "*.a.*", "a..b", "*..a", "*", "*.", "a.b*"})
            QCOMPARE(outcomes({name}), QList<int>{int(Added::Invalid)});
        for (const char *name : {"*.a", ".a", "a.*", "a.", "a", "", ".", ".a.*", ".*"})
            QCOMPARE(outcomes({name}), QList<int>{int(Added::Yes)});
        HostnameTable table;
        QCOMPARE(table.add(QByteArrayView("a\0b", 3), 0), Added::Invalid);
    }

    void anEqualNameIsAConflictAndTheFirstStays()
    {
        const int yes = int(Added::Yes);
        const int conflict = int(Added::Conflict);
        QCOMPARE(outcomes({"a.b", "A.B", "*.a.b", "*.A.b", "a.*", "a.*"}),
                 (QList<int>{yes, conflict, yes, conflict, yes, conflict}));
        QCOMPARE(outcomes({"a.b", ".a.b"}), (QList<int>{yes, conflict}));
        QCOMPARE(outcomes({".a.b", "a.b"}), (QList<int>{yes, conflict}));
        QCOMPARE(outcomes({"*.a.b", ".a.b", "a.b"}), (QList<int>{yes, conflict, conflict})); // nginx keeps "a.b" taken
        HostnameTable table;
        table.add("a.b", 1);
        table.add("a.b", 2);
        QCOMPARE(table.find("a.b"), std::optional<quint32>(1));
    }

    void withoutWildcardsEveryNameMeansItself()
    {
        HostnameTable table;
        QCOMPARE(table.addExact("*.a", 1), Added::Yes);
        QCOMPARE(table.addExact("a..b", 2), Added::Yes);
        QCOMPARE(table.addExact("*.A", 3), Added::Conflict);
        QCOMPARE(table.find("*.a"), std::optional<quint32>(1));
        QCOMPARE(table.find("A..b"), std::optional<quint32>(2));
        QVERIFY(!table.find("x.a"));
    }

    void tenThousandNamesAreAllFound()
    {
        HostnameTable table;
        for (quint32 i = 0; i < 10'000; ++i) {
            const QByteArray number = QByteArray::number(i);
            QCOMPARE(table.add("site" + number + ".test", i * 3), Added::Yes);
            QCOMPARE(table.add("*.site" + number + ".test", i * 3 + 1), Added::Yes);
            QCOMPARE(table.add("mail" + number + ".*", i * 3 + 2), Added::Yes);
        }
        for (quint32 i = 0; i < 10'000; ++i) {
            const QByteArray number = QByteArray::number(i);
            QCOMPARE(table.find("site" + number + ".test"), std::optional(i * 3));
            QCOMPARE(table.find("www.site" + number + ".test"), std::optional(i * 3 + 1));
            QCOMPARE(table.find("mail" + number + ".org"), std::optional(i * 3 + 2));
        }
        QVERIFY(!table.find("site10000.test"));
    }

    void hostsOfManyLabelsAreFoundToo()
    {
        const QByteArray host = QByteArray("a.").repeated(4096) + "b";
        QCOMPARE(found({"*.b"}, host), "*.b");
        QCOMPARE(found({"a.*"}, host), "a.*");
    }
};

QTEST_GUILESS_MAIN(HostnameTableTest)
#include "tst_hostnametable.moc"
