// SPDX-License-Identifier: GPL-3.0-or-later
#include "component/tlsclient.h"
#include "support/tlsorigin.h"

#include <QTemporaryDir>

using namespace portlight;
using namespace portlight::test;
using namespace portlight::testing;
using namespace Qt::StringLiterals;

// Who proves what to whom, and what is remembered of it.
class TestNetTlsVerify : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_authority.emplace(folder());
        m_server = m_authority->issue("shop.test", "DNS:shop.test,DNS:*.wild.test");
    }

    void aServerNameIsSentOnlyWhenAsked()
    {
        TlsOrigin origin({m_server});
        origin.answerWith([](TlsOriginPeer &peer) { return '[' + peer.serverName() + ']'; });
        for (const auto sharing : {SharedSslContext::Sharing::WherePossible, SharedSslContext::Sharing::Never}) {
            inEpollLoop([&](EngineLoop &loop) {
                TlsClient unnamed(loop, {sharedContext(tlsDefaults(), sharing), "shop.test"});
                QVERIFY(unnamed.dial(origin.port()));
                writeTo(*unnamed.stream, "\r\n\r\n");
                QCOMPARE(unnamed.readAll(2), "[]");
                TlsClient named(loop, {sharedContext(tlsDefaults(), sharing), "shop.test", "shop.test"});
                QVERIFY(named.dial(origin.port()));
                writeTo(*named.stream, "\r\n\r\n");
                QCOMPARE(named.readAll(11), "[shop.test]");
            });
        }
    }

    void sessionsAreResumed_data()
    {
        QTest::addColumn<int>("version");
        QTest::addColumn<bool>("isShared");
        QTest::newRow("1.3") << TLS1_3_VERSION << true;
        QTest::newRow("1.2") << TLS1_2_VERSION << true;
        QTest::newRow("1.3 the public way") << TLS1_3_VERSION << false;
        QTest::newRow("1.2 the public way") << TLS1_2_VERSION << false;
    }
    void sessionsAreResumed()
    {
        QFETCH(int, version);
        QFETCH(bool, isShared);
        TlsOrigin origin({.files = m_server, .versionMax = version});
        origin.answer("x");
        inEpollLoop([&](EngineLoop &loop) {
            TlsClientSettings settings = tlsDefaults();
            settings.verify = true; // a resumed one has no chain, and is as good as the first
            settings.trustedCertificate = {m_authority->certificate(), {}};
            const auto context = sharedContext(settings, isShared ? SharedSslContext::Sharing::WherePossible
                                                                  : SharedSslContext::Sharing::Never);
            for (int i = 0; i < 3; ++i) {
                TlsClient client(loop, {context, "shop.test", {}, "one"});
                QVERIFY(client.dial(origin.port()));
                QVERIFY2(client.established, client.failure ? client.failure->text.constData() : "");
                writeTo(*client.stream, "\r\n\r\n");
                QCOMPARE(client.readAll(1), "x");
                QCOMPARE(client.stream->summary().resumed, i > 0);
            }
            QCOMPARE(context->sessionCount(), 1);
            TlsClient other(loop, {context, "shop.test", {}, "another"});
            QVERIFY(other.dial(origin.port()));
            QVERIFY(!other.stream->summary().resumed);
        });
        QCOMPARE(origin.resumed(), 2);
    }

    void withoutReuseNothingIsResumed()
    {
        TlsOrigin origin({m_server});
        origin.answer("x");
        inEpollLoop([&](EngineLoop &loop) {
            TlsClientSettings settings = tlsDefaults();
            settings.sessionReuse = false;
            const auto context = sharedContext(settings);
            for (int i = 0; i < 2; ++i) {
                TlsClient client(loop, {context, {}, {}, "one"});
                QVERIFY(client.dial(origin.port()));
                writeTo(*client.stream, "\r\n\r\n");
                QCOMPARE(client.readAll(1), "x");
            }
            QCOMPARE(context->sessionCount(), 0);
        });
        QCOMPARE(origin.handshakes(), 2);
        QCOMPARE(origin.resumed(), 0);
    }

    void certificatesAreVerified_data()
    {
        QTest::addColumn<QByteArray>("certificate");
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<QByteArray>("problem");
        QTest::newRow("good") << "server"_ba
                              << "shop.test"_ba
                              << ""_ba;
        QTest::newRow("wildcard") << "server"_ba
                                  << "a.wild.test"_ba
                                  << ""_ba;
        QTest::newRow("wildcard covers one label") << "server"_ba
                                                   << "a.b.wild.test"_ba
                                                   << "upstream SSL certificate does not match \"a.b.wild.test\""_ba;
        QTest::newRow("other name") << "server"_ba
                                    << "other.test"_ba
                                    << "upstream SSL certificate does not match \"other.test\""_ba;
        QTest::newRow("no name") << "server"_ba
                                 << ""_ba
                                 << "upstream SSL certificate does not match \"\""_ba;
        QTest::newRow("self-signed") << "self"_ba
                                     << "self.test"_ba
                                     << "upstream SSL certificate verify error: (18:self-signed certificate)"_ba;
        QTest::newRow("unknown issuer")
            << "stranger"_ba
            << "shop.test"_ba
            << "upstream SSL certificate verify error: (21:unable to verify the first certificate)"_ba;
        QTest::newRow("too deep")
            << "deep"_ba
            << "deep.test"_ba
            << "upstream SSL certificate verify error: (20:unable to get local issuer certificate)"_ba;
        QTest::newRow("revoked") << "revoked"_ba
                                 << "gone.test"_ba
                                 << "upstream SSL certificate verify error: (23:certificate revoked)"_ba;
    }
    void certificatesAreVerified()
    {
        QFETCH(QByteArray, certificate);
        QFETCH(QByteArray, name);
        QFETCH(QByteArray, problem);
        for (const auto sharing : {SharedSslContext::Sharing::WherePossible, SharedSslContext::Sharing::Never}) {
            TlsClientSettings settings = tlsDefaults();
            settings.verify = true;
            settings.trustedCertificate.path = m_authority->certificate();
            TlsOrigin origin({filesFor(certificate, settings)});
            origin.answer("x");
            inEpollLoop([&](EngineLoop &loop) {
                TlsClient client(loop, {sharedContext(settings, sharing), name});
                QVERIFY(client.dial(origin.port()));
                QCOMPARE(client.failure ? client.failure->text : ""_ba, problem);
                QCOMPARE(client.established, problem.isEmpty());
            });
        }
    }

    void aCertificateIsShownWhereOneIsAsked()
    {
        const CertificateFiles files = m_authority->issue("client");
        for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
            for (const auto sharing : {SharedSslContext::Sharing::WherePossible, SharedSslContext::Sharing::Never}) {
                TlsOrigin origin({.files = m_server, .clientCa = m_authority->certificate(), .versionMax = version});
                origin.answerWith([](TlsOriginPeer &peer) { return peer.clientSubject(); });
                inEpollLoop([&](EngineLoop &loop) {
                    TlsClientSettings settings = tlsDefaults();
                    settings.certificate.path = files.certificate;
                    settings.certificateKey.path = files.key;
                    TlsClient client(loop, {sharedContext(settings, sharing)});
                    QVERIFY(client.dial(origin.port()));
                    QVERIFY2(client.established, client.failure ? client.failure->text.constData() : "");
                    writeTo(*client.stream, "\r\n\r\n");
                    QCOMPARE(client.readAll(10), "/CN=client");
                });
            }
        }
    }

    void aCertificateMayBelongToOneConnection()
    {
        const CertificateFiles files = m_authority->issue("single");
        TlsOrigin origin({.files = m_server, .clientCa = m_authority->certificate()});
        origin.answerWith([](TlsOriginPeer &peer) { return peer.clientSubject(); });
        inEpollLoop([&](EngineLoop &loop) {
            auto certificate = loadTlsCertificate(files.certificate);
            auto key = loadTlsKey(files.key, {});
            QVERIFY(certificate.ok() && key.ok());
            certificate->key = std::move(*key);
            TlsPeer peer{sharedContext(tlsDefaults())};
            peer.certificate = std::make_shared<TlsCertificate>(std::move(*certificate));
            TlsClient client(loop, peer);
            QVERIFY(client.dial(origin.port()));
            writeTo(*client.stream, "\r\n\r\n");
            QCOMPARE(client.readAll(10), "/CN=single");
        });
    }

    void aRefusedCertificateIsToldWithItsAlert()
    {
        TlsOrigin origin({.files = m_server, .clientCa = m_authority->certificate(), .versionMin = TLS1_3_VERSION});
        origin.answer("x");
        inEpollLoop([&](EngineLoop &loop) {
            TlsClient client(loop, {sharedContext(tlsDefaults())});
            QVERIFY(client.dial(origin.port()));
            QVERIFY(client.established); // for TLS 1.3 the client is through before the server has judged
            client.readAll();
            QCOMPARE(client.last.status, IoResult::Status::Failed);
            QCOMPARE(client.stream->problem(), "SSL_read() failed (SSL: error:0A00045C:SSL routines::tlsv13 alert "
                                               "certificate required:SSL alert number 116)");
        });
    }

private:
    QByteArray folder() const { return m_folder.path().toUtf8(); }

    CertificateFiles filesFor(const QByteArray &kind, TlsClientSettings &settings)
    {
        if (kind == "server")
            return m_server;
        if (kind == "self")
            return TestAuthority::selfSigned(folder(), "self.test");
        if (kind == "stranger")
            return TestAuthority(folder(), "stranger").issue("shop.test");
        if (kind == "deep") {
            TestAuthority first = m_authority->below("first");
            TestAuthority second = first.below("second");
            CertificateFiles leaf = second.issue("deep.test");
            leaf.certificate = joinFiles(joinFiles(leaf.certificate, second.certificate(), folder() + "/two.pem"),
                                         first.certificate(), folder() + "/three.pem");
            return leaf;
        }
        const CertificateFiles revoked = m_authority->issue("gone.test");
        m_authority->revoke(revoked);
        settings.revocations.path = m_authority->revocations();
        return revoked;
    }

    QTemporaryDir m_folder;
    std::optional<TestAuthority> m_authority;
    CertificateFiles m_server;
};

QTEST_GUILESS_MAIN(TestNetTlsVerify)
#include "tst_net_tlsverify.moc"
