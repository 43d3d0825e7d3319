// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/trafficrecorder.h"

#include <QSignalSpy>
#include <QTest>

#include <thread>

using namespace portlight;
using namespace std::chrono_literals;

namespace {

ExchangeDetailPtr finished(ExchangeId id, qsizetype bytes = 0)
{
    auto detail = std::make_shared<ExchangeDetail>();
    detail->summary.id = id;
    detail->summary.state = ExchangeState::Done;
    detail->responseHead = QByteArray(bytes, 'x');
    return detail;
}

ExchangeSummary running(ExchangeId id)
{
    ExchangeSummary summary;
    summary.id = id;
    summary.state = ExchangeState::Waiting;
    return summary;
}

TrafficBatch batchAt(const QSignalSpy &spy, qsizetype index)
{
    return spy.at(index).first().value<TrafficBatch>();
}

// Lives on the test's own thread, which runs its events only when asked: what waits in the inbox is certain.
struct Recorder {
    explicit Recorder(const TrafficRecorderLimits &limits = {})
        : recorder(makeMemoryCaptureStore(), limits)
    {}
    TrafficRecorder recorder;
    QSignalSpy batches{&recorder, &TrafficRecorder::trafficRecorded};
    QSignalSpy counts{&recorder, &TrafficRecorder::countChanged};
    QSignalSpy fetched{&recorder, &TrafficRecorder::exchangeFetched};
};

FrameBatch frames(ExchangeId id, quint64 number, qsizetype bytes = 0)
{
    FrameRecord record;
    record.number = number;
    record.bytes = QByteArray(bytes, 'x');
    return {.exchange = id, .extensions = {}, .frames = {record}};
}

ExchangeDetailPtr tunnel(ExchangeId id)
{
    auto detail = std::make_shared<ExchangeDetail>();
    detail->summary.id = id;
    detail->summary.state = ExchangeState::Tunneling;
    return detail;
}

} // namespace

class TrafficRecorderTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theFirstIsToldAtOnceAndTheOthersTogetherLater()
    {
        Recorder r({.batchInterval = 1h});
        r.recorder.update(running(1));
        QCoreApplication::processEvents();
        QCOMPARE(r.batches.count(), 1);
        r.recorder.record(finished(1));
        QCoreApplication::processEvents();
        r.recorder.record(finished(2));
        QCoreApplication::processEvents();
        QCOMPARE(r.batches.count(), 1);
    }

    void aDueBatchComesByItself()
    {
        Recorder r({.batchInterval = 1ms});
        r.recorder.update(running(1));
        QCoreApplication::processEvents();
        r.recorder.record(finished(1));
        QTRY_COMPARE(r.batches.count(), 2);
        QCOMPARE(batchAt(r.batches, 1).exchanges.first().state, ExchangeState::Done);
    }

    void oneExchangeIsOneRowOfABatch()
    {
        Recorder r;
        r.recorder.update(running(1));
        r.recorder.update(running(2));
        r.recorder.record(finished(1));
        QCoreApplication::processEvents();
        QCOMPARE(r.batches.count(), 1);
        const TrafficBatch batch = batchAt(r.batches, 0);
        QCOMPARE(batch.exchanges.size(), 2);
        QCOMPARE(batch.exchanges.last().id, 1u);
        QCOMPARE(batch.exchanges.last().state, ExchangeState::Done);
    }

    void framesAreToldByTheRowOfTheirExchange()
    {
        Recorder r;
        r.recorder.addFrames(frames(2, 1)); // of an exchange that nobody knows
        r.recorder.record(tunnel(1));
        r.recorder.addFrames(frames(1, 1));
        r.recorder.addFrames(frames(1, 2));
        QCoreApplication::processEvents();
        QCOMPARE(r.batches.count(), 1);
        const TrafficBatch batch = batchAt(r.batches, 0);
        QCOMPARE(batch.exchanges.size(), 1);
        QCOMPARE(batch.exchanges.first().frames, 2u);
        QCOMPARE(batch.exchanges.first().state, ExchangeState::Tunneling);
        r.recorder.fetch(1);
        QCoreApplication::processEvents();
        QCOMPARE(r.fetched.last().at(1).value<ExchangeDetailPtr>()->frames.size(), 2u);
    }

    void framesThatFindNoRoomAreLostAndCounted()
    {
        const qint64 room = frames(1, 1, 100).storedBytes();
        Recorder r({.inboxBytesMax = room});
        r.recorder.record(tunnel(1));
        r.recorder.addFrames(frames(1, 1, 100));
        r.recorder.addFrames(frames(1, 2));
        QCoreApplication::processEvents();
        r.recorder.addFrames(frames(1, 3));
        r.recorder.fetch(1);
        QCoreApplication::processEvents();
        const auto detail = r.fetched.last().at(1).value<ExchangeDetailPtr>();
        QCOMPARE(detail->frames.size(), 2u);
        QCOMPARE(detail->frames.back().number, 3u);
        QCOMPARE(detail->framesDropped, 1u);
    }

    void whatWasRecordedIsFetched()
    {
        Recorder r;
        r.recorder.record(finished(5, 9));
        r.recorder.fetch(5);
        r.recorder.fetch(6);
        QTRY_COMPARE(r.fetched.count(), 2);
        QCOMPARE(r.fetched.at(0).at(0).value<ExchangeId>(), 5u);
        QCOMPARE(r.fetched.at(0).at(1).value<ExchangeDetailPtr>()->storedBytes(), 9);
        QCOMPARE(r.fetched.at(1).at(1).value<ExchangeDetailPtr>(), nullptr);
    }

    void aFetchBeforeTheBatchLosesNoRow()
    {
        Recorder r({.batchInterval = 1ms});
        r.recorder.update(running(1));
        QCoreApplication::processEvents();
        r.recorder.fetch(1);
        r.recorder.record(finished(2));
        QTRY_COMPARE(r.batches.count(), 2);
        QCOMPARE(batchAt(r.batches, 1).exchanges.first().id, 2u);
    }

    void theInboxTakesItsMaximumAndCountsOnePast()
    {
        Recorder r({.inboxMax = 8});
        for (ExchangeId id = 1; id <= 8; ++id)
            r.recorder.record(finished(id));
        QCoreApplication::processEvents();
        QCOMPARE(batchAt(r.batches, 0).exchanges.size(), 8);
        QCOMPARE(batchAt(r.batches, 0).dropped, 0u);

        Recorder past({.inboxMax = 8});
        QSignalSpy dropped(&past.recorder, &TrafficRecorder::droppedChanged);
        for (ExchangeId id = 1; id <= 9; ++id)
            past.recorder.record(finished(id));
        QCoreApplication::processEvents();
        QCOMPARE(batchAt(past.batches, 0).exchanges.size(), 8);
        QCOMPARE(batchAt(past.batches, 0).dropped, 1u);
        QCOMPARE(dropped.count(), 1);
        QCOMPARE(dropped.first().first().value<quint64>(), 1u);
    }

    void runningRowsLeaveRoomForThoseThatEnd()
    {
        Recorder r({.inboxMax = 8});
        for (ExchangeId id = 1; id <= 20; ++id)
            r.recorder.update(running(id));
        r.recorder.record(finished(1));
        r.recorder.record(finished(2));
        QCoreApplication::processEvents();
        QCOMPARE(batchAt(r.batches, 0).exchanges.size(), 6);
        QCOMPARE(batchAt(r.batches, 0).dropped, 0u);
        QCOMPARE(r.counts.last().first().value<qsizetype>(), 2);
    }

    void bytesPastTheInboxAreToldButNotKept()
    {
        Recorder r({.inboxBytesMax = 10});
        r.recorder.record(finished(1, 10));
        r.recorder.record(finished(2, 1));
        r.recorder.fetch(1);
        r.recorder.fetch(2);
        QTRY_COMPARE(r.fetched.count(), 2);
        QVERIFY(r.fetched.at(0).at(1).value<ExchangeDetailPtr>());
        QVERIFY(!r.fetched.at(1).at(1).value<ExchangeDetailPtr>());
        QCOMPARE(batchAt(r.batches, 0).exchanges.size(), 2);
        QCOMPARE(batchAt(r.batches, 0).dropped, 0u);
    }

    void aHalfFullInboxIsEmptiedBeforeItsBatchIsDue()
    {
        Recorder r({.inboxMax = 8, .batchInterval = 1h});
        r.recorder.record(finished(1));
        QCoreApplication::processEvents();
        for (ExchangeId id = 2; id <= 100; ++id) {
            r.recorder.record(finished(id));
            QCoreApplication::processEvents();
        }
        QCOMPARE(r.batches.count(), 1);
        QSignalSpy cleared(&r.recorder, &TrafficRecorder::cleared);
        r.recorder.fetch(100);
        r.recorder.fetch(2);
        QTRY_COMPARE(r.fetched.count(), 2);
        QVERIFY(r.fetched.at(0).at(1).value<ExchangeDetailPtr>());
        QVERIFY(r.fetched.at(1).at(1).value<ExchangeDetailPtr>());
    }

    void moreThanABatchGoesOutInSeveral()
    {
        Recorder r({.batchMax = 2, .batchInterval = 1ms});
        r.recorder.update(running(1));
        r.recorder.update(running(2));
        QCoreApplication::processEvents();
        r.recorder.record(finished(3));
        r.recorder.record(finished(4));
        r.recorder.record(finished(1));
        r.recorder.record(finished(2));
        QTRY_COMPARE(r.batches.count(), 3);
        QCOMPARE(batchAt(r.batches, 1).exchanges.size(), 2);
        QCOMPARE(batchAt(r.batches, 2).exchanges.size(), 2);
        QCOMPARE(batchAt(r.batches, 2).dropped, 0u);
    }

    void clearingForgetsWhatWasRecordedBefore()
    {
        Recorder r({.batchInterval = 1h});
        QSignalSpy cleared(&r.recorder, &TrafficRecorder::cleared);
        r.recorder.record(finished(1));
        QCoreApplication::processEvents();
        r.recorder.record(finished(2));
        r.recorder.clear();
        r.recorder.fetch(2);
        QTRY_COMPARE(r.fetched.count(), 1);
        QCOMPARE(cleared.count(), 1);
        QVERIFY(!r.fetched.first().at(1).value<ExchangeDetailPtr>());
        QCOMPARE(r.counts.last().first().value<qsizetype>(), 0);
    }

    // For the thread sanitizer too: two producers, the recorder thread, and the answers on this one.
    void producersOnOtherThreadsLoseNothing()
    {
        constexpr ExchangeId EachMax = 2'000;
        RecorderThread thread(makeMemoryCaptureStore(), {.batchInterval = 1ms});
        QHash<ExchangeId, ExchangeState> seen;
        quint64 dropped = 0;
        connect(
            &thread.recorder(), &TrafficRecorder::trafficRecorded, this,
            [&](const TrafficBatch &batch) {
                dropped = batch.dropped;
                for (const ExchangeSummary &row : batch.exchanges)
                    seen.insert(row.id, row.state);
            },
            Qt::QueuedConnection);
        const auto produce = [&thread](ExchangeId first) {
            for (ExchangeId id = first; id < first + EachMax; ++id) {
                thread.recorder().update(running(id));
                thread.recorder().record(finished(id, 16));
            }
        };
        std::thread a(produce, 1);
        std::thread b(produce, 1 + EachMax);
        a.join();
        b.join();
        const auto allTold = [&] {
            return quint64(std::count(seen.cbegin(), seen.cend(), ExchangeState::Done)) + dropped == 2 * EachMax;
        };
        QTRY_VERIFY(allTold());
    }
};

QTEST_GUILESS_MAIN(TrafficRecorderTest)
#include "tst_trafficrecorder.moc"
