// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/trafficbatcher.h"

#include <QTest>

using namespace portlight;

namespace {

ExchangeSummary row(ExchangeId id, ExchangeState state = ExchangeState::Done)
{
    ExchangeSummary summary;
    summary.id = id;
    summary.state = state;
    return summary;
}

QList<ExchangeId> ids(const TrafficBatch &batch)
{
    QList<ExchangeId> list;
    for (const ExchangeSummary &summary : batch.exchanges)
        list += summary.id;
    return list;
}

} // namespace

class TrafficBatcherTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void anExchangeIsOneRowAtThePlaceOfItsLastChange()
    {
        TrafficBatcher batcher(10);
        batcher.add(row(1, ExchangeState::Receiving));
        batcher.add(row(2, ExchangeState::Receiving));
        batcher.add(row(1, ExchangeState::Streaming));
        const TrafficBatch batch = batcher.take();
        QCOMPARE(ids(batch), (QList<ExchangeId>{2, 1}));
        QCOMPARE(batch.exchanges.last().state, ExchangeState::Streaming);
        QVERIFY(batcher.isEmpty());
    }

    void aFullBatchTakesNoMoreAndCountsWhatEnded()
    {
        TrafficBatcher batcher(3);
        for (ExchangeId id = 1; id <= 3; ++id)
            batcher.add(row(id));
        QCOMPARE(batcher.dropped(), 0u);
        batcher.add(row(4));
        const TrafficBatch batch = batcher.take();
        QCOMPARE(ids(batch), (QList<ExchangeId>{1, 2, 3}));
        QCOMPARE(batch.dropped, 1u);
    }

    void anExchangeIsCountedOnceHoweverOftenItChanged()
    {
        TrafficBatcher batcher(1);
        batcher.add(row(1));
        batcher.add(row(2, ExchangeState::Receiving));
        batcher.add(row(2, ExchangeState::Waiting));
        QCOMPARE(batcher.dropped(), 0u);
        batcher.add(row(2));
        QCOMPARE(batcher.take().dropped, 1u);
    }

    void oneThatFoundNoRoomIsReportedByItsNextChange()
    {
        TrafficBatcher batcher(1);
        batcher.add(row(1));
        batcher.add(row(2, ExchangeState::Receiving));
        QCOMPARE(ids(batcher.take()), QList<ExchangeId>{1});
        batcher.add(row(2, ExchangeState::Streaming));
        QCOMPARE(ids(batcher.take()), QList<ExchangeId>{2});
        QCOMPARE(batcher.dropped(), 0u);
    }

    void theEndOfAReportedOneIsNeverDropped()
    {
        TrafficBatcher batcher(2);
        batcher.add(row(1, ExchangeState::Tunneling));
        QCOMPARE(batcher.take().exchanges.size(), 1);
        batcher.add(row(2));
        batcher.add(row(3));
        batcher.add(row(1));
        QCOMPARE(ids(batcher.take()), (QList<ExchangeId>{2, 3}));
        QVERIFY(!batcher.isEmpty());
        QCOMPARE(ids(batcher.take()), QList<ExchangeId>{1});
        QCOMPARE(batcher.dropped(), 0u);
    }

    void nothingIsPromisedTwice()
    {
        TrafficBatcher batcher(1);
        batcher.add(row(1, ExchangeState::Waiting));
        batcher.take();
        batcher.add(row(1));
        batcher.take();
        batcher.add(row(2));
        batcher.add(row(1)); // over and reported: no right to room any more
        QCOMPARE(ids(batcher.take()), QList<ExchangeId>{2});
        QCOMPARE(batcher.dropped(), 1u);
    }

    void runningRowsAreReportedUpToTheirMaximum()
    {
        TrafficBatcher batcher(10, 2);
        for (ExchangeId id = 1; id <= 2; ++id)
            batcher.add(row(id, ExchangeState::Waiting));
        QCOMPARE(ids(batcher.take()), (QList<ExchangeId>{1, 2}));
        batcher.add(row(3, ExchangeState::Waiting));
        QCOMPARE(batcher.take().exchanges.size(), 0);
        batcher.add(row(3));
        QCOMPARE(ids(batcher.take()), QList<ExchangeId>{3});
        batcher.add(row(1));
        batcher.take();
        batcher.add(row(4, ExchangeState::Waiting));
        QCOMPARE(ids(batcher.take()), QList<ExchangeId>{4});
    }

    void clearingForgetsTheRowsAndGoesOnCounting()
    {
        TrafficBatcher batcher(1);
        batcher.addDropped(5);
        batcher.add(row(1));
        batcher.clear();
        QVERIFY(batcher.isEmpty());
        QCOMPARE(batcher.take().dropped, 5u);
    }
};

QTEST_GUILESS_MAIN(TrafficBatcherTest)
#include "tst_trafficbatcher.moc"
