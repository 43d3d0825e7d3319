// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/timerqueue.h"

#include <QTest>

#include <functional>
#include <memory>
#include <random>

using namespace portlight;
using namespace std::chrono_literals;
using TimePoint = std::chrono::steady_clock::time_point;

namespace {

// A timer that calls a function, and a queue whose time the test sets.
struct TestTimer {
    TestTimer(TimerQueue &queue, std::function<void()> function)
        : then(std::move(function))
        , timer(
              queue, [](void *self) { std::function<void()>(static_cast<TestTimer *>(self)->then)(); }, this)
    {}
    std::function<void()> then;
    Timer timer;
};

struct Fixture {
    Fixture() { queue.setNow(start); }
    int advanceTo(std::chrono::milliseconds since)
    {
        queue.setNow(start + since);
        return queue.fireDue();
    }
    TimePoint start{1000s};
    TimerQueue queue;
};

} // namespace

class TimerQueueTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void anEmptyQueueNeverWakes()
    {
        Fixture f;
        QVERIFY(f.queue.nextWake() == TimePoint::max());
        QCOMPARE(f.advanceTo(1000000ms), 0);
    }

    void aTimerFiresOnceAtItsTimeAndNotBefore()
    {
        Fixture f;
        int fired = 0;
        TestTimer timer(f.queue, [&] { ++fired; });
        timer.timer.start(100ms);
        QVERIFY(timer.timer.isActive());
        QVERIFY(f.queue.nextWake() == f.start + 100ms);
        QCOMPARE(f.advanceTo(99ms), 0);
        QCOMPARE(f.advanceTo(100ms), 1);
        QVERIFY(!timer.timer.isActive());
        QCOMPARE(f.advanceTo(1000ms), 0);
        QCOMPARE(fired, 1);
    }

    void rearmingToLaterLeavesTheHeapAloneUntilTheOldTimeComes()
    {
        Fixture f;
        int fired = 0;
        TestTimer timer(f.queue, [&] { ++fired; });
        timer.timer.start(100ms);
        f.advanceTo(50ms);
        timer.timer.start(100ms);
        QVERIFY(f.queue.nextWake() == f.start + 100ms); // not touched
        QCOMPARE(f.queue.size(), size_t(1));
        QCOMPARE(f.advanceTo(100ms), 0);
        QVERIFY(f.queue.nextWake() == f.start + 150ms); // moved when it was met
        QCOMPARE(f.advanceTo(149ms), 0);
        QCOMPARE(f.advanceTo(150ms), 1);
        QCOMPARE(fired, 1);
    }

    void rearmingToEarlierTakesEffectAtOnce()
    {
        Fixture f;
        int fired = 0;
        TestTimer other(f.queue, [] {});
        TestTimer timer(f.queue, [&] { ++fired; });
        other.timer.start(50ms);
        timer.timer.start(100ms);
        timer.timer.start(10ms);
        QVERIFY(f.queue.nextWake() == f.start + 10ms);
        QCOMPARE(f.advanceTo(10ms), 1);
        QCOMPARE(fired, 1);
    }

    void aStoppedTimerNeitherFiresNorWakes()
    {
        Fixture f;
        TestTimer first(f.queue, [] { QFAIL("stopped"); });
        TestTimer second(f.queue, [] { QFAIL("stopped"); });
        first.timer.start(10ms);
        second.timer.start(20ms);
        second.timer.stop(); // stays in the heap, behind the first
        first.timer.stop();
        QVERIFY(f.queue.nextWake() == TimePoint::max());
        QCOMPARE(f.queue.size(), size_t(0));
        QCOMPARE(f.advanceTo(100ms), 0);
    }

    void aTimerStoppedAndStartedAgainFiresAtTheNewTime()
    {
        Fixture f;
        int fired = 0;
        TestTimer first(f.queue, [] {});
        TestTimer timer(f.queue, [&] { ++fired; });
        first.timer.start(5ms);
        timer.timer.start(10ms);
        timer.timer.stop();
        timer.timer.start(30ms);
        f.advanceTo(10ms);
        QCOMPARE(fired, 0);
        f.advanceTo(30ms);
        QCOMPARE(fired, 1);
    }

    void aDestroyedTimerIsForgotten()
    {
        Fixture f;
        auto timer = std::make_unique<TestTimer>(f.queue, [] { QFAIL("destroyed"); });
        timer->timer.start(10ms);
        timer.reset();
        QCOMPARE(f.queue.size(), size_t(0));
        QCOMPARE(f.advanceTo(10ms), 0);
    }

    void aCallbackMayDestroyItsTimerAndOthersThatAreDue()
    {
        Fixture f;
        std::unique_ptr<TestTimer> own;
        std::unique_ptr<TestTimer> other;
        other = std::make_unique<TestTimer>(f.queue, [] { QFAIL("destroyed by the one before"); });
        own = std::make_unique<TestTimer>(f.queue, [&] {
            other.reset();
            own.reset();
        });
        own->timer.start(10ms);
        other->timer.start(11ms);
        QCOMPARE(f.advanceTo(20ms), 1);
        QVERIFY(!own && !other);
    }

    void aCallbackMayStopOthersThatAreDue()
    {
        Fixture f;
        TestTimer other(f.queue, [] { QFAIL("stopped by the one before"); });
        TestTimer first(f.queue, [&] { other.timer.stop(); });
        first.timer.start(1ms);
        other.timer.start(2ms);
        QCOMPARE(f.advanceTo(5ms), 1);
    }

    void aTimerThatRestartsItselfWithZeroFiresOncePerTurn()
    {
        Fixture f;
        int fired = 0;
        std::unique_ptr<TestTimer> timer;
        timer = std::make_unique<TestTimer>(f.queue, [&] {
            ++fired;
            timer->timer.start(0ms);
        });
        timer->timer.start(0ms);
        QCOMPARE(f.advanceTo(0ms), 1);
        QCOMPARE(f.advanceTo(1ms), 1);
        QCOMPARE(fired, 2);
    }

    void aTimerStartedInACallbackMayBeDueInALaterTurnOnly()
    {
        Fixture f;
        int fired = 0;
        TestTimer second(f.queue, [&] { ++fired; });
        TestTimer first(f.queue, [&] { second.timer.start(10ms); });
        first.timer.start(10ms);
        QCOMPARE(f.advanceTo(15ms), 1);
        QCOMPARE(f.advanceTo(24ms), 0);
        QCOMPARE(f.advanceTo(25ms), 1);
        QCOMPARE(fired, 1);
    }

    void timesAreClampedToTheAllowedRange()
    {
        Fixture f;
        TestTimer timer(f.queue, [] {});
        timer.timer.start(Timer::AfterMax);
        QVERIFY(f.queue.nextWake() == f.start + Timer::AfterMax);
        timer.timer.stop();
        timer.timer.start(Timer::AfterMax + 1ms);
        QVERIFY(f.queue.nextWake() == f.start + Timer::AfterMax);
        timer.timer.start(-1ms);
        QVERIFY(f.queue.nextWake() == f.start);
    }

    void theWakeObserverIsToldOfEarlierTimesOnly()
    {
        Fixture f;
        int told = 0;
        f.queue.setWakeObserver([](void *count) { ++*static_cast<int *>(count); }, &told);
        TestTimer first(f.queue, [] {});
        TestTimer second(f.queue, [] {});
        first.timer.start(100ms);
        QCOMPARE(told, 1);
        second.timer.start(200ms);
        QCOMPARE(told, 1);
        second.timer.start(50ms);
        QCOMPARE(told, 2);
        first.timer.start(300ms);
        QCOMPARE(told, 2);
    }

    void timersOutliveTheirQueue()
    {
        auto queue = std::make_unique<TimerQueue>();
        TestTimer timer(*queue, [] {});
        timer.timer.start(1ms);
        queue.reset();
        QVERIFY(!timer.timer.isActive());
    }

    // Against a plain list of deadlines: whatever is started, re-armed, stopped and destroyed, each fires exactly when
    // due.
    void randomUseAgreesWithAPlainList()
    {
        std::mt19937 random(20240607);
        Fixture f;
        constexpr size_t Count = 200;
        std::vector<std::unique_ptr<TestTimer>> timers(Count);
        std::vector<std::optional<TimePoint>> expected(Count);
        std::vector<bool> fired(Count);
        for (int step = 1; step <= 5000; ++step) {
            for (int change = 0; change < 5; ++change) {
                const size_t i = random() % Count;
                switch (random() % 6) {
                case 0:
                    timers[i].reset();
                    expected[i].reset();
                    break;
                case 1:
                    if (timers[i])
                        timers[i]->timer.stop();
                    expected[i].reset();
                    break;
                default: {
                    if (!timers[i])
                        timers[i] = std::make_unique<TestTimer>(f.queue, [&fired, i] { fired[i] = true; });
                    const std::chrono::milliseconds after(random() % 100);
                    timers[i]->timer.start(after);
                    expected[i] = f.queue.now() + after;
                }
                }
            }
            std::fill(fired.begin(), fired.end(), false);
            f.advanceTo(std::chrono::milliseconds(step));
            for (size_t i = 0; i < Count; ++i) {
                const bool due = expected[i] && *expected[i] <= f.queue.now();
                QCOMPARE(bool(fired[i]), due);
                if (due)
                    expected[i].reset();
                if (expected[i])
                    QVERIFY(f.queue.nextWake() <= *expected[i]);
            }
        }
    }
};

QTEST_APPLESS_MAIN(TimerQueueTest)
#include "tst_timerqueue.moc"
