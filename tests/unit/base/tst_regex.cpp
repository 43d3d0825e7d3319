// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/regex.h"

#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;

class RegexTest : public QObject
{
    Q_OBJECT

    static Regex regexOf(QByteArrayView pattern, bool caseless = false)
    {
        const auto compiled = Regex::compile(pattern, caseless);
        return compiled ? *compiled : Regex();
    }
    static QString problemOf(QByteArrayView pattern)
    {
        const auto compiled = Regex::compile(pattern, false);
        return compiled ? QString() : compiled.error().message;
    }

private Q_SLOTS:
    void errorsAreInNginxsWords()
    {
        QCOMPARE(problemOf("("), u"pcre2_compile() failed: missing closing parenthesis in \"(\""_s);
        QCOMPARE(problemOf("a)b"), u"pcre2_compile() failed: unmatched closing parenthesis in \"a)b\" at \")b\""_s);
        QCOMPARE(problemOf("[a"), u"pcre2_compile() failed: missing terminating ] for character class in \"[a\""_s);
        QCOMPARE(problemOf("*a"),
                 u"pcre2_compile() failed: quantifier does not follow a repeatable item in \"*a\" at \"*a\""_s);
    }

    void groupsAreCountedAndNamed()
    {
        const Regex regex = regexOf("^(?<user>[^.]+)(-x)?\\.(?<zone>.+)$");
        QCOMPARE(regex.captureCount(), 3);
        QCOMPARE(regex.groups().size(), size_t(2));
        QCOMPARE(regex.groups()[0].name, "user"_ba);
        QCOMPARE(regex.groups()[0].number, 1);
        QCOMPARE(regex.groups()[1].name, "zone"_ba);
        QCOMPARE(regex.groups()[1].number, 3);
        QCOMPARE(regex.pattern(), "^(?<user>[^.]+)(-x)?\\.(?<zone>.+)$"_ba);
    }

    void aMatchTellsWhereItsGroupsLie()
    {
        const QByteArray subject("/shop/items/7");
        RegexMatch match;
        QCOMPARE(regexOf("/(\\w+)/(\\d+)").match(subject, match), 3);
        QCOMPARE(match.group(0, subject), QByteArrayView("/items/7"));
        QCOMPARE(match.group(1, subject), QByteArrayView("items"));
        QCOMPARE(match.group(2, subject), QByteArrayView("7"));
        QCOMPARE(match.group(3, subject), QByteArrayView());
        QCOMPARE(match.offsets().size(), size_t(6));
    }

    void groupsThatTookNoPartAreEmpty()
    {
        RegexMatch match;
        QCOMPARE(regexOf("(a)|(b)|(c)").match("b", match), 3); // up to the last that took part
        QCOMPARE(match.offsets()[2], RegexMatch::Unset);
        QCOMPARE(match.group(1, "b"), QByteArrayView());
        QCOMPARE(match.group(2, "b"), QByteArrayView("b"));
        QCOMPARE(match.group(3, "b"), QByteArrayView());
    }

    void aFailedMatchKeepsTheCapturesOfTheLastOne()
    {
        RegexMatch match;
        QCOMPARE(regexOf("(a+)").match("xaay", match), 2);
        QCOMPARE(regexOf("(b)(c)(d)").match("bc-", match), 0);
        QCOMPARE(match.group(1, "xaay"), QByteArrayView("aa"));
        match.clear();
        QVERIFY(match.offsets().empty());
    }

    void caseCountsUnlessItIsIgnored()
    {
        RegexMatch match;
        QCOMPARE(regexOf("\\.php$").match("/A.PHP", match), 0);
        QCOMPARE(regexOf("\\.php$", true).match("/A.PHP", match), 1);
    }

    void subjectsAndPatternsAreBytes()
    {
        RegexMatch match;
        QCOMPARE(regexOf("^/.$").match("/\xC3\xA4", match), 0); // two bytes, not one letter
        QCOMPARE(regexOf("^/..$").match("/\xC3\xA4", match), 1);
        QCOMPARE(regexOf("\xFF").match("a\xFF", match), 1);
        QCOMPARE(regexOf("b").match(QByteArrayView("a\0b", 3), match), 1);
    }

    void nothingMatchesTheEmptySubjectButWhatMay()
    {
        RegexMatch match;
        QCOMPARE(regexOf("^$").match(QByteArrayView(), match), 1);
        QCOMPARE(regexOf("").match(QByteArrayView(), match), 1);
        QCOMPARE(regexOf("a").match(QByteArrayView(), match), 0);
        QCOMPARE(Regex().match("a", match), 0);
    }

    void aMatchThatKnowsNoEndIsAnErrorAndNotAMiss()
    {
        RegexMatch match;
        const QByteArray subject = QByteArray(60, 'a') + 'b';
        QVERIFY(regexOf("^(a+)+$").match(subject, match) < 0);
        QVERIFY(match.offsets().empty());
        // within the limit the same expression answers
        QCOMPARE(regexOf("^(a+)+$").match(subject.first(60), match), 2);
        QCOMPARE(regexOf("^(a+)+$").match(QByteArray(12, 'a') + 'b', match), 0);
    }

    void longSubjectsAreNotBoundByTheCompilersStack()
    {
        RegexMatch match;
        const QByteArray subject(100'000, 'x');
        QCOMPARE(regexOf("^(?:(.)|y)*$").match(subject, match), 2);
        QCOMPARE(match.offsets()[1], size_t(100'000));
    }

    void equalExpressionsAreCompiledOnce()
    {
        RegexCache cache;
        const auto first = cache.compile("a(b)", false);
        const auto again = cache.compile("a(b)", false);
        const auto other = cache.compile("a(b)", true);
        QVERIFY(first && again && other);
        QCOMPARE(&first->pattern(), &again->pattern());
        QVERIFY(&first->pattern() != &other->pattern());
        QVERIFY(other->isCaseless() && !first->isCaseless());
        QVERIFY(!cache.compile("(", false));
    }
};

QTEST_GUILESS_MAIN(RegexTest)
#include "tst_regex.moc"
