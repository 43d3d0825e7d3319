// SPDX-License-Identifier: GPL-3.0-or-later
#include "component/netloops.h"

#include <netinet/tcp.h>

using namespace portlight;
using namespace portlight::test;
using namespace Qt::StringLiterals;
using Status = IoResult::Status;

namespace {

struct Fixture {
    EngineLoop loop{QAbstractEventDispatcher::instance()};
    SocketPair pair;
    PlainStream stream{loop, pair.take(0)};
    RecordingObserver observer;
    Fixture() { stream.setObserver(&observer); }
    int peer() const { return pair.ends[1]; }
};

// Fills the socket until it takes no more.
size_t fill(Stream &stream)
{
    const QByteArray block(64 * 1024, 'x');
    size_t written = 0;
    for (;;) {
        const IoResult result = writeTo(stream, block);
        if (result.status != Status::Ok)
            return written;
        written += result.bytes;
        if (result.bytes < size_t(block.size()))
            return written;
    }
}

QByteArray receiveAll(int descriptor)
{
    QByteArray all;
    char buffer[65536];
    for (ssize_t count = 0; (count = recv(descriptor, buffer, sizeof buffer, MSG_DONTWAIT)) > 0;)
        all.append(buffer, qsizetype(count));
    return all;
}

} // namespace

class StreamTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aShortReadCountsAsDrainedAndTheNextBytesAreTold_data() { addLoopRows(); }
    void aShortReadCountsAsDrainedAndTheNextBytesAreTold()
    {
        QFETCH(LoopKind, kind);
        onLoop(kind, [] {
            Fixture f;
            char buffer[16];
            QByteArray got;
            f.observer.onReadable = [&] {
                const IoResult result = f.stream.read(buffer, sizeof buffer);
                QCOMPARE(result.status, Status::Ok);
                got.append(buffer, qsizetype(result.bytes));
            };
            sendAll(f.peer(), "one"_ba);
            QVERIFY(turnUntil([&] { return got == "one"_ba; }));
            QVERIFY(!f.stream.isStale());
            sendAll(f.peer(), "two"_ba);
            QVERIFY(turnUntil([&] { return got == "onetwo"_ba; }));
            QCOMPARE(f.observer.readable, 2);
        });
    }

    void theEndIsToldThoughItCameWithTheLastBytes_data() { addLoopRows(); }
    void theEndIsToldThoughItCameWithTheLastBytes()
    {
        QFETCH(LoopKind, kind);
        onLoop(kind, [] {
            Fixture f;
            sendAll(f.peer(), "last"_ba);
            shutdown(f.peer(), SHUT_WR);
            QByteArray got;
            bool ended = false;
            f.observer.onReadable = [&] {
                char buffer[16];
                const IoResult result = f.stream.read(buffer, sizeof buffer);
                got.append(buffer, qsizetype(result.bytes));
                ended = result.status == Status::Eof;
            };
            QVERIFY(turnUntil([&] { return ended; }));
            QCOMPARE(got, "last"_ba);
            QVERIFY(f.stream.isStale());
            // Nothing more to tell, and no spinning.
            const int told = f.observer.readable;
            turnTimes(5);
            QCOMPARE(f.observer.readable, told);
        });
    }

    void afterTheEndOfReadingWritingGoesOn_data() { addLoopRows(); }
    void afterTheEndOfReadingWritingGoesOn()
    {
        QFETCH(LoopKind, kind);
        onLoop(kind, [] {
            Fixture f;
            shutdown(f.peer(), SHUT_WR);
            Status seen = Status::Ok;
            f.observer.onReadable = [&] {
                char byte;
                seen = f.stream.read(&byte, 1).status;
            };
            QVERIFY(turnUntil([&] { return seen == Status::Eof; }));
            QCOMPARE(writeTo(f.stream, "still here"_ba).bytes, size_t(10));
            QCOMPARE(receiveAll(f.peer()), "still here"_ba);
        });
    }

    void afterShutdownOfWritingReadingGoesOn_data() { addLoopRows(); }
    void afterShutdownOfWritingReadingGoesOn()
    {
        QFETCH(LoopKind, kind);
        onLoop(kind, [] {
            Fixture f;
            f.stream.shutdownWrite();
            char byte;
            QCOMPARE(recv(f.peer(), &byte, 1, 0), ssize_t(0));
            sendAll(f.peer(), "x"_ba);
            QVERIFY(turnUntil([&] { return f.observer.readable > 0; }));
            char buffer[4];
            QCOMPARE(f.stream.read(buffer, sizeof buffer).bytes, size_t(1));
            QCOMPARE(writeTo(f.stream, "y"_ba).error, EPIPE);
        });
    }

    void aFullSocketTellsWhenThereIsRoomAgain_data() { addLoopRows(); }
    void aFullSocketTellsWhenThereIsRoomAgain()
    {
        QFETCH(LoopKind, kind);
        onLoop(kind, [] {
            Fixture f;
            const size_t written = fill(f.stream);
            QVERIFY(written > 0);
            turnTimes(5);
            QCOMPARE(f.observer.writable, 0);
            QCOMPARE(size_t(receiveAll(f.peer()).size()), written);
            QVERIFY(turnUntil([&] { return f.observer.writable == 1; }));
            QCOMPARE(writeTo(f.stream, "more"_ba).bytes, size_t(4));
            turnTimes(5);
            QCOMPARE(f.observer.writable, 1); // told only when asked for
        });
    }

    void aBlockedWriterLearnsThatThePeerIsGone_data() { addLoopRows(); }
    void aBlockedWriterLearnsThatThePeerIsGone()
    {
        QFETCH(LoopKind, kind);
        onLoop(kind, [] {
            Fixture f;
            fill(f.stream);
            turnTimes(3);
            f.pair.closeEnd(1);
            QVERIFY(turnUntil([&] { return f.observer.writable > 0; }));
            QCOMPARE(writeTo(f.stream, "x"_ba).status, Status::Failed);
        });
    }

    void morePartsThanTheKernelTakesAreWrittenInTurns_data() { addLoopRows(); }
    void morePartsThanTheKernelTakesAreWrittenInTurns()
    {
        QFETCH(LoopKind, kind);
        onLoop(kind, [] {
            Fixture f;
            char letter = 'p';
            const std::vector<iovec> atMost(IOV_MAX, iovec{&letter, 1});
            QCOMPARE(f.stream.write(atMost.data(), int(atMost.size())).bytes, size_t(IOV_MAX));
            const std::vector<iovec> oneMore(IOV_MAX + 1, iovec{&letter, 1});
            QCOMPARE(f.stream.write(oneMore.data(), int(oneMore.size())).bytes, size_t(IOV_MAX));
            QVERIFY(turnUntil([&] { return f.observer.writable == 1; }));
        });
    }

    void aPausedStreamIsSilentAndResumesInALaterTurn_data() { addLoopRows(); }
    void aPausedStreamIsSilentAndResumesInALaterTurn()
    {
        QFETCH(LoopKind, kind);
        onLoop(kind, [] {
            Fixture f;
            f.stream.pauseReading(PauseReason::BufferFull);
            f.stream.pauseReading(PauseReason::Capture);
            sendAll(f.peer(), "bytes"_ba);
            turnTimes(5);
            QCOMPARE(f.observer.readable, 0);
            f.stream.resumeReading(PauseReason::BufferFull);
            turnTimes(5);
            QCOMPARE(f.observer.readable, 0); // one reason is left
            f.stream.resumeReading(PauseReason::Capture);
            QCOMPARE(f.observer.readable, 0); // not within the call
            QVERIFY(turnUntil([&] { return f.observer.readable == 1; }));
            char buffer[8];
            QCOMPARE(f.stream.read(buffer, sizeof buffer).bytes, size_t(5));
            f.stream.pauseReading(PauseReason::User);
            f.stream.resumeReading(PauseReason::User);
            turnTimes(5);
            QCOMPARE(f.observer.readable, 1); // nothing to read, nothing to tell
        });
    }

    void readAgainLaterIsToldInTheNextTurn_data() { addLoopRows(); }
    void readAgainLaterIsToldInTheNextTurn()
    {
        QFETCH(LoopKind, kind);
        onLoop(kind, [] {
            Fixture f;
            sendAll(f.peer(), "abcd"_ba);
            QByteArray got;
            f.observer.onReadable = [&] {
                char buffer[2];
                const IoResult result = f.stream.read(buffer, sizeof buffer);
                got.append(buffer, qsizetype(result.bytes));
                if (result.status == Status::Ok)
                    f.stream.readAgainLater();
            };
            QVERIFY(turnUntil([&] { return f.observer.readable == 3; }));
            QCOMPARE(got, "abcd"_ba);
        });
    }

    void aStreamMayBeDestroyedByEitherCall_data() { addLoopRows(); }
    void aStreamMayBeDestroyedByEitherCall()
    {
        QFETCH(LoopKind, kind);
        onLoop(kind, [] {
            EngineLoop loop(QAbstractEventDispatcher::instance());
            for (const bool onWritable : {true, false}) {
                SocketPair pair;
                auto stream = std::make_unique<PlainStream>(loop, pair.take(0));
                RecordingObserver observer;
                stream->setObserver(&observer);
                fill(*stream);
                turnTimes(3);
                int toldBefore = -1;
                (onWritable ? observer.onWritable : observer.onReadable) = [&] {
                    stream.reset();
                    toldBefore = observer.readable + observer.writable;
                };
                receiveAll(pair.ends[1]);
                sendAll(pair.ends[1], "x"_ba); // both at once
                QVERIFY(turnUntil([&] { return !stream; }));
                turnTimes(3);
                QCOMPARE(observer.readable + observer.writable, toldBefore);
            }
        });
    }

    void aPooledStreamIsStaleAfterBytesOrTheEnd_data() { addLoopRows(); }
    void aPooledStreamIsStaleAfterBytesOrTheEnd()
    {
        QFETCH(LoopKind, kind);
        onLoop(kind, [] {
            for (const bool bytes : {true, false}) {
                Fixture f;
                turnTimes(3);
                QVERIFY(!f.stream.isStale());
                if (bytes)
                    sendAll(f.peer(), "surprise"_ba);
                else
                    f.pair.closeEnd(1);
                QVERIFY(turnUntil([&] { return f.observer.readable > 0; }));
                QVERIFY(f.stream.isStale());
            }
        });
    }

    void aStreamReadToTheLastByteIsNotStale_data() { addLoopRows(); }
    void aStreamReadToTheLastByteIsNotStale()
    {
        QFETCH(LoopKind, kind);
        onLoop(kind, [] {
            Fixture f;
            sendAll(f.peer(), "1234"_ba);
            QVERIFY(turnUntil([&] { return f.observer.readable == 1; }));
            char buffer[4]; // as long as what came: the read does not tell that this was all
            QCOMPARE(f.stream.read(buffer, sizeof buffer).bytes, size_t(4));
            QVERIFY(!f.stream.isStale());
            sendAll(f.peer(), "5"_ba);
            QVERIFY(turnUntil([&] { return f.observer.readable == 2; }));
            QVERIFY(f.stream.isStale());
        });
    }

    void aResetIsAFailureOfReading_data() { addLoopRows(); }
    void aResetIsAFailureOfReading()
    {
        QFETCH(LoopKind, kind);
        onLoop(kind, [] {
            EngineLoop loop(QAbstractEventDispatcher::instance());
            const int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
            const SocketAddress any = *SocketAddress::fromNumeric("127.0.0.1"_ba, 0);
            QCOMPARE(bind(listening, any.raw(), any.length()), 0);
            QCOMPARE(listen(listening, 1), 0);
            const SocketAddress address = SocketAddress::localOf(listening);
            const int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
            QCOMPARE(::connect(client, address.raw(), address.length()), 0);
            auto resetting =
                std::make_unique<PlainStream>(loop, accept4(listening, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
            PlainStream stream(loop, client);
            RecordingObserver observer;
            stream.setObserver(&observer);
            stream.setNoDelay();
            int noDelay = 0;
            socklen_t length = sizeof noDelay;
            QCOMPARE(getsockopt(client, IPPROTO_TCP, TCP_NODELAY, &noDelay, &length), 0);
            QCOMPARE(noDelay, 1);
            resetting->setResetOnClose();
            resetting.reset();
            QVERIFY(turnUntil([&] { return observer.readable > 0; }));
            char byte;
            const IoResult result = stream.read(&byte, 1);
            QCOMPARE(result.status, Status::Failed);
            QCOMPARE(result.error, ECONNRESET);
            close(listening);
        });
    }

    void aDescriptorThatCannotBeWatchedFailsInALaterTurn_data() { addLoopRows(); }
    void aDescriptorThatCannotBeWatchedFailsInALaterTurn()
    {
        QFETCH(LoopKind, kind);
        onLoop(kind, [] {
            EngineLoop loop(QAbstractEventDispatcher::instance());
            PlainStream stream(loop, open(qPrintable(QCoreApplication::applicationFilePath()), O_RDONLY | O_CLOEXEC));
            RecordingObserver observer;
            stream.setObserver(&observer);
            QVERIFY(turnUntil([&] { return observer.readable == 1; }));
            char byte;
            QCOMPARE(stream.read(&byte, 1).error, EPERM);
            QCOMPARE(writeTo(stream, "x"_ba).error, EPERM);
        });
    }
};

QTEST_GUILESS_MAIN(StreamTest)
#include "tst_net_stream.moc"
