// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/capturestore.h"

#include <QTest>

using namespace portlight;

namespace {

ExchangeDetailPtr exchange(ExchangeId id, qsizetype bytes = 0)
{
    auto detail = std::make_shared<ExchangeDetail>();
    detail->summary.id = id;
    detail->requestHead = QByteArray(bytes, 'x');
    return detail;
}

FrameBatch frames(ExchangeId id, quint64 first, int count)
{
    FrameBatch batch{.exchange = id, .extensions = {}, .frames = {}};
    for (int i = 0; i < count; ++i) {
        FrameRecord record;
        record.number = first + quint64(i);
        record.bytes = "hello";
        record.frame.length = 5;
        batch.frames.push_back(record);
    }
    return batch;
}

} // namespace

class CaptureStoreTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void storedBytesAreHeadsAndBodies()
    {
        ExchangeDetail detail;
        detail.requestHead = "12";
        detail.upstreamRequestHead = "123";
        detail.responseHead = "1234";
        detail.upstreamResponseHead = "12345";
        detail.requestBody = {"123456", 600};
        detail.responseBody = {"1234567", 7};
        QCOMPARE(detail.storedBytes(), 2 + 3 + 4 + 5 + 6 + 7);
        QVERIFY(detail.requestBody.truncated());
        QVERIFY(!detail.responseBody.truncated());
    }

    void everyStepHasItsOwnName()
    {
        QStringList names;
        for (int step = 0; step <= int(Decision::Step::Answer); ++step)
            names += decisionStepName(Decision::Step(step));
        QCOMPARE(names.removeDuplicates(), 0);
        QVERIFY(!names.contains(QString()));
        QCOMPARE(decisionStepName(Decision::Step::Location), QStringLiteral("location"));
    }

    void whatWasPutIsFound()
    {
        const auto store = makeMemoryCaptureStore();
        const ExchangeDetailPtr first = exchange(7, 10);
        store->put(first);
        QCOMPARE(store->find(7), first);
        QCOMPARE(store->find(8), nullptr);
        QCOMPARE(store->count(), 1);
        QCOMPARE(store->storedBytes(), 10);
    }

    void framesAreKeptWithTheirExchange()
    {
        const auto store = makeMemoryCaptureStore();
        QVERIFY(!store->addFrames(frames(7, 1, 1)));
        store->put(exchange(7, 10));
        const auto row = store->addFrames(frames(7, 1, 2));
        QVERIFY(row);
        QCOMPARE(row->id, 7u);
        QCOMPARE(row->frames, 2u);
        store->put(exchange(7, 20)); // told again while it runs
        store->addFrames(frames(7, 5, 1));
        const ExchangeDetailPtr found = store->find(7);
        QCOMPARE(found->requestHead.size(), 20);
        QCOMPARE(found->summary.frames, 5u);
        QCOMPARE(found->frames.size(), 3u);
        QCOMPARE(found->frames.back().number, 5u);
        QCOMPARE(found->framesDropped, 2u);
    }

    void framesCountAsStoredBytes()
    {
        const FrameBatch batch = frames(1, 1, 3);
        const auto store = makeMemoryCaptureStore(10, 2 * batch.storedBytes());
        store->put(exchange(1));
        store->put(exchange(2));
        store->addFrames(batch);
        QCOMPARE(store->storedBytes(), batch.storedBytes());
        store->addFrames(frames(2, 1, 3));
        QCOMPARE(store->count(), 2);
        store->addFrames(frames(2, 4, 1));
        QCOMPARE(store->count(), 1);
        QVERIFY(!store->find(1));
        QCOMPARE(store->storedBytes(), frames(2, 1, 4).storedBytes());
        store->clear();
        QCOMPARE(store->storedBytes(), 0);
    }

    void theNewerOneOfAnIdReplacesTheOlder()
    {
        const auto store = makeMemoryCaptureStore();
        store->put(exchange(7, 10));
        store->put(exchange(7, 4));
        QCOMPARE(store->count(), 1);
        QCOMPARE(store->storedBytes(), 4);
        QCOMPARE(store->find(7)->requestHead.size(), 4);
    }

    void asManyAsAllowedAreKeptAndTheOldestGoesForOneMore()
    {
        const auto store = makeMemoryCaptureStore(3, 1000);
        for (ExchangeId id = 1; id <= 3; ++id)
            store->put(exchange(id, 1));
        QCOMPARE(store->count(), 3);
        QVERIFY(store->find(1));
        store->put(exchange(4, 1));
        QCOMPARE(store->count(), 3);
        QVERIFY(!store->find(1));
        QVERIFY(store->find(2));
        QCOMPARE(store->storedBytes(), 3);
    }

    void asManyBytesAsAllowedAreKeptAndTheOldestGoesForOneMore()
    {
        const auto store = makeMemoryCaptureStore(100, 10);
        store->put(exchange(1, 4));
        store->put(exchange(2, 6));
        QCOMPARE(store->count(), 2);
        QCOMPARE(store->storedBytes(), 10);
        store->put(exchange(3, 1));
        QVERIFY(!store->find(1));
        QCOMPARE(store->count(), 2);
        QCOMPARE(store->storedBytes(), 7);
    }

    void oneThatIsTooLargeByItselfIsNotKept()
    {
        const auto store = makeMemoryCaptureStore(100, 10);
        store->put(exchange(1, 10));
        QVERIFY(store->find(1));
        store->put(exchange(2, 11));
        QCOMPARE(store->count(), 0);
        QCOMPARE(store->storedBytes(), 0);
    }

    void aReplacementThatGrowsDropsTheOldest()
    {
        const auto store = makeMemoryCaptureStore(100, 10);
        store->put(exchange(1, 4));
        store->put(exchange(2, 4));
        store->put(exchange(2, 8));
        QVERIFY(!store->find(1));
        QCOMPARE(store->find(2)->requestHead.size(), 8);
        QCOMPARE(store->storedBytes(), 8);
    }

    void clearingForgetsAll()
    {
        const auto store = makeMemoryCaptureStore();
        store->put(exchange(1, 4));
        store->clear();
        QCOMPARE(store->count(), 0);
        QCOMPARE(store->storedBytes(), 0);
        QVERIFY(!store->find(1));
        store->put(exchange(1, 5));
        QCOMPARE(store->storedBytes(), 5);
    }

    void theDefaultsAreThePromisedOnes()
    {
        const auto store = makeMemoryCaptureStore();
        for (ExchangeId id = 1; id <= ExchangeId(CapturedExchangesMax) + 1; ++id)
            store->put(exchange(id));
        QCOMPARE(store->count(), CapturedExchangesMax);
        QVERIFY(!store->find(1));
        QVERIFY(store->find(2));
    }
};

QTEST_GUILESS_MAIN(CaptureStoreTest)
#include "tst_capturestore.moc"
