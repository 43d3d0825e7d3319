// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/tlsclientcontext.h"
#include "pki/opensslerrors.h"
#include "support/testauthority.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

#include <thread>

using namespace portlight;
using namespace portlight::testing;
using namespace Qt::StringLiterals;

namespace {

constexpr quint8 AllProtocols =
    quint8(TlsProtocol::Tls1) | quint8(TlsProtocol::Tls11) | quint8(TlsProtocol::Tls12) | quint8(TlsProtocol::Tls13);

TextPosition at(int line)
{
    return {u"test.conf"_s, line, 1};
}

TlsClientSettings defaults()
{
    TlsClientSettings settings;
    settings.protocols = AllProtocols;
    settings.ciphers = "DEFAULT";
    return settings;
}

// "line: message", with the folder's name left out.
QByteArray problemOf(const TlsClientSettings &settings, const QByteArray &folder)
{
    const auto context = TlsClientContext::create(settings);
    if (context)
        return "none";
    QByteArray text = QByteArray::number(context.error().where.line) + ": " + context.error().message.toUtf8();
    return text.replace(folder, "@dir@");
}

} // namespace

class TestTlsClientContext : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_authority.emplace(m_folder.path().toUtf8());
        m_client = m_authority->issue("client");
        m_other = m_authority->issue("other");
    }

    void defaultsAreFine() { QCOMPARE(problemOf(defaults(), folder()), "none"); }

    void ciphersAreOpenSslsExpression()
    {
        TlsClientSettings settings = defaults();
        settings.ciphers = "HIGH:!aNULL:!MD5";
        QCOMPARE(problemOf(settings, folder()), "none");
        settings.ciphers = "nothing-like-it";
        settings.ciphersAt = at(3);
        QCOMPARE(problemOf(settings, folder()), "3: SSL_CTX_set_cipher_list(\"nothing-like-it\") failed (SSL: "
                                                "error:0A0000B9:SSL routines::no cipher match)");
    }

    void aMissingCertificateIsNamed()
    {
        TlsClientSettings settings = defaults();
        settings.certificate = {folder() + "/none.pem", at(5)};
        settings.certificateKey = {m_client.key, at(6)};
        QCOMPARE(problemOf(settings, folder()),
                 "5: cannot load certificate \"@dir@/none.pem\": BIO_new_file() failed (SSL: error:80000002:system "
                 "library::No such file or directory:calling fopen(@dir@/none.pem, r) error:10000080:BIO routines::no "
                 "such file)");
    }

    void aMissingKeyIsNamedAtItsOwnPlace()
    {
        TlsClientSettings settings = defaults();
        settings.certificate = {m_client.certificate, at(5)};
        settings.certificateKey = {folder() + "/none.key", at(6)};
        QVERIFY(problemOf(settings, folder())
                    .startsWith("6: cannot load certificate key \"@dir@/none.key\": BIO_new_file() failed (SSL: "));
    }

    void aFileWithoutCertificateIsNone()
    {
        TlsClientSettings settings = defaults();
        settings.certificate = {m_client.key, at(5)};
        settings.certificateKey = {m_client.key, at(6)};
        QVERIFY(problemOf(settings, folder()).contains("PEM_read_bio_X509_AUX() failed (SSL: "));
    }

    void aKeyMustBelongToItsCertificate()
    {
        TlsClientSettings settings = defaults();
        settings.certificate = {m_client.certificate, at(5)};
        settings.certificateKey = {m_other.key, at(6)};
        QCOMPARE(problemOf(settings, folder()), "6: SSL_CTX_use_PrivateKey(\"@dir@/ca-other.key\") failed (SSL: "
                                                "error:05800074:x509 certificate routines::key values mismatch)");
    }

    void passwordsAreTriedInTurn()
    {
        TlsClientSettings settings = defaults();
        settings.certificate = {m_client.certificate, at(5)};
        settings.certificateKey = {TestAuthority::encryptKey(m_client, "third"), at(6)};
        QVERIFY(problemOf(settings, folder()).contains("PEM_read_bio_PrivateKey() failed (SSL: "));
        settings.passwords = {"first", "second"};
        QVERIFY(problemOf(settings, folder())
                    .startsWith("6: cannot load certificate key \"@dir@/ca-client.key.encrypted\": "
                                "PEM_read_bio_PrivateKey() failed (SSL: "));
        settings.passwords.emplace_back("third");
        QCOMPARE(problemOf(settings, folder()), "none");
    }

    void passwordsMayComeThroughANamedPipe()
    {
        const QByteArray pipe = folder() + "/pipe";
        QCOMPARE(mkfifo(pipe.constData(), 0600), 0);
        std::thread writer([&pipe] {
            QFile end(QString::fromUtf8(pipe));
            if (end.open(QIODevice::WriteOnly))
                end.write("one\ntwo\n");
        });
        const auto passwords = loadPasswords(pipe, std::chrono::minutes(1));
        writer.join();
        QVERIFY(passwords.ok());
        QCOMPARE(*passwords, (std::vector<QByteArray>{"one", "two"}));
        const auto silent = loadPasswords(pipe, std::chrono::milliseconds(1));
        QVERIFY(!silent.ok());
        QCOMPARE(silent.error().message, u"nobody writes into \"%1\""_s.arg(QString::fromUtf8(pipe)));
    }

    void passwordFilesAreReadLineByLine()
    {
        const QByteArray longest(PasswordLineBytesMax - 1, 'x');
        const auto passwords = loadPasswords(write("passwords", "one\r\n\ntwo\n" + longest));
        QVERIFY(passwords.ok());
        QCOMPARE(*passwords, (std::vector<QByteArray>{"one", "two", longest}));
        const auto none = loadPasswords(write("empty", ""));
        QVERIFY(none.ok());
        QCOMPARE(*none, std::vector<QByteArray>{""});
        const QByteArray tooLong = write("long", longest + "x\n");
        const auto refused = loadPasswords(tooLong);
        QVERIFY(!refused.ok());
        QCOMPARE(refused.error().message, u"too long line in \"%1\""_s.arg(QString::fromUtf8(tooLong)));
        const auto missing = loadPasswords(folder() + "/none");
        QVERIFY(!missing.ok());
        QVERIFY2(missing.error().message.endsWith(u"failed (2: No such file or directory)"_s),
                 qPrintable(missing.error().message));
        const auto directory = loadPasswords(folder());
        QVERIFY(!directory.ok());
        QVERIFY2(directory.error().message.endsWith(u"failed (21: Is a directory)"_s),
                 qPrintable(directory.error().message));
        QVERIFY(!loadPasswords(write("large", QByteArray(PasswordFileBytesMax + 1, '\n'))).ok());
        QVERIFY(loadPasswords(write("full", QByteArray(PasswordFileBytesMax, '\n'))).ok());
    }

    void trustIsReadOnlyWhereItIsUsed()
    {
        TlsClientSettings settings = defaults();
        settings.trustedCertificate = {folder() + "/none.pem", at(7)};
        QCOMPARE(problemOf(settings, folder()), "none");
        settings.verify = true;
        QVERIFY(problemOf(settings, folder())
                    .startsWith("7: cannot load certificate \"@dir@/none.pem\": BIO_new_file() failed (SSL: "));
        settings.loadsAsOld = true;
        QVERIFY(problemOf(settings, folder())
                    .startsWith("7: SSL_CTX_load_verify_locations(\"@dir@/none.pem\") failed (SSL: "));
        settings.trustedCertificate.path = m_authority->certificate();
        QCOMPARE(problemOf(settings, folder()), "none");
        settings.loadsAsOld = false;
        QCOMPARE(problemOf(settings, folder()), "none");
    }

    void revocationListsAreRead()
    {
        TlsClientSettings settings = defaults();
        settings.verify = true;
        settings.trustedCertificate = {m_authority->certificate(), at(7)};
        settings.revocations = {m_authority->certificate(), at(8)};
        QVERIFY(problemOf(settings, folder())
                    .startsWith("8: cannot load CRL \"@dir@/ca.pem\": PEM_read_bio_X509_CRL() failed (SSL: "));
        settings.revocations.path = m_authority->revocations();
        QCOMPARE(problemOf(settings, folder()), "none");
        settings.loadsAsOld = true;
        QCOMPARE(problemOf(settings, folder()), "none");
    }

    void commandsAreOpenSsls()
    {
        TlsClientSettings settings = defaults();
        settings.commands = {{"Options", "-SessionTicket", at(9)}};
        QCOMPARE(problemOf(settings, folder()), "none");
        settings.commands.push_back({"NoSuch", "x", at(10)});
        QVERIFY(problemOf(settings, folder()).startsWith("10: SSL_CONF_cmd(\"NoSuch\", \"x\") failed (SSL: "));
    }

    void wordsOfSocketsBecomeNginxs()
    {
        const TlsErrorWords plain =
            tlsErrorWords(u"Error during SSL handshake: error:0A00010B:SSL routines::wrong version number"_s);
        QCOMPARE(plain.text, "(SSL: error:0A00010B:SSL routines::wrong version number)");
        QCOMPARE(plain.reason, "wrong version number");
        QCOMPARE(plain.alert, -1);
        QVERIFY(plain.ordinary);
        const TlsErrorWords alert = tlsErrorWords(u"x error:0A000410:SSL routines::sslv3 alert handshake failure"_s);
        QCOMPARE(alert.text, "(SSL: error:0A000410:SSL routines::sslv3 alert handshake failure:SSL alert number 40)");
        QCOMPARE(alert.alert, 40);
        const TlsErrorWords ours = tlsErrorWords(u"error:0A0000BF:SSL routines::no protocols available"_s);
        QVERIFY(!ours.ordinary);
        QVERIFY(tlsErrorWords(u"The remote host closed the connection"_s).text.isEmpty());
    }

private:
    QByteArray folder() const { return m_folder.path().toUtf8(); }
    QByteArray write(const QByteArray &name, const QByteArray &content)
    {
        QFile file(m_folder.filePath(QString::fromUtf8(name)));
        if (!file.open(QIODevice::WriteOnly))
            qFatal("cannot write");
        file.write(content);
        return file.fileName().toUtf8();
    }

    QTemporaryDir m_folder;
    std::optional<TestAuthority> m_authority;
    CertificateFiles m_client;
    CertificateFiles m_other;
};

QTEST_GUILESS_MAIN(TestTlsClientContext)
#include "tst_tlsclientcontext.moc"
