// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/enginefixture.h"
#include "support/scriptedorigin.h"
#include "support/workerfixture.h"

#include <QTest>

using namespace portlight;
using namespace portlight::testing;

// What the engine's buffers hold while backends misbehave, and afterwards.
class BadOriginBuffersTest : public QObject
{
    Q_OBJECT

    static constexpr qint64 HeldMax = 2 * 1024 * 1024; // for one request, whatever its backend does

private Q_SLOTS:
    void everyBufferComesBack_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<bool>("reset");
        QTest::addColumn<bool>("stays");
        const QByteArray length = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n";
        const QByteArray chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        QTest::newRow("closes") << QByteArray() << false << false;
        QTest::newRow("resets") << QByteArray() << true << false;
        QTest::newRow("stalls") << QByteArray() << false << true;
        QTest::newRow("garbage") << QByteArray(200'000, '\x15') << false << false;
        QTest::newRow("a head of 1 MB") << "HTTP/1.1 200 OK\r\nX: " + QByteArray(1'000'000, 'x') << false << false;
        QTest::newRow("interim answers without end")
            << QByteArray("HTTP/1.1 100 Continue\r\n\r\n").repeated(100'000) << false << false;
        QTest::newRow("a body that is cut") << length + "half" << false << false;
        QTest::newRow("a body that is reset") << length + "half" << true << false;
        QTest::newRow("a body that stalls") << length + "half" << false << true;
        QTest::newRow("far too much of a body") << length + QByteArray(3'000'000, 'x') << false << false;
        QTest::newRow("broken chunks") << chunks + "4\r\nhalf\r\nzz\r\n" + QByteArray(100'000, 'x') << false << false;
        QTest::newRow("chunks of one byte") << chunks + QByteArray("1\r\nx\r\n").repeated(100'000) << false << false;
        QTest::newRow("another body where none belongs")
            << "HTTP/1.1 204 No Content\r\n\r\n" + QByteArray(100'000, 'x') << false << false;
    }

    void everyBufferComesBack()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(bool, reset);
        QFETCH(bool, stays);
        ScriptedOrigin origin;
        origin.serve([=](RawPeer &connection) {
            connection.readMessage();
            connection.send(bytes);
            if (stays)
                connection.readUntilClosed();
            else if (reset)
                connection.reset();
        });
        WorkerFixture worker("server { listen 127.0.0.1:@port@; proxy_http_version 1.1; proxy_read_timeout 100ms;"
                             "location / { proxy_pass "
                             + origin.url() + "; } }");
        QVERIFY(worker.isOpen());
        const qint64 before = worker.lentBytes();
        worker.peakLentBytes();
        for (int i = 0; i < 3; ++i) {
            RawClient client(worker.port());
            client.ask(request("GET /"));
        }
        QVERIFY(waitUntil([&] { return worker.lentBytes() == before; }));
        QVERIFY2(worker.peakLentBytes() - before <= HeldMax, "too much was held at once");
    }
};

QTEST_GUILESS_MAIN(BadOriginBuffersTest)
#include "tst_proxy_badorigin_buffers.moc"
