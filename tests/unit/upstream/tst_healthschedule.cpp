// SPDX-License-Identifier: GPL-3.0-or-later
#include "upstream/healthschedule.h"

#include <QMap>
#include <QTest>

using namespace portlight;
using namespace std::chrono_literals;

namespace {

using Time = HealthSchedule::Time;

// Counts what is asked of it, and gives the largest number each time.
struct Largest {
    quint32 operator()(quint32 bound)
    {
        bounds.append(bound);
        return bound - 1;
    }
    QList<quint32> bounds;
};

} // namespace

class HealthScheduleTest : public QObject
{
    Q_OBJECT

    const Time m_start{100s};

private Q_SLOTS:
    void theFirstChecksAreSpreadOverTheInterval()
    {
        for (size_t i = 0; i < 4; ++i) {
            const HealthSchedule schedule(1s, 0ms, i, 4, false, m_start, {});
            QVERIFY(schedule.due() == m_start + i * 250ms);
        }
    }

    void manyPeersAreCheckedInBatches()
    {
        QMap<qint64, int> moments;
        for (size_t i = 0; i < 100; ++i) {
            const HealthSchedule schedule(1s, 0ms, i, 100, false, m_start, {});
            ++moments[std::chrono::duration_cast<std::chrono::milliseconds>(schedule.due() - m_start).count()];
        }
        QCOMPARE(int(moments.size()), HealthSchedule::BatchesPerInterval);
        for (auto moment = moments.cbegin(); moment != moments.cend(); ++moment) {
            QCOMPARE(moment.key() % 50, 0);
            QCOMPARE(moment.value(), 5);
        }
    }

    void urgentOnesAreSpreadOverAShortTime()
    {
        Largest random;
        const HealthSchedule schedule(5s, 3s, 1, 2, true, m_start, std::ref(random));
        QVERIFY(schedule.due() == m_start + HealthSchedule::UrgentSpread / 2);
        QVERIFY(random.bounds.isEmpty());
        const HealthSchedule fast(10ms, 0ms, 1, 2, true, m_start, {});
        QVERIFY(fast.due() == m_start + 5ms);
    }

    void checksFollowEachOtherByTheInterval()
    {
        HealthSchedule schedule(5s, 0ms, 0, 1, false, m_start, {});
        QVERIFY(schedule.due() == m_start);
        schedule.advance(m_start + 20ms, {});
        QVERIFY(schedule.due() == m_start + 5s);
        schedule.advance(m_start + 5s + 3ms, {});
        QVERIFY(schedule.due() == m_start + 10s);
    }

    void jitterDelaysEachCheckAndDoesNotAddUp()
    {
        Largest random;
        HealthSchedule schedule(5s, 300ms, 0, 1, false, m_start, std::ref(random));
        QVERIFY(schedule.due() == m_start + 300ms);
        schedule.advance(m_start + 301ms, std::ref(random));
        QVERIFY(schedule.due() == m_start + 5s + 300ms);
        schedule.advance(m_start + 5s + 301ms, [](quint32) { return 0u; });
        QVERIFY(schedule.due() == m_start + 10s);
        QCOMPARE(random.bounds, (QList<quint32>{301, 301}));
    }

    void aCheckThatTookLongLeavesOthersOut()
    {
        HealthSchedule schedule(1s, 0ms, 0, 1, false, m_start, {});
        schedule.advance(m_start + 3500ms, {});
        QVERIFY(schedule.due() == m_start + 4s);
        schedule.advance(m_start + 6s, {}); // ended when the next was due
        QVERIFY(schedule.due() == m_start + 7s);
    }

    void intervalsHaveAMaximum()
    {
        HealthSchedule most(HealthSchedule::IntervalMax, 0ms, 0, 1, false, m_start, {});
        most.advance(m_start, {});
        QVERIFY(most.due() == m_start + HealthSchedule::IntervalMax);
        HealthSchedule more(HealthSchedule::IntervalMax + 1ms, 0ms, 0, 1, false, m_start, {});
        more.advance(m_start, {});
        QVERIFY(more.due() == m_start + HealthSchedule::IntervalMax);
    }
};

QTEST_APPLESS_MAIN(HealthScheduleTest)
#include "tst_healthschedule.moc"
