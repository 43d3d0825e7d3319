// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/responseflow.h"

#include <QTest>

#include <csignal>
#include <cstring>
#include <functional>
#include <sys/resource.h>

using namespace portlight;
using namespace std::chrono_literals;

namespace {

// A client that takes bytes when it is told to, and a backend that knows whether it is read.
struct Sides final : ResponseFlowSides {
    size_t queuedForClient() const override { return queued; }
    void passToClient(Buffer data, bool last) override
    {
        got.append(data.data(), data.size());
        parts.append(data.size());
        queued += data.size();
        ended = last;
    }
    void flushToClient() override
    {
        headSent = true;
        if (takesAll)
            queued = 0;
        if (onFlush)
            onFlush();
    }
    void pauseBackend() override { paused = true; }
    void resumeBackend() override { paused = false; }
    void setPatience(std::chrono::milliseconds left) override { patience = left; }
    void continueLater() override { continues = true; }
    void spoolBegan(const QByteArray &) override { ++spools; }
    void spoolFailed(const ResponsePool::FileError &error, const QByteArray &) override { failure = error; }
    void partHeldBack() override { ++heldBack; }

    void block()
    {
        queued = 20'000;
        takesAll = false;
    }
    void unblock()
    {
        queued = 0;
        takesAll = true;
    }

    QByteArray got;
    QList<qint64> parts;
    std::function<void()> onFlush;
    std::chrono::milliseconds patience{0};
    ResponsePool::FileError failure;
    size_t queued = 0;
    int spools = 0;
    int heldBack = 0;
    bool takesAll = true;
    bool ended = false;
    bool headSent = false;
    bool paused = false;
    bool continues = false;
};

} // namespace

class ResponseFlowTest : public QObject
{
    Q_OBJECT
    BufferPool m_buffers;
    quint32 m_number = 0;
    const ResponseFlow::TimePoint m_start = ResponseFlow::TimePoint(1h);

    Buffer bytes(qint64 size, char fill = 'x')
    {
        Buffer buffer = m_buffers.take(quint32(size));
        std::memset(buffer.room(), fill, size_t(size));
        buffer.grow(quint32(size));
        return buffer;
    }
    static ResponseFlowOptions small(qint64 fileBytesMax = 1 << 20)
    {
        ResponseFlowOptions options;
        options.bounds.memoryBytesMax = 32'768;
        options.bounds.fileBytesMax = fileBytesMax;
        return options;
    }

private Q_SLOTS:
    void aSmallResponseGoesStraightThrough()
    {
        Sides sides;
        ResponseFlow flow(sides, m_buffers);
        flow.begin(small(), 32, &m_number);
        flow.received(bytes(32), true, 0, m_start);
        QCOMPARE(sides.parts, QList<qint64>{32});
        QVERIFY(sides.ended);
        QVERIFY(flow.pool().isEmpty());
    }

    void aResponseWithoutABodyEnds()
    {
        Sides sides;
        ResponseFlow flow(sides, m_buffers);
        flow.begin(small(), 0, &m_number);
        flow.received({}, true, 0, m_start);
        QVERIFY(sides.ended);
    }

    void aHeadWaitsForItsBody()
    {
        Sides sides;
        sides.queued = 150;
        ResponseFlow flow(sides, m_buffers);
        flow.begin(small(), FillGate::Unknown, &m_number);
        flow.received({}, false, FillGate::Unknown, m_start);
        QVERIFY(!sides.headSent);
        flow.received(bytes(100), false, FillGate::Unknown, m_start);
        QVERIFY(!sides.headSent);
        QCOMPARE(sides.heldBack, 1);
        flow.received({}, true, 0, m_start);
        QCOMPARE(sides.got.size(), 100);
        QVERIFY(sides.ended);
    }

    void aLargeHeadDoesNotWait()
    {
        Sides sides;
        ResponseFlow flow(sides, m_buffers);
        flow.begin(small(), FillGate::Unknown, &m_number);
        sides.queued = 1459;
        flow.received({}, false, FillGate::Unknown, m_start);
        QVERIFY(!sides.headSent);
        flow.begin(small(), FillGate::Unknown, &m_number);
        sides.queued = 1460;
        flow.received({}, false, FillGate::Unknown, m_start);
        QVERIFY(sides.headSent);
    }

    void anEventStreamArrivesInClumps()
    {
        Sides sides;
        ResponseFlow flow(sides, m_buffers);
        flow.begin(small(), FillGate::Unknown, &m_number);
        for (int i = 0; i < 50; ++i)
            flow.received(bytes(100), false, FillGate::Unknown, m_start);
        QCOMPARE(sides.got.size(), 4096);
        QCOMPARE(flow.pool().bytes(), 5000 - 4096);
        QCOMPARE(sides.heldBack, 1);
    }

    void aFastClientPausesNobody()
    {
        Sides sides;
        ResponseFlow flow(sides, m_buffers);
        flow.begin(small(), 10 << 20, &m_number);
        for (qint64 left = 10 << 20; left > 0; left -= 65'536) {
            flow.received(bytes(65'536), left == 65'536, left - 65'536, m_start);
            QVERIFY(!sides.paused);
        }
        QCOMPARE(sides.got.size(), 10 << 20);
        QVERIFY(sides.ended);
        QCOMPARE(sides.spools, 0);
    }

    void aSlowClientPausesTheBackendForAMoment()
    {
        Sides sides;
        sides.takesAll = false;
        ResponseFlow flow(sides, m_buffers);
        flow.begin(small(), 10 << 20, &m_number);
        flow.received(bytes(20'000), false, 1 << 20, m_start); // full buffers of it are queued for the client
        flow.received(bytes(20'000), false, 1 << 20, m_start); // waits in memory
        QVERIFY(!sides.paused);
        flow.received(bytes(20'000), false, 1 << 20, m_start);
        QVERIFY(sides.paused);
        QCOMPARE(sides.patience, ResponseFlow::Patience);
        QVERIFY(!flow.pool().usesFile());
        sides.unblock(); // the client has taken it after all
        flow.clientReady(m_start + 5ms);
        QVERIFY(!sides.paused);
        QCOMPARE(sides.patience, 0ms);
        QCOMPARE(sides.spools, 0);
    }

    void stallsAddUp()
    {
        Sides sides;
        ResponseFlow flow(sides, m_buffers);
        flow.begin(small(), 10 << 20, &m_number);
        ResponseFlow::TimePoint now = m_start;
        for (int i = 0; i < 3; ++i) {
            sides.block();
            flow.received(bytes(40'000), false, 1 << 20, now);
            QVERIFY(sides.paused);
            QCOMPARE(sides.patience, ResponseFlow::Patience - i * 6ms);
            now += 6ms;
            sides.unblock();
            flow.clientReady(now);
            QVERIFY(!sides.paused);
        }
    }

    void thenTheFileTakesWhatTheClientDoesNot()
    {
        Sides sides;
        sides.block();
        ResponseFlow flow(sides, m_buffers);
        flow.begin(small(), 10 << 20, &m_number);
        flow.received(bytes(40'000, 'a'), false, 1 << 20, m_start);
        QVERIFY(sides.paused);
        flow.patienceEnded();
        QVERIFY(!sides.paused);
        QCOMPARE(sides.spools, 1);
        for (int i = 0; i < 10; ++i) {
            flow.received(bytes(40'000, 'b'), false, 1 << 20, m_start);
            QVERIFY(!sides.paused);
            QVERIFY(flow.pool().memoryBytes() <= 32'768);
        }
        flow.received(bytes(40'000, 'c'), true, 0, m_start);
        QCOMPARE(sides.spools, 1);
        QVERIFY(sides.got.isEmpty());
        sides.unblock();
        flow.clientReady(m_start);
        QCOMPARE(sides.got, QByteArray(40'000, 'a') + QByteArray(400'000, 'b') + QByteArray(40'000, 'c'));
        QVERIFY(sides.ended);
    }

    void aFullFilePausesTheBackendUntilTheClientTakesMore()
    {
        Sides sides;
        sides.block();
        ResponseFlow flow(sides, m_buffers);
        flow.begin(small(100'000), 10 << 20, &m_number);
        flow.received(bytes(60'000), false, 1 << 20, m_start);
        flow.patienceEnded();
        QVERIFY(!sides.paused);
        flow.received(bytes(60'000), false, 1 << 20, m_start); // 40,000 fit
        QVERIFY(!sides.paused);
        flow.received(bytes(20'000), false, 1 << 20, m_start);
        QVERIFY(sides.paused);
        sides.unblock();
        flow.clientReady(m_start);
        QVERIFY(!sides.paused);
        QCOMPARE(sides.got.size(), 120'000 + 20'000 / 4096 * 4096);
    }

    void withoutAFileThereIsNoPatienceToEnd()
    {
        Sides sides;
        sides.block();
        ResponseFlow flow(sides, m_buffers);
        flow.begin(small(0), 10 << 20, &m_number);
        flow.received(bytes(40'000), false, 1 << 20, m_start);
        QVERIFY(sides.paused);
        QCOMPARE(sides.patience, 0ms);
        sides.unblock();
        flow.clientReady(m_start);
        QVERIFY(!sides.paused);
    }

    void aLongFileIsSentInTurns()
    {
        Sides sides;
        sides.block();
        ResponseFlow flow(sides, m_buffers);
        flow.begin(small(100 << 20), 10 << 20, &m_number);
        flow.received(bytes(40'000), false, 1 << 20, m_start);
        flow.patienceEnded();
        const int parts = ResponseFlow::RoundsPerTurnMax + 2;
        for (int i = 1; i <= parts; ++i)
            flow.received(bytes(65'536), i == parts, 1 << 20, m_start);
        sides.unblock();
        flow.clientReady(m_start);
        QCOMPARE(sides.parts.size(), ResponseFlow::RoundsPerTurnMax + 1);
        QVERIFY(sides.continues);
        QVERIFY(!sides.ended);
        flow.clientReady(m_start);
        QVERIFY(sides.ended);
    }

    void aFileThatGivesOutIsTold()
    {
        std::signal(SIGXFSZ, SIG_IGN);
        rlimit before{};
        getrlimit(RLIMIT_FSIZE, &before);
        const rlimit none{0, before.rlim_max};
        Sides sides;
        sides.block();
        ResponseFlow flow(sides, m_buffers);
        flow.begin(small(), 10 << 20, &m_number);
        flow.received(bytes(40'000), false, 1 << 20, m_start);
        setrlimit(RLIMIT_FSIZE, &none);
        flow.patienceEnded();
        setrlimit(RLIMIT_FSIZE, &before);
        QCOMPARE(QByteArray(sides.failure.call), "pwrite");
    }

    void whatCameBeforeABreakIsPassedOn()
    {
        Sides sides;
        ResponseFlow flow(sides, m_buffers);
        flow.begin(small(), 1000, &m_number);
        flow.received(bytes(100), false, 900, m_start);
        QVERIFY(sides.got.isEmpty());
        flow.breakOff();
        QCOMPARE(sides.got.size(), 100);
        QVERIFY(!sides.ended);
    }

    void theClientMayLeaveWithinAnyPart()
    {
        Sides sides;
        sides.block();
        ResponseFlow flow(sides, m_buffers);
        flow.begin(small(), 1 << 20, &m_number);
        flow.received(bytes(10'000), false, 1 << 20, m_start);
        flow.received(bytes(65'000), false, 1 << 20, m_start);
        QVERIFY(sides.paused);
        sides.unblock();
        sides.onFlush = [&] { flow.clear(); };
        flow.clientReady(m_start);
        QCOMPARE(sides.parts.size(), 1);
        QVERIFY(!flow.isActive());
        QCOMPARE(sides.patience, 0ms);
        QCOMPARE(m_buffers.lentBytes(), 0);
    }

    void aDrainedQueueWithinAPartDoesNotRecurse()
    {
        Sides sides;
        sides.block();
        ResponseFlow flow(sides, m_buffers);
        flow.begin(small(), 1 << 20, &m_number);
        flow.received(bytes(10'000, 'a'), false, 1 << 20, m_start);
        flow.received(bytes(65'000, 'b'), false, 1 << 20, m_start);
        sides.unblock();
        sides.onFlush = [&] { flow.clientReady(m_start); };
        flow.clientReady(m_start);
        QVERIFY(sides.got.startsWith(QByteArray(10'000, 'a')));
        QVERIFY(!sides.paused);
    }
};

QTEST_APPLESS_MAIN(ResponseFlowTest)
#include "tst_responseflow.moc"
