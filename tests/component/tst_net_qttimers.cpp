// SPDX-License-Identifier: GPL-3.0-or-later
#include "component/netloops.h"

#include <QElapsedTimer>

using namespace portlight;
using namespace portlight::test;
using namespace Qt::StringLiterals;

namespace {

void onEpoll(const std::function<void()> &body)
{
    onLoop(LoopKind::Epoll, body);
}

// A QObject timer that counts and does what the test wants.
struct CountingTimer : QObject {
    void timerEvent(QTimerEvent *event) override
    {
        ++count;
        lastId = event->timerId();
        if (then)
            then();
    }
    std::function<void()> then;
    int count = 0;
    int lastId = 0;
};

} // namespace

// QTimer and QObject::startTimer() on the epoll dispatcher.
class QtTimersTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aTimerFiresNotBeforeItsIntervalAndAgain_data()
    {
        QTest::addColumn<Qt::TimerType>("type");
        QTest::addColumn<int>("interval");
        QTest::newRow("precise") << Qt::PreciseTimer << 7;
        QTest::newRow("short coarse") << Qt::CoarseTimer << 7;
        QTest::newRow("coarse") << Qt::CoarseTimer << 100;
    }
    void aTimerFiresNotBeforeItsIntervalAndAgain()
    {
        QFETCH(Qt::TimerType, type);
        QFETCH(int, interval);
        onEpoll([=] {
            CountingTimer timer;
            QElapsedTimer clock;
            clock.start();
            timer.startTimer(interval, type);
            QVERIFY(turnUntil([&] { return timer.count == 1; }));
            QVERIFY(clock.nsecsElapsed() >= interval * 950000LL); // Coarse: within 5 %
            QVERIFY(turnUntil([&] { return timer.count == 2; }));
            QVERIFY(clock.nsecsElapsed() >= 2 * interval * 950000LL);
        });
    }

    void zeroTimersNeitherStarveSocketsNorBlock()
    {
        onEpoll([] {
            EngineLoop loop(QAbstractEventDispatcher::instance());
            SocketPair pair;
            RecordingHandler handler;
            const auto watch = loop.io().watch(pair.ends[0], &handler);
            CountingTimer zero;
            zero.startTimer(0);
            CountingTimer other;
            other.startTimer(0);
            QVERIFY(turnUntil([&] { return zero.count > 10; })); // does not block
            QVERIFY(std::abs(zero.count - other.count) <= 1);    // each once a turn
            sendAll(pair.ends[1], "x"_ba);
            QVERIFY(turnUntil([&] { return handler.readable == 1; }));
            CountingTimer later;
            later.startTimer(1);
            QVERIFY(turnUntil([&] { return later.count == 1; }));
        });
    }

    void zeroTimersDoNotCountAsWork()
    {
        onEpoll([] {
            turnTimes(2);
            CountingTimer zero;
            zero.startTimer(0);
            QVERIFY(!QAbstractEventDispatcher::instance()->processEvents(QEventLoop::AllEvents));
            QCOMPARE(zero.count, 1);
        });
    }

    void timersMayBeStartedAndStoppedInCallbacks()
    {
        onEpoll([] {
            CountingTimer stopped;
            CountingTimer started;
            CountingTimer first;
            const int stoppedId = stopped.startTimer(0);
            first.then = [&] {
                stopped.killTimer(stoppedId);
                started.startTimer(0);
                first.killTimer(first.lastId);
            };
            // Same timeout, so the order is that of starting: let the killer be first.
            stopped.killTimer(stoppedId);
            first.startTimer(0);
            const int again = stopped.startTimer(0);
            first.then = [&] {
                stopped.killTimer(again);
                started.startTimer(0);
                first.killTimer(first.lastId);
            };
            turnTimes(1);
            QCOMPARE(first.count, 1);
            QCOMPARE(stopped.count, 0);
            QVERIFY(turnUntil([&] { return started.count > 0; }));
            turnTimes(3);
            QCOMPARE(first.count, 1);
            QCOMPARE(stopped.count, 0);
        });
    }

    void anObjectMayBeDeletedByItsTimer()
    {
        onEpoll([] {
            auto *timer = new CountingTimer;
            QPointer<QObject> alive(timer);
            timer->startTimer(0);
            timer->startTimer(0);
            timer->then = [timer] { delete timer; };
            QVERIFY(turnUntil([&] { return alive.isNull(); }));
            turnTimes(3);
        });
    }

    void aTimerDoesNotFireAgainInsideItsOwnEvent()
    {
        onEpoll([] {
            CountingTimer timer;
            int inside = 0;
            timer.then = [&] {
                const int before = timer.count;
                turnTimes(5);
                inside += timer.count - before;
            };
            timer.startTimer(0);
            QVERIFY(turnUntil([&] { return timer.count == 3; }));
            QCOMPARE(inside, 0);
        });
    }

    void aNestedLoopFiresTheOthersThatAreDue()
    {
        onEpoll([] {
            CountingTimer first;
            CountingTimer second;
            first.startTimer(0);
            second.startTimer(0);
            bool seen = false;
            first.then = [&] {
                if (!seen)
                    seen = turnUntil([&] { return second.count > 0; });
            };
            QVERIFY(turnUntil([&] { return seen; }));
        });
    }

    void excludedTimersWait()
    {
        onEpoll([] {
            CountingTimer timer;
            timer.startTimer(0);
            for (int turn = 0; turn < 3; ++turn)
                QAbstractEventDispatcher::instance()->processEvents(QEventLoop::X11ExcludeTimers);
            QCOMPARE(timer.count, 0);
            QVERIFY(turnUntil([&] { return timer.count > 0; }));
        });
    }

    void registeredTimersAreToldAsRegistered()
    {
        onEpoll([] {
            QAbstractEventDispatcher *dispatcher = QAbstractEventDispatcher::instance();
            CountingTimer timer;
            const int coarse = timer.startTimer(30000, Qt::CoarseTimer);
            const int precise = timer.startTimer(1234, Qt::PreciseTimer);
            QList<QAbstractEventDispatcher::TimerInfo> infos = dispatcher->registeredTimers(&timer);
            std::sort(infos.begin(), infos.end(), [](const auto &a, const auto &b) { return a.interval < b.interval; });
            QCOMPARE(infos.size(), 2);
            QCOMPARE(infos[0].timerId, precise);
            QCOMPARE(infos[0].interval, 1234);
            QCOMPARE(infos[0].timerType, Qt::PreciseTimer);
            QCOMPARE(infos[1].timerId, coarse);
            QCOMPARE(infos[1].interval, 30000);
            QCOMPARE(infos[1].timerType, Qt::CoarseTimer);
            QVERIFY(dispatcher->remainingTime(precise) > 0);
            QVERIFY(dispatcher->remainingTime(precise) <= 1234);
            QVERIFY(dispatcher->unregisterTimer(precise));
            QVERIFY(!dispatcher->unregisterTimer(precise));
            QCOMPARE(dispatcher->remainingTime(precise), -1);
            QVERIFY(dispatcher->unregisterTimers(&timer));
            QVERIFY(!dispatcher->unregisterTimers(&timer));
            QVERIFY(dispatcher->registeredTimers(&timer).isEmpty());
        });
    }

    void anOverdueTimerHasNoTimeLeft()
    {
        onEpoll([] {
            CountingTimer timer;
            const int id = timer.startTimer(0);
            QCOMPARE(QAbstractEventDispatcher::instance()->remainingTime(id), 0);
        });
    }

    void timersMoveWithTheirObjectToTheThread()
    {
        auto *timer = new QTimer;
        timer->setInterval(1);
        timer->start();
        QThread thread;
        thread.setEventDispatcher(new EpollEventDispatcher);
        QObject::connect(
            timer, &QTimer::timeout, timer, [&thread] { thread.quit(); }, Qt::DirectConnection);
        QObject::connect(&thread, &QThread::finished, timer, &QObject::deleteLater);
        timer->moveToThread(&thread);
        thread.start();
        QVERIFY(thread.wait(30000));
    }

    // Against plain arithmetic: many timers, started and stopped at random, fire in the order of their timeouts.
    void manyTimersFireInOrder()
    {
        onEpoll([] {
            QtTimerHeap heap;
            QtTimerHeap::Clock::time_point now{std::chrono::seconds(1000)};
            std::vector<std::unique_ptr<CountingTimer>> timers;
            std::vector<int> order;
            for (int id = 1; id <= 300; ++id) {
                timers.push_back(std::make_unique<CountingTimer>());
                CountingTimer *timer = timers.back().get();
                timer->then = [&order, timer] { order.push_back(timer->lastId); };
                heap.add(id, std::chrono::milliseconds((id * 7919) % 1000 + 1), Qt::PreciseTimer, timer, now);
            }
            for (int id = 3; id <= 300; id += 3)
                QVERIFY(heap.remove(id));
            QCOMPARE(heap.fireDue(now + std::chrono::milliseconds(1000)), 200);
            QCOMPARE(order.size(), size_t(200));
            QVERIFY(std::is_sorted(order.begin(), order.end(),
                                   [](int a, int b) { return (a * 7919) % 1000 < (b * 7919) % 1000; }));
        });
    }

    void coarseTimersAreAlignedWithinFivePerCent()
    {
        using std::chrono::milliseconds;
        onEpoll([] {
            QObject object;
            const QtTimerHeap::Clock::time_point now{milliseconds(123457)};
            for (const int interval : {1, 20, 21, 99, 100, 399, 400, 1000, 2000, 9999, 10000, 19999, 20000, 60000}) {
                for (const Qt::TimerType type : {Qt::PreciseTimer, Qt::CoarseTimer, Qt::VeryCoarseTimer}) {
                    QtTimerHeap heap;
                    heap.add(1, milliseconds(interval), type, &object, now);
                    const auto off = heap.nextWake() - now - milliseconds(interval);
                    const auto allowed = type == Qt::PreciseTimer || interval <= 20 ? milliseconds(0)
                                         : type == Qt::VeryCoarseTimer              ? milliseconds(500)
                                                                                    : milliseconds(interval / 20);
                    QVERIFY2(off <= allowed && off >= -allowed, qPrintable(QString::number(interval)));
                }
            }
        });
    }
};

QTEST_GUILESS_MAIN(QtTimersTest)
#include "tst_net_qttimers.moc"
