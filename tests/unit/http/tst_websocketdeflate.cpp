// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/websocketdeflate.h"

#include <QRandomGenerator>
#include <QTest>

using namespace portlight;

namespace {

using Outcome = WebSocketInflater::Outcome;

const QByteArray Hello = QByteArray::fromHex("f248cdc9c90700");  // RFC 7692 §7.2.3.1
const QByteArray HelloAgain = QByteArray::fromHex("f200110000"); // §7.2.3.2: refers to the one before

QByteArray text(QByteArrayView value)
{
    const WebSocketExtensions found = readWebSocketExtensions(value);
    if (!found.deflate)
        return found.others ? "others" : "none";
    QByteArray words = "deflate";
    if (!found.clientKeepsContext)
        words += " c-";
    if (!found.serverKeepsContext)
        words += " s-";
    words += ' ' + QByteArray::number(found.clientWindowBits) + ' ' + QByteArray::number(found.serverWindowBits);
    return found.others ? words + " others" : words;
}

// A stored block: deflate data of any bytes, without their compressor (RFC 1951 §3.2.4).
QByteArray stored(const QByteArray &bytes, bool final = false)
{
    const int size = int(bytes.size());
    QByteArray block(1, final ? '\1' : '\0');
    block += char(size & 0xFF);
    block += char(size >> 8);
    block += char(~size & 0xFF);
    block += char(~size >> 8);
    return block + bytes;
}

// "x" and then `copies` times 258 bytes that repeat it: fixed Huffman codes, a thousand times larger when inflated.
QByteArray bombOf(int copies)
{
    QByteArray bytes;
    quint32 held = 0;
    int count = 0;
    const auto put = [&](quint32 bits, int size) {
        held |= bits << count;
        for (count += size; count >= 8; count -= 8, held >>= 8)
            bytes += char(held & 0xFF);
    };
    const auto putCode = [&](quint32 code, int size) { // Huffman codes begin with their highest bit
        for (int i = size - 1; i >= 0; --i)
            put(code >> i & 1, 1);
    };
    put(0b010, 3);          // not the last block, fixed codes
    putCode(0x30 + 'x', 8); // the literal
    for (int i = 0; i < copies; ++i) {
        putCode(0b11000101, 8); // length 258
        putCode(0, 5);          // distance 1
    }
    putCode(0, 7); // end of the block
    put(0b000, 3); // an empty stored block, whose length and its complement the receiver adds
    put(0, (8 - count) % 8);
    return bytes;
}

WebSocketInflater::Part part(const QByteArray &bytes)
{
    return {.bytes = bytes};
}

} // namespace

class WebSocketDeflateTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void extensionsOfTheAnswer()
    {
        QCOMPARE(text(""), "none");
        QCOMPARE(text(" , "), "none");
        QCOMPARE(text("permessage-deflate"), "deflate 15 15");
        QCOMPARE(text("Permessage-Deflate; Client_No_Context_Takeover"), "deflate c- 15 15");
        QCOMPARE(text("permessage-deflate;server_no_context_takeover ; client_max_window_bits=10"), "deflate s- 10 15");
        QCOMPARE(text("permessage-deflate; client_max_window_bits=\"9\"; server_max_window_bits=8"), "deflate 9 8");
        QCOMPARE(text("x-webkit-deflate-frame"), "others");
        QCOMPARE(text("bbf; mux=\"a,b; c\", permessage-deflate"), "deflate 15 15 others");
    }

    void parametersThatAreNotValidArePassedOver()
    {
        QCOMPARE(text("permessage-deflate; client_max_window_bits=7; server_max_window_bits=16"), "deflate 15 15");
        QCOMPARE(text("permessage-deflate; client_max_window_bits; server_max_window_bits=; x=\"un;closed"),
                 "deflate 15 15");
        QCOMPARE(text("permessage-deflate; a=\"\\"), "deflate 15 15");
        QCOMPARE(text("permessage-deflate, permessage-deflate; server_no_context_takeover"), "deflate 15 15 others");
    }

    void examplesOfTheRfc()
    {
        WebSocketInflater inflater(true);
        QCOMPARE(inflater.inflate(part(Hello)).bytes, "Hello");
        const WebSocketInflater::Inflated again = inflater.inflate(part(HelloAgain));
        QCOMPARE(again.bytes, "Hello");
        QCOMPARE(again.outcome, Outcome::Whole);
        // §7.2.3.3 a block without compression, §7.2.3.4 one with BFINAL, §7.2.3.5 two blocks in one message
        for (const char *hex : {"000500faff48656c6c6f00", "f348cdc9c9070000", "f248050000 00ffff cac9c90700"}) {
            WebSocketInflater fresh(true);
            const WebSocketInflater::Inflated made = fresh.inflate(part(QByteArray::fromHex(hex)));
            QCOMPARE(made.bytes, "Hello");
            QCOMPARE(made.outcome, Outcome::Whole);
        }
    }

    void fragmentsOfAMessageAreInflatedOneByOne()
    {
        for (qsizetype cut = 0; cut <= Hello.size(); ++cut) {
            WebSocketInflater inflater(true);
            const auto first = inflater.inflate({.bytes = QByteArrayView(Hello).first(cut), .last = false});
            const auto second = inflater.inflate({.bytes = QByteArrayView(Hello).sliced(cut), .first = false});
            QCOMPARE(first.bytes + second.bytes, "Hello");
            QCOMPARE(second.outcome, Outcome::Whole);
            QCOMPARE(inflater.inflate(part(HelloAgain)).bytes, "Hello");
        }
    }

    void withoutAContextEachMessageStandsAlone()
    {
        WebSocketInflater inflater(false);
        QCOMPARE(inflater.inflate(part(Hello)).bytes, "Hello");
        QCOMPARE(inflater.inflate(part(HelloAgain)).outcome, Outcome::Unknown);
        QCOMPARE(inflater.inflate(part(Hello)).outcome, Outcome::Whole);
    }

    void whatIsMissingIsNoticedNeverGuessed()
    {
        WebSocketInflater inflater(true);
        inflater.inflate(part(Hello));
        inflater.loseContext();
        QCOMPARE(inflater.inflate(part(HelloAgain)).outcome, Outcome::Unknown);
        // One that needs nothing before it is a new beginning.
        QCOMPARE(inflater.inflate(part(Hello)).outcome, Outcome::Whole);
        QCOMPARE(inflater.inflate(part(HelloAgain)).outcome, Outcome::Whole);
    }

    void aPartThatWasCutShowsItsBeginning()
    {
        WebSocketInflater inflater(true);
        const QByteArray kept = stored("The whole of this was").left(15);
        const auto made = inflater.inflate({.bytes = kept, .whole = false});
        QCOMPARE(made.bytes, "The whole ");
        QCOMPARE(made.outcome, Outcome::Partial);
        QCOMPARE(inflater.inflate(part(HelloAgain)).outcome, Outcome::Unknown);
        QCOMPARE(inflater.inflate(part(Hello)).outcome, Outcome::Whole);
    }

    void aContinuationOfWhatIsUnknownIsUnknown()
    {
        WebSocketInflater inflater(true);
        QCOMPARE(inflater.inflate({.bytes = Hello, .first = false}).outcome, Outcome::Unknown);
        QCOMPARE(inflater.inflate({.bytes = "\xff\xff\xff", .last = false}).outcome, Outcome::Unknown);
        QCOMPARE(inflater.inflate({.bytes = Hello, .first = false}).outcome, Outcome::Unknown);
        QCOMPARE(inflater.inflate(part(Hello)).outcome, Outcome::Whole);
    }

    void theLargestPartIsShownAndOneMoreByteIsTooLong()
    {
        const qint64 max = WebSocketInflater::InflatedBytesMax;
        QByteArray bytes;
        for (qint64 size = 0; size < max; size += 32768)
            bytes += stored(QByteArray(32768, 'x'));
        WebSocketInflater inflater(true);
        const auto largest = inflater.inflate(part(bytes + '\0'));
        QCOMPARE(largest.outcome, Outcome::Whole);
        QCOMPARE(largest.bytes.size(), max);
        const auto larger = inflater.inflate(part(bytes + stored("y") + '\0'));
        QCOMPARE(larger.outcome, Outcome::TooLong);
        QCOMPARE(larger.bytes.size(), max);
        QCOMPARE(inflater.inflate(part(HelloAgain)).outcome, Outcome::Unknown);
    }

    void aBombIsNotFollowed()
    {
        WebSocketInflater inflater(true);
        QCOMPARE(inflater.inflate(part(bombOf(100))).bytes, QByteArray(1 + 100 * 258, 'x'));
        const auto bomb = inflater.inflate(part(bombOf(1'000'000)));
        QCOMPARE(bomb.outcome, Outcome::TooLong);
        QCOMPARE(bomb.bytes.size(), WebSocketInflater::InflatedBytesMax);
    }

    void endedStreamsInOneMessageAreBounded()
    {
        const auto endedTimes = [](int times) {
            QByteArray bytes;
            for (int i = 0; i < times; ++i)
                bytes += stored("a", true);
            return WebSocketInflater(true).inflate(part(bytes + '\0'));
        };
        QCOMPARE(endedTimes(16).outcome, Outcome::Whole);
        QCOMPARE(endedTimes(16).bytes, QByteArray(16, 'a'));
        QCOMPARE(endedTimes(17).outcome, Outcome::Unknown);
    }

    void anEndedStreamIsStillReferredTo()
    {
        WebSocketInflater inflater(true);
        inflater.inflate(part(QByteArray::fromHex("f348cdc9c9070000")));
        QCOMPARE(inflater.inflate(part(HelloAgain)).bytes, "Hello");
    }

    void anyBytesAreEndured()
    {
        QRandomGenerator random(7692);
        WebSocketInflater inflater(true);
        for (int i = 0; i < 2000; ++i) {
            QByteArray bytes(random.bounded(200), Qt::Uninitialized);
            for (char &c : bytes)
                c = char(random.generate());
            const auto made = inflater.inflate({.bytes = bytes, .whole = i % 3 > 0, .last = i % 5 > 0});
            QVERIFY(made.bytes.size() <= WebSocketInflater::InflatedBytesMax);
        }
        QCOMPARE(inflater.inflate(part(stored("good") + '\0')).bytes, "good");
    }
};

QTEST_GUILESS_MAIN(WebSocketDeflateTest)
#include "tst_websocketdeflate.moc"
