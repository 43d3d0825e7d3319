// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/parser.h"
#include "net/tlsservercontext.h"
#include "proxy/compile.h"
#include "support/testauthority.h"
#include "support/tlsdialogue.h"

#include <openssl/x509v3.h>

#include <QTemporaryDir>
#include <QTest>

#include <optional>

using namespace portlight;
using namespace portlight::testing;
using namespace Qt::StringLiterals;

namespace {

// Signs, or refuses, whatever it is asked for.
class FakeAuthority final : public LocalCertificates
{
public:
    explicit FakeAuthority(TestAuthority &authority)
        : m_authority(authority)
    {}

    Result<std::shared_ptr<const TlsCertificate>> certificateFor(const QByteArrayList &names) override
    {
        asked.append(names.join(' '));
        if (locked)
            return Error{ErrorCode::AuthorityLocked, u"the local authority is locked"_s, {}, u"unlock it"_s};
        const CertificateFiles files = m_authority.issue("local", "DNS:" + names.join(",DNS:"));
        auto loaded = loadTlsCertificate(files.certificate);
        auto key = loadTlsKey(files.key, {});
        if (!loaded || !key)
            qFatal("the certificate cannot be read");
        loaded->key = std::move(*key);
        return std::shared_ptr<const TlsCertificate>(std::make_shared<TlsCertificate>(std::move(*loaded)));
    }

    QByteArrayList suffixes() const override { return signs; }

    QByteArrayList asked;
    QByteArrayList signs; // none: it signs everything
    bool locked = false;

private:
    TestAuthority &m_authority;
};

// But for notes.
QByteArray said(const CompileOutcome &outcome, const QByteArray &folder)
{
    QByteArray all;
    for (const Diagnostic &finding : outcome.diagnostics) {
        if (finding.severity != Severity::Note)
            all += finding.toString().toUtf8().replace(folder, "@dir@") + '\n';
    }
    return all;
}

} // namespace

class TestCompileServerTls : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_authority.emplace(folder());
        m_a = m_authority->issue("a.test");
        m_b = m_authority->issue("b.test");
    }

    void serversThatInheritTheSameShareIt()
    {
        const CompileOutcome outcome =
            compile(certificate(m_a)
                    + "server { listen 127.0.0.1:1 ssl; } server { listen 127.0.0.1:2 ssl; }"
                      "server { listen 127.0.0.1:3 ssl; ssl_session_tickets off; } server { listen 127.0.0.1:4; }");
        QCOMPARE(said(outcome, folder()), QByteArray());
        const auto &servers = outcome.config->servers;
        QVERIFY(servers[0]->tls);
        QCOMPARE(servers[0]->tls, servers[1]->tls);
        QVERIFY(servers[2]->tls && servers[2]->tls != servers[0]->tls);
        QVERIFY(!servers[2]->tls->settings().sessionTickets);
        QVERIFY(outcome.config->listeners[0].tls);
        QCOMPARE(outcome.diagnostics.size(), 1); // a note about the one file
        QVERIFY(!outcome.config->listeners[3].tls);
    }

    void aServerWithoutACertificateHasNone()
    {
        const CompileOutcome outcome = compile("server { listen 127.0.0.1:1; }");
        QVERIFY(!outcome.config->servers[0]->tls);
    }

    void defaultsFollowTheVersion()
    {
        const QByteArray text = "server { listen 127.0.0.1:1 ssl; " + certificate(m_a) + "}";
        const CompileOutcome current = compile(text);
        const TlsServerSettings &now = current.config->servers[0]->tls->settings();
        QCOMPARE(int(now.protocols), int(TlsProtocol::Tls12) | int(TlsProtocol::Tls13));
        QCOMPARE(now.ciphers, "HIGH:!aNULL:!MD5");
        QCOMPARE(now.sessionTimeout, std::chrono::seconds(300));
        QCOMPARE(now.verifyDepth, 1);
        QVERIFY(now.sessionTickets && !now.preferServerCiphers && !now.loadsAsOld);
        const CompileOutcome older = compile(text, {}, {1, 22, 1});
        const TlsServerSettings &then = older.config->servers[0]->tls->settings();
        QCOMPARE(int(then.protocols), int(TlsProtocol::Tls1) | int(TlsProtocol::Tls11) | int(TlsProtocol::Tls12));
        QVERIFY(then.loadsAsOld);
    }

    void sessionCachesAreOneEach_data()
    {
        using Kind = TlsSessionCache::Kind;
        QTest::addColumn<QByteArray>("http");
        QTest::addColumn<QByteArray>("server");
        QTest::addColumn<Kind>("kind");
        QTest::addColumn<int>("sessions");
        const auto row = [](const char *name, const char *http, const char *server, Kind kind, int sessions) {
            QTest::newRow(name) << QByteArray(http) << QByteArray(server) << kind << sessions;
        };
        row("default", "", "", Kind::None, 0);
        row("off", "", "ssl_session_cache off;", Kind::Off, 0);
        row("builtin", "", "ssl_session_cache builtin;", Kind::Kept, 20480);
        row("sized", "", "ssl_session_cache builtin:7;", Kind::Kept, 7);
        row("without a bound", "", "ssl_session_cache builtin:0;", Kind::Kept, 1'000'000);
        row("shared", "", "ssl_session_cache shared:a:1m;", Kind::Kept, 4096);
        row("the largest", "", "ssl_session_cache shared:a:244m;", Kind::Kept, 999'424);
        row("one past it", "", "ssl_session_cache shared:a:245m;", Kind::Kept, 1'000'000);
        row("both", "", "ssl_session_cache builtin:7 shared:a:1m;", Kind::Kept, 4096);
        row("inherited", "ssl_session_cache shared:a:1m;", "", Kind::Kept, 4096);
        row("replaced", "ssl_session_cache shared:a:1m;", "ssl_session_cache none;", Kind::None, 0);
        row("zone behind none", "ssl_session_cache none;", "ssl_session_cache shared:a:1m;", Kind::Kept, 4096);
        row("none and zone at one level", "", "ssl_session_cache none; ssl_session_cache shared:a:1m;", Kind::None, 0);
    }

    void sessionCachesAreOneEach()
    {
        QFETCH(QByteArray, http);
        QFETCH(QByteArray, server);
        const CompileOutcome outcome =
            compile(http + "server { listen 127.0.0.1:1 ssl; " + server + certificate(m_a) + "}");
        const TlsSessionCache &cache = outcome.config->servers[0]->tls->settings().sessionCache;
        QTEST(cache.kind, "kind");
        QTEST(cache.sessionsMax, "sessions");
    }

    void namesThatTheCertificateIsNotForAreTold()
    {
        const QByteArray names = "server { listen 127.0.0.1:1 ssl; server_name a.test b.test ~^x _; ";
        QCOMPARE(said(compile(names + certificate(m_a) + "}"), folder()),
                 "t.conf:2:1: warning: the certificate \"@dir@/ca-a.test.pem\" is not for \"b.test\": browsers will "
                 "refuse it there; it stands for: a.test\n");
        QCOMPARE(said(compile(names + certificate(m_a) + certificate(m_b) + "}"), folder()), QByteArray());
    }

    void aChainOutOfOrderIsSentInOrder()
    {
        TestAuthority middle = m_authority->below("middle");
        TestAuthority lower = middle.below("lower");
        const CertificateFiles leaf = lower.issue("deep");
        const QByteArray chain = folder() + "/mixed.pem";
        joinFiles(leaf.certificate, middle.certificate(), folder() + "/half.pem");
        joinFiles(folder() + "/half.pem", lower.certificate(), chain);
        const CompileOutcome outcome =
            compile("server { listen 127.0.0.1:1 ssl; " + certificate({chain, leaf.key}) + "}");
        QVERIFY2(outcome.config, said(outcome, folder()).constData());
        QVERIFY(!outcome.diagnostics.isEmpty());
        const TlsCertificate *const sent = outcome.config->servers[0]->tls->certificates().front();
        QCOMPARE(sent->chain.size(), size_t(2));
        QCOMPARE(X509_check_issued(sent->chain[0].get(), sent->leaf.get()), X509_V_OK);
        QCOMPARE(X509_check_issued(sent->chain[1].get(), sent->chain[0].get()), X509_V_OK);
    }

    void aWrongKeyIsToldInNginxWordsAndOurs()
    {
        const CompileOutcome outcome =
            compile("server { listen 127.0.0.1:1 ssl; " + certificate({m_a.certificate, m_b.key}) + "}");
        QVERIFY(!outcome.config);
        QVERIFY(outcome.diagnostics[0].message.startsWith(u"SSL_CTX_use_PrivateKey("_s));
        QVERIFY(!outcome.diagnostics[0].hint.isEmpty());
    }

    void theFilesThatWereReadAreKnown()
    {
        const CompileOutcome outcome =
            compile("server { listen 127.0.0.1:1 ssl; ssl_verify_client on; ssl_client_certificate "
                    + m_authority->certificate() + "; " + certificate(m_a) + "} server { listen 127.0.0.1:2 ssl; "
                    + certificate(m_a) + "}");
        QCOMPARE(outcome.config->tlsFiles, (QByteArrayList{m_a.certificate, m_a.key, m_authority->certificate()}));
    }

    // An overlay puts a local name beside the one of production.
    void namesThatItMayNotSignAreLeftOut()
    {
        const auto local = std::make_shared<FakeAuthority>(*m_authority);
        local->signs = {"localhost", "test"};
        compile(
            "portlight_local_certificate on; server { listen 127.0.0.1:1 ssl; server_name a.com A.localhost *.b.com "
            "*.b.test 127.0.0.1; } server { listen 127.0.0.1:1 ssl; server_name c.com; }",
            local);
        QCOMPARE(local->asked, (QByteArrayList{"a.localhost *.b.test 127.0.0.1", "c.com"}));
    }

    void theLocalAuthorityIsAskedForLiteralNames()
    {
        const auto local = std::make_shared<FakeAuthority>(*m_authority);
        const CompileOutcome outcome = compile(
            "portlight_local_certificate on; server { listen 127.0.0.1:1 ssl; server_name c.test *.d.test .e.test "
            "f.* ~^g$ _ \"\"; } server { listen 127.0.0.1:2; server_name h.test; }",
            local);
        QCOMPARE(said(outcome, folder()), QByteArray());
        QCOMPARE(local->asked, QByteArrayList{"c.test *.d.test e.test *.e.test"});
        QVERIFY(outcome.config->servers[0]->tls->hasCertificate());
        const auto server = serverContextOf(*outcome.config->servers[0]->tls);
        QVERIFY(TlsDialogue(server.get(), {.serverName = "c.test"}).ok());
        QVERIFY(!outcome.config->servers[1]->tls);
    }

    void wildcardsThatBrowsersRefuseAreRemarked()
    {
        const auto local = std::make_shared<FakeAuthority>(*m_authority);
        const CompileOutcome outcome = compile(
            "portlight_local_certificate on; server { listen 127.0.0.1:1 ssl; server_name *.test *.d.test; }", local);
        QVERIFY(said(outcome, folder())
                    .contains("browsers do not accept \"*.test\" from any certificate, for it stands right below a "
                              "top-level name: list the names one by one"));
        QCOMPARE(outcome.diagnostics.size(), 1);
        QVERIFY(outcome.config->servers[0]->tls->hasCertificate());
    }

    void withoutTheAuthorityHandshakesAreRefused_data()
    {
        QTest::addColumn<bool>("there");
        QTest::addColumn<QByteArray>("names");
        QTest::addColumn<QByteArray>("warning");
        QTest::newRow("none") << false << QByteArray("server_name c.test;")
                              << QByteArray(
                                     "no local certificate for \"c.test\", its TLS handshakes are refused: there "
                                     "is no local authority; \"portlightctl ca init\" makes one");
        QTest::newRow("locked") << true << QByteArray("server_name c.test;")
                                << QByteArray(
                                       "no local certificate for \"c.test\", its TLS handshakes are refused: the "
                                       "local authority is locked; unlock it");
        QTest::newRow("no name") << true << QByteArray()
                                 << QByteArray("no local certificate for \"\", its TLS handshakes are refused: this "
                                               "server has no name that a certificate can be for; give it one");
    }

    void withoutTheAuthorityHandshakesAreRefused()
    {
        QFETCH(bool, there);
        QFETCH(QByteArray, names);
        QFETCH(QByteArray, warning);
        const auto local = std::make_shared<FakeAuthority>(*m_authority);
        local->locked = true;
        const CompileOutcome outcome =
            compile("server { listen 127.0.0.1:1 ssl; portlight_local_certificate on; " + names + " }",
                    there ? local : nullptr);
        QCOMPARE(said(outcome, folder()), "t.conf:2:34: warning: " + warning + '\n');
        const auto server = serverContextOf(*outcome.config->servers[0]->tls);
        QCOMPARE(TlsDialogue(server.get(), {.serverName = "c.test"}).alert(), "unrecognized name");
    }

    void theLocalCertificateTakesThePlaceOfOthers()
    {
        const auto local = std::make_shared<FakeAuthority>(*m_authority);
        const CompileOutcome outcome =
            compile("server { listen 127.0.0.1:1 ssl; server_name c.test; portlight_local_certificate on; "
                    "ssl_certificate /none.pem; }",
                    local);
        QCOMPARE(said(outcome, folder()), QByteArray());
        QVERIFY(outcome.config->servers[0]->tls->hasCertificate());
    }

    void certificatesMayBeNamedByTheServerAskedFor()
    {
        const CompileOutcome outcome =
            compile("server { listen 127.0.0.1:1 ssl; ssl_certificate " + folder()
                    + "/ca-$ssl_server_name.pem; ssl_certificate_key " + folder() + "/ca-$ssl_server_name.key; }");
        QCOMPARE(said(outcome, folder()), QByteArray());
        const auto server = serverContextOf(*outcome.config->servers[0]->tls);
        for (const char *name : {"a.test", "b.test"}) {
            TlsDialogue dialogue(server.get(), {.serverName = name});
            QVERIFY2(dialogue.ok(), dialogue.serverError().constData());
            const CertificateHandle leaf(SSL_get1_peer_certificate(dialogue.client()));
            QCOMPARE(X509_check_host(leaf.get(), name, 0, 0, nullptr), 1);
        }
        QVERIFY(!TlsDialogue(server.get(), {.serverName = "c.test"}).ok());
        QVERIFY(!TlsDialogue(server.get(), {.serverName = "../../a.test"}).ok());
    }

    void aVariableOfTheRequestIsNoCertificatesName()
    {
        const CompileOutcome outcome =
            compile("server { listen 127.0.0.1:1 ssl; ssl_certificate /$host.pem; ssl_certificate_key /$host.key; }");
        QCOMPARE(said(outcome, folder()),
                 "t.conf:2:34: warning: the name of a certificate can have variables of TLS alone, such as "
                 "$ssl_server_name: \"/$host.pem\" is not run, handshakes are refused\n");
        QVERIFY(outcome.config->servers[0]->tls->settings().rejectHandshake);
    }

    void theOldSwitchMakesAllListensSecure()
    {
        const CompileOutcome outcome =
            compile("server { ssl on; listen 127.0.0.1:1; listen 127.0.0.1:2; " + certificate(m_a) + "}");
        QVERIFY(outcome.config->listeners[0].tls && outcome.config->listeners[1].tls);
    }

private:
    QByteArray folder() const { return m_folder.path().toUtf8(); }
    static QByteArray certificate(const CertificateFiles &files)
    {
        return "ssl_certificate " + files.certificate + "; ssl_certificate_key " + files.key + ";";
    }
    static CompileOutcome compile(const QByteArray &http, std::shared_ptr<LocalCertificates> local = {},
                                  const NginxVersion &version = NginxVersion::current())
    {
        CompileOptions options;
        options.version = version;
        options.prefix = u"/prefix"_s;
        options.localCertificates = std::move(local);
        return compileConfig(parseConfig("http {\n" + http + "\n}", u"t.conf"_s).tree, options);
    }

    QTemporaryDir m_folder;
    std::optional<TestAuthority> m_authority;
    CertificateFiles m_a;
    CertificateFiles m_b;
};

QTEST_GUILESS_MAIN(TestCompileServerTls)
#include "tst_compileservertls.moc"
