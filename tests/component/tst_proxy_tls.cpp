// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/enginefixture.h"
#include "support/tlsorigin.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <optional>

using namespace portlight;
using namespace portlight::testing;
using namespace Qt::StringLiterals;

namespace {

QByteArray group(const TlsOrigin &origin, const QByteArray &inside = "keepalive 8;")
{
    return "upstream backends { server 127.0.0.1:" + QByteArray::number(origin.port()) + "; " + inside + " }";
}

const QByteArray KeepAlive = "proxy_http_version 1.1; proxy_set_header Connection \"\";\n";

QByteArray chunkOf(qsizetype size, char first)
{
    QByteArray bytes(size, Qt::Uninitialized);
    for (qsizetype i = 0; i < size; ++i)
        bytes[i] = char(first + i % 61);
    return bytes;
}

bool hasDecision(const ExchangeDetail &detail, const QString &part)
{
    return std::any_of(detail.decisions.begin(), detail.decisions.end(), [&](const Decision &decision) {
        return decision.reason.contains(part) || decision.subject.contains(part);
    });
}

} // namespace

// Backends behind TLS, from the client's side to the backend's.
class ProxyTlsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_authority.emplace(folder());
        m_server = m_authority->issue("shop.test", "DNS:shop.test");
        m_client = m_authority->issue("client");
    }

    void requestsGoThroughTls()
    {
        TlsOrigin origin({m_server});
        origin.answerWith([](TlsOriginPeer &peer) { return response(peer.received()); });
        EngineFixture engine({.capture = true});
        QVERIFY(engine.proxyTo(origin.url() + "/base/").applied);
        RawClient client(engine.port());
        const RawMessage answer = client.ask(request("GET /page"));
        QCOMPARE(answer.status(), 200);
        QVERIFY2(answer.body.startsWith("GET /base/page HTTP/1.1\r\n"), answer.body.constData());
        QVERIFY(answer.body.contains("\r\nHost: 127.0.0.1:" + QByteArray::number(origin.port()) + "\r\n"));
        const ExchangeSummary row = engine.waitForFinishedRow();
        QCOMPARE(row.status, 200);
        const ExchangeDetailPtr detail = engine.fetch(row.id);
        QVERIFY(detail);
        QVERIFY(hasDecision(*detail, u"TLSv1.3"_s));
        QVERIFY(hasDecision(*detail, u"new TLS session with CN=shop.test"_s));
    }

    void connectionsAreKept()
    {
        TlsOrigin origin({m_server});
        origin.answer(response("ok"));
        EngineFixture engine;
        QVERIFY(engine.proxyTo("https://backends", KeepAlive, {}, group(origin)).applied);
        RawClient client(engine.port());
        for (int i = 0; i < 5; ++i)
            QCOMPARE(client.ask(request("GET /")).body, "ok");
        QCOMPARE(origin.handshakes(), 1);
    }

    void connectionsAreNotKeptForAnotherName()
    {
        TlsOrigin origin({m_server});
        origin.answerWith([](TlsOriginPeer &peer) { return response(peer.serverName()); });
        EngineFixture engine;
        QVERIFY(engine
                    .proxyTo("https://backends", KeepAlive + "proxy_ssl_server_name on; proxy_ssl_name $arg_name;", {},
                             group(origin))
                    .applied);
        RawClient client(engine.port());
        QCOMPARE(client.ask(request("GET /?name=a.test")).body, "a.test");
        QCOMPARE(client.ask(request("GET /?name=b.test:8443")).body, "b.test"); // less its port
        QCOMPARE(client.ask(request("GET /?name=a.test")).body, "a.test");
        QCOMPARE(client.ask(request("GET /?name=127.0.0.1")).body, ""); // no name by RFC 6066
        QCOMPARE(origin.handshakes(), 3);
    }

    void sessionsAreResumed_data()
    {
        QTest::addColumn<QByteArray>("directives");
        QTest::addColumn<int>("resumed");
        QTest::newRow("TLS 1.3") << "proxy_ssl_protocols TLSv1.3;"_ba << 2;
        QTest::newRow("TLS 1.2") << "proxy_ssl_protocols TLSv1.2;"_ba << 2;
        QTest::newRow("switched off") << "proxy_ssl_session_reuse off;"_ba << 0;
    }
    void sessionsAreResumed()
    {
        QFETCH(QByteArray, directives);
        QFETCH(int, resumed);
        TlsOrigin origin({m_server});
        origin.answer(response("ok"));
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url(), directives).applied);
        for (int i = 0; i < 3; ++i) {
            RawClient client(engine.port());
            QCOMPARE(client.ask(request("GET /")).body, "ok");
        }
        QCOMPARE(origin.handshakes(), 3);
        QCOMPARE(origin.resumed(), resumed);
    }

    void certificatesAreShown_data()
    {
        QTest::addColumn<QByteArray>("directives");
        QTest::newRow("as they stand")
            << "proxy_ssl_certificate @client@.pem; proxy_ssl_certificate_key @client@.key;"_ba;
        QTest::newRow("by variables")
            << "set $who @client@; proxy_ssl_certificate $who.pem; proxy_ssl_certificate_key $who.key;"_ba;
        QTest::newRow("encrypted")
            << "proxy_ssl_certificate @client@.pem; proxy_ssl_certificate_key @client@.key.encrypted; "
               "proxy_ssl_password_file @passwords@;"_ba;
    }
    void certificatesAreShown()
    {
        QFETCH(QByteArray, directives);
        TestAuthority::encryptKey(m_client, "secret");
        QFile passwords(m_folder.filePath(u"passwords"_s));
        QVERIFY(passwords.open(QIODevice::WriteOnly));
        passwords.write("wrong\nsecret\n");
        passwords.close();
        directives.replace("@client@", m_client.certificate.chopped(4));
        directives.replace("@passwords@", passwords.fileName().toUtf8());
        TlsOrigin origin({.files = m_server, .clientCa = m_authority->certificate()});
        origin.answerWith([](TlsOriginPeer &peer) { return response(peer.clientSubject()); });
        EngineFixture engine;
        QVERIFY(engine.proxyTo("https://backends", KeepAlive + directives, {}, group(origin)).applied);
        RawClient client(engine.port());
        QCOMPARE(client.ask(request("GET /")).body, "/CN=client");
        QCOMPARE(client.ask(request("GET /")).body, "/CN=client");
        QCOMPARE(origin.handshakes(), 1);
    }

    void protocolsAndCiphersAreOffered()
    {
        TlsOrigin origin({m_server});
        origin.answerWith([](TlsOriginPeer &peer) { return response(peer.protocol() + ' ' + peer.cipher()); });
        EngineFixture engine;
        QVERIFY(engine
                    .proxyTo(origin.url(), "proxy_ssl_protocols TLSv1.2; proxy_ssl_ciphers "
                                           "ECDHE-ECDSA-CHACHA20-POLY1305:!aNULL;")
                    .applied);
        RawClient client(engine.port());
        QCOMPARE(client.ask(request("GET /")).body, "TLSv1.2 ECDHE-ECDSA-CHACHA20-POLY1305");
        EngineFixture commanded;
        QVERIFY(commanded.proxyTo(origin.url(), "proxy_ssl_conf_command Ciphersuites TLS_CHACHA20_POLY1305_SHA256;")
                    .applied);
        RawClient second(commanded.port());
        QCOMPARE(second.ask(request("GET /")).body, "TLSv1.3 TLS_CHACHA20_POLY1305_SHA256");
    }

    void largeBodiesPassBothWays()
    {
        const QByteArray body = chunkOf(6 * 1024 * 1024, '!');
        TlsOrigin origin({m_server});
        origin.serve([&](TlsOriginPeer &peer) {
            if (!peer.readUntil("\r\n\r\n"))
                return;
            const qsizetype head = peer.received().indexOf("\r\n\r\n") + 4;
            while (peer.received().size() < head + body.size() && peer.readSome()) {}
            const QByteArray echoed = peer.received().sliced(head);
            peer.send(response(echoed));
            peer.sendCloseNotify();
        });
        for (const QByteArray &buffering : {"on"_ba, "off"_ba}) {
            EngineFixture engine;
            QVERIFY(engine
                        .proxyTo(origin.url(), "client_max_body_size 0; proxy_request_buffering " + buffering
                                                   + "; proxy_buffering " + buffering + ';')
                        .applied);
            RawClient client(engine.port());
            const RawMessage answer =
                client.ask(request("POST /", "Content-Length: " + QByteArray::number(body.size()) + "\r\n", body));
            QCOMPARE(answer.body.size(), body.size());
            QVERIFY(answer.body == body);
        }
    }

    void aSlowClientHoldsTheBackendBack()
    {
        constexpr qint64 Total = 64 * 1024 * 1024;
        TlsOrigin origin({m_server});
        std::atomic<qint64> sent{0};
        origin.serve([&](TlsOriginPeer &peer) {
            if (!peer.readUntil("\r\n\r\n"))
                return;
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + QByteArray::number(Total) + "\r\n\r\n");
            const QByteArray block(64 * 1024, 'z');
            while (sent < Total && peer.send(block))
                sent += block.size();
        });
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url(), "proxy_buffering off; proxy_max_temp_file_size 0;").applied);
        RawClient client(engine.port(), "127.0.0.1", 4096);
        QVERIFY(client.send(request("GET /")));
        QVERIFY(client.readUntil("\r\n\r\n"));
        qint64 got = client.received().size();
        QVERIFY(sent < Total); // the kernel's buffers and ours do not hold all of it
        client.take();
        QVERIFY(client.drain([&](QByteArrayView bytes) {
            got += bytes.size();
            return got >= Total;
        }));
        QCOMPARE(sent.load(), Total);
    }

    void upgradedConnectionsPassThroughTls()
    {
        TlsOrigin origin({m_server});
        origin.serve([](TlsOriginPeer &peer) {
            peer.readUntil("\r\n\r\n");
            peer.take();
            peer.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: upgrade\r\n\r\n");
            while (peer.readSome())
                peer.send(peer.take());
            peer.sendCloseNotify();
        });
        EngineFixture engine;
        QVERIFY(engine
                    .proxyTo(origin.url(), "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; "
                                           "proxy_set_header Connection upgrade;")
                    .applied);
        RawClient client(engine.port());
        QVERIFY(client.send(request("GET /", "Upgrade: echo\r\nConnection: upgrade\r\n")));
        QVERIFY(client.readUntil("\r\n\r\n"));
        client.take();
        QVERIFY(client.send("hello"));
        QVERIFY(client.readUntil("hello"));
        client.shutdownWrite();
        QVERIFY(client.readUntilEnd());
    }

    void plainAndSecureAddressesAreApart()
    {
        // http://localhost and https://localhost are ports 80 and 443: two groups.
        EngineFixture engine;
        QVERIFY(engine
                    .applyHttp("server { listen 127.0.0.1:@port@; location /a { proxy_pass http://127.0.0.1; } "
                               "location /b { proxy_pass https://127.0.0.1; } }")
                    .applied);
        RawClient client(engine.port());
        client.ask(request("GET /a"));
        client.ask(request("GET /b"));
        QVERIFY(engine.waitForLog("upstream: \"http://127.0.0.1:80/a\""));
        QVERIFY(engine.waitForLog("upstream: \"https://127.0.0.1:443/b\""));
    }

private:
    QByteArray folder() const { return m_folder.path().toUtf8(); }

    QTemporaryDir m_folder;
    std::optional<TestAuthority> m_authority;
    CertificateFiles m_server;
    CertificateFiles m_client;
};

QTEST_GUILESS_MAIN(ProxyTlsTest)
#include "tst_proxy_tls.moc"
