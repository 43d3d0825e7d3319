// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/enginefixture.h"
#include "support/scriptedorigin.h"
#include "support/websocketframe.h"

#include <QTest>

using namespace portlight;
using namespace portlight::testing;

namespace {

const QByteArray Hello = QByteArray::fromHex("f248cdc9c90700");  // RFC 7692 §7.2.3.1
const QByteArray HelloAgain = QByteArray::fromHex("f200110000"); // refers to the one before

// A client and a backend at the two ends of a tunnel that is being captured.
struct Tunnel {
    explicit Tunnel(const QByteArray &fields = {}, const QByteArray &protocol = "websocket",
                    const QByteArray &withAnswer = {})
    {
        if (!engine
                 .proxyTo(origin.url(), "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;")
                 .applied)
            return;
        client = RawClient(engine.port());
        client.send(request("GET /ws", "Connection: Upgrade\r\nUpgrade: " + protocol + "\r\n"));
        backend = origin.accept();
        backend.readMessage();
        backend.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: " + protocol + "\r\n" + fields
                     + "\r\n" + withAnswer);
        isOpen = client.readMessage().status() == 101;
    }

    // Passes the bytes, and sees to it that they arrive as they were sent.
    bool fromClient(const QByteArray &bytes) { return pass(client, backend, bytes); }
    bool fromServer(const QByteArray &bytes) { return pass(backend, client, bytes); }
    static bool pass(RawPeer &from, RawPeer &to, const QByteArray &bytes)
    {
        return from.send(bytes) && to.readBytes(bytes.size()) && to.take() == bytes;
    }

    // What was captured, once that many frames have been told of.
    ExchangeDetailPtr detail(quint64 frames)
    {
        const ExchangeSummary row =
            engine.waitForRow([frames](const ExchangeSummary &each) { return each.frames >= frames; });
        return row.id ? engine.fetch(row.id) : nullptr;
    }

    ScriptedOrigin origin;
    EngineFixture engine{{.capture = true}};
    RawPeer client;
    RawPeer backend;
    bool isOpen = false;
};

// "> 1 hello", one line a frame: direction, opcode, payload.
QByteArray text(const ExchangeDetail &detail)
{
    QByteArray lines;
    for (const FrameRecord &record : detail.frames) {
        lines += record.fromClient ? "> " : "< ";
        lines += record.isFrame ? QByteArray::number(record.frame.opcode, 16) : QByteArray("raw");
        lines += ' ' + framePayload(record);
        if (record.frame.closeCode)
            lines += ' ' + QByteArray::number(record.frame.closeCode);
        if (record.frame.fault != WebSocketFault::None)
            lines += " !" + QByteArray::number(int(record.frame.fault));
        if (!record.complete)
            lines += " of " + QByteArray::number(record.frame.length);
        lines += '\n';
    }
    return lines;
}

} // namespace

// What capture sees of a tunnel.
class ProxyFramesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void framesShowWhileTheTunnelRuns()
    {
        Tunnel tunnel({}, "websocket", serverFrame(0x81, "welcome"));
        QVERIFY(tunnel.isOpen);
        QVERIFY(tunnel.client.readUntil("welcome"));
        tunnel.client.take();
        QVERIFY(tunnel.fromClient(clientFrame(0x81, "hello")));
        QVERIFY(tunnel.fromServer(serverFrame(0x89, "beat")));
        QVERIFY(tunnel.fromClient(clientFrame(0x8A, "beat")));
        const ExchangeDetailPtr detail = tunnel.detail(4);
        QVERIFY(detail);
        QCOMPARE(text(*detail), "< 1 welcome\n> 1 hello\n< 9 beat\n> a beat\n");
        QVERIFY(detail->summary.state == ExchangeState::Tunneling);
        QVERIFY(detail->summary.upgraded);
        qint64 before = 0;
        for (const FrameRecord &record : detail->frames) {
            QVERIFY(record.atUs >= before);
            before = record.atUs;
        }
        QVERIFY(detail->requestBody.bytes.isEmpty() && detail->responseBody.bytes.isEmpty());
    }

    void framesAreFoundHoweverTheyArrive()
    {
        Tunnel tunnel;
        QVERIFY(tunnel.isOpen);
        QByteArray frames = clientFrame(0x01, "frag") + clientFrame(0x89, "p") + clientFrame(0x80, "ments")
                            + clientFrame(0x88, QByteArray("\x03\xe9") + "leaving");
        for (const char byte : std::as_const(frames))
            QVERIFY(tunnel.fromClient(QByteArray(1, byte)));
        const ExchangeDetailPtr detail = tunnel.detail(4);
        QVERIFY(detail);
        QCOMPARE(text(*detail), "> 1 frag\n> 9 p\n> 0 ments\n> 8 \x03\xe9leaving 1001\n");
        QCOMPARE(detail->frames[2].frame.message, 1u);
    }

    void errorsAreRecordedAndTheBytesPass()
    {
        Tunnel tunnel;
        QVERIFY(tunnel.isOpen);
        QVERIFY(tunnel.fromClient(serverFrame(0x81, "no mask")));
        QVERIFY(tunnel.fromServer(QByteArray::fromHex("827fffffffffffffffff") + "lost"));
        QVERIFY(tunnel.fromServer("more"));
        QVERIFY(tunnel.fromClient(clientFrame(0x81, "good")));
        const ExchangeDetailPtr detail = tunnel.detail(5);
        QVERIFY(detail);
        const auto fault = [](WebSocketFault each) { return " !" + QByteArray::number(int(each)); };
        QCOMPARE(text(*detail), "> 1 no mask" + fault(WebSocketFault::Unmasked) + "\n< 2 "
                                    + fault(WebSocketFault::LengthTooLarge)
                                    + " of 18446744073709551615\n< raw lost\n< raw more\n> 1 good\n");
    }

    void compressedMessagesPassAsSentAndAreInflatedWhenLookedAt()
    {
        Tunnel tunnel("Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover\r\n");
        QVERIFY(tunnel.isOpen);
        QVERIFY(tunnel.fromServer(serverFrame(0xC1, Hello)));
        QVERIFY(tunnel.fromServer(serverFrame(0xC1, HelloAgain)));
        QVERIFY(tunnel.fromClient(clientFrame(0xC1, Hello)));
        const ExchangeDetailPtr detail = tunnel.detail(3);
        QVERIFY(detail);
        QCOMPARE(text(*detail), "< 1 Hello\n< 1 Hello\n> 1 Hello\n");
        QCOMPARE(detail->frames[0].bytes, Hello);
    }

    void anotherProtocolShowsAsPiecesOfBytes()
    {
        Tunnel tunnel({}, "TLS/1.0");
        QVERIFY(tunnel.isOpen);
        QVERIFY(tunnel.fromClient("\x81\x05hello"));
        QVERIFY(tunnel.fromServer("anything"));
        const ExchangeDetailPtr detail = tunnel.detail(2);
        QVERIFY(detail);
        QCOMPARE(text(*detail), "> raw \x81\x05hello\n< raw anything\n");
    }

    void ofALargeFrameTheBeginningIsKept()
    {
        for (const qsizetype beyond : {0, 1}) {
            Tunnel tunnel;
            QVERIFY(tunnel.isOpen);
            QVERIFY(tunnel.fromServer(serverFrame(0x82, QByteArray(FrameBytesMax + beyond, 'x'))));
            const ExchangeDetailPtr detail = tunnel.detail(1);
            QVERIFY(detail);
            QCOMPARE(detail->frames[0].bytes.size(), FrameBytesMax);
            QCOMPARE(detail->frames[0].frame.length, quint64(FrameBytesMax + beyond));
            QCOMPARE(detail->frames[0].truncated(), beyond > 0);
        }
    }

    void theNewestFramesOfALongSocketAreKept()
    {
        Tunnel tunnel;
        QVERIFY(tunnel.isOpen);
        constexpr int Count = int(FramesPerExchangeMax) + 5;
        QByteArray frames;
        for (int i = 1; i <= Count; ++i)
            frames += serverFrame(0x81, QByteArray::number(i));
        QVERIFY(tunnel.fromServer(frames));
        const ExchangeDetailPtr detail = tunnel.detail(Count);
        QVERIFY(detail);
        QCOMPARE(detail->frames.size(), FramesPerExchangeMax);
        QCOMPARE(detail->framesDropped, 5u);
        QCOMPARE(framePayload(detail->frames.back()), QByteArray::number(Count));
    }

    void aFrameThatIsCutShortIsToldOfAtTheEnd()
    {
        Tunnel tunnel;
        QVERIFY(tunnel.isOpen);
        QVERIFY(tunnel.fromClient(clientFrame(0x81, "whole")));
        QVERIFY(tunnel.fromServer(serverFrame(0x82, "cut short").left(5)));
        tunnel.backend.reset();
        QVERIFY(tunnel.client.readUntilClosed());
        const ExchangeSummary row = tunnel.engine.waitForFinishedRow();
        const ExchangeDetailPtr detail = tunnel.engine.fetch(row.id);
        QVERIFY(detail);
        QCOMPARE(text(*detail), "> 1 whole\n< 2 cut of 9\n");
        QCOMPARE(detail->summary.frames, 2u);
    }

    void aTunnelThatNobodyCapturesPassesAllTheSame()
    {
        Tunnel tunnel;
        QVERIFY(tunnel.isOpen);
        tunnel.engine.engine().setCapture(false);
        QVERIFY(tunnel.engine.waitForStatus([](const EngineStatus &status) { return !status.capturing; }));
        QVERIFY(tunnel.fromClient(clientFrame(0x81, "unseen")));
        QVERIFY(tunnel.fromServer(serverFrame(0x81, "unseen")));
        tunnel.engine.engine().setCapture(true);
        QVERIFY(tunnel.engine.waitForStatus([](const EngineStatus &status) { return status.capturing; }));
        QVERIFY(tunnel.fromClient(clientFrame(0x81, "seen")));
        const ExchangeDetailPtr detail = tunnel.detail(3);
        QVERIFY(detail);
        QCOMPARE(text(*detail), "> 1 seen\n");
        QCOMPARE(detail->framesDropped, 2u);
    }
};

QTEST_GUILESS_MAIN(ProxyFramesTest)
#include "tst_proxy_frames.moc"
