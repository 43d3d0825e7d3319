// SPDX-License-Identifier: GPL-3.0-or-later
#include "component/tlsclient.h"
#include "support/tlsorigin.h"

#include <QTemporaryDir>

using namespace portlight;
using namespace portlight::test;
using namespace portlight::testing;
using namespace Qt::StringLiterals;

// Handshakes, bytes and ends.
class TestNetTlsStream : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_authority.emplace(folder());
        m_server = m_authority->issue("shop.test", "DNS:shop.test,DNS:*.wild.test");
    }

    void bytesPassBothWays_data() { addLoopRows(); }
    void bytesPassBothWays()
    {
        QFETCH(LoopKind, kind);
        TlsOrigin origin({m_server});
        origin.answerWith([](TlsOriginPeer &peer) { return "got " + peer.received(); });
        onLoop(kind, [&] {
            EngineLoop loop(QAbstractEventDispatcher::instance());
            TlsClient client(loop, {sharedContext(tlsDefaults())});
            QVERIFY(client.dial(origin.port()));
            QVERIFY(client.established);
            QCOMPARE(client.stream->summary().protocol, "TLSv1.3");
            QCOMPARE(client.stream->summary().subject, "CN=shop.test");
            QVERIFY(!client.stream->isStale());
            QCOMPARE(writeTo(*client.stream, "one\r\n\r\n").bytes, 7u);
            QCOMPARE(client.readAll(11), "got one\r\n\r\n");
            QCOMPARE(writeTo(*client.stream, "two\r\n\r\n").bytes, 7u);
            QCOMPARE(client.readAll(11), "got two\r\n\r\n");
            client.stream->readAgainLater(); // tells of bytes that may have been read since
            QVERIFY(!client.stream->isStale());
            client.stream->shutdownWrite();
            QCOMPARE(client.readAll(), "");
            QCOMPARE(client.last.status, IoResult::Status::Eof);
            QVERIFY(client.stream->isStale());
        });
    }

    void aPeerWithoutTlsIsToldApart()
    {
        ScriptedOrigin plain;
        plain.serve([](RawPeer &peer) {
            peer.readBytes(1);
            peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
            peer.readUntilEnd();
        });
        const TlsFailure failure = failureWith(plain.port());
        QCOMPARE(failure.kind, TlsFailure::Kind::NoTls);
        QCOMPARE(failure.text, "SSL_do_handshake() failed (SSL: error:0A00010B:SSL routines::wrong version number)");
    }

    void aPeerThatLeavesIsToldApart()
    {
        ScriptedOrigin leaving;
        leaving.serve([](RawPeer &peer) { peer.readBytes(1); });
        const TlsFailure failure = failureWith(leaving.port());
        QCOMPARE(failure.kind, TlsFailure::Kind::PeerClosed);
        QVERIFY2(failure.text.startsWith("peer closed connection in SSL handshake"), failure.text.constData());
        ScriptedOrigin resetting;
        resetting.serve([](RawPeer &peer) {
            peer.readBytes(1);
            peer.reset();
        });
        QCOMPARE(failureWith(resetting.port()).text,
                 "peer closed connection in SSL handshake (104: Connection reset by peer)");
    }

    void alertsHaveTheirNumber()
    {
        TlsOrigin origin({.files = m_server, .versionMin = TLS1_3_VERSION});
        origin.answer("x");
        TlsClientSettings settings = tlsDefaults();
        settings.protocols = quint8(TlsProtocol::Tls12);
        const TlsFailure failure = failureWith(origin.port(), settings);
        QCOMPARE(failure.kind, TlsFailure::Kind::Handshake);
        QCOMPARE(failure.alert, 70);
        QCOMPARE(failure.text, "SSL_do_handshake() failed (SSL: error:0A00042E:SSL routines::tlsv1 alert protocol "
                               "version:SSL alert number 70)");
        QVERIFY(failure.ordinary);
    }

    void endsAndResetsAreToldApart_data()
    {
        QTest::addColumn<int>("way");
        QTest::addColumn<int>("error");
        QTest::newRow("close_notify") << 0 << 0;
        QTest::newRow("no close_notify") << 1 << 0;
        QTest::newRow("reset") << 2 << ECONNRESET;
    }
    void endsAndResetsAreToldApart()
    {
        QFETCH(int, way);
        QFETCH(int, error);
        TlsOrigin origin({m_server});
        origin.serve([way](TlsOriginPeer &peer) {
            peer.readUntil("\r\n\r\n");
            peer.send("partial");
            peer.readUntil("go");
            if (way == 0)
                peer.sendCloseNotify();
            if (way == 2)
                peer.raw().reset();
        });
        inEpollLoop([&](EngineLoop &loop) {
            TlsClient client(loop, {sharedContext(tlsDefaults())});
            QVERIFY(client.dial(origin.port()));
            writeTo(*client.stream, "\r\n\r\n");
            QCOMPARE(client.readAll(7), "partial");
            writeTo(*client.stream, "go");
            QCOMPARE(client.readAll(), "");
            QCOMPARE(client.last.status, error ? IoResult::Status::Failed : IoResult::Status::Eof);
            QCOMPARE(client.last.error, error);
            QVERIFY(client.stream->hasHungUp());
        });
    }

    void aStalledPeerHoldsTheWriterBack()
    {
        TlsOrigin origin({m_server});
        std::atomic<bool> reads{false};
        origin.serve([&](TlsOriginPeer &peer) {
            while (!reads)
                std::this_thread::yield();
            while (peer.readSome()) {}
        });
        inEpollLoop([&](EngineLoop &loop) {
            TlsClient client(loop, {sharedContext(tlsDefaults())});
            QVERIFY(client.dial(origin.port()));
            const QByteArray block(16 * 1024, 'x');
            while (writeTo(*client.stream, block).status == IoResult::Status::Ok)
                turnTimes(1);
            QVERIFY(client.stream->pendingBytes() > size_t(TlsStream::PendingBytesHigh));
            QVERIFY(client.stream->pendingBytes() < size_t(TlsStream::PendingBytesHigh + 2 * block.size()));
            QCOMPARE(client.observer.writable, 0);
            reads = true;
            QVERIFY(turnUntil([&] { return client.observer.writable > 0; }));
            QCOMPARE(writeTo(*client.stream, block).status, IoResult::Status::Ok);
        });
    }

    void aPausedReaderHoldsThePeerBack()
    {
        constexpr qint64 Sent = 8 * 1024 * 1024;
        TlsOrigin origin({m_server});
        std::atomic<qint64> sent{0};
        origin.serve([&](TlsOriginPeer &peer) {
            const QByteArray block(64 * 1024, 'y');
            while (sent < Sent && peer.send(block))
                sent += block.size();
        });
        inEpollLoop([&](EngineLoop &loop) {
            TlsClient client(loop, {sharedContext(tlsDefaults())});
            QVERIFY(client.dial(origin.port()));
            client.stream->pauseReading(PauseReason::BufferFull);
            QTimer tick; // until the origin makes no progress from one to the next: the kernel's buffers are full
            tick.start(50);
            qint64 before = -1;
            QVERIFY(turnUntil([&] { return std::exchange(before, sent.load()) == sent && sent > 0; }));
            QVERIFY(sent < Sent);
            QCOMPARE(client.observer.readable, 0);
            client.stream->resumeReading(PauseReason::BufferFull);
            qint64 got = 0;
            size_t largest = 0;
            QVERIFY(turnUntil([&] {
                char block[200'000];
                IoResult result;
                while ((result = client.stream->read(block, sizeof block)).status == IoResult::Status::Ok) {
                    got += qint64(result.bytes);
                    largest = qMax(largest, result.bytes);
                }
                return result.status == IoResult::Status::Eof;
            }));
            QCOMPARE(got, Sent);
            // Decrypted and encrypted ones, and a record beyond the mark.
            QVERIFY(largest <= size_t(2 * TlsStream::ReadBytesMax + 16 * 1024));
        });
    }

    void theStreamMayGoWithinEachCall()
    {
        TlsOrigin origin({m_server});
        origin.answer("x");
        inEpollLoop([&](EngineLoop &loop) {
            TlsClient client(loop, {sharedContext(tlsDefaults())});
            client.observer.onReadable = [&] { client.stream.reset(); };
            QVERIFY(client.dial(origin.port()));
            writeTo(*client.stream, "\r\n\r\n");
            QVERIFY(turnUntil([&] { return !client.stream; }));
            TlsClientSettings settings = tlsDefaults();
            settings.verify = true;
            settings.trustedCertificate.path = m_authority->certificate();
            TlsClient refused(loop, {sharedContext(settings), "other.test"});
            refused.dropOnFailure = true;
            QVERIFY(refused.dial(origin.port()));
            QVERIFY(refused.failure && !refused.stream);
        });
    }

    void unixSocketsCarryTlsToo()
    {
        const QByteArray path = folder() + "/tls.sock";
        TlsOrigin origin({m_server}, "unix:" + path);
        origin.answer("x");
        inEpollLoop([&](EngineLoop &loop) {
            TlsClient client(loop, {sharedContext(tlsDefaults())});
            client.connector.connectTo({*SocketAddress::fromUnixPath(path)}, std::chrono::seconds(30));
            QVERIFY(turnUntil([&] { return client.established || client.failure; }));
            writeTo(*client.stream, "\r\n\r\n");
            QCOMPARE(client.readAll(1), "x");
        });
    }

private:
    QByteArray folder() const { return m_folder.path().toUtf8(); }

    static TlsFailure failureWith(quint16 port, const TlsClientSettings &settings = tlsDefaults())
    {
        TlsFailure failure;
        inEpollLoop([&](EngineLoop &loop) {
            TlsClient client(loop, {sharedContext(settings)});
            QVERIFY(client.dial(port));
            QVERIFY(client.failure);
            failure = *client.failure;
        });
        return failure;
    }

    QTemporaryDir m_folder;
    std::optional<TestAuthority> m_authority;
    CertificateFiles m_server;
};

QTEST_GUILESS_MAIN(TestNetTlsStream)
#include "tst_net_tlsstream.moc"
