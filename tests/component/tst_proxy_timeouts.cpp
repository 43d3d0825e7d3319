// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/enginefixture.h"
#include "support/scriptedorigin.h"

#include <QTest>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace portlight;
using namespace portlight::testing;

// Whom the proxy gives up, when, and what it says then; clients that leave or send nonsense.
class ProxyTimeoutsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aClientThatLeavesEndsTheBackendsConnectionAtOnce()
    {
        ScriptedOrigin origin;
        EngineFixture engine({.capture = true});
        QVERIFY(engine.proxyTo(origin.url()).applied);
        for (const bool reset : {false, true}) {
            RawClient client(engine.port());
            client.send(request("GET /slow"));
            RawPeer backend = origin.accept();
            QVERIFY(backend.readMessage().complete);
            reset ? client.reset() : client.close();
            QVERIFY(backend.readUntilClosed());
        }
        const ExchangeSummary row = engine.waitForFinishedRow(1);
        QCOMPARE(row.status, 499);
        QVERIFY(row.state == ExchangeState::Failed);
        QVERIFY(engine.waitForLog("client prematurely closed connection"));
    }

    void aClientThatLeavesInTheResponseEndsTheBackendsConnection()
    {
        ScriptedOrigin origin;
        EngineFixture engine({.capture = true});
        QVERIFY(engine.proxyTo(origin.url(), "proxy_buffering off;").applied);
        RawClient client(engine.port());
        client.send(request("GET /"));
        RawPeer backend = origin.accept();
        backend.readMessage();
        backend.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
        QVERIFY(client.readUntil("half"));
        client.close();
        QVERIFY(backend.readUntilClosed());
        QCOMPARE(engine.waitForFinishedRow().status, 200);
    }

    void aClientThatLeavesInItsUploadEndsTheBackendsConnection()
    {
        ScriptedOrigin origin;
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url(), "proxy_request_buffering off;").applied);
        RawClient client(engine.port());
        client.send(request("POST /", "Content-Length: 100\r\n", "half"));
        RawPeer backend = origin.accept();
        QVERIFY(backend.readUntil("\r\n\r\nhalf"));
        client.close();
        QVERIFY(backend.readUntilClosed());
        QVERIFY(engine.waitForLog("client prematurely closed connection"));
    }

    void aClientThatLeavesInABufferedUploadReachesNoBackend()
    {
        ScriptedOrigin origin;
        EngineFixture engine({.capture = true});
        QVERIFY(engine.proxyTo(origin.url()).applied);
        RawClient client(engine.port());
        client.send(request("POST /", "Content-Length: 100\r\n", "half"));
        client.close();
        QVERIFY(engine.waitForFinishedRow().state == ExchangeState::Failed);
        QVERIFY(origin.isQuiet());
    }

    void aSilentBackendIs504()
    {
        ScriptedOrigin origin;
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url(), "proxy_read_timeout 200ms;", "portlight_domain on;").applied);
        RawClient client(engine.port());
        client.send(request("GET /"));
        RawPeer backend = origin.accept();
        backend.readMessage();
        const RawMessage answer = client.readMessage();
        QCOMPARE(answer.status(), 504);
        QVERIFY(answer.body.contains("sent nothing for 200 ms"));
        QVERIFY(backend.readUntilClosed());
        QVERIFY(engine.waitForLog(
            "upstream timed out (110: Connection timed out) while reading response header from upstream"));
    }

    void aBackendThatFallsSilentInTheBodyIsCut()
    {
        ScriptedOrigin origin;
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url(), "proxy_read_timeout 200ms;").applied);
        RawClient client(engine.port());
        client.send(request("GET /"));
        RawPeer backend = origin.accept();
        backend.readMessage();
        backend.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
        QVERIFY(!client.readMessage().complete);
        QVERIFY(engine.waitForLog("upstream timed out (110: Connection timed out) while reading upstream"));
    }

    void aBackendThatTakesNoMoreOfTheRequestIs504()
    {
        ScriptedOrigin origin;
        EngineFixture engine;
        QVERIFY(
            engine.proxyTo(origin.url(), "proxy_send_timeout 200ms; client_max_body_size 0;", "portlight_domain on;")
                .applied);
        RawClient client(engine.port());
        client.send(request("POST /", "Content-Length: 20000000\r\n"));
        const QByteArray block(1'000'000, 'x');
        for (int i = 0; i < 20; ++i)
            QVERIFY(client.send(block));
        RawPeer backend = origin.accept(); // and never reads
        const RawMessage answer = client.readMessage();
        QCOMPARE(answer.status(), 504);
        QVERIFY2(answer.body.contains("took no more of the request for 200 ms"), answer.body);
    }

    void aBackendThatDoesNotTakeTheConnectionIs504()
    {
        // A listener whose queue is full answers nothing to a SYN.
        const int full = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        QCOMPARE(bind(full, reinterpret_cast<sockaddr *>(&address), sizeof address), 0);
        socklen_t length = sizeof address;
        getsockname(full, reinterpret_cast<sockaddr *>(&address), &length);
        QCOMPARE(listen(full, 0), 0);
        const quint16 port = ntohs(address.sin_port);
        const RawClient queued(port);
        QVERIFY(queued.isOpen());
        EngineFixture engine;
        QVERIFY(engine
                    .proxyTo("http://127.0.0.1:" + QByteArray::number(port), "proxy_connect_timeout 200ms;",
                             "portlight_domain on;")
                    .applied);
        RawClient client(engine.port());
        const RawMessage answer = client.ask(request("GET /"));
        QCOMPARE(answer.status(), 504);
        QVERIFY2(answer.body.contains("did not take the connection within 200 ms"), answer.body);
        ::close(full);
    }

    void aClientThatNeverReadsIsGivenUp()
    {
        ScriptedOrigin origin;
        origin.serve([](RawPeer &connection) {
            connection.readMessage();
            connection.send("HTTP/1.1 200 OK\r\n\r\n");
            const QByteArray block(1'000'000, 'x');
            while (connection.send(block)) {}
        });
        EngineFixture engine({.capture = true});
        QVERIFY(engine.proxyTo(origin.url(), {}, "send_timeout 200ms;").applied);
        RawClient client(engine.port());
        client.send(request("GET /"));
        QVERIFY(engine.waitForFinishedRow().state == ExchangeState::Failed);
        QVERIFY(engine.waitForLog("client timed out (110: Connection timed out) while sending to client"));
    }

    void aClientThatReadsSlowlyIsNotTheBackendsFault()
    {
        ScriptedOrigin origin;
        origin.serve([](RawPeer &connection) {
            if (connection.readMessage().startLine.contains("/silent")) {
                connection.readUntilClosed();
                return;
            }
            connection.send(response(QByteArray(20'000'000, 'x')));
        });
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url(), "proxy_read_timeout 200ms;").applied);
        RawClient slow(engine.port(), "127.0.0.1", 4096);
        slow.send(request("GET /large"));
        QVERIFY(slow.readUntil("xxx")); // and reads no more, until the backend's time has passed twice over
        for (int i = 0; i < 2; ++i) {
            RawClient other(engine.port());
            QCOMPARE(other.ask(request("GET /silent")).status(), 504);
        }
        const RawMessage answer = slow.readMessage();
        QVERIFY(answer.complete);
        QCOMPARE(answer.body.size(), 20'000'000);
    }

    void aHeadThatComesTooSlowlyIsGivenUp()
    {
        EngineFixture engine;
        QVERIFY(engine.proxyTo("http://127.0.0.1:1", {}, "client_header_timeout 200ms;").applied);
        RawClient silent(engine.port());
        QVERIFY(silent.readUntilClosed());
        RawClient slow(engine.port());
        slow.send("GET / HT");
        QVERIFY(slow.readUntilClosed());
        QVERIFY(slow.received().isEmpty()); // nginx says nothing either
        QVERIFY(engine.waitForLog("client timed out (110: Connection timed out) while reading client request headers"));
    }

    void aBodyThatStopsComingIsGivenUp()
    {
        ScriptedOrigin origin;
        EngineFixture engine({.capture = true});
        QVERIFY(engine.proxyTo(origin.url(), {}, "client_body_timeout 200ms;").applied);
        RawClient client(engine.port());
        client.send(request("POST /", "Content-Length: 10\r\n", "half"));
        QVERIFY(client.readUntilClosed());
        QVERIFY(client.received().isEmpty());
        QCOMPARE(engine.waitForFinishedRow().status, 408);
        QVERIFY(engine.waitForLog("client timed out (110: Connection timed out) while reading client request body"));
    }

    void garbageFromAClientIs400AndTheEnd_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("a TLS hello") << QByteArray::fromHex("16030100c8010000c40303");
        QTest::newRow("letters") << QByteArray("hello there\r\n\r\n");
        QTest::newRow("no Host") << QByteArray("GET / HTTP/1.1\r\n\r\n");
        QTest::newRow("two lengths") << request("POST /", "Content-Length: 1\r\nContent-Length: 2\r\n");
        QTest::newRow("above the root") << request("GET /../x");
        QTest::newRow("noise") << QByteArray(100'000, '\x07');
    }

    void garbageFromAClientIs400AndTheEnd()
    {
        QFETCH(QByteArray, bytes);
        EngineFixture engine;
        QVERIFY(engine.proxyTo("http://127.0.0.1:1").applied);
        RawClient client(engine.port());
        client.send(bytes);
        const RawMessage answer = client.readMessage();
        QCOMPARE(answer.status(), 400);
        QVERIFY(answer.body.contains("<center><h1>400 Bad Request</h1></center>"));
        QVERIFY(client.readUntilClosed());
    }
};

QTEST_GUILESS_MAIN(ProxyTimeoutsTest)
#include "tst_proxy_timeouts.moc"
