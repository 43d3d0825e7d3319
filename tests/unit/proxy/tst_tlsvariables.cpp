// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/tlsvariables.h"
#include "support/testauthority.h"
#include "support/tlsdialogue.h"

#include <QTemporaryDir>
#include <QTest>

#include <optional>

using namespace portlight;
using namespace portlight::testing;

// What cannot be compared with an older nginx, or differs from connection to connection; the rest is a parity test.
class TestTlsVariables : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        TestAuthority authority(m_folder.path().toUtf8());
        const CertificateFiles files = authority.issue("a.test");
        TlsServerSettings settings;
        settings.protocols = quint8(TlsProtocol::Tls12) | quint8(TlsProtocol::Tls13);
        settings.ciphers = "HIGH:!aNULL:!MD5";
        settings.certificates = {{{files.certificate, {}}, {files.key, {}}}};
        const auto context = TlsServerContext::create(settings, nullptr);
        QVERIFY(context);
        m_server = serverContextOf(**context);
    }

    void withoutTlsNothingHasAValue()
    {
        WireBuffer out;
        for (quint16 i = 0; i <= *tlsVariableIndex("ssl_sigalgs"); ++i)
            QVERIFY(!appendTlsVariable(i, nullptr, out));
        QVERIFY(out.isEmpty());
    }

    void othersAreNotOfTls()
    {
        QVERIFY(!tlsVariableIndex("ssl_nosuch"));
        QVERIFY(!tlsVariableIndex("ssl_"));
        QVERIFY(!tlsVariableIndex("host"));
    }

    void clientsSignaturesAreTheirCodes()
    {
        TlsDialogue dialogue(m_server.get(), {.signatures = "ECDSA+SHA256:RSA-PSS+SHA256:ed25519"});
        QVERIFY(dialogue.ok());
        QCOMPARE(value("ssl_sigalgs", dialogue), std::optional<QByteArray>("0x0403:0x0804:0x0807"));
    }

    void sessionsHaveAnId()
    {
        TlsDialogue first(m_server.get(), {.protocol = TLS1_2_VERSION});
        QVERIFY(first.ok());
        QCOMPARE(value("ssl_session_reused", first), std::optional<QByteArray>("."));
        const TlsSessionHandle session = first.session();
        TlsDialogue second(m_server.get(), {.protocol = TLS1_2_VERSION, .session = session.get()});
        QCOMPARE(value("ssl_session_reused", second), std::optional<QByteArray>("r"));
        unsigned int size = 0;
        const unsigned char *const id = SSL_SESSION_get_id(SSL_get_session(second.server()), &size);
        QVERIFY(size > 0);
        QCOMPARE(value("ssl_session_id", second),
                 std::optional<QByteArray>(QByteArray(reinterpret_cast<const char *>(id), int(size)).toHex()));
    }

    void ciphersAndCurvesAreTheClients()
    {
        TlsDialogue dialogue(
            m_server.get(),
            {.protocol = TLS1_2_VERSION, .ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256", .groups = "X25519:P-256"});
        QVERIFY(dialogue.ok());
        QCOMPARE(value("ssl_ciphers", dialogue),
                 std::optional<QByteArray>("ECDHE-ECDSA-AES128-GCM-SHA256:TLS_EMPTY_RENEGOTIATION_INFO_SCSV"));
        QCOMPARE(value("ssl_curves", dialogue), std::optional<QByteArray>("X25519:prime256v1"));
        QCOMPARE(value("ssl_curve", dialogue), std::optional<QByteArray>("X25519"));
    }

    void whatIsEmptyIsNotFound()
    {
        TlsDialogue dialogue(m_server.get(), {});
        for (const char *name : {"ssl_server_name", "ssl_alpn_protocol", "ssl_early_data", "ssl_client_s_dn",
                                 "ssl_client_cert", "ssl_client_fingerprint", "ssl_client_v_remain"})
            QVERIFY2(!value(name, dialogue), name);
        QCOMPARE(value("ssl_client_verify", dialogue), std::optional<QByteArray>("NONE"));
    }

private:
    static std::optional<QByteArray> value(const char *name, const TlsDialogue &dialogue)
    {
        WireBuffer out;
        const auto index = tlsVariableIndex(name);
        if (!index || !appendTlsVariable(*index, dialogue.server(), out))
            return std::nullopt;
        return out.view().toByteArray();
    }

    QTemporaryDir m_folder;
    TlsContextHandle m_server;
};

QTEST_GUILESS_MAIN(TestTlsVariables)
#include "tst_tlsvariables.moc"
