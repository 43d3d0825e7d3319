// SPDX-License-Identifier: GPL-3.0-or-later
#include "component/netloops.h"
#include "upstream/connectionpool.h"

#include <QTest>

using namespace portlight;
using namespace portlight::test;
using namespace std::chrono_literals;

class ConnectionPoolTest : public QObject
{
    Q_OBJECT

    // A loop, a pool, and the far ends of the connections that were given to it.
    struct Fixture {
        explicit Fixture(const PoolLimits &limits)
            : loop(QAbstractEventDispatcher::instance())
            , pool(loop, limits)
        {}
        BackendConnection connection(quint16 port, const void *tag = nullptr)
        {
            pairs.push_back(std::make_unique<SocketPair>());
            BackendConnection made;
            made.stream = std::make_unique<PlainStream>(loop, pairs.back()->take(0));
            made.address = address(port);
            made.openedAt = loop.now();
            made.requests = 1;
            made.tag = tag;
            return made;
        }
        int give(quint16 port, const void *tag = nullptr)
        {
            BackendConnection made = connection(port, tag);
            const int descriptor = made.stream->descriptor();
            pool.giveBack(std::move(made));
            return descriptor;
        }
        // The descriptor of what is taken; -1: nothing. It is kept open.
        int take(quint16 port, const void *tag = nullptr)
        {
            BackendConnection taken = pool.take({address(port)}, tag);
            if (!taken.stream)
                return -1;
            const int descriptor = taken.stream->descriptor();
            used.push_back(std::move(taken));
            return descriptor;
        }
        bool farEndIsClosed(size_t index) const
        {
            char byte = 0;
            return recv(pairs[index]->ends[1], &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
        }
        static SocketAddress address(quint16 port) { return *SocketAddress::fromNumeric("127.0.0.1", port); }

        EngineLoop loop;
        std::vector<std::unique_ptr<SocketPair>> pairs;
        std::vector<BackendConnection> used;
        ConnectionPool pool;
    };
    static PoolLimits limits(int idleMax)
    {
        PoolLimits made;
        made.idleMax = idleMax;
        return made;
    }

private Q_SLOTS:
    void theNewestIsTakenFirst()
    {
        onLoop(LoopKind::Epoll, [] {
            Fixture f(limits(4));
            const int first = f.give(1);
            const int second = f.give(1);
            QCOMPARE(f.take(1), second);
            QCOMPARE(f.take(1), first);
            QCOMPARE(f.take(1), -1);
            QVERIFY(f.used.front().reused);
        });
    }

    void theOldestGoesWhenItIsFull()
    {
        onLoop(LoopKind::Epoll, [] {
            Fixture f(limits(2));
            f.give(1);
            const int second = f.give(1);
            QCOMPARE(f.pool.idleCount(), size_t(2));
            const int third = f.give(1);
            QCOMPARE(f.pool.idleCount(), size_t(2));
            QVERIFY(f.farEndIsClosed(0));
            QVERIFY(!f.farEndIsClosed(1));
            QCOMPARE(f.take(1), third);
            QCOMPARE(f.take(1), second);
        });
    }

    void withoutRoomNothingIsKept()
    {
        onLoop(LoopKind::Epoll, [] {
            Fixture f(limits(0));
            f.give(1);
            QCOMPARE(f.pool.idleCount(), size_t(0));
            QVERIFY(f.farEndIsClosed(0));
        });
    }

    void onlyTheSameAddressFits()
    {
        onLoop(LoopKind::Epoll, [] {
            Fixture f(limits(4));
            const int first = f.give(1);
            const int second = f.give(2);
            QCOMPARE(f.take(3), -1);
            QCOMPARE(f.take(1), first);
            BackendConnection either = f.pool.take({Fixture::address(9), Fixture::address(2)}, nullptr);
            QVERIFY(either.stream);
            QCOMPARE(either.stream->descriptor(), second);
        });
    }

    void onlyTheSameLocationFitsALocalOne()
    {
        onLoop(LoopKind::Epoll, [] {
            Fixture f(limits(4));
            const int here = 0;
            const int there = 0;
            const int kept = f.give(1, &here);
            QCOMPARE(f.take(1, &there), -1);
            QCOMPARE(f.take(1, &here), kept);
        });
    }

    void aConnectionThatHasServedItsRequestsIsClosed()
    {
        onLoop(LoopKind::Epoll, [] {
            PoolLimits few = limits(4);
            few.requestsMax = 2;
            Fixture f(few);
            BackendConnection fresh = f.connection(1); // one request so far
            f.pool.giveBack(std::move(fresh));
            QCOMPARE(f.pool.idleCount(), size_t(1));
            BackendConnection used = f.pool.take({Fixture::address(1)}, nullptr);
            used.requests = 2;
            f.pool.giveBack(std::move(used));
            QCOMPARE(f.pool.idleCount(), size_t(0));
            QVERIFY(f.farEndIsClosed(0));
        });
    }

    void aConnectionThatIsTooOldIsClosed()
    {
        onLoop(LoopKind::Epoll, [] {
            PoolLimits young = limits(4);
            young.lifetimeMax = 10s;
            Fixture f(young);
            BackendConnection atTheBound = f.connection(1);
            atTheBound.openedAt = f.loop.now() - 10s;
            f.pool.giveBack(std::move(atTheBound));
            QCOMPARE(f.pool.idleCount(), size_t(1));
            BackendConnection past = f.connection(1);
            past.openedAt = f.loop.now() - 10s - 1ms;
            f.pool.giveBack(std::move(past));
            QCOMPARE(f.pool.idleCount(), size_t(1));
            QVERIFY(f.farEndIsClosed(1));
        });
    }

    void anIdleConnectionGoesAfterItsTime()
    {
        onLoop(LoopKind::Epoll, [] {
            PoolLimits brief = limits(4);
            brief.idleTimeout = 20ms;
            Fixture f(brief);
            f.give(1);
            QCOMPARE(f.pool.idleCount(), size_t(1));
            QVERIFY(turnUntil([&] { return f.pool.idleCount() == 0; }));
            QVERIFY(f.farEndIsClosed(0));
        });
    }

    void aBackendsCloseIsNoticed()
    {
        onLoop(LoopKind::Epoll, [] {
            Fixture f(limits(4));
            f.give(1);
            const int other = f.give(1);
            f.pairs[0]->closeEnd(1);
            QVERIFY(turnUntil([&] { return f.pool.idleCount() == 1; }));
            QCOMPARE(f.take(1), other);
        });
    }

    void bytesNobodyAskedForEndTheConnection()
    {
        onLoop(LoopKind::Epoll, [] {
            Fixture f(limits(4));
            f.give(1);
            sendAll(f.pairs[0]->ends[1], "HTTP/1.1 200 OK\r\n\r\n");
            QVERIFY(turnUntil([&] { return f.pool.idleCount() == 0; }));
        });
    }

    // Its last bytes came with an edge of their own, and were read before the loop told of it.
    void newsOfBytesThatWereReadSinceKeepTheConnection()
    {
        onLoop(LoopKind::Epoll, [] {
            Fixture f(limits(4));
            BackendConnection connection = f.connection(1);
            const int kept = connection.stream->descriptor();
            sendAll(f.pairs[0]->ends[1], "bytes");
            char bytes[5];
            QCOMPARE(connection.stream->read(bytes, sizeof bytes).bytes, sizeof bytes);
            connection.stream->readAgainLater();
            f.pool.giveBack(std::move(connection));
            turnTimes(3);
            QCOMPARE(f.pool.idleCount(), size_t(1));
            QCOMPARE(f.take(1), kept);
        });
    }

    void closingAllClosesAll()
    {
        onLoop(LoopKind::Epoll, [] {
            Fixture f(limits(4));
            f.give(1);
            f.give(2);
            f.pool.closeAll();
            QCOMPARE(f.pool.idleCount(), size_t(0));
            QVERIFY(f.farEndIsClosed(0));
            QVERIFY(f.farEndIsClosed(1));
        });
    }
};

QTEST_GUILESS_MAIN(ConnectionPoolTest)
#include "tst_connectionpool.moc"
