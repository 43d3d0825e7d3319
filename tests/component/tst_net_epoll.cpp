// SPDX-License-Identifier: GPL-3.0-or-later
#include "component/netloops.h"
#include "net/listener.h"

#include <QLocalServer>
#include <QLocalSocket>
#include <QRegularExpression>
#include <QSocketNotifier>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTemporaryFile>

using namespace portlight;
using namespace portlight::test;
using namespace Qt::StringLiterals;

namespace {

QAbstractEventDispatcher *dispatcher()
{
    return QAbstractEventDispatcher::instance();
}

void onEpoll(const std::function<void()> &body)
{
    onLoop(LoopKind::Epoll, [&body] {
        QVERIFY(qobject_cast<EpollEventDispatcher *>(dispatcher()));
        body();
    });
}

// A notifier that counts.
struct CountingNotifier {
    CountingNotifier(int descriptor, QSocketNotifier::Type type)
        : notifier(descriptor, type)
    {
        QObject::connect(&notifier, &QSocketNotifier::activated, &notifier, [this] {
            ++count;
            if (then)
                then();
        });
    }
    QSocketNotifier notifier;
    std::function<void()> then;
    int count = 0;
};

// Handled events of turns that do not wait: 0 once nothing goes on any more.
int busyTurns(int turns)
{
    int busy = 0;
    for (int turn = 0; turn < turns; ++turn)
        busy += dispatcher()->processEvents(QEventLoop::AllEvents);
    return busy;
}

} // namespace

// The traps of an epoll dispatcher below Qt, each by name.
class EpollTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // Watches

    void descriptorClosedAndReusedWithinOneBatchForWatches()
    {
        onEpoll([] {
            EngineLoop loop(dispatcher());
            SocketPair first;
            SocketPair second;
            RecordingHandler handlers[2];
            std::unique_ptr<IoWatch> watches[2] = {loop.io().watch(first.ends[0], &handlers[0]),
                                                   loop.io().watch(second.ends[0], &handlers[1])};
            turnTimes(2); // the first readiness to write is past
            RecordingHandler reused;
            std::unique_ptr<IoWatch> reusedWatch;
            SocketPair *const pairs[2] = {&first, &second};
            std::unique_ptr<SocketPair> fresh;
            for (int i : {0, 1}) {
                handlers[i].calls = handlers[i].readable = 0;
                handlers[i].then = [&, i](IoReadiness) {
                    const int other = 1 - i;
                    const int number = pairs[other]->ends[0];
                    watches[other].reset();
                    pairs[other]->closeEnd(0);
                    fresh = std::make_unique<SocketPair>(); // the lowest free number: the one just closed
                    QCOMPARE(fresh->ends[0], number);
                    reusedWatch = loop.io().watch(fresh->ends[0], &reused);
                };
            }
            sendAll(first.ends[1], "x"_ba);
            sendAll(second.ends[1], "x"_ba);
            dispatcher()->processEvents(QEventLoop::AllEvents); // both in one batch
            QCOMPARE(handlers[0].calls + handlers[1].calls, 1);
            QCOMPARE(reused.readable, 0); // the old descriptor's bytes are not the new one's
            handlers[0].then = handlers[1].then = nullptr;
            sendAll(fresh->ends[1], "y"_ba);
            QVERIFY(turnUntil([&] { return reused.readable == 1; }));
        });
    }

    void aBatchLargerThanTheArrayIsFetchedInTurns()
    {
        onEpoll([] {
            EngineLoop loop(dispatcher());
            constexpr int Count = EpollSet::EventsPerTurnMax / 2 + 1;
            QVERIFY(raiseDescriptorLimit() > 4 * Count);
            std::vector<std::unique_ptr<SocketPair>> pairs;
            std::vector<std::unique_ptr<IoWatch>> watches;
            RecordingHandler handler;
            for (int i = 0; i < Count; ++i) {
                pairs.push_back(std::make_unique<SocketPair>());
                watches.push_back(loop.io().watch(pairs.back()->ends[0], &handler));
                if (2 * i + 1 < EpollSet::EventsPerTurnMax)
                    watches.push_back(loop.io().watch(pairs.back()->ends[1], &handler));
            }
            const int all = int(watches.size());
            QCOMPARE(all, EpollSet::EventsPerTurnMax + 1);
            dispatcher()->processEvents(QEventLoop::AllEvents);
            QCOMPARE(handler.calls, EpollSet::EventsPerTurnMax);
            dispatcher()->processEvents(QEventLoop::AllEvents);
            QCOMPARE(handler.calls, all);
        });
    }

    void aNestedLoopGoesOnWithTheBatchOfTheOuterOne()
    {
        onEpoll([] {
            EngineLoop loop(dispatcher());
            SocketPair pairs[2];
            RecordingHandler handlers[2];
            std::unique_ptr<IoWatch> watches[2];
            int nested = 0;
            for (int i : {0, 1}) {
                watches[i] = loop.io().watch(pairs[i].ends[0], &handlers[i]);
                handlers[i].then = [&, i](IoReadiness) {
                    if (nested++ > 0)
                        return;
                    // Its edge is in the outer loop's hands: it would be lost to a loop that only asks the kernel.
                    QVERIFY(turnUntil([&] { return handlers[1 - i].calls == 1; }));
                };
            }
            dispatcher()->processEvents(QEventLoop::AllEvents);
            QCOMPARE(handlers[0].calls, 1);
            QCOMPARE(handlers[1].calls, 1);
        });
    }

    // Socket notifiers

    void descriptorClosedAndReusedWithinOneBatchForNotifiers()
    {
        onEpoll([] {
            SocketPair first;
            SocketPair second;
            SocketPair *const pairs[2] = {&first, &second};
            std::unique_ptr<CountingNotifier> notifiers[2];
            std::unique_ptr<SocketPair> fresh;
            std::unique_ptr<CountingNotifier> reused;
            for (int i : {0, 1}) {
                notifiers[i] = std::make_unique<CountingNotifier>(pairs[i]->ends[0], QSocketNotifier::Read);
                notifiers[i]->then = [&, i] {
                    if (fresh)
                        return;
                    const int number = pairs[1 - i]->ends[0];
                    notifiers[1 - i].reset();
                    pairs[1 - i]->closeEnd(0);
                    fresh = std::make_unique<SocketPair>();
                    QCOMPARE(fresh->ends[0], number);
                    reused = std::make_unique<CountingNotifier>(number, QSocketNotifier::Read);
                };
            }
            sendAll(first.ends[1], "x"_ba);
            sendAll(second.ends[1], "x"_ba);
            dispatcher()->processEvents(QEventLoop::AllEvents);
            QVERIFY(reused);
            QCOMPARE(reused->count, 0);
            sendAll(fresh->ends[1], "y"_ba);
            QVERIFY(turnUntil([&] { return reused->count > 0; }));
        });
    }

    void descriptorReusedWhileItsOldNotifierIsStillThere()
    {
        onEpoll([] {
            auto pair = std::make_unique<SocketPair>();
            const int number = pair->ends[0];
            CountingNotifier old(number, QSocketNotifier::Read);
            turnTimes(1);
            pair.reset(); // without disabling the notifier first: the kernel forgets it silently
            SocketPair fresh;
            QCOMPARE(fresh.ends[0], number);
            QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"Multiple socket notifiers for same socket"_s));
            CountingNotifier current(number, QSocketNotifier::Read);
            sendAll(fresh.ends[1], "x"_ba);
            QVERIFY(turnUntil([&] { return current.count > 0; }));
            QCOMPARE(old.count, 0);
        });
    }

    void hangupWithNoNotifierInterestedDoesNotSpin()
    {
        onEpoll([] {
            SocketPair pair;
            CountingNotifier write(pair.ends[0], QSocketNotifier::Write);
            CountingNotifier read(pair.ends[0], QSocketNotifier::Read);
            turnTimes(1);
            pair.closeEnd(1);
            QVERIFY(turnUntil([&] { return read.count > 0; }));
            read.notifier.setEnabled(false);
            write.notifier.setEnabled(false);
            turnTimes(1);
            QCOMPARE(busyTurns(10), 0);
            // And comes back when somebody is interested again.
            const int before = read.count;
            read.notifier.setEnabled(true);
            QVERIFY(turnUntil([&] { return read.count > before; }));
        });
    }

    void aHangupIsToldToEveryNotifierAsPollDoes()
    {
        onEpoll([] {
            SocketPair pair;
            CountingNotifier exception(pair.ends[0], QSocketNotifier::Exception);
            turnTimes(2);
            QCOMPARE(exception.count, 0);
            pair.closeEnd(1);
            QVERIFY(turnUntil([&] { return exception.count > 0; }));
        });
    }

    void levelsAreReportedUntilTheyAreGone()
    {
        onEpoll([] {
            SocketPair pair;
            CountingNotifier read(pair.ends[0], QSocketNotifier::Read);
            sendAll(pair.ends[1], "x"_ba);
            QVERIFY(turnUntil([&] { return read.count == 3; }));
            char byte;
            QCOMPARE(recv(pair.ends[0], &byte, 1, 0), ssize_t(1));
            QCOMPARE(busyTurns(5), 0);
        });
    }

    void typesOfOneDescriptorAreMergedAndSwitchedOneByOne()
    {
        onEpoll([] {
            SocketPair pair;
            CountingNotifier read(pair.ends[0], QSocketNotifier::Read);
            CountingNotifier write(pair.ends[0], QSocketNotifier::Write);
            QVERIFY(turnUntil([&] { return write.count > 0; }));
            QCOMPARE(read.count, 0);
            write.notifier.setEnabled(false);
            QCOMPARE(busyTurns(5), 0);
            sendAll(pair.ends[1], "x"_ba);
            QVERIFY(turnUntil([&] { return read.count > 0; }));
            read.notifier.setEnabled(false);
            const int writes = write.count;
            write.notifier.setEnabled(true);
            const int reads = read.count;
            QVERIFY(turnUntil([&] { return write.count > writes; }));
            QCOMPARE(read.count, reads);
        });
    }

    void regularFilesAreAlwaysReady()
    {
        onEpoll([] {
            QTemporaryFile file;
            QVERIFY(file.open());
            CountingNotifier read(file.handle(), QSocketNotifier::Read);
            CountingNotifier write(file.handle(), QSocketNotifier::Write);
            QVERIFY(turnUntil([&] { return read.count > 2 && write.count > 2; }));
            read.notifier.setEnabled(false);
            const int reads = read.count;
            turnTimes(3);
            QCOMPARE(read.count, reads);
            write.notifier.setEnabled(false);
            QCOMPARE(busyTurns(5), 0);
            CountingNotifier exception(file.handle(), QSocketNotifier::Exception);
            QCOMPARE(busyTurns(5), 0); // poll() reports no exceptional condition on a file
            QCOMPARE(exception.count, 0);
        });
    }

    void notifiersDeletedOrDisabledDuringDispatchAreSilent()
    {
        onEpoll([] {
            for (const bool deleted : {true, false}) {
                SocketPair pairs[2];
                std::unique_ptr<CountingNotifier> notifiers[2];
                int activations = 0;
                for (int i : {0, 1}) {
                    notifiers[i] = std::make_unique<CountingNotifier>(pairs[i].ends[0], QSocketNotifier::Read);
                    notifiers[i]->then = [&, i] {
                        ++activations;
                        if (deleted)
                            notifiers[1 - i].reset();
                        else
                            notifiers[1 - i]->notifier.setEnabled(false);
                    };
                    sendAll(pairs[i].ends[1], "x"_ba);
                }
                dispatcher()->processEvents(QEventLoop::AllEvents);
                QCOMPARE(activations, 1);
            }
        });
    }

    void aNotifierMayDeleteItself()
    {
        onEpoll([] {
            SocketPair pair;
            auto *notifier = new QSocketNotifier(pair.ends[0], QSocketNotifier::Read);
            CountingNotifier write(pair.ends[0], QSocketNotifier::Write);
            QPointer<QSocketNotifier> alive(notifier);
            QObject::connect(notifier, &QSocketNotifier::activated, notifier, [notifier] { delete notifier; });
            sendAll(pair.ends[1], "x"_ba);
            QVERIFY(turnUntil([&] { return alive.isNull(); }));
            QVERIFY(turnUntil([&] { return write.count > 2; }));
        });
    }

    void aNotifierForAClosedDescriptorIsDisabled()
    {
        onEpoll([] {
            SocketPair pair;
            const int number = pair.ends[0];
            pair.closeEnd(0);
            CountingNotifier read(number, QSocketNotifier::Read);
            CountingNotifier write(number, QSocketNotifier::Write);
            for (const char *type : {"Read", "Write"})
                QTest::ignoreMessage(QtWarningMsg,
                                     QRegularExpression(u"Invalid socket %1 with type %2, disabling"_s.arg(number).arg(
                                         QLatin1String(type))));
            turnTimes(1);
            QVERIFY(!read.notifier.isEnabled());
            QVERIFY(!write.notifier.isEnabled());
            QCOMPARE(busyTurns(5), 0);
        });
    }

    void excludedNotifiersWaitForTheirTurnWithoutSpinning()
    {
        onEpoll([] {
            SocketPair pair;
            CountingNotifier read(pair.ends[0], QSocketNotifier::Read);
            turnTimes(1);
            sendAll(pair.ends[1], "x"_ba);
            QTimer timer;
            bool fired = false;
            QObject::connect(&timer, &QTimer::timeout, &timer, [&] { fired = true; });
            timer.setSingleShot(true);
            timer.start(5);
            int turns = 0;
            while (!fired) {
                dispatcher()->processEvents(QEventLoop::WaitForMoreEvents | QEventLoop::ExcludeSocketNotifiers);
                ++turns;
            }
            QCOMPARE(read.count, 0);
            QVERIFY2(turns <= 6, qPrintable(QString::number(turns))); // it waited
            QVERIFY(turnUntil([&] { return read.count > 0; }));
        });
    }

    void destroyingWithLiveRegistrations()
    {
        SocketPair pair;
        std::unique_ptr<QObject> timerOwner = std::make_unique<QObject>();
        RecordingHandler handler;
        std::unique_ptr<IoWatch> watch;
        std::unique_ptr<Timer> timer;
        {
            EpollEventDispatcher own;
            own.registerTimer(1, 5, Qt::PreciseTimer, timerOwner.get());
            watch = own.watch(pair.ends[0], &handler);
            watch->rearm({.readable = true});
            timer = std::make_unique<Timer>(
                own.timerQueue(), [](void *) { QFAIL("gone"); }, nullptr);
            timer->start(std::chrono::milliseconds(0));
        }
        QVERIFY(!timer->isActive());
        timer.reset();
        watch.reset();
        QCOMPARE(handler.calls, 0);
    }

    // Posted events, waking, interrupting, nesting

    void postedEventsAreSentInOrderAndWhenPostedWhileSending()
    {
        onEpoll([] {
            QObject context;
            QList<int> order;
            QMetaObject::invokeMethod(
                &context,
                [&] {
                    order.append(1);
                    QMetaObject::invokeMethod(
                        &context, [&] { order.append(3); }, Qt::QueuedConnection);
                },
                Qt::QueuedConnection);
            QMetaObject::invokeMethod(
                &context, [&] { order.append(2); }, Qt::QueuedConnection);
            QVERIFY(turnUntil([&] { return order.size() == 3; }));
            QCOMPARE(order, (QList<int>{1, 2, 3}));
            turnTimes(2);
            QCOMPARE(busyTurns(5), 0);
        });
    }

    void anObjectDeletedLaterInANestedLoopGoesInTheOuterOne()
    {
        onEpoll([] {
            QPointer<QObject> object(new QObject);
            QEventLoop outer;
            bool survivedNested = false;
            QTimer::singleShot(0, &outer, [&] {
                object->deleteLater(); // belongs to this level, not to the loop below
                QEventLoop inner;
                QTimer::singleShot(1, &inner, &QEventLoop::quit);
                inner.exec();
                survivedNested = !object.isNull();
            });
            QTimer guard;
            QObject::connect(&guard, &QTimer::timeout, &outer, [&] {
                if (object.isNull())
                    outer.quit();
            });
            guard.start(1);
            outer.exec();
            QVERIFY(survivedNested);
        });
    }

    void anObjectDeletedLaterBeforeTheLoopGoesInTheLoop()
    {
        onEpoll([] {
            QPointer<QObject> object(new QObject);
            object->deleteLater();
            QEventLoop loop;
            QTimer::singleShot(0, &loop, &QEventLoop::quit);
            loop.exec();
            QEventLoop again;
            QTimer::singleShot(0, &again, &QEventLoop::quit);
            again.exec();
            QVERIFY(object.isNull());
        });
    }

    void wakeUpFromAnotherThreadEndsAWait()
    {
        onEpoll([] {
            QAbstractEventDispatcher *own = dispatcher();
            for (int round = 0; round < 50; ++round) {
                std::atomic<bool> woke{false};
                const std::unique_ptr<QThread> other(QThread::create([&] {
                    woke = true;
                    own->wakeUp();
                }));
                other->start();
                while (!woke)
                    own->processEvents(QEventLoop::WaitForMoreEvents);
                other->wait();
            }
        });
    }

    void wakeUpsAreCoalesced()
    {
        onEpoll([] {
            turnTimes(2);
            for (int i = 0; i < 100; ++i)
                dispatcher()->wakeUp();
            QVERIFY(busyTurns(10) <= 1);
        });
    }

    void eventsPostedFromAnotherThreadAllArrive()
    {
        onEpoll([] {
            QObject context;
            constexpr int Count = 5000;
            int arrived = 0;
            const std::unique_ptr<QThread> other(QThread::create([&] {
                for (int i = 0; i < Count; ++i)
                    QMetaObject::invokeMethod(
                        &context, [&] { ++arrived; }, Qt::QueuedConnection);
            }));
            other->start();
            QVERIFY(turnUntil([&] { return arrived == Count; }));
            other->wait();
        });
    }

    void interruptEndsTheTurnBeforeItWaits()
    {
        onEpoll([] {
            QObject context;
            QMetaObject::invokeMethod(
                &context, [] { dispatcher()->interrupt(); }, Qt::QueuedConnection);
            // Would wait for ever otherwise: there is no timer and no descriptor.
            QVERIFY(!dispatcher()->processEvents(QEventLoop::WaitForMoreEvents));
            QObject waiting;
            const auto connection = QObject::connect(dispatcher(), &QAbstractEventDispatcher::aboutToBlock, &waiting,
                                                     [] { dispatcher()->interrupt(); });
            turnTimes(2);
            QVERIFY(!dispatcher()->processEvents(QEventLoop::WaitForMoreEvents));
            QObject::disconnect(connection);
        });
    }

    void awakeAndAboutToBlockAreTold()
    {
        onEpoll([] {
            turnTimes(2);
            QObject context;
            int awake = 0;
            int aboutToBlock = 0;
            QObject::connect(dispatcher(), &QAbstractEventDispatcher::awake, &context, [&] { ++awake; });
            QObject::connect(dispatcher(), &QAbstractEventDispatcher::aboutToBlock, &context, [&] {
                ++aboutToBlock;
                dispatcher()->wakeUp(); // what a slot posts here must not wait
            });
            dispatcher()->processEvents(QEventLoop::AllEvents);
            QCOMPARE(awake, 1);
            QCOMPARE(aboutToBlock, 0);
            dispatcher()->processEvents(QEventLoop::WaitForMoreEvents);
            QCOMPARE(awake, 2);
            QCOMPARE(aboutToBlock, 1);
        });
    }

    void nestedLoopsHandleSocketsAndTimers()
    {
        onEpoll([] {
            SocketPair pair;
            CountingNotifier read(pair.ends[0], QSocketNotifier::Read);
            bool nestedDone = false;
            read.then = [&] {
                char byte;
                if (recv(pair.ends[0], &byte, 1, 0) != 1 || byte != 'a')
                    return;
                sendAll(pair.ends[1], "b"_ba);
                QVERIFY(turnUntil([&] { return read.count == 2; })); // its own notifier, from within
                QEventLoop inner;
                QTimer::singleShot(1, &inner, &QEventLoop::quit);
                inner.exec();
                nestedDone = true;
            };
            sendAll(pair.ends[1], "a"_ba);
            QVERIFY(turnUntil([&] { return nestedDone; }));
        });
    }

    // Qt's own sockets on such a thread

    void qtTcpSocketsTalkOnThisDispatcher()
    {
        onEpoll([] {
            QTcpServer server;
            QVERIFY(server.listen(QHostAddress::LocalHost, 0));
            QTcpSocket client;
            client.connectToHost(QHostAddress::LocalHost, server.serverPort());
            QVERIFY(turnUntil([&] { return server.hasPendingConnections(); }));
            const std::unique_ptr<QTcpSocket> accepted(server.nextPendingConnection());
            const QByteArray large(1024 * 1024, 'q');
            client.write(large);
            qint64 got = 0;
            QVERIFY(turnUntil([&] {
                got += accepted->readAll().size();
                return got == large.size();
            }));
            accepted->write("bye"_ba);
            accepted->disconnectFromHost();
            QVERIFY(turnUntil([&] { return client.state() == QAbstractSocket::UnconnectedState; }));
            QCOMPARE(client.readAll(), "bye"_ba);
            server.close();
            QTcpSocket refused;
            refused.connectToHost(QHostAddress::LocalHost, client.peerPort());
            QVERIFY(turnUntil([&] { return refused.error() == QAbstractSocket::ConnectionRefusedError; }));
        });
    }

    void qtLocalSocketsTalkOnThisDispatcher()
    {
        onEpoll([] {
            const QTemporaryDir dir;
            QLocalServer server;
            QVERIFY(server.listen(dir.filePath(u"control"_s)));
            QLocalSocket client;
            client.connectToServer(server.fullServerName());
            QVERIFY(turnUntil([&] { return server.hasPendingConnections(); }));
            const std::unique_ptr<QLocalSocket> accepted(server.nextPendingConnection());
            client.write("status\n"_ba);
            QVERIFY(turnUntil([&] { return accepted->canReadLine(); }));
            QCOMPARE(accepted->readLine(), "status\n"_ba);
            accepted->close();
            QVERIFY(turnUntil([&] { return client.state() == QLocalSocket::UnconnectedState; }));
        });
    }

    void blockingWaitsOfQtSocketsWorkOnThisDispatcher()
    {
        onEpoll([] {
            QTcpServer server;
            QVERIFY(server.listen(QHostAddress::LocalHost, 0));
            QTcpSocket client;
            client.connectToHost(QHostAddress::LocalHost, server.serverPort());
            QVERIFY(client.waitForConnected());
            QVERIFY(server.waitForNewConnection(30000));
            client.write("x"_ba);
            QVERIFY(client.waitForBytesWritten());
        });
    }
};

QTEST_GUILESS_MAIN(EpollTest)
#include "tst_net_epoll.moc"
