// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/ratelimit.h"

#include <QTest>

#include <limits>

using namespace portlight;
using namespace std::chrono_literals;

class RateLimitTest : public QObject
{
    Q_OBJECT

    // Moves bytes in steps of at most `step` until `total` have moved; the clock is the sum of the rests.
    static std::chrono::milliseconds timeToMove(const RateLimit &limit, qint64 total, qint64 step)
    {
        std::chrono::milliseconds clock{0};
        qint64 moved = 0;
        while (moved < total) {
            const qint64 allowed = limit.allowance(clock, moved);
            if (allowed <= 0) {
                clock += limit.restBefore(clock, moved);
                continue;
            }
            const qint64 now = qMin(qMin(allowed, step), total - moved);
            clock += limit.restBehind(moved, moved + now);
            moved += now;
        }
        return clock;
    }

private Q_SLOTS:
    void zeroIsNoLimit()
    {
        RateLimit limit;
        QVERIFY(!limit.isOn());
        limit.begin(0, 100);
        QVERIFY(!limit.isOn());
        limit.begin(1, 0);
        QVERIFY(limit.isOn());
        limit.clear();
        QVERIFY(!limit.isOn());
    }

    void theFirstSecondIsGrantedAtOnce()
    {
        RateLimit limit;
        limit.begin(1000);
        QCOMPARE(limit.allowance(0ms, 0), 1000);
        QCOMPARE(limit.allowance(999ms, 400), 600);
        QCOMPARE(limit.allowance(1000ms, 400), 1600);
    }

    void whoHasUsedItUpRestsUntilItCounts()
    {
        RateLimit limit;
        limit.begin(1000);
        QCOMPARE(limit.allowance(0ms, 1000), 0);
        QCOMPARE(limit.restBefore(0ms, 1000), 1ms);
        QCOMPARE(limit.allowance(0ms, 3500), -2500);
        QCOMPARE(limit.restBefore(0ms, 3500), 2501ms);
    }

    void theFirstBytesMayBeFree()
    {
        RateLimit limit;
        limit.begin(1000, 5000);
        QCOMPARE(limit.allowance(0ms, 0), 6000);
        QCOMPARE(limit.restBehind(0, 5000), 0ms);
        QCOMPARE(limit.restBehind(4000, 5500), 500ms);
        QCOMPARE(limit.restBehind(6000, 7000), 1000ms);
    }

    void aRestFollowsEachMove()
    {
        RateLimit limit;
        limit.begin(1000);
        QCOMPARE(limit.restBehind(0, 0), 0ms);
        QCOMPARE(limit.restBehind(0, 1), 1ms);
        QCOMPARE(limit.restBehind(500, 1000), 500ms);
    }

    void aBodyTakesItsTime_data()
    {
        QTest::addColumn<qint64>("rate");
        QTest::addColumn<qint64>("after");
        QTest::addColumn<qint64>("bytes");
        QTest::newRow("10 k at 1 k") << qint64(1000) << qint64(0) << qint64(10'000);
        QTest::newRow("1 m at 100 k") << qint64(100 * 1024) << qint64(0) << qint64(1024 * 1024);
        QTest::newRow("the first half free") << qint64(1000) << qint64(5000) << qint64(10'000);
        QTest::newRow("one byte a second") << qint64(1) << qint64(0) << qint64(20);
    }
    void aBodyTakesItsTime()
    {
        QFETCH(qint64, rate);
        QFETCH(qint64, after);
        QFETCH(qint64, bytes);
        RateLimit limit;
        limit.begin(rate, after);
        const auto ideal = std::chrono::milliseconds((bytes - after) * 1000 / rate);
        for (const qint64 step : {qint64(1 << 20), qint64(4096), qint64(100)}) {
            const auto taken = timeToMove(limit, bytes, step);
            QVERIFY2(taken >= ideal - 1s - std::chrono::milliseconds(bytes / step),
                     "never faster, but for the first second");
            QVERIFY2(taken <= ideal + 1s, "nor much slower");
        }
    }

    void ratesBeyondAllNumbersAreNoLimit()
    {
        RateLimit limit;
        const qint64 max = std::numeric_limits<qint64>::max();
        limit.begin(max, max);
        QCOMPARE(limit.allowance(std::chrono::hours(1000), 0), max);
        QVERIFY(limit.allowance(std::chrono::hours(1000), 1 << 30) > 0);
        QCOMPARE(limit.restBehind(0, max), 0ms);
    }

    void restsAreBounded()
    {
        RateLimit limit;
        limit.begin(1);
        QCOMPARE(limit.restBehind(0, 24LL * 3600), RateLimit::RestMax);
        QCOMPARE(limit.restBehind(0, 24LL * 3600 - 1), RateLimit::RestMax - 1s);
        QCOMPARE(limit.restBehind(0, 24LL * 3600 + 1), RateLimit::RestMax);
        QCOMPARE(limit.restBefore(0ms, qint64(1) << 60), RateLimit::RestMax);
    }
};

QTEST_APPLESS_MAIN(RateLimitTest)
#include "tst_ratelimit.moc"
