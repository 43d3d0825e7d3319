// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/bufferpool.h"

#include <QTest>

#include <cstring>

using namespace portlight;

class BufferPoolTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aBufferHasTheSmallestSizeThatFits_data()
    {
        QTest::addColumn<quint32>("asked");
        QTest::addColumn<quint32>("capacity");
        QTest::newRow("one byte") << 1u << BufferPool::SmallBytes;
        QTest::newRow("small") << BufferPool::SmallBytes << BufferPool::SmallBytes;
        QTest::newRow("past small") << BufferPool::SmallBytes + 1 << BufferPool::MediumBytes;
        QTest::newRow("medium") << BufferPool::MediumBytes << BufferPool::MediumBytes;
        QTest::newRow("past medium") << BufferPool::MediumBytes + 1 << BufferPool::LargeBytes;
        QTest::newRow("large") << BufferPool::LargeBytes << BufferPool::LargeBytes;
        QTest::newRow("past large") << BufferPool::LargeBytes + 1 << BufferPool::LargeBytes + 1;
    }
    void aBufferHasTheSmallestSizeThatFits()
    {
        QFETCH(quint32, asked);
        QFETCH(quint32, capacity);
        BufferPool pool;
        Buffer buffer = pool.take(asked);
        QVERIFY(bool(buffer));
        QCOMPARE(buffer.capacity(), capacity);
        QCOMPARE(buffer.roomSize(), capacity);
        QCOMPARE(pool.lentBytes(), qint64(capacity));
        std::memset(buffer.room(), 'x', capacity);
        buffer.release();
        QVERIFY(!buffer);
        QCOMPARE(pool.lentBytes(), qint64(0));
    }

    void aBlockThatCameBackIsLentAgain()
    {
        BufferPool pool;
        Buffer first = pool.take(BufferPool::SmallBytes);
        const char *block = first.data();
        first.release();
        QCOMPARE(pool.freeBytes(), qint64(BufferPool::SmallBytes));
        const Buffer second = pool.take(1);
        QVERIFY(second.data() == block);
        QVERIFY(second.isEmpty());
        QCOMPARE(pool.freeBytes(), qint64(0));
    }

    void freeBlocksAreKeptUpToTheLimitAndNotPastIt_data()
    {
        QTest::addColumn<quint32>("bytes");
        QTest::newRow("small") << BufferPool::SmallBytes;
        QTest::newRow("medium") << BufferPool::MediumBytes;
        QTest::newRow("large") << BufferPool::LargeBytes;
    }
    void freeBlocksAreKeptUpToTheLimitAndNotPastIt()
    {
        QFETCH(quint32, bytes);
        BufferPool pool;
        std::vector<Buffer> lent;
        for (quint32 i = 0; i < BufferPool::FreeBytesMax / bytes + 1; ++i)
            lent.push_back(pool.take(bytes));
        lent.pop_back();
        QCOMPARE(pool.freeBytes(), qint64(bytes));
        lent.push_back(pool.take(bytes));
        while (lent.size() > 1)
            lent.pop_back();
        QCOMPARE(pool.freeBytes(), qint64(BufferPool::FreeBytesMax)); // at the limit
        lent.pop_back();
        QCOMPARE(pool.freeBytes(), qint64(BufferPool::FreeBytesMax)); // one past it
        QCOMPARE(pool.lentBytes(), qint64(0));
    }

    void blocksBeyondTheLargestAreNotKept()
    {
        BufferPool pool;
        pool.take(BufferPool::LargeBytes + 1).release();
        QCOMPARE(pool.freeBytes(), qint64(0));
    }

    void dataIsBetweenWhatWasConsumedAndTheRoom()
    {
        BufferPool pool;
        Buffer buffer = pool.take(16);
        std::memcpy(buffer.room(), "abcdef", 6);
        buffer.grow(6);
        buffer.consume(2);
        QCOMPARE(QByteArrayView(buffer.data(), buffer.size()), QByteArrayView("cdef"));
        QCOMPARE(buffer.roomSize(), BufferPool::SmallBytes - 6);
        buffer.compact();
        QCOMPARE(QByteArrayView(buffer.data(), buffer.size()), QByteArrayView("cdef"));
        QCOMPARE(buffer.roomSize(), BufferPool::SmallBytes - 4);
        buffer.consume(4); // the last: all room is free again
        QVERIFY(buffer.isEmpty());
        QCOMPARE(buffer.roomSize(), BufferPool::SmallBytes);
    }

    void aMovedBufferTakesTheBlockAlong()
    {
        BufferPool pool;
        Buffer first = pool.take(1);
        Buffer second = pool.take(BufferPool::LargeBytes);
        const char *block = second.data();
        first = std::move(second);
        QVERIFY(first.data() == block);
        QVERIFY(!second); // NOLINT(bugprone-use-after-move): null is what is promised
        QCOMPARE(pool.lentBytes(), qint64(BufferPool::LargeBytes));
    }
};

QTEST_APPLESS_MAIN(BufferPoolTest)
#include "tst_bufferpool.moc"
