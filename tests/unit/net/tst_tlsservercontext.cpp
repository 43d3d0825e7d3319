// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/tlsservercontext.h"
#include "support/testauthority.h"
#include "support/tlsdialogue.h"

#include <openssl/pem.h>

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <optional>

using namespace portlight;
using namespace portlight::testing;
using namespace Qt::StringLiterals;

namespace {

constexpr quint8 Modern = quint8(TlsProtocol::Tls12) | quint8(TlsProtocol::Tls13);

TextPosition at(int line)
{
    return {u"test.conf"_s, line, 1};
}

TlsServerSettings defaults()
{
    TlsServerSettings settings;
    settings.protocols = Modern;
    settings.ciphers = "HIGH:!aNULL:!MD5";
    settings.curves = "auto";
    return settings;
}

// "line: message", with the folder's name left out.
QByteArray problemOf(const TlsServerSettings &settings, const QByteArray &folder)
{
    const auto context = TlsServerContext::create(settings, nullptr);
    if (context)
        return "none";
    QByteArray text = QByteArray::number(context.error().where.line) + ": " + context.error().message.toUtf8();
    return text.replace(folder, "@dir@");
}

std::shared_ptr<const TlsServerContext> contextOf(const TlsServerSettings &settings)
{
    const auto context = TlsServerContext::create(settings, nullptr);
    if (!context)
        qFatal("%s", qPrintable(context.error().message));
    return *context;
}

int keyTypeSeen(const TlsDialogue &dialogue)
{
    const CertificateHandle leaf(SSL_get1_peer_certificate(dialogue.client()));
    return leaf ? EVP_PKEY_get_base_id(X509_get0_pubkey(leaf.get())) : 0;
}

void writeFile(const QByteArray &path, const QByteArray &content)
{
    QFile file(QString::fromUtf8(path));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(content) == content.size());
}

// Of a group that needs no search.
void writeParameters(const QByteArray &path)
{
    EVP_PKEY_CTX *const maker = EVP_PKEY_CTX_new_from_name(nullptr, "DH", nullptr);
    EVP_PKEY *made = nullptr;
    QVERIFY(EVP_PKEY_paramgen_init(maker) == 1 && EVP_PKEY_CTX_set_group_name(maker, "ffdhe2048") == 1
            && EVP_PKEY_paramgen(maker, &made) == 1);
    EVP_PKEY_CTX_free(maker);
    const KeyHandle parameters(made);
    const BioHandle file(BIO_new_file(path.constData(), "w"));
    QVERIFY(PEM_write_bio_Parameters(file.get(), parameters.get()) == 1);
}

} // namespace

class TestTlsServerContext : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_authority.emplace(m_folder.path().toUtf8());
        m_ecdsa = m_authority->issue("localhost");
        m_rsa = m_authority->issueWithKey("localhost", "rsa");
        m_ed25519 = m_authority->issueWithKey("localhost", "ed25519");
        m_client = m_authority->issue("client");
    }

    void aHandshakeSucceeds()
    {
        const auto server = serverContextOf(*contextOf(withCertificate()));
        TlsDialogue dialogue(server.get(), {.serverName = "localhost"});
        QVERIFY2(dialogue.ok(), dialogue.serverError().constData());
        QCOMPARE(SSL_get_version(dialogue.client()), "TLSv1.3");
        QCOMPARE(SSL_get_servername(dialogue.server(), TLSEXT_NAMETYPE_host_name), "localhost");
    }

    void withoutACertificateNoHandshakeSucceeds()
    {
        const auto context = contextOf(defaults());
        QVERIFY(!context->hasCertificate());
        const auto server = serverContextOf(*context);
        TlsDialogue dialogue(server.get(), {});
        QVERIFY(!dialogue.ok());
    }

    void problemsAreInNginxWords_data();
    void problemsAreInNginxWords();

    void theKeyIsChosenByTheClientsSignatures_data()
    {
        QTest::addColumn<QByteArray>("signatures");
        QTest::addColumn<int>("protocol");
        QTest::addColumn<int>("key");
        QTest::newRow("rsa 1.3") << QByteArray("RSA-PSS+SHA256") << TLS1_3_VERSION << EVP_PKEY_RSA;
        QTest::newRow("ecdsa 1.3") << QByteArray("ECDSA+SHA256") << TLS1_3_VERSION << EVP_PKEY_EC;
        QTest::newRow("ed25519 1.3") << QByteArray("ed25519") << TLS1_3_VERSION << EVP_PKEY_ED25519;
        QTest::newRow("rsa 1.2") << QByteArray("RSA+SHA256") << TLS1_2_VERSION << EVP_PKEY_RSA;
        QTest::newRow("ecdsa 1.2") << QByteArray("ECDSA+SHA256") << TLS1_2_VERSION << EVP_PKEY_EC;
    }

    void theKeyIsChosenByTheClientsSignatures()
    {
        QFETCH(QByteArray, signatures);
        QFETCH(int, protocol);
        TlsServerSettings settings = defaults();
        for (const CertificateFiles &files : {m_ecdsa, m_rsa, m_ed25519})
            settings.certificates.push_back({{files.certificate, {}}, {files.key, {}}});
        const auto server = serverContextOf(*contextOf(settings));
        TlsDialogue dialogue(server.get(), {.protocol = protocol, .signatures = signatures});
        QVERIFY2(dialogue.ok(), dialogue.serverError().constData());
        QTEST(keyTypeSeen(dialogue), "key");
    }

    void theChainIsSentWithoutBeingCompleted()
    {
        TestAuthority lower = m_authority->below("lower");
        const CertificateFiles leaf = lower.issue("deep");
        const QByteArray chain =
            joinFiles(leaf.certificate, lower.certificate(), m_folder.path().toUtf8() + "/chain.pem");
        TlsServerSettings settings = defaults();
        settings.certificates = {{{chain, {}}, {leaf.key, {}}}};
        settings.trustedCertificate.path = m_authority->certificate();
        const auto server = serverContextOf(*contextOf(settings));
        TlsDialogue dialogue(server.get(), {});
        QVERIFY(dialogue.ok());
        QCOMPARE(sk_X509_num(SSL_get_peer_cert_chain(dialogue.client())), 2);
    }

    void whatQtSaidBeforeIsTakenBack()
    {
        const TlsContextHandle server(SSL_CTX_new(TLS_server_method()));
        SSL_CTX_set_options(server.get(), SSL_OP_NO_TICKET | SSL_OP_NO_TLSv1_3 | SSL_OP_CIPHER_SERVER_PREFERENCE);
        SSL_CTX_set_max_proto_version(server.get(), TLS1_2_VERSION);
        SSL_CTX_set_ciphersuites(server.get(), "");
        SSL_CTX_set_cipher_list(server.get(), "AES128-SHA");
        SSL_CTX_set_verify(server.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
        SSL_CTX_set_session_cache_mode(server.get(), SSL_SESS_CACHE_OFF);
        SSL_CTX_set_security_level(server.get(), 5);
        QVERIFY(contextOf(withCertificate())->applyTo(server.get()));
        TlsDialogue dialogue(server.get(), {});
        QVERIFY2(dialogue.ok(), dialogue.serverError().constData());
        QCOMPARE(SSL_get_version(dialogue.client()), "TLSv1.3");
        QVERIFY(dialogue.session());
        QCOMPARE(SSL_CTX_get_options(server.get()),
                 SSL_CTX_get_options(serverContextOf(*contextOf(withCertificate())).get()));
    }

    void protocolsAreTheOnesNamed()
    {
        TlsServerSettings settings = withCertificate();
        settings.protocols = quint8(TlsProtocol::Tls12);
        const auto server = serverContextOf(*contextOf(settings));
        TlsDialogue older(server.get(), {});
        QVERIFY(older.ok());
        QCOMPARE(SSL_get_version(older.client()), "TLSv1.2");
        TlsDialogue newer(server.get(), {.protocol = TLS1_3_VERSION});
        QVERIFY(!newer.ok());
        QCOMPARE(newer.alert(), "protocol version");
    }

    void theServersOrderOfCiphersCountsWhenItIsPreferred()
    {
        TlsServerSettings settings = withCertificate();
        settings.ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256";
        const TlsDialogueClient client{.protocol = TLS1_2_VERSION,
                                       .ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384"};
        const auto clients = serverContextOf(*contextOf(settings));
        QCOMPARE(SSL_get_cipher_name(TlsDialogue(clients.get(), client).server()), "ECDHE-ECDSA-AES128-GCM-SHA256");
        settings.preferServerCiphers = true;
        const auto servers = serverContextOf(*contextOf(settings));
        QCOMPARE(SSL_get_cipher_name(TlsDialogue(servers.get(), client).server()), "ECDHE-ECDSA-AES256-GCM-SHA384");
    }

    void curvesAreTheOnesNamed()
    {
        TlsServerSettings settings = withCertificate();
        settings.curves = "secp384r1";
        const auto server = serverContextOf(*contextOf(settings));
        QVERIFY(TlsDialogue(server.get(), {.groups = "P-384"}).ok());
        QVERIFY(!TlsDialogue(server.get(), {.groups = "X25519"}).ok());
    }

    void parametersServeFiniteFields()
    {
        const QByteArray path = folder() + "/dh.pem";
        writeParameters(path);
        TlsServerSettings settings = defaults();
        settings.certificates = {{{m_rsa.certificate, {}}, {m_rsa.key, {}}}};
        const TlsDialogueClient client{.protocol = TLS1_2_VERSION, .ciphers = "DHE-RSA-AES128-GCM-SHA256"};
        const auto without = serverContextOf(*contextOf(settings));
        QVERIFY(!TlsDialogue(without.get(), client).ok());
        settings.dhParameters = {path, {}};
        const auto with = serverContextOf(*contextOf(settings));
        QVERIFY(TlsDialogue(with.get(), client).ok());
    }

    void commandsComeLast()
    {
        TlsServerSettings settings = withCertificate();
        settings.commands = {{"MaxProtocol", "TLSv1.2", {}}, {"Options", "-SessionTicket", {}}};
        const auto server = serverContextOf(*contextOf(settings));
        TlsDialogue dialogue(server.get(), {});
        QVERIFY(dialogue.ok());
        QCOMPARE(SSL_get_version(dialogue.client()), "TLSv1.2");
        QVERIFY(SSL_CTX_get_options(server.get()) & SSL_OP_NO_TICKET);
    }

    void aFileThatACommandNamesCounts()
    {
        TlsServerSettings settings = defaults();
        const QByteArray path = folder() + "/named.pem";
        QVERIFY(QFile::copy(QString::fromUtf8(m_ecdsa.certificate), QString::fromUtf8(path)));
        settings.commands = {{"Certificate", path, {}}, {"PrivateKey", m_ecdsa.key, {}}};
        const auto before = contextOf(settings);
        QVERIFY(before->isSameAs(*contextOf(settings)));
        m_authority->setValidity({path, {}}, -60, 7200);
        QVERIFY(!before->isSameAs(*contextOf(settings)));
    }

    void anEncryptedKeyIsOpenedWithOneOfThePasswords()
    {
        TlsServerSettings settings = withCertificate();
        settings.certificates[0].key.path = TestAuthority::encryptKey(m_ecdsa, "secret");
        settings.passwords = {"first", "secret"};
        const auto server = serverContextOf(*contextOf(settings));
        QVERIFY(TlsDialogue(server.get(), {}).ok());
        settings.passwords = {"first"};
        const auto refused = TlsServerContext::create(settings, nullptr);
        QVERIFY(!refused && refused.error().message.contains(u"PEM_read_bio_PrivateKey() failed"_s));
        QVERIFY(!refused.error().message.contains(u"first"_s) && !refused.error().hint.contains(u"first"_s));
    }

    void alpnTakesHttp1AndRefusesTheRest()
    {
        const auto server = serverContextOf(*contextOf(withCertificate()));
        TlsDialogue http(server.get(), {.alpn = "\x02h2\x08http/1.1"});
        QVERIFY(http.ok());
        const unsigned char *name = nullptr;
        unsigned int size = 0;
        SSL_get0_alpn_selected(http.client(), &name, &size);
        QCOMPARE(QByteArray(reinterpret_cast<const char *>(name), int(size)), "http/1.1");
        TlsDialogue other(server.get(), {.alpn = "\x02h2"});
        QVERIFY(!other.ok());
        QCOMPARE(other.alert(), "no application protocol");
    }

    void arejectedHandshakeSaysUnrecognizedName()
    {
        TlsServerSettings settings = defaults();
        settings.rejectHandshake = true;
        const auto server = serverContextOf(*contextOf(settings));
        TlsDialogue dialogue(server.get(), {.serverName = "a.test"});
        QVERIFY(!dialogue.ok());
        QCOMPARE(dialogue.alert(), "unrecognized name");
        QCOMPARE(dialogue.serverError(), "callback failed");
    }

    void sessionsAreResumed_data();
    void sessionsAreResumed();
    void aTicketOfAnOlderKeyIsResumed();
    void ticketKeysOfOtherSizesAreRefused();
    void aSessionOfAnotherCertificateIsNot();

    void clientCertificatesAreJudgedAfterwards_data();
    void clientCertificatesAreJudgedAfterwards();

    void namesOfAuthoritiesAreSent()
    {
        TlsServerSettings settings = withCertificate();
        settings.verifyClient = ClientVerify::On;
        settings.clientCertificate.path = m_authority->certificate();
        const auto server = serverContextOf(*contextOf(settings));
        TlsDialogue dialogue(server.get(), {});
        QVERIFY(dialogue.ok()); // without one: that is for the requests to answer
        QCOMPARE(sk_X509_NAME_num(SSL_get_client_CA_list(dialogue.client())), 1);
    }

    void theSameIsTheSameByContent()
    {
        const auto first = contextOf(withCertificate());
        TlsServerSettings moved = withCertificate();
        moved.certificates[0].certificate.where = at(9);
        moved.ciphersAt = at(10);
        QVERIFY(first->isSameAs(*contextOf(moved)));
        TlsServerSettings other = withCertificate();
        other.sessionTickets = false;
        QVERIFY(!first->isSameAs(*contextOf(other)));
        TlsServerSettings renewed = defaults();
        renewed.certificates = {{{m_rsa.certificate, {}}, {m_rsa.key, {}}}};
        QVERIFY(!first->isSameAs(*contextOf(renewed)));
    }

private:
    TlsServerSettings withCertificate() const
    {
        TlsServerSettings settings = defaults();
        settings.certificates = {{{m_ecdsa.certificate, at(1)}, {m_ecdsa.key, at(2)}}};
        return settings;
    }
    QByteArray folder() const { return m_folder.path().toUtf8(); }

    QTemporaryDir m_folder;
    std::optional<TestAuthority> m_authority;
    CertificateFiles m_ecdsa;
    CertificateFiles m_rsa;
    CertificateFiles m_ed25519;
    CertificateFiles m_client;
};

using Change = void (*)(TlsServerSettings &, const QByteArray &folder);
Q_DECLARE_METATYPE(Change)

void TestTlsServerContext::problemsAreInNginxWords_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<QByteArray>("problem");
    const auto row = [](const char *name, const char *problem, Change change) {
        QTest::newRow(name) << change << QByteArray(problem);
    };
    row("none", "none", [](TlsServerSettings &, const QByteArray &) {});
    row("no certificate",
        "5: cannot load certificate \"@dir@/none.pem\": BIO_new_file() failed (SSL: error:80000002:system "
        "library::No such file or directory:calling fopen(@dir@/none.pem, r) error:10000080:BIO routines::no "
        "such file)",
        [](TlsServerSettings &settings, const QByteArray &folder) {
            settings.certificates[0].certificate = {folder + "/none.pem", at(5)};
        });
    row("another key",
        "6: SSL_CTX_use_PrivateKey(\"@dir@/ca-client.key\") failed (SSL: error:05800074:x509 certificate "
        "routines::key values mismatch)",
        [](TlsServerSettings &settings, const QByteArray &folder) {
            settings.certificates[0].key = {folder + "/ca-client.key", at(6)};
        });
    row("ciphers", "7: SSL_CTX_set_cipher_list(\"nosuch\") failed (SSL: error:0A0000B9:SSL routines::no cipher match)",
        [](TlsServerSettings &settings, const QByteArray &) {
            settings.ciphers = "nosuch";
            settings.ciphersAt = at(7);
        });
    row("curves",
        "8: SSL_CTX_set1_curves_list(\"nosuch\") failed (SSL: error:0A080106:SSL routines::passed invalid "
        "argument:group "
        "'nosuch' cannot be set)",
        [](TlsServerSettings &settings, const QByteArray &) {
            settings.curves = "nosuch";
            settings.curvesAt = at(8);
        });
    row("curves that are none", "8: SSL_CTX_set1_curves_list(\"\") failed",
        [](TlsServerSettings &settings, const QByteArray &) {
            settings.curves.clear();
            settings.curvesAt = at(8);
        });
    row("parameters",
        "9: BIO_new_file(\"@dir@/none.dh\") failed (SSL: error:80000002:system library::No such file or "
        "directory:calling fopen(@dir@/none.dh, r) error:10000080:BIO routines::no such file)",
        [](TlsServerSettings &settings, const QByteArray &folder) {
            settings.dhParameters = {folder + "/none.dh", at(9)};
        });
    row("parameters that are none",
        "9: PEM_read_bio_DHparams(\"@dir@/ca.pem\") failed (SSL: error:0480006C:PEM routines::no start "
        "line:Expecting: DH PARAMETERS)",
        [](TlsServerSettings &settings, const QByteArray &folder) {
            settings.dhParameters = {folder + "/ca.pem", at(9)};
        });
    row("client authority",
        "10: cannot load certificate \"@dir@/none.pem\": BIO_new_file() failed (SSL: error:80000002:system "
        "library::No such file or directory:calling fopen(@dir@/none.pem, r) error:10000080:BIO routines::no "
        "such file)",
        [](TlsServerSettings &settings, const QByteArray &folder) {
            settings.verifyClient = ClientVerify::On;
            settings.clientCertificate = {folder + "/none.pem", at(10)};
        });
    row("client authority of an older nginx",
        "10: SSL_CTX_load_verify_locations(\"@dir@/none.pem\") failed (SSL: error:80000002:system library::No such "
        "file or directory:calling fopen(@dir@/none.pem, r) error:10000080:BIO routines::no such file "
        "error:05880002:x509 certificate routines::system lib)",
        [](TlsServerSettings &settings, const QByteArray &folder) {
            settings.loadsAsOld = true;
            settings.verifyClient = ClientVerify::On;
            settings.clientCertificate = {folder + "/none.pem", at(10)};
        });
    row("ticket key", "11: open() \"@dir@/none.tickets\" failed (2: No such file or directory)",
        [](TlsServerSettings &settings, const QByteArray &folder) {
            settings.ticketKeys = {{folder + "/none.tickets", at(11)}};
        });
    row("ticket key that is a folder", "11: open() \"@dir@\" failed (21: Is a directory)",
        [](TlsServerSettings &settings, const QByteArray &folder) {
            settings.ticketKeys = {{folder, at(11)}};
        });
    row("command",
        "12: SSL_CONF_cmd(\"NoSuch\", \"x\") failed (SSL: error:0A000182:SSL routines::unknown cmd "
        "name:cmd=NoSuch)",
        [](TlsServerSettings &settings, const QByteArray &) {
            settings.commands = {{"NoSuch", "x", at(12)}};
        });
}

void TestTlsServerContext::problemsAreInNginxWords()
{
    QFETCH(Change, change);
    TlsServerSettings settings = withCertificate();
    change(settings, folder());
    QTEST(problemOf(settings, folder()), "problem");
}

void TestTlsServerContext::sessionsAreResumed_data()
{
    using Kind = TlsSessionCache::Kind;
    QTest::addColumn<int>("protocol");
    QTest::addColumn<bool>("tickets");
    QTest::addColumn<Kind>("cache");
    QTest::addColumn<bool>("resumed");
    for (const int protocol : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        const int minor = protocol == TLS1_2_VERSION ? 2 : 3;
        QTest::addRow("1.%d tickets", minor) << protocol << true << Kind::None << true;
        QTest::addRow("1.%d tickets without a cache", minor) << protocol << true << Kind::Off << true;
        QTest::addRow("1.%d cache", minor) << protocol << false << Kind::Kept << true;
        QTest::addRow("1.%d nothing kept", minor) << protocol << false << Kind::None << false;
        QTest::addRow("1.%d nothing at all", minor) << protocol << false << Kind::Off << false;
    }
}

void TestTlsServerContext::sessionsAreResumed()
{
    QFETCH(int, protocol);
    QFETCH(bool, tickets);
    QFETCH(TlsSessionCache::Kind, cache);
    TlsServerSettings settings = withCertificate();
    settings.sessionTickets = tickets;
    settings.sessionCache = {cache, 100};
    const auto server = serverContextOf(*contextOf(settings));
    TlsSessionHandle session;
    {
        TlsDialogue first(server.get(), {.protocol = protocol});
        QVERIFY(first.ok());
        session = first.session();
    }
    TlsDialogue second(server.get(), {.protocol = protocol, .session = session.get()});
    QVERIFY(second.ok());
    QTEST(SSL_session_reused(second.client()) == 1, "resumed");
}

void TestTlsServerContext::aTicketOfAnOlderKeyIsResumed()
{
    const QByteArray older = folder() + "/older.key";
    const QByteArray newer = folder() + "/newer.key";
    writeFile(older, QByteArray(48, 'o'));
    writeFile(newer, QByteArray(80, 'n'));
    TlsServerSettings settings = withCertificate();
    settings.ticketKeys = {{older, {}}};
    const auto before = serverContextOf(*contextOf(settings));
    settings.ticketKeys = {{newer, {}}, {older, {}}};
    const auto after = serverContextOf(*contextOf(settings));
    settings.ticketKeys = {{newer, {}}};
    const auto later = serverContextOf(*contextOf(settings));
    for (const int protocol : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        TlsDialogue first(before.get(), {.protocol = protocol});
        const TlsSessionHandle session = first.session();
        QVERIFY(session);
        TlsDialogue second(after.get(), {.protocol = protocol, .session = session.get()});
        QCOMPARE(SSL_session_reused(second.client()), 1);
        const TlsSessionHandle renewed = second.session();
        QVERIFY(renewed);
        TlsDialogue third(later.get(), {.protocol = protocol, .session = renewed.get()});
        QCOMPARE(SSL_session_reused(third.client()), 1);
        TlsDialogue lost(later.get(), {.protocol = protocol, .session = session.get()});
        QVERIFY(lost.ok());
        QCOMPARE(SSL_session_reused(lost.client()), 0);
    }
}

void TestTlsServerContext::ticketKeysOfOtherSizesAreRefused()
{
    const QByteArray path = folder() + "/bad.key";
    for (const int size : {0, 47, 49, 79, 81}) {
        writeFile(path, QByteArray(size, 'x'));
        TlsServerSettings settings = withCertificate();
        settings.ticketKeys = {{path, at(3)}};
        QCOMPARE(problemOf(settings, folder()), "3: \"@dir@/bad.key\" must be 48 or 80 bytes");
    }
}

// As the session id context says.
void TestTlsServerContext::aSessionOfAnotherCertificateIsNot()
{
    writeFile(folder() + "/shared.key", QByteArray(80, 's'));
    TlsServerSettings settings = withCertificate();
    settings.ticketKeys = {{folder() + "/shared.key", {}}};
    const auto first = serverContextOf(*contextOf(settings));
    settings.certificates = {{{m_client.certificate, {}}, {m_client.key, {}}}};
    const auto other = serverContextOf(*contextOf(settings));
    TlsDialogue before(first.get(), {.protocol = TLS1_2_VERSION});
    const TlsSessionHandle session = before.session();
    TlsDialogue same(first.get(), {.protocol = TLS1_2_VERSION, .session = session.get()});
    QCOMPARE(SSL_session_reused(same.client()), 1);
    TlsDialogue after(other.get(), {.protocol = TLS1_2_VERSION, .session = session.get()});
    QVERIFY(after.ok());
    QCOMPARE(SSL_session_reused(after.client()), 0);
}

void TestTlsServerContext::clientCertificatesAreJudgedAfterwards_data()
{
    QTest::addColumn<QByteArray>("who");
    QTest::addColumn<int>("result");
    QTest::newRow("none") << QByteArray() << X509_V_OK;
    QTest::newRow("good") << QByteArray("good") << X509_V_OK;
    QTest::newRow("expired") << QByteArray("expired") << X509_V_ERR_CERT_HAS_EXPIRED;
    QTest::newRow("future") << QByteArray("future") << X509_V_ERR_CERT_NOT_YET_VALID;
    QTest::newRow("revoked") << QByteArray("revoked") << X509_V_ERR_CERT_REVOKED;
    // Of several problems the last one found is told: nobody revokes what signed itself.
    QTest::newRow("self-signed") << QByteArray("self") << X509_V_ERR_UNABLE_TO_GET_CRL;
}

void TestTlsServerContext::clientCertificatesAreJudgedAfterwards()
{
    QFETCH(QByteArray, who);
    CertificateFiles files;
    if (who == "self")
        files = TestAuthority::selfSigned(folder(), "self");
    else if (!who.isEmpty())
        files = m_authority->issue(who);
    if (who == "expired")
        m_authority->setValidity(files, -7200, -3600);
    if (who == "future")
        m_authority->setValidity(files, 3600, 7200);
    if (who == "revoked")
        m_authority->revoke(files);
    TlsServerSettings settings = withCertificate();
    settings.verifyClient = ClientVerify::On;
    settings.clientCertificate.path = m_authority->certificate();
    settings.revocations.path = m_authority->revocations();
    const auto server = serverContextOf(*contextOf(settings));
    TlsDialogue dialogue(server.get(), {.certificate = files.certificate, .key = files.key});
    QVERIFY2(dialogue.ok(), dialogue.serverError().constData());
    QTEST(int(SSL_get_verify_result(dialogue.server())), "result");
}

QTEST_GUILESS_MAIN(TestTlsServerContext)
#include "tst_tlsservercontext.moc"
