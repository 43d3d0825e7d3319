// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/maptable.h"

#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;

class MapTableTest : public QObject
{
    Q_OBJECT

    // The key that a source falls to, "default" without one, "failed" when an expression gave no answer.
    static QByteArray found(const QList<QByteArray> &keys, QByteArrayView source, bool hostnames = false)
    {
        MapTable table;
        RegexCache regexes;
        if (hostnames)
            table.treatKeysAsHostnames();
        for (qsizetype i = 0; i < keys.size(); ++i) {
            if (const auto added = table.add(keys[i], quint32(i), regexes); !added)
                return added.error().message.toUtf8();
        }
        RegexMatch match;
        const MapLookup result = table.find(source, match);
        if (result.failed)
            return "failed";
        return result.value ? keys[*result.value] : QByteArray("default");
    }

private Q_SLOTS:
    void equalTextsWinOverExpressionsAndIgnoreCase()
    {
        const QList<QByteArray> keys{"~^ab", "AB", "", "abc"};
        QCOMPARE(found(keys, "ab"), "AB");
        QCOMPARE(found(keys, "aB"), "AB");
        QCOMPARE(found(keys, "abd"), "~^ab");
        QCOMPARE(found(keys, ""), "");
        QCOMPARE(found(keys, "b"), "default");
    }

    void expressionsAreTriedInOrder()
    {
        const QList<QByteArray> keys{"~^/a/(?<rest>.*)", "~*^/A", "~."};
        QCOMPARE(found(keys, "/a/b"), "~^/a/(?<rest>.*)");
        QCOMPARE(found(keys, "/ab"), "~*^/A");
        QCOMPARE(found(keys, "/b"), "~.");
        QCOMPARE(found({"~^$"}, ""), "default"); // nothing is given to expressions
    }

    void theMatchLeavesItsCaptures()
    {
        MapTable table;
        RegexCache regexes;
        QVERIFY(table.add("~^/(\\w+)/", 7, regexes).ok());
        RegexMatch match;
        QCOMPARE(table.find("/shop/x", match).value, std::optional<quint32>(7));
        QCOMPARE(match.group(1, "/shop/x"), QByteArrayView("shop"));
    }

    void aBackslashTakesTheMeaningFromAKey()
    {
        const QList<QByteArray> keys{"\\~^a", "\\default", "\\\\x"};
        QCOMPARE(found(keys, "~^a"), "\\~^a");
        QCOMPARE(found(keys, "a"), "default");
        QCOMPARE(found(keys, "Default"), "\\default");
        QCOMPARE(found(keys, "\\x"), "\\\\x");
    }

    void wildcardsCountOnlyAmongHostnames()
    {
        const QList<QByteArray> keys{"*.a.b", ".b", "a.*", "~x"};
        QCOMPARE(found(keys, "www.a.b", true), "*.a.b");
        QCOMPARE(found(keys, "b", true), ".b");
        QCOMPARE(found(keys, "b.", true), ".b"); // a dot at the end is dropped
        QCOMPARE(found(keys, "a.com", true), "a.*");
        QCOMPARE(found(keys, "x.com", true), "~x");
        QCOMPARE(found(keys, "www.a.b", false), "default");
        QCOMPARE(found(keys, "*.a.b", false), "*.a.b");
        QCOMPARE(found({"b"}, "b.", false), "default");
    }

    void keysInFrontOfHostnamesAreTexts()
    {
        MapTable table;
        RegexCache regexes;
        QVERIFY(table.add("*.a", 1, regexes).ok());
        table.treatKeysAsHostnames();
        QVERIFY(table.add("*.b", 2, regexes).ok());
        RegexMatch match;
        QVERIFY(!table.find("x.a", match).value);
        QCOMPARE(table.find("*.a", match).value, std::optional<quint32>(1));
        QCOMPARE(table.find("x.b", match).value, std::optional<quint32>(2));
    }

    void badKeysAreRefusedInNginxsWords()
    {
        QCOMPARE(found({"a", "A"}, ""), "conflicting parameter \"A\"");
        QCOMPARE(found({"\\a", "a"}, ""), "conflicting parameter \"a\"");
        QCOMPARE(found({"a*"}, "", true), "invalid hostname or wildcard \"a*\"");
        QCOMPARE(found({"~("}, ""), "pcre2_compile() failed: missing closing parenthesis in \"(\"");
    }

    void anExpressionWithoutAnAnswerEndsTheSearch()
    {
        QCOMPARE(found({"~^(a+)+$", "~."}, QByteArray(60, 'a') + '!'), "failed");
    }
};

QTEST_GUILESS_MAIN(MapTableTest)
#include "tst_maptable.moc"
