// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/playbook.h"

#include <QTest>

using namespace portlight;
using namespace portlight::testing;
using namespace Qt::StringLiterals;

namespace {

using Kind = BodyDecoder::Piece::Kind;
constexpr BodyFraming Chunked{BodyKind::Chunked, 0};

// The outcome, which must be the same however the bytes are cut.
Outcome read(const QByteArray &bytes, const BodyFraming &framing = Chunked, quint32 trailerBytesMax = 8192)
{
    const Outcome whole = readBody(bytes, framing, trailerBytesMax);
    for (const std::vector<qsizetype> &pieces : waysToCut(bytes.size())) {
        const Outcome other = readBody(bytes, framing, trailerBytesMax, pieces);
        if (other.text != whole.text || other.status != whole.status)
            QTest::qFail((other.text + " instead of " + whole.text).constData(), __FILE__, __LINE__);
    }
    return whole;
}

} // namespace

class TestBodyDecoder : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void noBodyIsAtItsEnd()
    {
        BodyDecoder decoder;
        decoder.start({});
        QVERIFY(decoder.ended());
        QCOMPARE(decoder.remaining(), qint64(0));
        const BodyDecoder::Piece piece = decoder.next("x", 1);
        QCOMPARE(piece.kind, Kind::End);
        QCOMPARE(piece.consumed, qsizetype(0));
        QVERIFY(decoder.finishAtClose());
    }

    void lengthLeavesTheRestAlone()
    {
        BodyDecoder decoder;
        decoder.start({BodyKind::Length, 5});
        BodyDecoder::Piece piece = decoder.next("hel", 3);
        QCOMPARE(piece.kind, Kind::Data);
        QCOMPARE(piece.dataLength, qsizetype(3));
        QCOMPARE(decoder.remaining(), qint64(2));
        QCOMPARE(decoder.next("", 0).kind, Kind::NeedMore);
        QVERIFY(!decoder.finishAtClose());
        piece = decoder.next("loGET", 5);
        QCOMPARE(piece.dataLength, qsizetype(2));
        QCOMPARE(piece.consumed, qsizetype(2));
        QVERIFY(decoder.ended());
        QCOMPARE(decoder.next("GET", 3).kind, Kind::End);
        QCOMPARE(decoder.payloadBytes(), qint64(5));
    }

    void closeEndsWhatHasNoLength()
    {
        BodyDecoder decoder;
        decoder.start({BodyKind::UntilClose, 0});
        QCOMPARE(decoder.next("abc", 3).kind, Kind::Data);
        QCOMPARE(decoder.remaining(), qint64(-1));
        QVERIFY(!decoder.ended());
        QVERIFY(decoder.finishAtClose());
        QVERIFY(decoder.ended());
    }

    void closeCutsChunksShort()
    {
        BodyDecoder decoder;
        decoder.start(Chunked);
        QCOMPARE(decoder.next("5\r\nhello\r\n0\r\n", 13).kind, Kind::Data);
        QCOMPARE(decoder.next("\r\n0\r\n", 5).kind, Kind::NeedMore);
        QVERIFY(!decoder.finishAtClose());
    }

    void payloadIsPointedAtInTheInput()
    {
        BodyDecoder decoder;
        decoder.start(Chunked);
        const BodyDecoder::Piece piece = decoder.next("5;a=b\r\nhello\r\n", 14);
        QCOMPARE(piece.kind, Kind::Data);
        QCOMPARE(piece.dataOffset, qsizetype(7));
        QCOMPARE(piece.dataLength, qsizetype(5));
        QCOMPARE(piece.consumed, qsizetype(12));
    }

    void trailersAreFields()
    {
        const QByteArray bytes = "5\r\nhello\r\n0\r\nX-Sum: 1 \r\nContent-Length: 7\r\n\r\nrest";
        BodyDecoder decoder;
        decoder.start(Chunked);
        QCOMPARE(decoder.next(bytes.constData(), bytes.size()).kind, Kind::Data);
        const BodyDecoder::Piece end = decoder.next(bytes.constData() + 8, bytes.size() - 8);
        QCOMPARE(end.kind, Kind::End);
        QCOMPARE(bytes.sliced(8 + end.consumed), "rest"_ba);
        QCOMPARE(decoder.trailerBytes().toByteArray(), "X-Sum: 1 \r\nContent-Length: 7\r\n"_ba);
        QCOMPARE(decoder.trailers().size(), size_t(2));
        const char *base = decoder.trailerBytes().data();
        QCOMPARE(decoder.trailers()[0].value.in(base).toByteArray(), "1"_ba);
        QCOMPARE(decoder.trailers()[1].id, HeaderId::ContentLength); // forbidden in trailers: the caller's to drop
        decoder.start(Chunked);
        QVERIFY(decoder.trailerBytes().isEmpty());
        QVERIFY(decoder.trailers().empty());
    }

    void trailerBytesAreBounded()
    {
        const auto body = [](qsizetype bytes) { return "0\r\nX: " + QByteArray(bytes - 5, 'a') + "\r\n\r\n"; };
        QCOMPARE(read(body(40), Chunked, 40).status, ParseStatus::Complete);
        QCOMPARE(read(body(41), Chunked, 40).error.code, Code::TrailerTooLarge);
        QCOMPARE(read(body(400), Chunked, 40).error.code, Code::TrailerTooLarge);
        QCOMPARE(read("0\r\n\r\n", Chunked, 0).status, ParseStatus::Complete);
    }

    void chunkSizeIsBounded()
    {
        BodyDecoder decoder;
        decoder.start(Chunked);
        QCOMPARE(decoder.next("7ffffffffffffff\r\nx", 18).kind, Kind::Data);
        QCOMPARE(read("800000000000000\r\n").error.code, Code::ChunkOverflow);
        QCOMPARE(read("8000000000000000\r\n").error.code, Code::ChunkOverflow);
        QCOMPARE(read("0000000000000001\r\nx\r\n0\r\n\r\n").status, ParseStatus::Complete);
        QCOMPARE(read("00000000000000001\r\nx\r\n0\r\n\r\n").error.code, Code::ChunkOverflow);
    }

    void chunkLineIsBounded()
    {
        const auto line = [](qsizetype bytes) { return "1;" + QByteArray(bytes - 2, 'a') + "\r\nx\r\n0\r\n\r\n"; };
        QCOMPARE(read(line(BodyDecoder::chunkLineBytesMax)).status, ParseStatus::Complete);
        QCOMPARE(read(line(BodyDecoder::chunkLineBytesMax + 1)).error.code, Code::InvalidChunk);
    }

    void extensionsAreBoundedByThePayload()
    {
        // Each chunk: 1001 bytes of extension, one of payload. The k-th may be read while 1001 k <= 16384 + k - 1.
        const QByteArray chunk = "1;" + QByteArray(1000, 'a') + "\r\nx\r\n";
        QCOMPARE(read(chunk.repeated(16) + "0\r\n\r\n").status, ParseStatus::Complete);
        QCOMPARE(read(chunk.repeated(17) + "0\r\n\r\n").error.code, Code::InvalidChunk);
    }

    void longPayloadComesInOnePiece()
    {
        const QByteArray payload(100000, 'z');
        const QByteArray bytes = QByteArray::number(payload.size(), 16) + "\r\n" + payload + "\r\n0\r\n\r\n";
        BodyDecoder decoder;
        decoder.start(Chunked);
        QCOMPARE(decoder.next(bytes.constData(), bytes.size()).dataLength, payload.size());
        QCOMPARE(decoder.payloadBytes(), qint64(payload.size()));
    }

    void failureStays()
    {
        BodyDecoder decoder;
        decoder.start(Chunked);
        QCOMPARE(decoder.next("5\r\nhelloX", 9).kind, Kind::Data);
        QCOMPARE(decoder.next("X", 1).kind, Kind::Failed);
        QCOMPARE(decoder.error().offset, qsizetype(8));
        QCOMPARE(decoder.error().status, 400);
        QCOMPARE(decoder.next("\r\n0\r\n\r\n", 7).kind, Kind::Failed);
        QVERIFY(!decoder.finishAtClose());
    }
};

QTEST_APPLESS_MAIN(TestBodyDecoder)
#include "tst_bodydecoder.moc"
