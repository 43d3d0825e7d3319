// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/framelog.h"

#include <QTest>

using namespace portlight;

namespace {

using Outcome = WebSocketInflater::Outcome;

const QByteArray Hello = QByteArray::fromHex("f248cdc9c90700");  // RFC 7692 §7.2.3.1
const QByteArray HelloAgain = QByteArray::fromHex("f200110000"); // refers to the one before
constexpr WebSocketExtensions Deflate{.deflate = true};

FrameRecord frame(quint64 number, const QByteArray &bytes = {}, bool fromClient = false)
{
    FrameRecord record;
    record.number = number;
    record.fromClient = fromClient;
    record.frame.fin = record.frame.startsMessage = true;
    record.frame.opcode = quint8(WebSocketOpcode::Text);
    record.frame.length = quint64(bytes.size());
    record.bytes = bytes;
    return record;
}

FrameRecord deflated(quint64 number, const QByteArray &bytes, bool fromClient = false)
{
    FrameRecord record = frame(number, bytes, fromClient);
    record.frame.compressed = true;
    return record;
}

// "1 Hello", one line a frame; '?' behind as much as could be inflated, '…' behind what was only in part.
QByteArray text(FrameLog &log)
{
    QByteArray lines;
    for (const FrameRecord &record : log.view()) {
        lines += QByteArray::number(record.number) + ' ' + framePayload(record);
        if (record.inflation == Outcome::Unknown)
            lines += '?';
        else if (record.inflation.value_or(Outcome::Whole) != Outcome::Whole)
            lines += "...";
        lines += '\n';
    }
    return lines;
}

} // namespace

class FrameLogTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theNewestAreKept()
    {
        FrameLog log({}, 3);
        for (quint64 number = 1; number <= 3; ++number)
            log.append(frame(number, "x"));
        QCOMPARE(text(log), "1 x\n2 x\n3 x\n");
        QCOMPARE(log.dropped(), 0u);
        log.append(frame(4, "y"));
        QCOMPARE(text(log), "2 x\n3 x\n4 y\n");
        QCOMPARE(log.dropped(), 1u);
        QCOMPARE(log.seen(), 4u);
    }

    void noMoreBytesThanTheBoundAreKept()
    {
        const qint64 each = frame(1, QByteArray(100, 'x')).storedBytes();
        FrameLog log({}, 100, 2 * each);
        log.append(frame(1, QByteArray(100, 'x')));
        log.append(frame(2, QByteArray(100, 'x')));
        QCOMPARE(log.storedBytes(), 2 * each);
        QCOMPARE(log.dropped(), 0u);
        log.append(frame(3, "x"));
        QCOMPARE(log.dropped(), 1u);
        QVERIFY(log.storedBytes() <= 2 * each);
        log.append(frame(4, QByteArray(2 * each, 'x'))); // more than all the room there is
        QCOMPARE(log.dropped(), 4u);
        QCOMPARE(log.storedBytes(), 0);
        log.append(frame(5, "x"));
        QCOMPARE(text(log), "5 x\n");
    }

    void aGapInTheNumbersCountsAsDropped()
    {
        FrameLog log({});
        log.append(frame(3, "x"));
        log.append(frame(7, "y"));
        QCOMPARE(log.seen(), 7u);
        QCOMPARE(log.dropped(), 5u);
    }

    void masksAreTakenAwayWhenLookedAt()
    {
        FrameRecord record = frame(1, unmasked("hello", {1, 2, 3, 4}), true);
        record.frame.masked = true;
        record.frame.mask = {1, 2, 3, 4};
        QVERIFY(record.bytes != "hello");
        QCOMPARE(framePayload(record), "hello");
    }

    void messagesAreInflatedWhenLookedAt()
    {
        FrameLog log(Deflate);
        log.append(deflated(1, Hello));
        log.append(deflated(2, Hello, true));
        log.append(frame(3, "plain"));
        const qint64 unseen = log.storedBytes();
        QCOMPARE(text(log), "1 Hello\n2 Hello\n3 plain\n");
        QVERIFY(log.storedBytes() > unseen + 2 * WebSocketInflater::MemoryBytes);
        log.append(deflated(4, HelloAgain));
        log.append(deflated(5, HelloAgain, true));
        QCOMPARE(text(log), "1 Hello\n2 Hello\n3 plain\n4 Hello\n5 Hello\n");
    }

    void laterMessagesMayReferToWhatWasDropped()
    {
        for (const bool looksMeanwhile : {false, true}) {
            FrameLog log(Deflate, 2);
            log.append(deflated(1, Hello));
            for (quint64 number = 2; number <= 9; ++number) {
                log.append(deflated(number, HelloAgain));
                if (looksMeanwhile)
                    log.view();
            }
            QCOMPARE(text(log), "8 Hello\n9 Hello\n");
        }
    }

    void whatWasLostOnTheWayIsNotGuessed()
    {
        FrameLog log(Deflate);
        log.append(deflated(1, Hello));
        log.append(deflated(3, HelloAgain));
        log.append(deflated(4, Hello));
        log.append(deflated(5, HelloAgain));
        QCOMPARE(text(log), "1 Hello\n3 H?\n4 Hello\n5 Hello\n");
    }

    void aFrameThatWasNotKeptWholeShowsItsBeginning()
    {
        FrameLog log(Deflate);
        FrameRecord cut = deflated(1, QByteArray::fromHex("000500faff48656c")); // a stored block, "Hel" of "Hello"
        cut.frame.length = 11;
        log.append(cut);
        log.append(deflated(2, HelloAgain));
        FrameRecord broken = deflated(3, Hello);
        broken.complete = false;
        log.append(broken);
        QCOMPARE(text(log), "1 Hel...\n2 H?\n3 Hello...\n");
    }

    void aMessageWithoutContextStandsAlone()
    {
        FrameLog log({.deflate = true, .serverKeepsContext = false});
        log.append(deflated(1, Hello));
        log.append(deflated(2, HelloAgain));
        log.append(deflated(3, Hello, true));
        log.append(deflated(4, HelloAgain, true));
        QCOMPARE(text(log), "1 Hello\n2 H?\n3 Hello\n4 Hello\n");
    }

    void fragmentsGoOnWhereTheLastOneEnded()
    {
        FrameLog log(Deflate);
        FrameRecord first = deflated(1, Hello.left(3));
        first.frame.fin = false;
        FrameRecord second = deflated(3, Hello.mid(3));
        second.frame.startsMessage = false;
        log.append(first);
        log.append(frame(2, "ping between"));
        log.append(second);
        log.append(deflated(4, HelloAgain));
        QByteArray all;
        for (const FrameRecord &record : log.view())
            all += framePayload(record) + '|';
        QVERIFY2(all.startsWith("H"), all);
        QCOMPARE(QByteArray(all).replace("|ping between|", "").replace("|", " "), "Hello Hello ");
    }

    void inflatedBytesAreBounded()
    {
        // Stored blocks: as many bytes when inflated.
        const auto stored = [](qsizetype size) {
            QByteArray bytes;
            for (qsizetype left = size; left > 0; left -= 32768) {
                const int block = int(std::min<qsizetype>(left, 32768));
                bytes += '\0';
                bytes += char(block & 0xFF);
                bytes += char(block >> 8);
                bytes += char(~block & 0xFF);
                bytes += char(~block >> 8);
                bytes += QByteArray(block, 'x');
            }
            return bytes + '\0';
        };
        FrameLog log(Deflate, 10, 16 * InflatedFrameBytesMax);
        log.append(deflated(1, stored(InflatedFrameBytesMax)));
        log.append(deflated(2, stored(InflatedFrameBytesMax + 1)));
        log.append(deflated(3, HelloAgain));
        const std::vector<FrameRecord> seen = log.view();
        QCOMPARE(seen[0].inflated.size(), InflatedFrameBytesMax);
        QVERIFY(seen[0].inflation == Outcome::Whole);
        QCOMPARE(seen[1].inflated.size(), InflatedFrameBytesMax);
        QVERIFY(seen[1].inflation == Outcome::Partial);
        QVERIFY(seen[2].inflation == Outcome::Whole); // the context is whole
    }

    void lookingDropsTheOldestWhenInflatedBytesFindNoRoom()
    {
        QByteArray large = QByteArray::fromHex("0000100000"); // replaced below: lengths of a stored block
        large[1] = char(0x00);
        large[2] = char(0x10);
        large[3] = char(0xFF);
        large[4] = char(0xEF);
        large += QByteArray(4096, 'x') + '\0';
        const qint64 each = deflated(1, large).storedBytes();
        FrameLog log(Deflate, 10, 4 * each);
        for (quint64 number = 1; number <= 4; ++number)
            log.append(deflated(number, large));
        QCOMPARE(log.dropped(), 0u);
        const std::vector<FrameRecord> seen = log.view();
        QVERIFY(log.dropped() > 0 && !seen.empty());
        QCOMPARE(seen.back().number, 4u);
        QCOMPARE(seen.back().inflated, QByteArray(4096, 'x'));
        QVERIFY(log.storedBytes() <= 4 * each + WebSocketInflater::MemoryBytes);
    }
};

QTEST_GUILESS_MAIN(FrameLogTest)
#include "tst_framelog.moc"
