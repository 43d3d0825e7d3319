// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/demowebsocket.h"

#include <QtEndian>
#include <QTest>

using namespace portlight;

namespace {

QByteArray masked(quint8 first, const QByteArray &payload)
{
    const QByteArray mask("\x01\x02\x03\x04");
    QByteArray frame(1, char(first));
    if (payload.size() <= 125) {
        frame += char(0x80 | payload.size());
    } else if (payload.size() <= 0xffff) {
        frame += char(0x80 | 126);
        frame.resize(4);
        qToBigEndian(quint16(payload.size()), frame.data() + 2);
    } else {
        frame += char(0xff);
        frame.resize(10);
        qToBigEndian(quint64(payload.size()), frame.data() + 2);
    }
    frame += mask;
    for (qsizetype i = 0; i < payload.size(); ++i)
        frame += char(payload[i] ^ mask[i % 4]);
    return frame;
}

QByteArray closeFrame(quint16 code)
{
    return encodeWebSocketFrame({WebSocketOpcode::Close, true, webSocketClosePayload(code)});
}

} // namespace

class DemoWebSocketTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theKeyOfTheRfcGivesItsAnswer() // RFC 6455 §1.3
    {
        QCOMPARE(webSocketAccept("dGhlIHNhbXBsZSBub25jZQ=="), QByteArray("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    }

    void textComesBack()
    {
        DemoWebSocket socket;
        QCOMPARE(socket.receive(masked(0x81, "Hello")), QByteArray("\x81\x05Hello"));
        QVERIFY(!socket.isOver());
    }

    void framesComeBackWhateverTheirLength_data()
    {
        QTest::addColumn<int>("length");
        for (const int length : {0, 1, 125, 126, 127, 65535, 65536, int(DemoFrameBytesMax)})
            QTest::addRow("%d", length) << length;
    }
    void framesComeBackWhateverTheirLength()
    {
        QFETCH(int, length);
        const QByteArray payload(length, 'p');
        DemoWebSocket socket;
        QCOMPARE(socket.receive(masked(0x82, payload)), encodeWebSocketFrame({WebSocketOpcode::Binary, true, payload}));
    }

    void oneByteMoreThanAllowedIsRefused()
    {
        DemoWebSocket socket;
        QCOMPARE(socket.receive(masked(0x82, QByteArray(qsizetype(DemoFrameBytesMax) + 1, 'p'))), closeFrame(1009));
        QVERIFY(socket.isOver());
    }

    void framesFedByteByByteGiveTheSame()
    {
        DemoWebSocket socket;
        QByteArray out;
        for (const char byte : masked(0x81, "one") + masked(0x89, "two") + masked(0x81, QByteArray(300, 'x')))
            out += socket.receive(QByteArrayView(&byte, 1));
        QCOMPARE(out, encodeWebSocketFrame({WebSocketOpcode::Text, true, "one"})
                          + encodeWebSocketFrame({WebSocketOpcode::Pong, true, "two"})
                          + encodeWebSocketFrame({WebSocketOpcode::Text, true, QByteArray(300, 'x')}));
    }

    void fragmentsComeBackAsTheyWereCutWithAPingBetween()
    {
        DemoWebSocket socket;
        QCOMPARE(socket.receive(masked(0x01, "a") + masked(0x89, "") + masked(0x80, "b")), QByteArray("\x01\x01"
                                                                                                      "a"
                                                                                                      "\x8a\x00"
                                                                                                      "\x80\x01"
                                                                                                      "b",
                                                                                                      8));
    }

    void aPongNeedsNoAnswer()
    {
        DemoWebSocket socket;
        QCOMPARE(socket.receive(masked(0x8a, "x")), QByteArray());
        QVERIFY(!socket.isOver());
    }

    void aCloseIsAnsweredAndEndsIt()
    {
        DemoWebSocket socket;
        QCOMPARE(socket.receive(masked(0x88, webSocketClosePayload(1000)) + masked(0x81, "late")), closeFrame(1000));
        QVERIFY(socket.isOver());
        QCOMPARE(socket.receive(masked(0x81, "later")), QByteArray());
    }

    void whatBreaksTheRulesIsRefused_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("no mask") << QByteArray("\x81\x01x");
        QTest::newRow("reserved bit") << masked(0xc1, "x");
        QTest::newRow("unknown opcode") << masked(0x83, "x");
        QTest::newRow("fragmented ping") << masked(0x09, "x");
        QTest::newRow("long ping") << masked(0x89, QByteArray(126, 'x'));
        QTest::newRow("continuation of nothing") << masked(0x80, "x");
    }
    void whatBreaksTheRulesIsRefused()
    {
        QFETCH(QByteArray, bytes);
        DemoWebSocket socket;
        QCOMPARE(socket.receive(bytes), closeFrame(1002));
        QVERIFY(socket.isOver());
    }

    void aNewMessageInsideAnotherIsRefused()
    {
        DemoWebSocket socket;
        QCOMPARE(socket.receive(masked(0x01, "a") + masked(0x81, "b")), QByteArray("\x01\x01"
                                                                                   "a")
                                                                            + closeFrame(1002));
    }
};

QTEST_GUILESS_MAIN(DemoWebSocketTest)
#include "tst_demowebsocket.moc"
