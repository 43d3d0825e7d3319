// SPDX-License-Identifier: GPL-3.0-or-later
#include "component/netloops.h"

using namespace portlight;
using namespace portlight::test;
using namespace Qt::StringLiterals;

// What watches, timers and deferred calls promise, whatever dispatcher drives them.
class WatchTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void eachReadinessIsReportedOnce_data() { addLoopRows(); }
    void eachReadinessIsReportedOnce()
    {
        QFETCH(LoopKind, kind);
        onLoop(kind, [] {
            EngineLoop loop(QAbstractEventDispatcher::instance());
            SocketPair pair;
            RecordingHandler handler;
            const auto watch = loop.io().watch(pair.ends[0], &handler);
            QVERIFY(watch);
            QVERIFY(turnUntil([&] { return handler.writable == 1; }));
            sendAll(pair.ends[1], "x"_ba);
            QVERIFY(turnUntil([&] { return handler.readable == 1; }));
            turnTimes(5); // nobody reads, nobody is told again
            QCOMPARE(handler.readable, 1);
            char buffer[8];
            QCOMPARE(recv(pair.ends[0], buffer, sizeof buffer, 0), ssize_t(1));
            watch->drained({.readable = true});
            sendAll(pair.ends[1], "y"_ba);
            QVERIFY(turnUntil([&] { return handler.readable == 2; }));
        });
    }

    void whatIsRearmedIsReportedInTheNextTurnOnce_data() { addLoopRows(); }
    void whatIsRearmedIsReportedInTheNextTurnOnce()
    {
        QFETCH(LoopKind, kind);
        onLoop(kind, [] {
            EngineLoop loop(QAbstractEventDispatcher::instance());
            SocketPair pair;
            RecordingHandler handler;
            const auto watch = loop.io().watch(pair.ends[0], &handler);
            QVERIFY(turnUntil([&] { return handler.writable == 1; }));
            watch->rearm({.readable = true});
            watch->rearm({.readable = true, .hangup = true});
            QCOMPARE(handler.readable, 0);
            QVERIFY(turnUntil([&] { return handler.readable == 1; }));
            QVERIFY(handler.last.hangup && !handler.last.writable);
            turnTimes(5);
            QCOMPARE(handler.calls, 2);
        });
    }

    void aHandlerThatAlwaysRearmsStarvesNobody_data() { addLoopRows(); }
    void aHandlerThatAlwaysRearmsStarvesNobody()
    {
        QFETCH(LoopKind, kind);
        onLoop(kind, [] {
            EngineLoop loop(QAbstractEventDispatcher::instance());
            SocketPair busyPair;
            SocketPair otherPair;
            RecordingHandler busy;
            RecordingHandler other;
            const auto busyWatch = loop.io().watch(busyPair.ends[0], &busy);
            const auto otherWatch = loop.io().watch(otherPair.ends[0], &other);
            busy.then = [&](IoReadiness) { busyWatch->rearm({.readable = true}); };
            QVERIFY(turnUntil([&] { return busy.calls > 3; }));
            sendAll(otherPair.ends[1], "x"_ba);
            QVERIFY(turnUntil([&] { return other.readable == 1; }));
        });
    }

    void aWatchDestroyedWithARearmPendingIsSilent_data() { addLoopRows(); }
    void aWatchDestroyedWithARearmPendingIsSilent()
    {
        QFETCH(LoopKind, kind);
        onLoop(kind, [] {
            EngineLoop loop(QAbstractEventDispatcher::instance());
            SocketPair pair;
            RecordingHandler handler;
            auto watch = loop.io().watch(pair.ends[0], &handler);
            QVERIFY(turnUntil([&] { return handler.calls == 1; }));
            watch->rearm({.readable = true});
            watch.reset();
            // The slot is used again: the pending report must not reach its new user.
            SocketPair secondPair;
            RecordingHandler second;
            const auto secondWatch = loop.io().watch(secondPair.ends[0], &second);
            turnTimes(5);
            QCOMPARE(handler.calls, 1);
            QCOMPARE(second.readable, 0);
        });
    }

    void aWatchDestroyedByAnotherHandlerOfTheSameBatchIsSilent_data() { addLoopRows(); }
    void aWatchDestroyedByAnotherHandlerOfTheSameBatchIsSilent()
    {
        QFETCH(LoopKind, kind);
        onLoop(kind, [] {
            EngineLoop loop(QAbstractEventDispatcher::instance());
            SocketPair pairs[2];
            RecordingHandler handlers[2];
            std::unique_ptr<IoWatch> watches[2];
            for (int i : {0, 1}) {
                watches[i] = loop.io().watch(pairs[i].ends[0], &handlers[i]);
                handlers[i].then = [&, i](IoReadiness) { watches[1 - i].reset(); };
            }
            turnTimes(5);
            QCOMPARE(handlers[0].calls + handlers[1].calls, 1);
        });
    }

    void aHandlerMayDestroyItsOwnWatch_data() { addLoopRows(); }
    void aHandlerMayDestroyItsOwnWatch()
    {
        QFETCH(LoopKind, kind);
        onLoop(kind, [] {
            EngineLoop loop(QAbstractEventDispatcher::instance());
            SocketPair pair;
            RecordingHandler handler;
            auto watch = loop.io().watch(pair.ends[0], &handler);
            handler.then = [&](IoReadiness) { watch.reset(); };
            QVERIFY(turnUntil([&] { return !watch; }));
            sendAll(pair.ends[1], "x"_ba);
            turnTimes(5);
            QCOMPARE(handler.calls, 1);
        });
    }

    void aWatchMayOutliveItsLoop_data() { addLoopRows(); }
    void aWatchMayOutliveItsLoop()
    {
        QFETCH(LoopKind, kind);
        SocketPair pair;
        RecordingHandler handler;
        std::unique_ptr<IoWatch> watch;
        onLoop(kind, [&] {
            auto loop = std::make_unique<EngineLoop>(QAbstractEventDispatcher::instance());
            watch = loop->io().watch(pair.ends[0], &handler);
            loop.reset();
            if (kind == LoopKind::Qt)
                watch.reset(); // its QSocketNotifiers belong to this thread
        });
        // With epoll the dispatcher, too, is gone by now.
        watch.reset();
        QCOMPARE(handler.calls, 0);
    }

    void aRegularFileIsRefused_data() { addLoopRows(); }
    void aRegularFileIsRefused()
    {
        QFETCH(LoopKind, kind);
        onLoop(kind, [] {
            EngineLoop loop(QAbstractEventDispatcher::instance());
            RecordingHandler handler;
            const int file = open(qPrintable(QCoreApplication::applicationFilePath()), O_RDONLY | O_CLOEXEC);
            QVERIFY(!loop.io().watch(file, &handler));
            QCOMPARE(errno, EPERM);
            close(file);
            QVERIFY(!loop.io().watch(file, &handler));
            QCOMPARE(errno, EBADF);
        });
    }

    void timersFireThroughTheLoop_data() { addLoopRows(); }
    void timersFireThroughTheLoop()
    {
        QFETCH(LoopKind, kind);
        onLoop(kind, [] {
            using namespace std::chrono_literals;
            EngineLoop loop(QAbstractEventDispatcher::instance());
            std::vector<int> order;
            struct Entry {
                std::vector<int> *order;
                int number;
            } first{&order, 1}, second{&order, 2};
            const auto note = [](void *entry) {
                static_cast<Entry *>(entry)->order->push_back(static_cast<Entry *>(entry)->number);
            };
            Timer later(loop.timers(), note, &second);
            Timer sooner(loop.timers(), note, &first);
            const auto begin = loop.now();
            later.start(20ms);
            sooner.start(5ms);
            QVERIFY(turnUntil([&] { return order.size() == 2; }));
            QCOMPARE(order, (std::vector<int>{1, 2}));
            QVERIFY(loop.now() - begin >= 20ms);
            // Earlier than what the loop last waited for.
            later.start(10h);
            sooner.start(1ms);
            QVERIFY(turnUntil([&] { return order.size() == 3; }));
            later.stop();
        });
    }

    void aTimerRearmedToLaterStillFires_data() { addLoopRows(); }
    void aTimerRearmedToLaterStillFires()
    {
        QFETCH(LoopKind, kind);
        onLoop(kind, [] {
            using namespace std::chrono_literals;
            EngineLoop loop(QAbstractEventDispatcher::instance());
            int fired = 0;
            Timer timer(
                loop.timers(), [](void *count) { ++*static_cast<int *>(count); }, &fired);
            const auto begin = loop.now();
            timer.start(5ms);
            timer.start(25ms);
            QVERIFY(turnUntil([&] { return fired == 1; }));
            QVERIFY(loop.now() - begin >= 25ms);
        });
    }

    void deferredCallsRunOnceAtTheEndOfTheTurn_data() { addLoopRows(); }
    void deferredCallsRunOnceAtTheEndOfTheTurn()
    {
        QFETCH(LoopKind, kind);
        onLoop(kind, [] {
            EngineLoop loop(QAbstractEventDispatcher::instance());
            std::vector<int> order;
            struct Entry {
                std::vector<int> *order;
                int number;
            } first{&order, 1}, second{&order, 2}, third{&order, 3};
            const auto note = [](void *entry) {
                static_cast<Entry *>(entry)->order->push_back(static_cast<Entry *>(entry)->number);
            };
            DeferredCall one(loop, note, &first);
            DeferredCall two(loop, note, &second);
            auto cancelled = std::make_unique<DeferredCall>(loop, note, &third);
            two.schedule();
            cancelled->schedule();
            one.schedule();
            two.schedule(); // twice is once
            cancelled.reset();
            QVERIFY(two.isScheduled());
            QVERIFY(order.empty());
            QVERIFY(turnUntil([&] { return !loop.hasDeferred(); }));
            turnTimes(3);
            QCOMPARE(order, (std::vector<int>{2, 1}));
            QVERIFY(!two.isScheduled());
        });
    }

    void deferredCallsOfOneTurnAreBounded_data() { addLoopRows(); }
    void deferredCallsOfOneTurnAreBounded()
    {
        QFETCH(LoopKind, kind);
        onLoop(kind, [] {
            EngineLoop loop(QAbstractEventDispatcher::instance());
            struct Again {
                std::unique_ptr<DeferredCall> call;
                int runs = 0;
                int until = 0;
            } again;
            again.call = std::make_unique<DeferredCall>(
                loop,
                [](void *self) {
                    auto *each = static_cast<Again *>(self);
                    if (++each->runs < each->until)
                        each->call->schedule();
                },
                &again);
            again.until = EngineLoop::DeferredPerTurnMax; // at the limit: one turn does it
            again.call->schedule();
            loop.runDeferred();
            QCOMPARE(again.runs, EngineLoop::DeferredPerTurnMax);
            QVERIFY(!loop.hasDeferred());
            again.runs = 0;
            again.until = EngineLoop::DeferredPerTurnMax + 1; // one past it: the last is for the next turn
            again.call->schedule();
            loop.runDeferred();
            QCOMPARE(again.runs, EngineLoop::DeferredPerTurnMax);
            QVERIFY(loop.hasDeferred());
            QVERIFY(turnUntil([&] { return again.runs == again.until; }));
        });
    }

    void aLoopGoesWithCallsScheduled_data() { addLoopRows(); }
    void aLoopGoesWithCallsScheduled()
    {
        QFETCH(LoopKind, kind);
        onLoop(kind, [] {
            auto loop = std::make_unique<EngineLoop>(QAbstractEventDispatcher::instance());
            DeferredCall call(
                *loop, [](void *) { QFAIL("its loop is gone"); }, nullptr);
            call.schedule();
            loop.reset();
            QVERIFY(!call.isScheduled());
            turnTimes(3);
        });
    }
};

QTEST_GUILESS_MAIN(WatchTest)
#include "tst_net_watch.moc"
