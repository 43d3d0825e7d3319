// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/enginefixture.h"
#include "support/tlsorigin.h"

#include <QTest>

#include <optional>

using namespace portlight;
using namespace portlight::testing;

// Checks of backends that speak TLS.
class HealthTlsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_authority.emplace(m_directory.path().toUtf8());
        m_server = m_authority->issue("shop.test", "DNS:shop.test");
    }

    void checksGoThroughTls()
    {
        std::atomic<bool> good{true};
        TlsOrigin origin({m_server});
        origin.answerWith([&](TlsOriginPeer &) { return good ? response("x") : response({}, {}, "503 Busy"); });
        EngineFixture engine;
        QVERIFY(apply(engine, origin, "interval=20ms"));
        QVERIFY(waitUntil([&] { return origin.handshakes() > 2; }));
        QVERIFY(origin.resumed() > 0);
        good = false;
        QVERIFY(engine.waitForLog("peer is unhealthy while checking status code"));
    }

    void theHandshakeOfAConnectionThatIsKeptIsTheOnlyOne()
    {
        std::atomic<int> requests{0};
        TlsOrigin origin({m_server});
        origin.answerWith([&](TlsOriginPeer &) {
            ++requests;
            return response("x");
        });
        EngineFixture engine;
        QVERIFY(apply(engine, origin, "interval=20ms keepalive_time=1h"));
        QVERIFY(waitUntil([&] { return requests > 3; }));
        QCOMPARE(origin.connections(), 1);
    }

    void aCertificateThatIsNotTrustedIsUnhealthy()
    {
        TlsOrigin origin({m_server});
        origin.answer(response("x"));
        EngineFixture engine;
        const QByteArray other = TestAuthority(m_directory.path().toUtf8(), "other").certificate();
        QVERIFY(apply(engine, origin, "interval=20ms",
                      "proxy_ssl_verify on; proxy_ssl_name shop.test; proxy_ssl_trusted_certificate " + other + ";"));
        QVERIFY(engine.waitForLog("upstream SSL certificate verify error: "));
        QVERIFY(engine.waitForLog("peer is unhealthy while SSL handshaking to upstream, health check \"\""));
    }

    void theNameIsProven()
    {
        TlsOrigin origin({m_server});
        std::mutex mutex;
        QByteArray seen;
        origin.answerWith([&](TlsOriginPeer &peer) {
            const std::lock_guard lock(mutex);
            seen = peer.serverName();
            return response("x");
        });
        EngineFixture engine;
        QVERIFY(apply(engine, origin, "interval=20ms mandatory",
                      "proxy_ssl_verify on; proxy_ssl_server_name on; proxy_ssl_name $server_name; "
                      "proxy_ssl_trusted_certificate "
                          + m_authority->certificate() + ";"));
        QVERIFY(engine.waitForLog("peer is healthy while checking status code"));
        const std::lock_guard lock(mutex);
        QCOMPARE(seen, "shop.test");
    }

    void aPeerThatSpeaksPlainHttpIsUnhealthy()
    {
        ScriptedOrigin origin;
        origin.answer(response("x"));
        EngineFixture engine;
        QVERIFY(engine
                    .applyHttp("upstream app { zone app 64k; server 127.0.0.1:" + QByteArray::number(origin.port())
                               + "; } server { listen 127.0.0.1:@port@; location / { proxy_pass https://app; "
                                 "proxy_connect_timeout 100ms; health_check interval=20ms; } }")
                    .applied);
        QVERIFY(engine.waitForLog("peer is unhealthy while SSL handshaking to upstream"));
    }

private:
    static bool apply(EngineFixture &engine, const TlsOrigin &origin, const QByteArray &parameters,
                      const QByteArray &locationLines = {})
    {
        return engine
            .applyHttp("upstream app { zone app 64k; server 127.0.0.1:" + QByteArray::number(origin.port())
                       + "; } server { listen 127.0.0.1:@port@; server_name shop.test; location / { proxy_pass "
                         "https://app; health_check uri=/health "
                       + parameters + "; " + locationLines + " } }")
            .applied;
    }

    QTemporaryDir m_directory;
    std::optional<TestAuthority> m_authority;
    CertificateFiles m_server;
};

QTEST_GUILESS_MAIN(HealthTlsTest)
#include "tst_health_tls.moc"
