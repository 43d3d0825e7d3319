// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/expires.h"

#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using Kind = ExpiresRule::Kind;

class ExpiresTest : public QObject
{
    Q_OBJECT
    static constexpr std::time_t Now = 1'000'000'000; // 2001-09-09 01:46:40 UTC

    static ExpiresRule rule(QByteArrayView text, bool modified = false)
    {
        const auto parsed = parseExpires(text, modified);
        return parsed ? *parsed : ExpiresRule{Kind::Off, -999s};
    }
    static QString problem(QByteArrayView text, bool modified = false)
    {
        const auto parsed = parseExpires(text, modified);
        return parsed ? u"taken"_s : parsed.error().message;
    }

private Q_SLOTS:
    void initTestCase()
    {
        qputenv("TZ", "UTC");
        ::tzset();
    }
    void everyFormIsTaken()
    {
        QVERIFY(rule("off") == (ExpiresRule{Kind::Off, 0s}));
        QVERIFY(rule("epoch") == (ExpiresRule{Kind::Epoch, 0s}));
        QVERIFY(rule("max") == (ExpiresRule{Kind::Max, 0s}));
        QVERIFY(rule("0") == (ExpiresRule{Kind::Access, 0s}));
        QVERIFY(rule("24h") == (ExpiresRule{Kind::Access, 86400s}));
        QVERIFY(rule("+1d") == (ExpiresRule{Kind::Access, 86400s}));
        QVERIFY(rule("-1") == (ExpiresRule{Kind::Access, -1s}));
        QVERIFY(rule("@15h30m") == (ExpiresRule{Kind::Daily, 55800s}));
        QVERIFY(rule("1h", true) == (ExpiresRule{Kind::Modified, 3600s}));
        QVERIFY(rule("-1h", true) == (ExpiresRule{Kind::Modified, -3600s}));
    }
    void whatNginxRefusesIsRefusedInItsWords()
    {
        QCOMPARE(problem("tomorrow"), u"invalid value"_s);
        QCOMPARE(problem(""), u"invalid value"_s);
        QCOMPARE(problem("-"), u"invalid value"_s);
        QCOMPARE(problem("max", true), u"invalid value"_s);
        QCOMPARE(problem("@1h", true), u"daily time cannot be used with \"modified\" parameter"_s);
    }
    void aDayHasTwentyFourHours()
    {
        QCOMPARE(problem("@24h"), u"taken"_s);
        QCOMPARE(problem("@24h1s"), u"daily time value must be less than 24 hours"_s);
    }
    void agesCountFromNowOrFromTheLastChange()
    {
        const auto answer = [](const ExpiresRule &given, std::time_t modified = -1) {
            return answerExpires(given, Now, modified);
        };
        QCOMPARE(answer(rule("1h")).expires, Now + 3600);
        QCOMPARE(answer(rule("1h")).maxAge, 3600);
        QCOMPARE(answer(rule("1h"), Now - 60).expires, Now + 3600);
        QCOMPARE(answer(rule("0")).maxAge, 0);
        QCOMPARE(answer(rule("-1")).expires, Now - 1);
        QVERIFY(answer(rule("-1")).maxAge < 0);
        QCOMPARE(answer(rule("1h", true), Now - 600).expires, Now + 3000);
        QCOMPARE(answer(rule("1h", true), Now - 600).maxAge, 3000);
        QVERIFY(answer(rule("1h", true), Now - 6000).maxAge < 0);
        QCOMPARE(answer(rule("1h", true)).expires, Now + 3600);
        QVERIFY(answer(rule("-1h", true), Now + 6000).maxAge < 0);
        QCOMPARE(answer(rule("0", true), Now - 600).expires, Now);
        QCOMPARE(answer(rule("max")).expires, 2145916555);
        QCOMPARE(answer(rule("max")).maxAge, 315360000);
        QCOMPARE(answer(rule("epoch")).expires, 1);
        QVERIFY(answer(rule("epoch")).maxAge < 0);
    }
    void aTimeOfDayIsTodaysOrTomorrows()
    {
        QCOMPARE(answerExpires(rule("@2h"), Now, -1).expires, Now + 800);
        QCOMPARE(answerExpires(rule("@2h"), Now, -1).maxAge, 800);
        QCOMPARE(answerExpires(rule("@1h"), Now, -1).expires, Now - 6400 + 3600 + 86400);
        QCOMPARE(answerExpires(rule("@1h46m40s"), Now, -1).maxAge, 86400); // this very second
        QCOMPARE(answerExpires(rule("@0"), Now, -1).maxAge, 86400 - 6400);
    }
};

QTEST_APPLESS_MAIN(ExpiresTest)
#include "tst_expires.moc"
