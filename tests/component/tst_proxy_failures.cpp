// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/enginefixture.h"
#include "support/nginxserver.h"
#include "support/scriptedorigin.h"

#include <QTest>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace portlight;
using namespace portlight::testing;

// What clients, the error log and the capture see when a backend fails or a client goes.
class ProxyFailuresTest : public QObject
{
    Q_OBJECT

    // What a backend does once it has the request.
    struct Misdeed {
        QByteArray bytes;
        bool reset = false;
    };
    static void commit(ScriptedOrigin &origin, const Misdeed &misdeed)
    {
        origin.serve([misdeed](RawPeer &connection) {
            connection.readMessage();
            connection.send(misdeed.bytes);
            if (misdeed.reset)
                connection.reset();
        });
    }

private Q_SLOTS:
    void aBadAnswerIs502WithItsCause_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<bool>("reset");
        QTest::addColumn<QString>("sentence");
        QTest::addColumn<QByteArray>("log");
        const auto row = [](const char *name, const QByteArray &bytes, bool reset, const char *sentence, const char *log) {
            QTest::newRow(name) << bytes << reset << QString::fromUtf8(sentence) << QByteArray(log);
        };
        row("closed at once", {}, false, "closed the connection without an answer",
            "upstream prematurely closed connection while reading response header from upstream");
        row("closed in the head", "HTTP/1.1 200 OK\r\nX: ", false, "answered 20 bytes, then closed before the headers ended",
            "upstream prematurely closed connection while reading response header from upstream");
        row("reset", {}, true, "broke (connection reset by peer) after 0 bytes",
            "recv() failed (104: Connection reset by peer) while reading response header from upstream");
        row("too large a head", "HTTP/1.1 200 OK\r\nX: " + QByteArray(4096, 'x') + "\r\n\r\n", false,
            "are larger than proxy_buffer_size allows", "upstream sent too big header while reading response header from upstream");
        row("length and chunks", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", false,
            "not HTTP", "while reading response header from upstream");
        row("two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na", false, "not HTTP",
            "while reading response header from upstream");
        row("a space before the colon", "HTTP/1.1 200 OK\r\nX : 1\r\n\r\n", false, "not HTTP", "while reading response header from upstream");
        row("101 nobody asked for", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", false, "101",
            "upstream sent 101 without an upgrade being asked for");
    }
    void aBadAnswerIs502WithItsCause()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(bool, reset);
        QFETCH(QString, sentence);
        QFETCH(QByteArray, log);
        for (const bool own : {true, false}) {
            ScriptedOrigin origin;
            commit(origin, {bytes, reset});
            EngineFixture engine({.capture = true});
            QVERIFY(engine.proxyTo(origin.url(), {}, own ? "portlight_domain on;" : "").applied);
            RawClient client(engine.port());
            const RawMessage answer = client.ask(request("GET /page", "Accept: text/html\r\n"));
            QCOMPARE(answer.status(), 502);
            QVERIFY(answer.complete);
            const ExchangeSummary row = engine.waitForFinishedRow();
            QVERIFY2(row.failure.contains(sentence), qPrintable(row.failure));
            QVERIFY(row.state == ExchangeState::Failed);
            QVERIFY2(engine.waitForLog(log), engine.errorLog());
            QVERIFY(engine.errorLog().contains("request: \"GET /page HTTP/1.1\", upstream: \"" + origin.url() + "/page\", host: \"shop.localhost\""));
            if (own)
                QVERIFY(answer.body.contains(row.failure.toHtmlEscaped().toUtf8()));
            else
                QCOMPARE(answer.body, QByteArray("<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 "
                                                 "Bad Gateway</h1></center>\r\n<hr><center>nginx/1.31.5</center>\r\n</body>\r\n</html>\r\n"));
            QCOMPARE(client.ask(request("GET /")).status(), 502); // the client's connection goes on
        }
    }

    void aHeadOfExactlyTheBufferPasses()
    {
        const QByteArray start = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: ";
        for (const int excess : {0, 1}) {
            ScriptedOrigin origin;
            origin.answer(start + QByteArray(4096 - start.size() - 4 + excess, 'x') + "\r\n\r\n");
            EngineFixture engine;
            QVERIFY(engine.proxyTo(origin.url()).applied);
            RawClient client(engine.port());
            QCOMPARE(client.ask(request("GET /")).status(), excess ? 502 : 200);
        }
    }

    void nobodyListeningIs502WithItsCause()
    {
        QByteArray url;
        {
            const ScriptedOrigin origin;
            url = origin.url();
        }
        EngineFixture engine;
        QVERIFY(engine.proxyTo(url, {}, "portlight_domain on;").applied);
        RawClient client(engine.port());
        const RawMessage answer = client.ask(request("GET /", "Accept: application/json\r\n"));
        QCOMPARE(answer.status(), 502);
        QCOMPARE(answer.field("Content-Type"), QByteArray("application/json"));
        QVERIFY(answer.body.contains("nothing listens on " + url.mid(7) + " (connection refused)"));
        QVERIFY(engine.waitForLog("connect() failed (111: Connection refused) while connecting to upstream"));
    }

    void aMissingUnixSocketIs502()
    {
        EngineFixture engine;
        QVERIFY(engine.proxyTo("http://unix:" + engine.directory() + "/none.sock", {}, "portlight_domain on;").applied);
        RawClient client(engine.port());
        const RawMessage answer = client.ask(request("GET /"));
        QCOMPARE(answer.status(), 502);
        QVERIFY(answer.body.contains("there is no socket unix:"));
    }

    void aBodyThatIsCutShortIsSeenAsCut_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<bool>("reset");
        QTest::newRow("length") << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf") << false;
        QTest::newRow("chunks") << QByteArray("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n") << false;
        QTest::newRow("inside a chunk") << QByteArray("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhalf") << false;
        QTest::newRow("broken chunk") << QByteArray("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nzz\r\n") << false;
    }
    void aBodyThatIsCutShortIsSeenAsCut()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(bool, reset);
        ScriptedOrigin origin;
        commit(origin, {bytes, reset});
        EngineFixture engine({.capture = true});
        QVERIFY(engine.proxyTo(origin.url()).applied);
        RawClient client(engine.port());
        client.send(request("GET /"));
        const RawMessage answer = client.readMessage();
        QCOMPARE(answer.status(), 200);
        QVERIFY(!answer.complete);
        QVERIFY(client.readUntilClosed());
        QVERIFY(!client.received().contains("0\r\n\r\n"));
        const ExchangeSummary row = engine.waitForFinishedRow();
        QVERIFY(row.state == ExchangeState::Failed);
        QVERIFY(!row.failure.isEmpty());
        QVERIFY(engine.waitForLog("while reading upstream"));
    }

    void aResetInTheBodyIsSeenAsCut()
    {
        ScriptedOrigin origin;
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url()).applied);
        RawClient client(engine.port());
        client.send(request("GET /"));
        RawPeer backend = origin.accept();
        backend.readMessage();
        backend.send("HTTP/1.1 200 OK\r\n\r\nhalf"); // would end by close
        QVERIFY(client.readUntil("half"));
        backend.reset();
        QVERIFY(client.readUntilClosed());
        QVERIFY(!client.received().contains("0\r\n\r\n"));
        QVERIFY(engine.waitForLog("recv() failed (104: Connection reset by peer) while reading upstream"));
    }

    void garbageIsABodyWithoutAHead()
    {
        // nginx takes it for HTTP/0.9 and sends the bytes alone; in our framing they are the same bytes.
        ScriptedOrigin origin;
        commit(origin, {"this is no head at all", false});
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url()).applied);
        RawClient client(engine.port());
        const RawMessage answer = client.ask(request("GET /"));
        const NginxServer nginx("server { listen 127.0.0.1:@port@; location / { proxy_pass " + origin.url() + "; } }");
        QVERIFY2(nginx.isRunning(), qPrintable(nginx.problem()));
        RawClient other(nginx.port());
        other.send(request("GET /"));
        QVERIFY(other.readBytes(answer.body.size()));
        QCOMPARE(answer.body, other.received());
        QCOMPARE(answer.status(), 200);
    }

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
        QVERIFY(engine.proxyTo(origin.url()).applied);
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
        QVERIFY(engine.waitForLog("upstream timed out (110: Connection timed out) while reading response header from upstream"));
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
        QVERIFY(engine.proxyTo(origin.url(), "proxy_send_timeout 200ms; client_max_body_size 0;", "portlight_domain on;").applied);
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
        QVERIFY(engine.proxyTo("http://127.0.0.1:" + QByteArray::number(port), "proxy_connect_timeout 200ms;", "portlight_domain on;").applied);
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
            while (connection.send(block)) { }
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

QTEST_GUILESS_MAIN(ProxyFailuresTest)
#include "tst_proxy_failures.moc"
