// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/enginefixture.h"
#include "support/scriptedorigin.h"

#include <QTest>

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
        const auto row = [](const char *name, const QByteArray &bytes, bool reset, const char *sentence,
                            const char *log) {
            QTest::newRow(name) << bytes << reset << QString::fromUtf8(sentence) << QByteArray(log);
        };
        row("closed at once", {}, false, "closed the connection without an answer",
            "upstream prematurely closed connection while reading response header from upstream");
        row("closed in the head", "HTTP/1.1 200 OK\r\nX: ", false,
            "answered 20 bytes, then closed before the headers ended",
            "upstream prematurely closed connection while reading response header from upstream");
        row("reset", {}, true, "broke (connection reset by peer) after 0 bytes",
            "recv() failed (104: Connection reset by peer) while reading response header from upstream");
        row("too large a head", "HTTP/1.1 200 OK\r\nX: " + QByteArray(4096, 'x') + "\r\n\r\n", false,
            "are larger than proxy_buffer_size allows",
            "upstream sent too big header while reading response header from upstream");
        row("length and chunks",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", false,
            "not HTTP", "while reading response header from upstream");
        row("two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na", false, "not HTTP",
            "while reading response header from upstream");
        row("a space before the colon", "HTTP/1.1 200 OK\r\nX : 1\r\n\r\n", false, "not HTTP",
            "while reading response header from upstream");
        // nginx passes such bytes on as an HTTP/0.9 answer, without a head: nothing that a client could frame.
        row("no HTTP at all", "this is no head at all", false, "not HTTP",
            "upstream sent no valid HTTP/1.0 header while reading response header from upstream");
        row("101 nobody asked for", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
            false, "101", "upstream sent 101 without an upgrade being asked for");
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
            QVERIFY(engine.errorLog().contains("request: \"GET /page HTTP/1.1\", upstream: \"" + origin.url()
                                               + "/page\", host: \"shop.localhost\""));
            if (own)
                QVERIFY(answer.body.contains(row.failure.toHtmlEscaped().toUtf8()));
            else
                QCOMPARE(
                    answer.body,
                    QByteArray(
                        "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 "
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
        QTest::newRow("chunks") << QByteArray("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")
                                << false;
        QTest::newRow("inside a chunk") << QByteArray("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhalf")
                                        << false;
        QTest::newRow("broken chunk") << QByteArray(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nzz\r\n")
                                      << false;
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
        QVERIFY(engine.proxyTo(origin.url(), "proxy_buffering off;").applied);
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
};

QTEST_GUILESS_MAIN(ProxyFailuresTest)
#include "tst_proxy_failures.moc"
