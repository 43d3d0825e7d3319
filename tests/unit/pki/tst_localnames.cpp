// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/localnames.h"

#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;

namespace {

// The canonical form, or "refused".
template<typename Value>
QByteArray valueOf(const Result<Value> &result)
{
    return result ? *result : "refused";
}

QByteArray labels(int count, char letter)
{
    QByteArray label(count, letter);
    return label;
}

} // namespace

class TestLocalNames : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void namesAreCanonical_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<QByteArray>("canonical");
        const auto row = [](const QByteArray &name, const QByteArray &canonical) {
            QTest::newRow(name.isEmpty() ? "nothing" : name.constData()) << name << canonical;
        };
        row("shop.test", "shop.test");
        row("SHOP.Test.", "shop.test");
        row("localhost", "localhost");
        row("*.Shop.test", "*.shop.test");
        row("my_app.test", "my_app.test");
        row("b\xc3\xbc"
            "cher.test",
            "xn--bcher-kva.test");
        row("*.b\xc3\xbc"
            "cher.test",
            "*.xn--bcher-kva.test");
        row("127.0.0.1", "127.0.0.1");
        row("::1", "::1");
        row("[::1]", "::1");
        row("0:0:0:0:0:0:0:1", "::1");
        row("2001:DB8::1", "2001:db8::1");
        row("", "refused");
        row(".", "refused");
        row("*.", "refused");
        row("*", "refused");
        row("a..test", "refused");
        row(".test", "refused");
        row("a.*.test", "refused");
        row("*a.test", "refused");
        row("*.*.test", "refused");
        row("-a.test", "refused");
        row("a-.test", "refused");
        row("a b.test", "refused");
        row("127.1", "refused");
        row("shop.test.7", "refused");
        row("a/b.test", "refused");
        row("a,DNS:evil.test", "refused");
        row("a:80.test", "refused");
        row("\xff\xfe.test", "refused");
    }
    void namesAreCanonical()
    {
        QFETCH(QByteArray, name);
        QFETCH(QByteArray, canonical);
        const auto result = canonicalLocalName(name);
        QCOMPARE(valueOf(result), canonical);
        if (!result)
            QCOMPARE(result.error().code, ErrorCode::InvalidName);
    }

    void aNulDoesNotEndAName() { QVERIFY(!canonicalLocalName(QByteArray("a.test\0.example.com", 19))); }

    void labelsAndNamesHaveAMaximum()
    {
        QVERIFY(canonicalLocalName(labels(63, 'a') + ".test"));
        QVERIFY(!canonicalLocalName(labels(64, 'a') + ".test"));
        const QByteArray three = labels(63, 'a') + '.' + labels(63, 'b') + '.' + labels(63, 'c') + '.';
        QVERIFY(canonicalLocalName(three + labels(61, 'd')));
        QVERIFY(!canonicalLocalName(three + labels(62, 'd')));
        QVERIFY(canonicalLocalName("*." + three + labels(59, 'd')));
        QVERIFY(!canonicalLocalName("*." + three + labels(60, 'd')));
    }

    void aSetOfNamesHasOneOrder()
    {
        const QByteArrayList sorted{"b.test", "www.b.test", "::1", "127.0.0.1"};
        QCOMPARE(*canonicalLocalNames({"127.0.0.1", "www.b.test", "B.test", "[::1]", "b.test."}), sorted);
        QCOMPARE(*canonicalLocalNames(sorted), sorted);
        QVERIFY(!canonicalLocalNames({}));
        QVERIFY(!canonicalLocalNames({"a.test", "?"}));
    }

    void suffixesAreNobodysOrOnesOwn_data()
    {
        QTest::addColumn<QByteArray>("suffix");
        QTest::addColumn<QByteArray>("canonical");
        const auto row = [](const QByteArray &suffix, const QByteArray &canonical) {
            QTest::newRow(suffix.isEmpty() ? "nothing" : suffix.constData()) << suffix << canonical;
        };
        for (const char *free : {"localhost", "test", "example", "invalid", "internal", "local", "lan", "home",
                                 "intranet", "private", "corp", "localdomain", "home.arpa"})
            row(free, free);
        row(".Test", "test");
        row("*.dev.example.com", "dev.example.com");
        row("example.com.", "example.com");
        row("m\xc3\xbcller.de", "xn--mller-kva.de");
        for (const char *everybodys : {"com", "de", "dev", "app", "shop", "onion", "arpa", "co.uk", "com.au",
                                       "github.io", "xn--p1ai", "*.com", ".org", "COM."})
            row(everybodys, "refused");
        for (const char *none : {"", ".", "..", "*", "*.", "127.0.0.1", "::1", "a b", "*.*.test"})
            row(none, "refused");
    }
    void suffixesAreNobodysOrOnesOwn()
    {
        QFETCH(QByteArray, suffix);
        QFETCH(QByteArray, canonical);
        const auto result = canonicalSuffix(suffix);
        QCOMPARE(valueOf(result), canonical);
        if (!result) {
            QCOMPARE(result.error().code, ErrorCode::InvalidName);
            QVERIFY(!result.error().hint.isEmpty());
        }
    }

    void theReasonIsSaid()
    {
        QCOMPARE(canonicalSuffix("com").error().message,
                 u"\"com\" cannot be a suffix: other people's names lie below it, and whoever got hold of this "
                 u"authority could pass for them"_s);
        QCOMPARE(canonicalSuffixes({}).error().message,
                 u"an authority needs a suffix: without one it could sign every name there is"_s);
    }

    void anAuthorityHasAtMostFiftySuffixes()
    {
        QByteArrayList suffixes;
        for (int i = 0; i < 50; ++i)
            suffixes.append("s" + QByteArray::number(i) + ".example.com");
        QCOMPARE(canonicalSuffixes(suffixes)->size(), 50);
        suffixes.append("test");
        QVERIFY(!canonicalSuffixes(suffixes));
    }

    void aSuffixCoversItselfAndAllBelow()
    {
        const QByteArrayList suffixes{"localhost", "dev.example.com"};
        for (const char *inside : {"localhost", "a.localhost", "a.b.localhost", "*.a.localhost", "*.localhost",
                                   "dev.example.com", "x.dev.example.com", "127.0.0.1", "127.255.0.9", "::1"})
            QVERIFY2(isWithinSuffixes(inside, suffixes), inside);
        for (const char *outside : {"evillocalhost", "localhost.evil.com", "example.com", "evildev.example.com",
                                    "*.example.com", "test", "192.168.1.5", "::2", "128.0.0.1", "::ffff:127.0.0.1"})
            QVERIFY2(!isWithinSuffixes(outside, suffixes), outside);
    }

    void theRemedyFitsTheName_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<QString>("hint");
        const auto init = [](const char *suffix) {
            return u"these limits are signed into its root and browsers enforce them, so another suffix needs a new "
                   u"root: portlightctl ca init --replace --suffix localhost --suffix test --suffix %1"_s.arg(
                       QLatin1String(suffix));
        };
        QTest::newRow("below a domain") << QByteArray("api.dev.example.com") << init("dev.example.com");
        QTest::newRow("a domain") << QByteArray("example.com") << init("example.com");
        QTest::newRow("below a public suffix") << QByteArray("me.github.io") << init("me.github.io");
        QTest::newRow("wildcard") << QByteArray("*.example.com") << init("example.com");
        QTest::newRow("a word") << QByteArray("shop") << u"use a name below one of these, such as shop.localhost"_s;
        QTest::newRow("an address") << QByteArray("192.168.1.5") << u"use a name"_s;
    }
    void theRemedyFitsTheName()
    {
        QFETCH(QByteArray, name);
        QFETCH(QString, hint);
        const auto checked = checkWithinSuffixes(name, {"localhost", "test"});
        QCOMPARE(checked.error().code, ErrorCode::NameNotAllowed);
        QCOMPARE(checked.error().hint, hint);
    }

    void wildcardsRightBelowTheTopAreRemarked()
    {
        QVERIFY(wildcardRemark("*.localhost"));
        QVERIFY(wildcardRemark("*.TEST."));
        QVERIFY(!wildcardRemark("*.shop.test"));
        QVERIFY(!wildcardRemark("shop.test"));
        QVERIFY(!wildcardRemark("?"));
    }
};

QTEST_GUILESS_MAIN(TestLocalNames)
#include "tst_localnames.moc"
