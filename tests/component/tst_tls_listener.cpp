// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/enginefixture.h"
#include "support/scriptedorigin.h"
#include "support/secureclient.h"
#include "support/testauthority.h"

#include <QTest>

using namespace portlight;
using namespace portlight::testing;

namespace {

// Answers each request with a body made from it.
void answerWith(ScriptedOrigin &origin, std::function<QByteArray(const RawMessage &)> body)
{
    origin.serve([body = std::move(body)](RawPeer &connection) {
        for (;;) {
            const RawMessage asked = connection.readMessage();
            if (!asked.complete || !connection.send(response(body(asked))))
                return;
        }
    });
}

} // namespace

// Listeners with TLS: whose certificate is shown, how handshakes arrive and fail, and what passes afterwards.
class TestTlsListener : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    std::unique_ptr<TestAuthority> m_authority;
    std::map<QByteArray, CertificateFiles> m_files;

    QByteArray certificate(const QByteArray &name)
    {
        if (!m_files.count(name))
            m_files[name] = m_authority->issue(name);
        return "ssl_certificate " + m_files[name].certificate + "; ssl_certificate_key " + m_files[name].key + ";\n";
    }
    QByteArray server(const QByteArray &name, const QByteArray &directives, const QByteArray &listen = {})
    {
        return "server { listen 127.0.0.1:@port@ ssl " + listen + "; server_name " + name + ";\n" + directives + "}\n";
    }
    // One server that proxies to `origin`.
    QByteArray proxying(const ScriptedOrigin &origin, const QByteArray &directives = {})
    {
        return server("shop.localhost", certificate("shop.localhost") + directives + "location / { proxy_pass "
                                            + origin.url()
                                            + "; proxy_http_version 1.1; proxy_set_header X-Scheme $scheme; "
                                              "proxy_set_header X-Https $https; }");
    }

    static QByteArray inHandshake(const QByteArray &words)
    {
        return words + " while SSL handshaking, client: 127.0.0.1, server: 127.0.0.1:";
    }

private Q_SLOTS:
    void initTestCase() { m_authority = std::make_unique<TestAuthority>(m_folder.path().toUtf8()); }

    void requestsOverOneConnectionAreProxied()
    {
        ScriptedOrigin origin;
        answerWith(origin, [](const RawMessage &asked) {
            return asked.field("X-Scheme") + ',' + asked.field("X-Https") + ',' + asked.startLine;
        });
        EngineFixture engine;
        QVERIFY(engine.applyHttp(proxying(origin)).applied);
        SecureClient client(engine.port());
        QVERIFY(client.handshake());
        for (const char *const path : {"/a", "/b", "/c"}) {
            const RawMessage answer = client.ask(request(QByteArray("GET ") + path));
            QCOMPARE(answer.status(), 200);
            QCOMPARE(answer.body, QByteArray("https,on,GET ") + path + " HTTP/1.1");
            QCOMPARE(answer.field("Connection"), QByteArray("keep-alive"));
        }
    }

    void theCertificateFollowsTheName_data()
    {
        QTest::addColumn<QByteArray>("asked");
        QTest::addColumn<QByteArray>("subject");
        QTest::newRow("exact") << QByteArray("shop.localhost") << QByteArray("/CN=shop.localhost");
        QTest::newRow("exact in capitals") << QByteArray("Shop.LocalHost") << QByteArray("/CN=shop.localhost");
        QTest::newRow("with a dot at its end") << QByteArray("shop.localhost.") << QByteArray("/CN=shop.localhost");
        QTest::newRow("wildcard") << QByteArray("a.b.test") << QByteArray("/CN=wild.test");
        QTest::newRow("expression") << QByteArray("r42.localhost") << QByteArray("/CN=regex.test");
        QTest::newRow("unknown: default") << QByteArray("other.example") << QByteArray("/CN=default.test");
        QTest::newRow("none: default") << QByteArray() << QByteArray("/CN=default.test");
    }
    void theCertificateFollowsTheName()
    {
        QFETCH(QByteArray, asked);
        QFETCH(QByteArray, subject);
        EngineFixture engine;
        QVERIFY(engine
                    .applyHttp(server("shop.localhost", certificate("shop.localhost"))
                               + server("default.test", certificate("default.test"), "default_server")
                               + server("*.b.test", certificate("wild.test"))
                               + server("~^r\\d+\\.localhost$", certificate("regex.test")))
                    .applied);
        SecureClientOptions options;
        options.serverName = asked;
        SecureClient client(engine.port(), options);
        QVERIFY(client.handshake());
        QCOMPARE(client.subject(), subject);
    }

    void unknownNamesMayBeRejected()
    {
        EngineFixture engine;
        QVERIFY(engine
                    .applyHttp(server("_", "ssl_reject_handshake on;", "default_server")
                               + server("shop.localhost", certificate("shop.localhost") + "return 200 fine;"))
                    .applied);
        SecureClientOptions options;
        options.serverName = "other.test";
        SecureClient stranger(engine.port(), options);
        QVERIFY(!stranger.handshake());
        QVERIFY2(stranger.alert().contains("unrecognized name"), stranger.alert());
        QVERIFY(engine.waitForLog("handshake rejected while SSL handshaking, client: 127.0.0.1, server: 127.0.0.1:"));
        options.serverName = "shop.localhost";
        SecureClient guest(engine.port(), options);
        QVERIFY(guest.handshake());
        QCOMPARE(guest.ask(request("GET /")).status(), 200);
    }

    void aHelloMayComeInPieces_data()
    {
        QTest::addColumn<int>("bytes");
        QTest::newRow("one byte") << 1;
        QTest::newRow("three bytes") << 3;
        QTest::newRow("a hundred") << 100;
    }
    void aHelloMayComeInPieces()
    {
        QFETCH(int, bytes);
        EngineFixture engine;
        QVERIFY(engine
                    .applyHttp(server("a.test", certificate("a.test"), "default_server")
                               + server("shop.localhost", certificate("shop.localhost") + "return 200 fine;"))
                    .applied);
        SecureClientOptions options;
        options.serverName = "shop.localhost";
        options.pieceBytes = bytes;
        SecureClient client(engine.port(), options);
        QVERIFY(client.handshake());
        QCOMPARE(client.subject(), QByteArray("/CN=shop.localhost"));
        QCOMPARE(client.ask(request("GET /")).status(), 200);
    }

    void plainRequestsGetNginxsPage()
    {
        EngineFixture engine;
        QVERIFY(engine.applyHttp(server("a.test", certificate("a.test"))).applied);
        RawClient client(engine.port());
        const RawMessage answer = client.ask(request("GET /"));
        QCOMPARE(answer.status(), 400);
        QVERIFY(answer.body.contains("<center>The plain HTTP request was sent to HTTPS port</center>"));
        QCOMPARE(answer.field("Connection"), QByteArray("close"));
        QVERIFY(client.readUntilEnd());
        QVERIFY(engine.waitForLog("client sent plain HTTP request to HTTPS port"));
    }

    void plainRequestsCanBeRedirected()
    {
        EngineFixture engine;
        QVERIFY(engine
                    .applyHttp(server("a.test", certificate("a.test")
                                                    + "error_page 497 =301 https://$host:$server_port$request_uri;"))
                    .applied);
        RawClient client(engine.port());
        const RawMessage answer = client.ask("GET /x HTTP/1.1\r\nHost: a.test\r\n\r\n");
        QCOMPARE(answer.status(), 301);
        QCOMPARE(answer.field("Location"), "https://a.test:" + QByteArray::number(engine.port()) + "/x");
    }

    void aSlowReaderGetsTheWholeBody()
    {
        ScriptedOrigin origin;
        const QByteArray body(2'000'000, 'b');
        origin.answer(response(body));
        EngineFixture engine;
        QVERIFY(engine.applyHttp(proxying(origin)).applied);
        SecureClient client(engine.port());
        client.raw().setReceiveBuffer(64 * 1024);
        QVERIFY(client.handshake());
        QVERIFY(client.send(request("GET /", "Connection: close\r\n")));
        QVERIFY(client.readUntilEnd());
        const QByteArray received = client.take();
        QVERIFY(received.endsWith(body));
        QVERIFY(!client.raw().wasReset());
    }

    void uploadsArriveWhole()
    {
        ScriptedOrigin origin;
        answerWith(origin, [](const RawMessage &asked) { return QByteArray::number(asked.body.size()); });
        EngineFixture engine;
        QVERIFY(engine.applyHttp(proxying(origin, "client_max_body_size 0;")).applied);
        SecureClient client(engine.port());
        QVERIFY(client.handshake());
        QCOMPARE(client.ask(request("POST /", "Content-Length: 3000000\r\n", QByteArray(3'000'000, 'u'))).body,
                 QByteArray("3000000"));
    }

    void tunnelsPassBothWays()
    {
        ScriptedOrigin origin;
        origin.serve([](RawPeer &connection) {
            connection.readUntil("\r\n\r\n");
            connection.take();
            connection.send("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n");
            while (connection.readBytes(1)) {
                if (!connection.send(connection.take()))
                    return;
            }
        });
        EngineFixture engine;
        QVERIFY(engine
                    .applyHttp(server("a.test", certificate("a.test") + "location / { proxy_pass " + origin.url()
                                                    + "; proxy_http_version 1.1; proxy_set_header Upgrade echo; "
                                                      "proxy_set_header Connection upgrade; }"))
                    .applied);
        SecureClient client(engine.port());
        QVERIFY(client.handshake());
        QVERIFY(client.send(request("GET /", "Connection: upgrade\r\nUpgrade: echo\r\n")));
        QVERIFY(client.readUntil("\r\n\r\n"));
        client.take();
        const QByteArray sent(200'000, 't');
        QVERIFY(client.send(sent));
        QVERIFY(client.send("the end"));
        QVERIFY(client.readUntil("the end"));
        QCOMPARE(client.take(), sent + "the end");
    }

    void sessionsAreResumed_data()
    {
        QTest::addColumn<int>("version");
        QTest::addColumn<QByteArray>("directives");
        QTest::newRow("1.2, ticket") << TLS1_2_VERSION << QByteArray();
        QTest::newRow("1.3, ticket") << TLS1_3_VERSION << QByteArray();
        QTest::newRow("1.2, id") << TLS1_2_VERSION
                                 << QByteArray("ssl_session_tickets off; ssl_session_cache shared:s:1m;");
        QTest::newRow("1.3, id") << TLS1_3_VERSION
                                 << QByteArray("ssl_session_tickets off; ssl_session_cache shared:s:1m;");
    }
    void sessionsAreResumed()
    {
        QFETCH(int, version);
        QFETCH(QByteArray, directives);
        EngineFixture engine;
        const QByteArray text =
            server("shop.localhost", certificate("shop.localhost") + directives + "return 200 $ssl_session_reused;");
        QVERIFY(engine.applyHttp(text).applied);
        SecureClientOptions options;
        options.serverName = "shop.localhost";
        options.versionMin = options.versionMax = version;
        TlsSessionHandle session;
        for (const bool resumed : {false, true, true}) {
            if (session) // sessions outlive a reload that changes nothing
                QVERIFY(engine.applyHttp(text).applied);
            options.session = session.get();
            SecureClient client(engine.port(), options);
            QVERIFY(client.handshake());
            QCOMPARE(client.isResumed(), resumed);
            QCOMPARE(client.ask(request("GET /")).body, QByteArray(resumed ? "r" : "."));
            session = client.session();
            client.closeNotify();
        }
    }

    void silentClientsAreSentAway()
    {
        EngineFixture engine;
        QVERIFY(engine.applyHttp("client_header_timeout 100ms;" + server("a.test", certificate("a.test"))).applied);
        RawClient silent(engine.port());
        RawClient half(engine.port());
        half.send(QByteArray("\x16\x03\x01\x02", 4));
        QVERIFY(silent.readUntilEnd());
        QVERIFY(half.readUntilEnd());
        QVERIFY(engine.waitForLog("client timed out (110: Connection timed out) while SSL handshaking"));
    }

    void silentClientsHoldUpNobody()
    {
        EngineFixture engine;
        QVERIFY(engine.applyHttp(server("a.test", certificate("a.test") + "return 200 fine;")).applied);
        std::vector<std::unique_ptr<RawClient>> silent;
        for (int i = 0; i < 200; ++i) {
            silent.push_back(std::make_unique<RawClient>(engine.port()));
            if (i % 2)
                silent.back()->send("\x16");
        }
        SecureClient client(engine.port());
        QVERIFY(client.handshake());
        QCOMPARE(client.ask(request("GET /")).status(), 200);
        QVERIFY(engine.waitForStatus([](const EngineStatus &status) { return status.active == 201; }));
        silent.clear();
        QVERIFY(engine.waitForStatus([](const EngineStatus &status) { return status.active == 1; }));
    }

    void whatFailsInTheHandshakeIsAnsweredWithAnAlert()
    {
        EngineFixture engine;
        QVERIFY(engine
                    .applyHttp("ssl_protocols TLSv1.2 TLSv1.3;"
                               + server("a.test", certificate("a.test") + "return 200 fine;"))
                    .applied);
        SecureClientOptions options;
        options.versionMin = options.versionMax = TLS1_1_VERSION;
        SecureClient old(engine.port(), options);
        QVERIFY(!old.handshake());
        QVERIFY2(old.alert().contains("protocol version"), old.alert());
        QVERIFY(engine.waitForLog("SSL_do_handshake() failed (SSL: error:0A000102:SSL routines::unsupported protocol) "
                                  "while SSL handshaking, client: 127.0.0.1, server: "));
        SecureClientOptions other;
        other.alpn = QByteArray("\x03spd", 4);
        SecureClient stranger(engine.port(), other);
        QVERIFY(!stranger.handshake());
        QVERIFY2(stranger.alert().contains("no application protocol"), stranger.alert());
    }

    void garbageEndsItsOwnConnectionOnly()
    {
        EngineFixture engine;
        QVERIFY(engine.applyHttp(server("a.test", certificate("a.test") + "return 200 fine;")).applied);
        for (const QByteArray &bytes :
             {QByteArray("\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00", 10), QByteArray("\x16\xff\xff\xff\xff garbage"),
              QByteArray("\x80\x2e\x01\x00\x02", 5) + QByteArray(60, 0)}) {
            RawClient client(engine.port());
            QVERIFY(client.send(bytes));
            QVERIFY(client.readUntilClosed());
        }
        SecureClient client(engine.port());
        QVERIFY(client.handshake());
        QCOMPARE(client.ask(request("GET /")).status(), 200);
    }

    void aClientThatLeavesInTheMidstIsForgotten()
    {
        EngineFixture engine;
        QVERIFY(engine.applyHttp(server("a.test", certificate("a.test"))).applied);
        {
            RawClient gone(engine.port());
            gone.send(QByteArray("\x16\x03\x01", 3));
        }
        {
            RawClient broken(engine.port());
            broken.send(QByteArray("\x16\x03\x01\x02\x00\x01", 6));
            broken.reset();
        }
        QVERIFY(engine.waitForStatus(
            [](const EngineStatus &status) { return status.accepted == 2 && status.active == 0; }));
    }

    // Whoever only closed its side still reads: the end, and no reset.
    void departuresAreLogged_data()
    {
        QTest::addColumn<QByteArray>("said");
        QTest::addColumn<QByteArray>("logged");
        QTest::newRow("silently") << QByteArray() << QByteArray("client closed connection");
        QTest::newRow("in the hello") << QByteArray("\x16\x03\x01\x02", 4)
                                      << QByteArray("peer closed connection in SSL handshake");
    }
    void departuresAreLogged()
    {
        QFETCH(QByteArray, said);
        QFETCH(QByteArray, logged);
        EngineFixture engine;
        QVERIFY(engine.applyHttp(server("a.test", certificate("a.test"))).applied);
        RawClient client(engine.port());
        QVERIFY(client.send(said));
        client.shutdownWrite();
        QVERIFY(client.readUntilEnd());
        QVERIFY2(engine.waitForLog(inHandshake(logged)), engine.errorLog());
    }

    void aResetBeforeTheHelloIsLogged()
    {
        EngineFixture engine;
        QVERIFY(engine.applyHttp(server("a.test", certificate("a.test"))).applied);
        RawClient client(engine.port());
        client.reset();
        QVERIFY2(engine.waitForLog(inHandshake("recv() failed (104: Connection reset by peer)")), engine.errorLog());
    }

    void aFileThatANameAskedForIsNamed()
    {
        EngineFixture engine;
        const QByteArray files = m_folder.path().toUtf8() + "/of-$ssl_server_name";
        QVERIFY(engine
                    .applyHttp("server { listen 127.0.0.1:@port@ ssl; ssl_certificate " + files
                               + ".pem; ssl_certificate_key " + files + ".key; }")
                    .applied);
        SecureClientOptions options;
        options.serverName = "nosuch.test";
        SecureClient client(engine.port(), options);
        QVERIFY(!client.handshake());
        QVERIFY2(engine.waitForLog("SSL_do_handshake() failed (SSL: error:0A000179:SSL routines::cert cb error)"),
                 engine.errorLog());
        const QByteArray missing = m_folder.path().toUtf8() + "/of-nosuch.test.pem";
        const QByteArray log = engine.errorLog();
        QVERIFY2(
            log.contains("cannot load certificate \"" + missing + "\": BIO_new_file() failed (SSL: error:80000002:"),
            log);
        QVERIFY2(log.contains("BIO routines::no such file) while SSL handshaking, client: 127.0.0.1, server: "), log);
    }

    void whatBreaksTlsIsNamed_data()
    {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QByteArray>("logged");
        const QByteArray words = "SSL_read() failed (SSL: error:0A00010B:SSL routines::wrong version number)";
        QTest::newRow("before a request")
            << QByteArray() << words + " while waiting for request, client: 127.0.0.1, server: 127.0.0.1:";
        QTest::newRow("between requests")
            << request("GET /") << words + " while keepalive, client: 127.0.0.1, server: 127.0.0.1:";
        QTest::newRow("in a head") << QByteArray("GET / HTTP/1.1\r\nHost: a.te")
                                   << words
                                          + " while reading client request headers, client: 127.0.0.1, server: a.test";
        QTest::newRow("in a body") << QByteArray("POST /up HTTP/1.1\r\nHost: a.test\r\nContent-Length: 9\r\n\r\nabc")
                                   << words + ", client: 127.0.0.1, server: a.test, request: \"POST /up HTTP/1.1\"";
    }
    void whatBreaksTlsIsNamed()
    {
        QFETCH(QByteArray, before);
        QFETCH(QByteArray, logged);
        ScriptedOrigin origin;
        EngineFixture engine;
        QVERIFY(engine
                    .applyHttp(server("a.test", certificate("a.test")
                                                    + "location / { return 200 fine; }\nlocation /up { proxy_pass "
                                                    + origin.url() + "; }"))
                    .applied);
        SecureClient client(engine.port());
        QVERIFY(client.handshake());
        if (before.startsWith("GET /") && before.endsWith("\r\n\r\n"))
            QCOMPARE(client.ask(before).status(), 200);
        else if (!before.isEmpty())
            QVERIFY(client.send(before));
        QVERIFY(client.raw().send("what is no record of TLS"));
        QVERIFY(client.raw().readUntilClosed());
        QVERIFY2(engine.waitForLog(logged), engine.errorLog());
    }

    void connectionsSurviveAReload()
    {
        EngineFixture engine;
        const QByteArray files = certificate("a.test");
        QVERIFY(engine.applyHttp(server("a.test", files + "return 200 before;")).applied);
        SecureClient client(engine.port());
        QVERIFY(client.handshake());
        QCOMPARE(client.ask(request("GET /")).body, QByteArray("before"));
        QVERIFY(engine.applyHttp(server("a.test", certificate("b.test") + "return 200 behind;")).applied);
        QCOMPARE(client.ask(request("GET /")).body, QByteArray("behind"));
        SecureClient later(engine.port());
        QVERIFY(later.handshake());
        QCOMPARE(later.subject(), QByteArray("/CN=b.test"));
    }

    void aListenerMayTurnToTls()
    {
        EngineFixture engine;
        QVERIFY(engine.applyHttp("server { listen 127.0.0.1:@port@; return 200 plain; }").applied);
        RawClient client(engine.port());
        QCOMPARE(client.ask(request("GET /")).body, QByteArray("plain"));
        QVERIFY(engine.applyHttp(server("a.test", certificate("a.test") + "return 200 $scheme;")).applied);
        SecureClient secured(engine.port());
        QVERIFY(secured.handshake());
        QCOMPARE(secured.ask(request("GET /")).body, QByteArray("https"));
        QCOMPARE(client.ask(request("GET /")).body, QByteArray("http")); // as it was accepted
    }

    void withoutALocalAuthorityOnlyTlsIsRefused()
    {
        EngineFixture engine;
        const ApplyOutcome outcome = engine.applyHttp(
            "server { listen 127.0.0.1:@port-plain@; listen 127.0.0.1:@port@ ssl; server_name a.localhost; "
            "portlight_local_certificate on; return 200 $scheme; }");
        QVERIFY(outcome.applied);
        QVERIFY(!outcome.diagnostics.isEmpty());
        QVERIFY2(outcome.diagnostics[0].toString().contains(QLatin1String("portlightctl ca init")),
                 qPrintable(outcome.diagnostics[0].toString()));
        SecureClient client(engine.port());
        QVERIFY(!client.handshake());
        QVERIFY2(client.alert().contains("handshake failure"), client.alert());
        QVERIFY(engine.waitForLog("no certificate to show for \"a.localhost\""));
        RawClient plain(engine.port("plain"));
        QCOMPARE(plain.ask(request("GET /")).body, QByteArray("http"));
    }

    void whatWasDecidedIsTold()
    {
        EngineOptions engineOptions;
        engineOptions.capture = true;
        EngineFixture engine(engineOptions);
        QVERIFY(engine
                    .applyHttp(server("shop.localhost", certificate("shop.localhost") + "return 200 fine;")
                               + server("b.test", certificate("b.test")))
                    .applied);
        SecureClientOptions options;
        options.serverName = "shop.localhost";
        options.versionMin = options.versionMax = TLS1_3_VERSION;
        options.alpn = QByteArray("\x08http/1.1", 9);
        SecureClient client(engine.port(), options);
        QVERIFY(client.handshake());
        QCOMPARE(client.ask(request("GET /")).status(), 200);
        const ExchangeSummary row = engine.waitForFinishedRow();
        QCOMPARE(row.scheme, QByteArray("https"));
        const ExchangeDetailPtr detail = engine.fetch(row.id);
        QVERIFY(detail);
        QCOMPARE(detail->tls.protocol, QByteArray("TLSv1.3"));
        QCOMPARE(detail->tls.cipher, client.cipher());
        QCOMPARE(detail->tls.serverName, QByteArray("shop.localhost"));
        QCOMPARE(detail->tls.alpn, QByteArray("http/1.1"));
        QCOMPARE(detail->decisions[0].step, Decision::Step::Handshake);
        QVERIFY2(detail->decisions[0].reason.endsWith(QStringLiteral("the server name “shop.localhost” asks for it")),
                 qPrintable(detail->decisions[0].reason));
    }
};

QTEST_GUILESS_MAIN(TestTlsListener)
#include "tst_tls_listener.moc"
