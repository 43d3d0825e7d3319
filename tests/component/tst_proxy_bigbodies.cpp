// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/scriptedorigin.h"
#include "support/workerfixture.h"

#include <QCryptographicHash>
#include <QTest>

#include <thread>

using namespace portlight;
using namespace portlight::testing;

namespace {

constexpr qint64 BodyBytes = 100'000'000;
constexpr qint64 BlockBytes = 100'000;

// One side's queue and what is being read, for both directions, with room to spare: far from a body's size.
constexpr qint64 LentBytesMax = 1024 * 1024;

// The block at that place of a body: no two are the same.
QByteArray block(qint64 index)
{
    QByteArray bytes(BlockBytes, Qt::Uninitialized);
    quint32 state = quint32(index) * 2654435761u + 1;
    for (char &byte : bytes) {
        state = state * 1664525u + 1013904223u;
        byte = char(state >> 24);
    }
    return bytes;
}

QByteArray bodyDigest()
{
    static const QByteArray digest = [] {
        QCryptographicHash hash(QCryptographicHash::Md5);
        for (qint64 i = 0; i < BodyBytes / BlockBytes; ++i)
            hash.addData(block(i));
        return hash.result();
    }();
    return digest;
}

bool sendBody(RawPeer &peer)
{
    for (qint64 i = 0; i < BodyBytes / BlockBytes; ++i) {
        if (!peer.send(block(i)))
            return false;
    }
    return true;
}

// Reads a body of known length behind a head that was read already.
QByteArray digestOfBody(RawPeer &peer)
{
    QCryptographicHash hash(QCryptographicHash::Md5);
    qint64 seen = 0;
    peer.drain([&](QByteArrayView bytes) {
        hash.addData(QByteArray::fromRawData(bytes.data(), bytes.size()));
        seen += bytes.size();
        return seen >= BodyBytes;
    });
    return seen == BodyBytes ? hash.result() : QByteArray("wrong length");
}

bool readHead(RawPeer &peer)
{
    if (!peer.readUntil("\r\n\r\n"))
        return false;
    QByteArray rest = peer.take();
    return rest.endsWith("\r\n\r\n"); // the other side sends its body afterwards
}

QByteArray server(const ScriptedOrigin &origin, const QByteArray &directives)
{
    // The head is wanted before the body begins.
    return "server { listen 127.0.0.1:@port@; client_max_body_size 0; postpone_output 0; location / { proxy_pass "
           + origin.url() + "; " + directives + " } }";
}

} // namespace

// Bodies of a hundred megabytes pass unchanged, and only little of them is held at any time.
class ProxyBigBodiesTest : public QObject
{
    Q_OBJECT

    static bool heldLittle(WorkerFixture &engine)
    {
        const qint64 peak = engine.peakLentBytes();
        if (peak <= 0 || peak > LentBytesMax)
            qInfo() << "bytes held at the most:" << peak;
        return peak > 0 && peak <= LentBytesMax;
    }

private Q_SLOTS:
    void anUploadPassesUnchangedAndUnheld()
    {
        ScriptedOrigin origin;
        WorkerFixture engine(server(origin, "proxy_request_buffering off;"));
        QVERIFY(engine.isOpen());
        RawClient client(engine.port());
        client.send(request("POST /", "Content-Length: " + QByteArray::number(BodyBytes) + "\r\n"));
        RawPeer backend = origin.accept();
        QVERIFY(readHead(backend));
        bool sent = false;
        std::thread sender([&] { sent = sendBody(client); });
        const QByteArray digest = digestOfBody(backend);
        sender.join();
        QVERIFY(sent);
        QCOMPARE(digest, bodyDigest());
        backend.send(response("ok"));
        QCOMPARE(client.readMessage().body, QByteArray("ok"));
        QVERIFY(heldLittle(engine));
    }

    void aBufferedUploadGoesThroughAFile()
    {
        ScriptedOrigin origin;
        WorkerFixture engine(server(origin, {}));
        QVERIFY(engine.isOpen());
        RawClient client(engine.port());
        client.send(request("POST /", "Content-Length: " + QByteArray::number(BodyBytes) + "\r\n"));
        QVERIFY(sendBody(client)); // all of it, before any backend is asked
        RawPeer backend = origin.accept();
        QVERIFY(backend.readUntil("\r\n\r\n"));
        QCryptographicHash hash(QCryptographicHash::Md5);
        QByteArray first = backend.take();
        first.remove(0, first.indexOf("\r\n\r\n") + 4);
        hash.addData(first);
        qint64 seen = first.size();
        backend.drain([&](QByteArrayView bytes) {
            hash.addData(QByteArray::fromRawData(bytes.data(), bytes.size()));
            return (seen += bytes.size()) >= BodyBytes;
        });
        QCOMPARE(hash.result(), bodyDigest());
        backend.send(response("ok"));
        QCOMPARE(client.readMessage().body, QByteArray("ok"));
        QVERIFY(heldLittle(engine));
    }

    void aDownloadPassesUnchangedAndUnheld_data()
    {
        QTest::addColumn<QByteArray>("directives");
        QTest::newRow("buffering") << QByteArray();
        QTest::newRow("no buffering") << QByteArray("proxy_buffering off;");
    }
    void aDownloadPassesUnchangedAndUnheld()
    {
        QFETCH(QByteArray, directives);
        ScriptedOrigin origin;
        WorkerFixture engine(server(origin, directives));
        QVERIFY(engine.isOpen());
        RawClient client(engine.port());
        client.send(request("GET /"));
        RawPeer backend = origin.accept();
        backend.readMessage();
        backend.send("HTTP/1.1 200 OK\r\nContent-Length: " + QByteArray::number(BodyBytes) + "\r\n\r\n");
        QVERIFY(readHead(client));
        bool sent = false;
        std::thread sender([&] { sent = sendBody(backend); });
        const QByteArray digest = digestOfBody(client);
        sender.join();
        QVERIFY(sent);
        QCOMPARE(digest, bodyDigest());
        QVERIFY(heldLittle(engine));
    }

    void aClientThatDoesNotReadHoldsItsBackendBack()
    {
        ScriptedOrigin origin;
        WorkerFixture engine(server(origin, "proxy_max_temp_file_size 0;"));
        QVERIFY(engine.isOpen());
        RawClient client(engine.port());
        client.send(request("GET /"));
        RawPeer backend = origin.accept();
        backend.readMessage();
        backend.send("HTTP/1.1 200 OK\r\nContent-Length: " + QByteArray::number(BodyBytes) + "\r\n\r\n");
        QVERIFY(readHead(client));
        const qint64 taken = backend.sendUntilFull(block(0), BodyBytes);
        QVERIFY(taken < BodyBytes);
        QVERIFY(heldLittle(engine));
        client.close();
        QVERIFY(backend.readUntilClosed());
        QTRY_COMPARE(engine.lentBytes(), 0);
    }

    void aBackendThatDoesNotReadHoldsItsClientBack()
    {
        ScriptedOrigin origin;
        WorkerFixture engine(server(origin, "proxy_request_buffering off;"));
        QVERIFY(engine.isOpen());
        RawClient client(engine.port());
        client.send(request("POST /", "Content-Length: " + QByteArray::number(BodyBytes) + "\r\n"));
        RawPeer backend = origin.accept();
        const qint64 taken = client.sendUntilFull(block(0), BodyBytes);
        QVERIFY(taken < BodyBytes);
        QVERIFY(heldLittle(engine));
        backend.reset();
        QCOMPARE(client.readMessage().status(), 502);
    }

    void idleConnectionsHoldNoBuffers()
    {
        ScriptedOrigin origin;
        origin.answer(response(QByteArray(200'000, 'x')));
        WorkerFixture engine("upstream u { server " + origin.url().mid(7)
                             + "; } server { listen 127.0.0.1:@port@; location / { proxy_pass http://u; } }");
        QVERIFY(engine.isOpen());
        std::vector<std::unique_ptr<RawClient>> clients;
        for (int i = 0; i < 50; ++i) {
            clients.push_back(std::make_unique<RawClient>(engine.port()));
            QCOMPARE(clients.back()->ask(request("GET /")).body.size(), 200'000);
        }
        QTRY_COMPARE(engine.lentBytes(), 0);
    }
};

QTEST_GUILESS_MAIN(ProxyBigBodiesTest)
#include "tst_proxy_bigbodies.moc"
