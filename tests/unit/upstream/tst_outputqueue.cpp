// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/outputqueue.h"

#include <QTest>

#include <cerrno>
#include <cstring>
#include <functional>

using namespace portlight;

namespace {

// Takes what it is told to take, and keeps it.
class FakeStream final : public Stream
{
public:
    IoResult read(char *, size_t) override { return {IoResult::Status::WouldBlock}; }
    IoResult write(const iovec *parts, int count) override
    {
        ++writes;
        if (error)
            return {IoResult::Status::Failed, 0, error};
        size_t room = takes ? takes() : SIZE_MAX;
        if (room == 0)
            return {IoResult::Status::WouldBlock};
        size_t taken = 0;
        for (int i = 0; i < count && room > 0; ++i) {
            const size_t bytes = qMin(room, parts[i].iov_len);
            written.append(static_cast<const char *>(parts[i].iov_base), qsizetype(bytes));
            room -= bytes;
            taken += bytes;
        }
        return {IoResult::Status::Ok, taken};
    }
    void readAgainLater() override {}
    void shutdownWrite() override {}
    void setResetOnClose() override {}
    void setNoDelay() override {}
    bool isStale() override { return false; }
    bool hasHungUp() const override { return false; }
    bool mayHaveUnread() const override { return false; }
    int descriptor() const override { return -1; }

    std::function<size_t()> takes;
    QByteArray written;
    int writes = 0;
    int error = 0;
};

} // namespace

class OutputQueueTest : public QObject
{
    Q_OBJECT
    BufferPool m_pool;

    Buffer bytes(const QByteArray &text)
    {
        Buffer buffer = m_pool.take(quint32(qMax<qsizetype>(1, text.size())));
        std::memcpy(buffer.room(), text.constData(), size_t(text.size()));
        buffer.grow(quint32(text.size()));
        return buffer;
    }
    // A head, two chunks with their lines, an end: control bytes and bodies in turn.
    void fill(OutputQueue &queue)
    {
        queue.control().append(QByteArrayView("HEAD\r\n3\r\n"));
        queue.append(bytes("abc"));
        queue.control().append(QByteArrayView("\r\n4\r\n"));
        queue.append(bytes("defg"));
        queue.append(bytes("hi"));
        queue.control().append(QByteArrayView("\r\n0\r\n\r\n"));
    }
    const QByteArray m_whole = "HEAD\r\n3\r\nabc\r\n4\r\ndefghi\r\n0\r\n\r\n";

private Q_SLOTS:
    void everythingGoesOutInOneWrite()
    {
        OutputQueue queue;
        FakeStream stream;
        fill(queue);
        QCOMPARE(queue.bytes(), size_t(m_whole.size()));
        QVERIFY(queue.flush(stream) == OutputQueue::Flush::Done);
        QCOMPARE(stream.written, m_whole);
        QCOMPARE(stream.writes, 1);
        QVERIFY(queue.isEmpty());
        QCOMPARE(queue.bytesWritten(), quint64(m_whole.size()));
        QCOMPARE(m_pool.lentBytes(), 0);
    }

    void anyTwoPlacesMaySplitIt()
    {
        for (qsizetype first = 1; first < m_whole.size(); ++first) {
            for (qsizetype second = 0; second < m_whole.size() - first; ++second) {
                OutputQueue queue;
                FakeStream stream;
                fill(queue);
                int call = 0;
                stream.takes = [&]() -> size_t {
                    return call++ == 0 ? size_t(first) : call == 2 ? size_t(second) : SIZE_MAX;
                };
                QVERIFY(queue.flush(stream) == OutputQueue::Flush::Blocked);
                QCOMPARE(queue.bytes(), size_t(m_whole.size() - first));
                QVERIFY(queue.flush(stream) == OutputQueue::Flush::Blocked);
                QVERIFY(queue.flush(stream) == OutputQueue::Flush::Done);
                QCOMPARE(stream.written, m_whole);
                QCOMPARE(queue.bytesWritten(), quint64(m_whole.size()));
                QCOMPARE(m_pool.lentBytes(), 0);
            }
        }
    }

    void singleBytesAreTheSameBytes()
    {
        OutputQueue queue;
        FakeStream stream;
        stream.takes = [] { return size_t(1); };
        fill(queue);
        for (qsizetype i = 0; i + 1 < m_whole.size(); ++i)
            QVERIFY(queue.flush(stream) == OutputQueue::Flush::Blocked);
        QVERIFY(queue.flush(stream) == OutputQueue::Flush::Done);
        QCOMPARE(stream.written, m_whole);
    }

    void moreMayComeWhileSomeIsOut()
    {
        for (qsizetype split = 1; split < m_whole.size(); ++split) {
            OutputQueue queue;
            FakeStream stream;
            fill(queue);
            stream.takes = [&] { return size_t(split); };
            QVERIFY(queue.flush(stream) == OutputQueue::Flush::Blocked);
            queue.control().append(QByteArrayView("MORE"));
            queue.append(bytes("body"));
            stream.takes = nullptr;
            QVERIFY(queue.flush(stream) == OutputQueue::Flush::Done);
            QCOMPARE(stream.written, m_whole + "MOREbody");
        }
    }

    void manyBodiesNeedMoreThanOneWrite()
    {
        OutputQueue queue;
        FakeStream stream;
        QByteArray whole;
        for (int i = 0; i < 500; ++i) {
            const QByteArray line = QByteArray::number(i) + ':';
            queue.control().append(line);
            queue.append(bytes(QByteArray(i % 7 + 1, 'x')));
            whole += line + QByteArray(i % 7 + 1, 'x');
        }
        QVERIFY(queue.flush(stream) == OutputQueue::Flush::Done);
        QCOMPARE(stream.written, whole);
        QVERIFY(stream.writes > 1);
        QVERIFY(stream.writes <= 34); // 32 parts a write
    }

    void noMoreThanIsAllowedGoesOut()
    {
        for (qsizetype allowed = 0; allowed < m_whole.size(); ++allowed) {
            OutputQueue queue;
            FakeStream stream;
            fill(queue);
            QVERIFY(queue.flush(stream, size_t(allowed)) == OutputQueue::Flush::Limited);
            QCOMPARE(stream.written, m_whole.first(allowed));
            QVERIFY(queue.flush(stream, size_t(m_whole.size() - allowed)) == OutputQueue::Flush::Done);
            QCOMPARE(stream.written, m_whole);
        }
    }

    void allThatThereIsIsNotLimited()
    {
        OutputQueue queue;
        FakeStream stream;
        QVERIFY(queue.flush(stream, 0) == OutputQueue::Flush::Done);
        fill(queue);
        QVERIFY(queue.flush(stream, size_t(m_whole.size())) == OutputQueue::Flush::Done);
        QCOMPARE(stream.writes, 1);
    }

    void aFullStreamMayComeBeforeTheLimit()
    {
        OutputQueue queue;
        FakeStream stream;
        fill(queue);
        stream.takes = [] { return size_t(5); };
        QVERIFY(queue.flush(stream, 9) == OutputQueue::Flush::Blocked);
        QCOMPARE(stream.written, m_whole.first(5));
    }

    void emptyBodiesTakeNoPlace()
    {
        OutputQueue queue;
        FakeStream stream;
        queue.append({});
        QVERIFY(queue.isEmpty());
        QVERIFY(queue.flush(stream) == OutputQueue::Flush::Done);
        QCOMPARE(stream.writes, 0);
    }

    void aFailureIsToldWithItsError()
    {
        OutputQueue queue;
        FakeStream stream;
        stream.error = EPIPE;
        fill(queue);
        QVERIFY(queue.flush(stream) == OutputQueue::Flush::Failed);
        QCOMPARE(queue.error(), EPIPE);
        queue.clear();
        QVERIFY(queue.isEmpty());
        QCOMPARE(m_pool.lentBytes(), 0);
    }

    void memoryGoesBackOnlyWhileNothingWaits()
    {
        OutputQueue queue;
        FakeStream stream;
        fill(queue);
        queue.releaseMemory();
        QVERIFY(queue.flush(stream) == OutputQueue::Flush::Done);
        QCOMPARE(stream.written, m_whole);
        queue.releaseMemory();
        QCOMPARE(queue.control().capacity(), size_t(0));
    }
};

QTEST_GUILESS_MAIN(OutputQueueTest)
#include "tst_outputqueue.moc"
