// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/enginefixture.h"
#include "support/tlsorigin.h"

#include <QTemporaryDir>
#include <QTest>

#include <optional>

using namespace portlight;
using namespace portlight::testing;
using namespace Qt::StringLiterals;

namespace {

bool hasDecision(const ExchangeDetail &detail, const QString &part)
{
    return std::any_of(detail.decisions.begin(), detail.decisions.end(), [&](const Decision &decision) {
        return decision.reason.contains(part) || decision.subject.contains(part);
    });
}

} // namespace

// How backends behind TLS fail, and what is told of it.
class ProxyTlsFailuresTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_authority.emplace(folder());
        m_server = m_authority->issue("shop.test", "DNS:shop.test");
        m_client = m_authority->issue("client");
    }

    void aMissingFileOfAVariableIs500()
    {
        TlsOrigin origin({m_server});
        origin.answer(response("ok"));
        EngineFixture engine;
        QVERIFY(engine
                    .proxyTo(origin.url(), "set $who /nowhere; proxy_ssl_certificate $who.pem; "
                                           "proxy_ssl_certificate_key $who.key;")
                    .applied);
        RawClient client(engine.port());
        QCOMPARE(client.ask(request("GET /")).status(), 500);
        QVERIFY(engine.waitForLog("cannot load certificate \"/nowhere.pem\": BIO_new_file() failed (SSL: "));
    }

    void anotherPeerIsAskedAfterAFailedHandshake()
    {
        ScriptedOrigin plain;
        plain.serve([](RawPeer &peer) {
            peer.readBytes(1);
            peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
            peer.readUntilEnd();
        });
        TlsOrigin origin({m_server});
        origin.answer(response("secure"));
        EngineFixture engine;
        QVERIFY(engine
                    .proxyTo("https://backends", {}, {},
                             "upstream backends { server 127.0.0.1:" + QByteArray::number(plain.port())
                                 + "; server 127.0.0.1:" + QByteArray::number(origin.port()) + "; }")
                    .applied);
        RawClient client(engine.port());
        QCOMPARE(client.ask(request("POST /", "Content-Length: 4\r\n", "body")).body,
                 "secure"); // nothing had been sent yet
        QVERIFY(engine.waitForLog("SSL_do_handshake() failed (SSL: error:0A00010B:SSL routines::wrong version number) "
                                  "while SSL handshaking to upstream"));
    }

    void aHandshakeThatNeverEndsIs504()
    {
        ScriptedOrigin silent;
        EngineFixture engine({.capture = true});
        QVERIFY(engine.proxyTo(silent.url().replace("http:", "https:"), "proxy_connect_timeout 200ms;").applied);
        RawClient client(engine.port());
        QCOMPARE(client.ask(request("GET /")).status(), 504);
        QVERIFY(engine.waitForLog(
            "upstream timed out (110: Connection timed out) while SSL handshaking to upstream, client: "));
        QVERIFY(engine.waitForFinishedRow().failure.contains(u"did not finish the TLS handshake within 200 ms"_s));
    }

    void theCauseSaysWhatWouldHelp_data()
    {
        QTest::addColumn<QByteArray>("directives");
        QTest::addColumn<QString>("sentence");
        QTest::addColumn<QByteArray>("directive");
        QTest::newRow("unknown issuer") << "proxy_ssl_verify on; proxy_ssl_trusted_certificate @dir@/other.pem;"_ba
                                        << u"is not trusted"_s << "proxy_ssl_trusted_certificate"_ba;
        QTest::newRow("other name") << "proxy_ssl_verify on; proxy_ssl_trusted_certificate @dir@/ca.pem;"_ba
                                    << u"is not one for \"127.0.0.1\""_s << "proxy_ssl_name"_ba;
        QTest::newRow("no common protocol")
            << "proxy_ssl_protocols TLSv1.2;"_ba << u"refused the TLS handshake"_s << "proxy_ssl_protocols"_ba;
    }
    void theCauseSaysWhatWouldHelp()
    {
        QFETCH(QByteArray, directives);
        QFETCH(QString, sentence);
        QFETCH(QByteArray, directive);
        const TestAuthority other(folder(), "other");
        directives.replace("@dir@", folder());
        TlsOrigin origin({.files = m_server, .versionMin = TLS1_3_VERSION});
        origin.answer(response("ok"));
        EngineFixture engine({.capture = true});
        QVERIFY(engine.proxyTo(origin.url(), directives).applied);
        RawClient client(engine.port());
        QCOMPARE(client.ask(request("GET /")).status(), 502);
        const ExchangeSummary row = engine.waitForFinishedRow();
        QVERIFY2(row.failure.contains(sentence), qPrintable(row.failure));
        const ExchangeDetailPtr detail = engine.fetch(row.id);
        QVERIFY(detail && !detail->failures.empty());
        QCOMPARE(detail->failures.back().kind, u"tls"_s);
        QCOMPARE(detail->failures.back().directive, directive);
        QCOMPARE(detail->failures.back().phase, u"SSL handshaking to upstream"_s);
    }

    void aTlsPortThatIsAskedPlainlyIsNamed()
    {
        ScriptedOrigin alerting; // as OpenSSL's own server does
        alerting.serve([](RawPeer &peer) {
            peer.readMessage();
            peer.send(QByteArray::fromHex("15030100020246"));
        });
        EngineFixture engine({.capture = true});
        QVERIFY(engine.proxyTo(alerting.url()).applied);
        RawClient client(engine.port());
        QCOMPARE(client.ask(request("GET /")).status(), 502);
        QVERIFY(engine.waitForFinishedRow().failure.contains(u"speaks TLS, not plain HTTP/1"_s));
        ScriptedOrigin talking; // as nginx does
        talking.answer(response("The plain HTTP request was sent to HTTPS port", {}, "400 Bad Request"));
        EngineFixture second({.capture = true});
        QVERIFY(second.proxyTo(talking.url()).applied);
        RawClient other(second.port());
        QCOMPARE(other.ask(request("GET /")).status(), 400);
        const ExchangeDetailPtr detail = second.fetch(second.waitForFinishedRow().id);
        QVERIFY(detail && hasDecision(*detail, u"write https:// in proxy_pass"_s));
    }

    void truncationIsSeenAsFarAsItCanBe_data()
    {
        QTest::addColumn<QByteArray>("head");
        QTest::addColumn<int>("way"); // 0: close_notify, 1: none, 2: reset
        QTest::addColumn<bool>("complete");
        const QByteArray plain = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
        const QByteArray length = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n";
        QTest::newRow("until the end, close_notify") << plain << 0 << true;
        QTest::newRow("until the end, none") << plain << 1 << true; // as nginx takes it
        QTest::newRow("until the end, reset") << plain << 2 << false;
        QTest::newRow("length, close_notify") << length << 0 << false;
        QTest::newRow("length, none") << length << 1 << false;
    }
    void truncationIsSeenAsFarAsItCanBe()
    {
        QFETCH(QByteArray, head);
        QFETCH(int, way);
        QFETCH(bool, complete);
        TlsOrigin origin({m_server});
        std::atomic<bool> goOn{false};
        origin.serve([&](TlsOriginPeer &peer) {
            peer.readUntil("\r\n\r\n");
            peer.send(head + "partial");
            while (!goOn)
                std::this_thread::yield();
            if (way == 0)
                peer.sendCloseNotify();
            if (way == 2)
                peer.raw().reset();
        });
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url(), "proxy_buffering off;").applied);
        RawClient client(engine.port());
        QVERIFY(client.send(request("GET /")));
        QVERIFY(client.readUntil("partial"));
        goOn = true;
        const RawMessage answer = client.readMessage();
        QCOMPARE(answer.complete, complete);
        if (!complete)
            QVERIFY(engine.waitForLog(way == 2
                                          ? "SSL_read() failed (104: Connection reset by peer) while reading upstream"
                                          : "upstream prematurely closed connection while reading upstream"));
    }

    void badSettingsAreRefusedWhereTheyStand()
    {
        EngineFixture engine;
        const ApplyOutcome outcome =
            engine.proxyTo("https://127.0.0.1:1", "proxy_ssl_verify on;\nproxy_ssl_trusted_certificate none.pem;");
        QVERIFY(!outcome.applied);
        QCOMPARE(outcome.diagnostics.size(), 1);
        QVERIFY(outcome.diagnostics[0].message.contains(u"none.pem\": BIO_new_file() failed (SSL: "_s));
        QVERIFY(outcome.diagnostics[0].where.line > 0);
        QVERIFY(!engine.proxyTo("https://127.0.0.1:1", "proxy_ssl_verify on;").applied);
        QVERIFY(!engine.proxyTo("https://127.0.0.1:1", "proxy_ssl_certificate " + m_client.certificate + ';').applied);
        QVERIFY(engine.proxyTo("http://127.0.0.1:1", "proxy_ssl_verify on;").applied); // not used
    }

private:
    QByteArray folder() const { return m_folder.path().toUtf8(); }

    QTemporaryDir m_folder;
    std::optional<TestAuthority> m_authority;
    CertificateFiles m_server;
    CertificateFiles m_client;
};

QTEST_GUILESS_MAIN(ProxyTlsFailuresTest)
#include "tst_proxy_tlsfailures.moc"
