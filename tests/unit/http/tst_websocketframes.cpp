// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/websocketframes.h"
#include "support/playbook.h"
#include "support/websocketframe.h"

#include <QTest>

using namespace portlight;
using namespace portlight::testing;

namespace {

using Kind = WebSocketFrameReader::Piece::Kind;
using Sender = WebSocketFrameReader::Sender;
using Options = WebSocketFrameReader::Options;

QByteArray fromServer(int first, const QByteArray &payload = {})
{
    return serverFrame(first, payload);
}

QByteArray fromClient(int first, const QByteArray &payload = {})
{
    return clientFrame(first, payload);
}

QByteArray closing(int code, const QByteArray &reason = {})
{
    return QByteArray(1, char(code >> 8)) + char(code & 0xFF) + reason;
}

QByteArray describe(const WebSocketFrame &frame, const QByteArray &payload)
{
    QByteArray text = QByteArray::number(frame.opcode, 16);
    if (!frame.fin)
        text += '+';
    if (frame.compressed)
        text += 'z';
    text += '#' + QByteArray::number(frame.message) + '(' + QByteArray::number(frame.length) + ')';
    if (payload.size() <= 40)
        text += payload;
    if (frame.closeCode)
        text += " close " + QByteArray::number(frame.closeCode);
    if (frame.fault != WebSocketFault::None)
        text += " !" + QByteArray::number(int(frame.fault));
    return text + '\n';
}

QByteArray read(const QByteArray &bytes, Options options, const std::vector<qsizetype> &pieces)
{
    WebSocketFrameReader reader(options);
    QByteArray text;
    QByteArray payload;
    qsizetype at = 0;
    qsizetype lost = 0;
    for (size_t i = 0; i <= pieces.size(); ++i) {
        const qsizetype until = i < pieces.size() ? std::min(at + pieces[i], bytes.size()) : bytes.size();
        for (;;) {
            const WebSocketFrameReader::Piece piece = reader.next(bytes.constData() + at, until - at);
            if (piece.kind == Kind::Begin)
                payload.clear();
            else if (piece.kind == Kind::Payload)
                payload += bytes.mid(at, piece.consumed);
            else if (piece.kind == Kind::Lost)
                lost += piece.consumed;
            else if (piece.kind == Kind::End)
                text +=
                    describe(reader.frame(), reader.frame().masked ? unmasked(payload, reader.frame().mask) : payload);
            at += piece.consumed;
            if (piece.kind == Kind::NeedMore)
                break;
        }
    }
    if (reader.isInsideFrame())
        text += "inside " + QByteArray::number(reader.payloadSeen()) + " of "
                + QByteArray::number(reader.frame().length) + '\n';
    if (lost > 0)
        text += "lost " + QByteArray::number(lost) + '\n';
    return text;
}

// The same however the bytes are cut.
QByteArray read(const QByteArray &bytes, Options options = {.sender = Sender::Server})
{
    const QByteArray whole = read(bytes, options, {});
    for (const std::vector<qsizetype> &pieces : waysToCut(bytes.size())) {
        if (const QByteArray other = read(bytes, options, pieces); other != whole)
            QTest::qFail((other + " instead of " + whole).constData(), __FILE__, __LINE__);
    }
    return whole;
}

QByteArray faultOf(WebSocketFault fault)
{
    return " !" + QByteArray::number(int(fault)) + '\n';
}

} // namespace

class WebSocketFramesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void examplesOfTheRfc() // RFC 6455 §5.7
    {
        QCOMPARE(read(QByteArray::fromHex("810548656c6c6f")), "1#1(5)Hello\n");
        QCOMPARE(read(QByteArray::fromHex("818537fa213d7f9f4d5158"), {.sender = Sender::Client}), "1#1(5)Hello\n");
        QCOMPARE(read(QByteArray::fromHex("010348656c80026c6f")), "1+#1(3)Hel\n0#1(2)lo\n");
        QCOMPARE(read(QByteArray::fromHex("890548656c6c6f")), "9#0(5)Hello\n");
        QCOMPARE(read(QByteArray::fromHex("8a8537fa213d7f9f4d5158"), {.sender = Sender::Client}), "a#0(5)Hello\n");
    }

    void everyFormOfTheLength()
    {
        for (const qsizetype length : {0, 1, 125, 126, 127, 65535, 65536, 70000}) {
            const QByteArray payload(length, 'x');
            const QByteArray text =
                "2#1(" + QByteArray::number(length) + ')' + (length <= 40 ? payload : QByteArray()) + '\n';
            const std::vector<qsizetype> cut{1, 1, 3, length / 2};
            QCOMPARE(read(fromServer(0x82, payload), {.sender = Sender::Server}, {}), text);
            QCOMPARE(read(fromServer(0x82, payload) + fromServer(0x8A), {.sender = Sender::Server}, cut),
                     text + "a#0(0)\n");
        }
    }

    void aFrameOf63BitsIsCountedNotKept()
    {
        const QByteArray bytes = QByteArray::fromHex("827f7fffffffffffffff") + "abc";
        QCOMPARE(read(bytes), "inside 3 of 9223372036854775807\n");
    }

    void aLengthOf64BitsLosesTheFrames()
    {
        const QByteArray bytes = QByteArray::fromHex("827f8000000000000000") + fromServer(0x81, "never seen");
        QCOMPARE(read(bytes), "lost 12\n");
        WebSocketFrameReader reader({.sender = Sender::Server});
        QCOMPARE(reader.next(bytes.constData(), bytes.size()).kind, Kind::Begin);
        QCOMPARE(reader.frame().fault, WebSocketFault::LengthTooLarge);
        QVERIFY(!reader.isInsideFrame());
    }

    void controlFramesStandBetweenFragments()
    {
        QCOMPARE(read(fromServer(0x01, "one ") + fromServer(0x89, "ping") + fromServer(0x00, "two ")
                      + fromServer(0x8A, "pong") + fromServer(0x80, "three") + fromServer(0x82, "next")),
                 "1+#1(4)one \n9#0(4)ping\n0+#1(4)two \na#0(4)pong\n0#1(5)three\n2#2(4)next\n");
    }

    void aMaskIsTakenAwayFromWhereverItIsLookedAt()
    {
        const QByteArray plain = "The mask repeats every four bytes";
        const QByteArray sent = unmasked(plain, FrameMask);
        QVERIFY(sent != plain);
        for (int from = 0; from < 9; ++from)
            QCOMPARE(unmasked(QByteArrayView(sent).sliced(from), FrameMask, quint64(from)), plain.mid(from));
    }

    void closeCodes_data()
    {
        QTest::addColumn<int>("code");
        QTest::addColumn<bool>("mayBeSent");
        const int allowed[] = {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4999};
        const int refused[] = {0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535};
        for (const int code : allowed)
            QTest::addRow("%d", code) << code << true;
        for (const int code : refused)
            QTest::addRow("%d", code) << code << false;
    }
    void closeCodes()
    {
        QFETCH(int, code);
        QFETCH(bool, mayBeSent);
        const QByteArray expected = "8#0(5)" + closing(code, "bye")
                                    + (code ? " close " + QByteArray::number(code) : QByteArray())
                                    + (mayBeSent ? QByteArray("\n") : faultOf(WebSocketFault::InvalidCloseCode));
        QCOMPARE(read(fromServer(0x88, closing(code, "bye"))), expected);
        QCOMPARE(read(fromClient(0x88, closing(code, "bye")), {.sender = Sender::Client}), expected);
    }

    void aCloseWithoutACode()
    {
        QCOMPARE(read(fromServer(0x88)), "8#0(0)\n");
        QCOMPARE(read(fromServer(0x88, "x")), "8#0(1)x" + faultOf(WebSocketFault::ShortClose));
    }

    void faultsAreNoticedAndReadingGoesOn_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<bool>("client");
        QTest::addColumn<WebSocketFault>("fault");
        QTest::addColumn<int>("frames"); // before the one at fault
        using F = WebSocketFault;
        QTest::newRow("rsv1 without an extension") << fromServer(0xC1, "x") << false << F::ReservedBits << 0;
        QTest::newRow("rsv2") << fromServer(0xA1, "x") << false << F::ReservedBits << 0;
        QTest::newRow("rsv3") << fromServer(0x91, "x") << false << F::ReservedBits << 0;
        QTest::newRow("opcode 3") << fromServer(0x83, "x") << false << F::ReservedOpcode << 0;
        QTest::newRow("opcode 11") << fromServer(0x8B, "x") << false << F::ReservedOpcode << 0;
        QTest::newRow("client, no mask") << fromServer(0x81, "x") << true << F::Unmasked << 0;
        QTest::newRow("server, mask") << fromClient(0x81, "x") << false << F::Masked << 0;
        QTest::newRow("ping in fragments") << fromServer(0x09, "x") << false << F::FragmentedControl << 0;
        QTest::newRow("ping of 126") << fromServer(0x89, QByteArray(126, 'x')) << false << F::LongControl << 0;
        QTest::newRow("125 in 16 bits") << QByteArray::fromHex("817e007d") + QByteArray(125, 'x') << false
                                        << F::LengthNotShortest << 0;
        QTest::newRow("65535 in 64 bits") << QByteArray::fromHex("817f000000000000ffff") + QByteArray(65535, 'x')
                                          << false << F::LengthNotShortest << 0;
        QTest::newRow("continues nothing") << fromServer(0x80, "x") << false << F::LoneContinuation << 0;
        QTest::newRow("interrupts") << fromServer(0x01, "x") + fromServer(0x81, "y") << false << F::InterruptedMessage
                                    << 1;
        QTest::newRow("behind close") << fromServer(0x88, closing(1000)) + fromServer(0x81, "y") << false
                                      << F::BehindClose << 1;
    }
    void faultsAreNoticedAndReadingGoesOn()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(bool, client);
        QFETCH(WebSocketFault, fault);
        QFETCH(int, frames);
        const Sender sender = client ? Sender::Client : Sender::Server;
        const QByteArray pong = client ? fromClient(0x8A, "on") : fromServer(0x8A, "on");
        const QList<QByteArray> lines = read(bytes + pong, {.sender = sender}, {}).split('\n');
        QCOMPARE(lines.size(), frames + 3);
        for (int i = 0; i < frames; ++i)
            QVERIFY2(!lines[i].contains('!'), lines[i]);
        QVERIFY2(QByteArray(lines[frames] + '\n').endsWith(faultOf(fault)), lines[frames]);
        QVERIFY2(lines[frames + 1].startsWith("a#0(2)on"), lines[frames + 1]);
        QCOMPARE(read(bytes + pong, {.sender = sender}), lines.join('\n'));
    }

    void controlFramesOf125BytesAreAllowed() { QCOMPARE(read(fromServer(0x89, QByteArray(125, 'x'))), "9#0(125)\n"); }

    void compressionIsTheMessagesNotTheFrames()
    {
        const Options deflate{.sender = Sender::Server, .deflate = true};
        QCOMPARE(read(fromServer(0x41, "one") + fromServer(0x80, "two") + fromServer(0x81, "plain"), deflate),
                 "1+z#1(3)one\n0z#1(3)two\n1#2(5)plain\n");
        QCOMPARE(read(fromServer(0xC9, "x"), deflate), "9#0(1)x" + faultOf(WebSocketFault::CompressedControl));
        QCOMPARE(read(fromServer(0x01, "x") + fromServer(0xC0, "y"), deflate),
                 "1+#1(1)x\n0#1(1)y" + faultOf(WebSocketFault::CompressedInside));
        QCOMPARE(read(fromServer(0xE1, "x"), deflate), "1z#1(1)x" + faultOf(WebSocketFault::ReservedBits));
    }

    void whatOtherExtensionsDoIsNoFault()
    {
        const Options others{.sender = Sender::Server, .otherExtensions = true};
        QCOMPARE(read(fromServer(0xB3, "x"), others), "3#1(1)x\n");
    }

    void nothingIsReadBeyondWhatIsThere()
    {
        WebSocketFrameReader reader({.sender = Sender::Server});
        QCOMPARE(reader.next("", 0).kind, Kind::NeedMore);
        const QByteArray frame = fromServer(0x81, "hello") + "\x81";
        WebSocketFrameReader::Piece piece = reader.next(frame.constData(), frame.size());
        QCOMPARE(piece.kind, Kind::Begin);
        QCOMPARE(piece.consumed, qsizetype(2));
        piece = reader.next(frame.constData() + 2, frame.size() - 2);
        QCOMPARE(piece.kind, Kind::Payload);
        QCOMPARE(piece.consumed, qsizetype(5));
        QCOMPARE(reader.payloadSeen(), quint64(5));
        QCOMPARE(reader.next(frame.constData() + 7, 1).kind, Kind::End);
        QVERIFY(!reader.isInsideFrame());
    }
};

QTEST_GUILESS_MAIN(WebSocketFramesTest)
#include "tst_websocketframes.moc"
