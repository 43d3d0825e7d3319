// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/authorityfolder.h"
#include "pki/certificatefacts.h"
#include "pki/certificatesigning.h"
#include "pki/localauthority.h"
#include "pki/sealedkey.h"

#include <openssl/pem.h>

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

// What OpenSSL's and NSS's own programs, and Java's, think of the local authority. All of it in a folder of the test's.

using namespace portlight;
using namespace Qt::StringLiterals;

namespace {

const QByteArray Passphrase = "correct horse battery";

struct Outcome {
    int code = -1;
    QByteArray output;
};

} // namespace

class TestPkiVerifiers : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(qputenv("HOME", m_home.path().toUtf8()));
        const auto made = LocalAuthority::create(path("ca"), {}, Passphrase);
        QVERIFY2(made, made ? "" : qPrintable(made.error().toString()));
        m_authority = *made;
        auto parts = readAuthority(path("ca"));
        QVERIFY(parts);
        m_parts = std::make_unique<AuthorityParts>(std::move(*parts));
        m_rootKey = openSealedKey(m_parts->rootKey, Passphrase).value();
        m_intermediateKey = openSealedKey(m_parts->intermediateKey, Passphrase).value();
        QVERIFY(QDir(m_home.path()).mkpath(u"nss"_s));
        QCOMPARE(run(u"certutil"_s, {u"-N"_s, u"--empty-password"_s, u"-d"_s, database()}).code, 0);
        QCOMPARE(run(u"certutil"_s, {u"-A"_s, u"-n"_s, u"root"_s, u"-t"_s, u"C,,"_s, u"-i"_s, path("ca/root.crt"),
                                     u"-d"_s, database()})
                     .code,
                 0);
    }

    void everybodyAcceptsLocalNames_data()
    {
        QTest::addColumn<QByteArrayList>("names");
        QTest::newRow("localhost") << QByteArrayList{"localhost"};
        QTest::newRow("below localhost") << QByteArrayList{"shop.localhost"};
        QTest::newRow("below test") << QByteArrayList{"*.shop.test", "a.b.shop.test"};
        QTest::newRow("IPv4") << QByteArrayList{"127.0.0.1"};
        QTest::newRow("IPv6") << QByteArrayList{"::1"};
        QTest::newRow("all") << QByteArrayList{"shop.localhost", "127.0.0.1", "::1", "my_app.test"};
    }
    void everybodyAcceptsLocalNames()
    {
        QFETCH(QByteArrayList, names);
        const auto leaf = m_authority->issue(names);
        QVERIFY(leaf);
        write("leaf.pem", certificatePem(parseCertificate(contentOf(leaf->certificatePath))->get()));
        for (const Outcome &outcome : verdicts())
            QVERIFY2(outcome.code == 0, outcome.output);
    }

    void nobodyAcceptsOthersWhicheverKeySigned_data()
    {
        QTest::addColumn<QByteArrayList>("names");
        QTest::addColumn<bool>("byRoot");
        const QList<QByteArrayList> all{
            {"example.com"},          {"*.example.com"}, {"evillocalhost"}, {"localhost.evil"},
            {"192.168.1.5"},          {"::2"},           {"8.8.8.8"},       {"shop.localhost", "example.com"},
            {"localhost", "10.0.0.1"}};
        for (const QByteArrayList &names : all) {
            QTest::newRow((names.join(' ') + " by the intermediate").constData()) << names << false;
            QTest::newRow((names.join(' ') + " by the root").constData()) << names << true;
        }
    }
    void nobodyAcceptsOthersWhicheverKeySigned()
    {
        QFETCH(QByteArrayList, names);
        QFETCH(bool, byRoot);
        const auto key = makeKey();
        const auto leaf = signLeaf(byRoot ? root() : intermediate(), key->get(), names, span());
        QVERIFY(leaf);
        write("leaf.pem", certificatePem(leaf->get()));
        for (const Outcome &outcome : verdicts())
            QVERIFY2(outcome.code != 0, outcome.output);
    }

    // Names in other places than the alternative names, and names of other kinds.
    void nobodyAcceptsWaysAround_data()
    {
        QTest::addColumn<QString>("subject");
        QTest::addColumn<QString>("extension");
        QTest::newRow("common name") << u"/CN=example.com"_s << u"keyUsage=digitalSignature"_s;
        QTest::newRow("mailbox") << u"/CN=me"_s << u"subjectAltName=email:me@example.com"_s;
        QTest::newRow("URI") << u"/CN=me"_s << u"subjectAltName=URI:https://example.com/"_s;
        QTest::newRow("for programs") << u"/CN=me"_s << u"extendedKeyUsage=codeSigning"_s;
        QTest::newRow("for clients") << u"/CN=me"_s << u"extendedKeyUsage=clientAuth"_s;
    }
    void nobodyAcceptsWaysAround()
    {
        QFETCH(QString, subject);
        QFETCH(QString, extension);
        signByProgram(subject, {extension, u"basicConstraints=critical,CA:FALSE"_s});
        for (const Outcome &outcome : verdicts())
            QVERIFY2(outcome.code != 0, outcome.output);
    }

    void nobodyAcceptsAnAuthorityBelowTheIntermediate()
    {
        signByProgram(u"/CN=lower"_s, {u"basicConstraints=critical,CA:TRUE"_s, u"keyUsage=keyCertSign"_s});
        const auto lower = parseCertificate(contentOf(path("leaf.pem")));
        const auto key = readKey(path("leaf.key"));
        const auto leafKey = makeKey();
        const auto leaf = signLeaf({lower->get(), key.get()}, leafKey->get(), {"shop.localhost"}, span());
        QVERIFY(leaf);
        write("below.pem", certificatePem(leaf->get()));
        write("chain.pem", contentOf(path("leaf.pem")) + contentOf(path("ca/intermediate.crt")));
        const Outcome openssl = run(u"openssl"_s, {u"verify"_s, u"-CAfile"_s, path("ca/root.crt"), u"-untrusted"_s,
                                                   path("chain.pem"), path("below.pem")});
        QVERIFY2(openssl.code != 0, openssl.output);
        const Outcome nss = run(u"vfychain"_s, {u"-d"_s, database(), u"-u"_s, u"1"_s, u"-a"_s, path("below.pem"),
                                                u"-a"_s, path("leaf.pem"), u"-a"_s, path("ca/intermediate.crt")});
        QVERIFY2(nss.code != 0, nss.output);
    }

    void archivesAreReadByEverybody()
    {
        const auto leaf = m_authority->issue({"shop.localhost", "127.0.0.1"});
        QVERIFY(leaf);
        const auto archive = m_authority->leafPkcs12(*leaf, "open sesame");
        QVERIFY(archive);
        write("leaf.p12", *archive);
        const Outcome openssl = run(
            u"openssl"_s, {u"pkcs12"_s, u"-in"_s, path("leaf.p12"), u"-passin"_s, u"pass:open sesame"_s, u"-nodes"_s});
        QVERIFY2(openssl.output.contains("BEGIN PRIVATE KEY") && openssl.output.count("BEGIN CERTIFICATE") == 2,
                 openssl.output);
        const Outcome nss = run(u"pk12util"_s, {u"-l"_s, path("leaf.p12"), u"-W"_s, u"open sesame"_s});
        QVERIFY2(nss.code == 0 && nss.output.contains("shop.localhost"), nss.output);
        const Outcome java = run(u"keytool"_s, {u"-J-Duser.home="_s + m_home.path(), u"-list"_s, u"-keystore"_s,
                                                path("leaf.p12"), u"-storepass"_s, u"open sesame"_s});
        QVERIFY2(java.output.contains("shop.localhost") && java.output.contains("PrivateKeyEntry"), java.output);
        QCOMPARE(m_authority->leafPkcs12(*leaf, {}).error().code, ErrorCode::InvalidValue);
    }

    void theRootsArchiveIsTrustedByJava()
    {
        const auto archive = m_authority->rootPkcs12("open sesame");
        QVERIFY(archive);
        write("root.p12", *archive);
        const Outcome openssl = run(
            u"openssl"_s, {u"pkcs12"_s, u"-in"_s, path("root.p12"), u"-passin"_s, u"pass:open sesame"_s, u"-nokeys"_s});
        QVERIFY2(openssl.output.contains(m_authority->facts().rootPem), openssl.output);
        const Outcome nss = run(u"pk12util"_s, {u"-l"_s, path("root.p12"), u"-W"_s, u"open sesame"_s});
        QVERIFY2(nss.code == 0 && nss.output.contains("Portlight local CA"), nss.output);
        const Outcome java = run(u"keytool"_s, {u"-J-Duser.home="_s + m_home.path(), u"-list"_s, u"-keystore"_s,
                                                path("root.p12"), u"-storepass"_s, u"open sesame"_s});
        QVERIFY2(java.output.contains("trustedCertEntry"), java.output);
    }

    void theExportedKeyIsThatOfTheCertificate()
    {
        const auto leaf = m_authority->issue({"shop.localhost"});
        QVERIFY(leaf);
        write("leaf.pem", *m_authority->leafPem(*leaf));
        write("leaf.key", *m_authority->leafKeyPem(*leaf));
        QCOMPARE(contentOf(path("leaf.pem")), contentOf(leaf->certificatePath));
        const Outcome certificate =
            run(u"openssl"_s, {u"x509"_s, u"-in"_s, path("leaf.pem"), u"-noout"_s, u"-pubkey"_s});
        const Outcome key = run(u"openssl"_s, {u"pkey"_s, u"-in"_s, path("leaf.key"), u"-pubout"_s});
        QCOMPARE(key.output, certificate.output);
        QVERIFY(contentOf(path("leaf.key")).startsWith("-----BEGIN PRIVATE KEY-----"));
        LeafFacts unknown = *leaf;
        unknown.names = {"other.localhost"};
        QCOMPARE(m_authority->leafKeyPem(unknown).error().code, ErrorCode::FileNotFound);
    }

private:
    QString path(const char *name) const { return m_home.filePath(QLatin1String(name)); }
    QString database() const { return u"sql:"_s + path("nss"); }
    Signer root() const { return {m_parts->root.get(), m_rootKey.get()}; }
    Signer intermediate() const { return {m_parts->intermediate.get(), m_intermediateKey.get()}; }
    CertificateSpan span() const
    {
        return certificateSpan(QDateTime::currentDateTimeUtc(), 30, m_parts->intermediate.get());
    }
    void write(const char *name, const QByteArray &content) const
    {
        QFile file(path(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
            qFatal("cannot write %s", name);
    }
    static QByteArray contentOf(const QString &file)
    {
        QFile opened(file);
        if (!opened.open(QIODevice::ReadOnly))
            qFatal("cannot read %s", qPrintable(file));
        return opened.readAll();
    }
    static Outcome run(const QString &program, const QStringList &arguments)
    {
        QProcess process;
        process.setProcessChannelMode(QProcess::MergedChannels);
        process.start(program, arguments);
        if (!process.waitForFinished(60'000))
            qFatal("%s: %s", qPrintable(program), qPrintable(process.errorString()));
        return {process.exitCode(), program.toUtf8() + ": " + process.readAll()};
    }
    static KeyHandle readKey(const QString &file) { return loadTlsKey(file.toUtf8(), {}).value(); }
    // A certificate with whatever extensions, by the intermediate's key, as somebody who stole it would make one.
    void signByProgram(const QString &subject, const QStringList &extensions)
    {
        const BioHandle memory(BIO_new(BIO_s_mem()));
        PEM_write_bio_PrivateKey(memory.get(), m_intermediateKey.get(), nullptr, nullptr, 0, nullptr, nullptr);
        char *data = nullptr;
        const long length = BIO_get_mem_data(memory.get(), &data);
        write("stolen.key", QByteArray(data, qsizetype(length)));
        QStringList words{u"req"_s,
                          u"-x509"_s,
                          u"-newkey"_s,
                          u"ec"_s,
                          u"-pkeyopt"_s,
                          u"ec_paramgen_curve:prime256v1"_s,
                          u"-nodes"_s,
                          u"-keyout"_s,
                          path("leaf.key"),
                          u"-out"_s,
                          path("leaf.pem"),
                          u"-days"_s,
                          u"30"_s,
                          u"-subj"_s,
                          subject,
                          u"-CA"_s,
                          path("ca/intermediate.crt"),
                          u"-CAkey"_s,
                          path("stolen.key")};
        for (const QString &extension : extensions)
            words << u"-addext"_s << extension;
        const Outcome outcome = run(u"openssl"_s, words);
        QVERIFY2(outcome.code == 0, outcome.output);
    }
    // OpenSSL, NSS by its old way, NSS's PKIX library, and certutil with the certificate in its database.
    QList<Outcome> verdicts() const
    {
        QList<Outcome> all;
        all.append(run(u"openssl"_s, {u"verify"_s, u"-purpose"_s, u"sslserver"_s, u"-CAfile"_s, path("ca/root.crt"),
                                      u"-untrusted"_s, path("ca/intermediate.crt"), path("leaf.pem")}));
        const QStringList chain{u"-a"_s, path("leaf.pem"), u"-a"_s, path("ca/intermediate.crt")};
        all.append(run(u"vfychain"_s, QStringList{u"-d"_s, database(), u"-u"_s, u"1"_s} + chain));
        all.append(run(u"vfychain"_s, QStringList{u"-d"_s, database(), u"-pp"_s, u"-u"_s, u"1"_s} + chain));
        const auto add = [this](const QString &name, const QString &file) {
            run(u"certutil"_s, {u"-A"_s, u"-n"_s, name, u"-t"_s, u",,"_s, u"-a"_s, u"-i"_s, file, u"-d"_s, database()});
        };
        add(u"intermediate"_s, path("ca/intermediate.crt"));
        add(u"leaf"_s, path("leaf.pem"));
        all.append(run(u"certutil"_s, {u"-V"_s, u"-n"_s, u"leaf"_s, u"-u"_s, u"V"_s, u"-d"_s, database()}));
        run(u"certutil"_s, {u"-D"_s, u"-n"_s, u"leaf"_s, u"-d"_s, database()});
        return all;
    }

    QTemporaryDir m_home;
    std::shared_ptr<LocalAuthority> m_authority;
    std::unique_ptr<AuthorityParts> m_parts;
    KeyHandle m_rootKey;
    KeyHandle m_intermediateKey;
};

QTEST_GUILESS_MAIN(TestPkiVerifiers)
#include "tst_pki_verifiers.moc"
