// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/certificatefacts.h"
#include "pki/certificatefindings.h"
#include "support/testauthority.h"

#include <openssl/err.h>

#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <optional>

using namespace portlight;
using namespace portlight::testing;
using namespace Qt::StringLiterals;

namespace {

void openssl(const QStringList &arguments)
{
    QProcess program;
    program.start(u"openssl"_s, arguments);
    if (!program.waitForFinished(30'000) || program.exitCode() != 0)
        qFatal("openssl %s: %s", qPrintable(arguments.join(u' ')), program.readAllStandardError().constData());
}

QByteArray contentOf(const QByteArray &path)
{
    QFile file(QString::fromUtf8(path));
    if (!file.open(QIODevice::ReadOnly))
        qFatal("cannot read %s", path.constData());
    return file.readAll();
}

QString titles(const TlsCertificate &certificate)
{
    if (!certificate.leaf)
        return u"none"_s;
    QString text = certificateTitle(certificate.leaf.get());
    for (const CertificateHandle &above : certificate.chain)
        text += u' ' + certificateTitle(above.get());
    return text;
}

// "severity: message; hint", a line each.
QString texts(const Diagnostics &remarks)
{
    QStringList lines;
    for (const Diagnostic &remark : remarks)
        lines.append(remark.toString());
    return lines.join(u'\n');
}

} // namespace

class TestCertificateFindings : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_root.emplace(folder(), "root");
        m_middle = m_root->below("middle");
        m_lower = m_middle->below("lower");
        m_files = m_lower->issue("shop.test");
        m_other = m_root->issue("other.test");
        m_leaf = contentOf(m_files.certificate);
        m_key = contentOf(m_files.key);
    }

    void aChainInOrderIsLeftAsItIs()
    {
        const auto findings = inspect({m_leaf, lower(), middle()});
        QCOMPARE(titles(findings.usable), u"shop.test lower middle"_s);
        QCOMPARE(texts(findings.remarks), QString());
        QVERIFY(!findings.firstIsNotTheLeaf);
    }

    void aRootThatNeedsNotBeSentIsHarmless()
    {
        const auto findings = inspect({m_leaf, lower(), middle(), root()});
        QCOMPARE(titles(findings.usable), u"shop.test lower middle root"_s);
        QCOMPARE(texts(findings.remarks), QString());
    }

    void intermediatesOutOfOrderArePutInOrder()
    {
        const auto findings = inspect({m_leaf, middle(), lower()});
        QCOMPARE(titles(findings.usable), u"shop.test lower middle"_s);
        QVERIFY(!findings.firstIsNotTheLeaf);
        QCOMPARE(texts(findings.remarks),
                 u"warning: certificate \"site.pem\": its certificates are out of order, and nginx would send them so; "
                 u"they are sent in the right order; write them in this order: \"shop.test\", \"lower\", \"middle\""_s);
    }

    void aLeafBehindItsIssuersIsFoundByItsKey()
    {
        const auto findings = inspect({root(), middle(), lower(), m_leaf});
        QCOMPARE(titles(findings.usable), u"shop.test lower middle root"_s);
        QVERIFY(findings.firstIsNotTheLeaf);
        QCOMPARE(texts(findings.remarks), QString());
        QCOMPARE(findings.pairHint,
                 u"the key \"site.key\" belongs to certificate 4 in \"site.pem\", \"shop.test\", and not to the first, "
                 u"\"root\": write them in this order: \"shop.test\", \"lower\", \"middle\", \"root\""_s);
    }

    void everyOrderGivesTheSameChain()
    {
        QByteArrayList parts{m_leaf, lower(), middle(), root()};
        std::sort(parts.begin(), parts.end());
        int tried = 0;
        do {
            QCOMPARE(titles(inspect(parts).usable), u"shop.test lower middle root"_s);
            ++tried;
        } while (std::next_permutation(parts.begin(), parts.end()));
        QCOMPARE(tried, 24);
    }

    void whatHasNothingToDoWithTheLeafIsReportedAndSentLast()
    {
        const auto findings = inspect({m_leaf, contentOf(m_other.certificate), lower(), middle()});
        QCOMPARE(titles(findings.usable), u"shop.test lower middle other.test"_s);
        QVERIFY(texts(findings.remarks)
                    .contains(
                        u"\"other.test\" has nothing to do with \"shop.test\", and is sent for nothing; remove it"_s));
    }

    void aCertificateWrittenTwiceIsNoted()
    {
        const auto findings = inspect({m_leaf, lower(), middle(), middle()});
        QCOMPARE(texts(findings.remarks), u"note: certificate \"site.pem\": \"middle\" is in it twice; remove one"_s);
    }

    void aMissingIssuerIsReportedWhereOthersAreThere()
    {
        const auto findings = inspect({m_leaf, middle()});
        QCOMPARE(titles(findings.usable), u"shop.test middle"_s);
        QVERIFY(texts(findings.remarks)
                    .contains(u"the certificate of the issuer \"/CN=lower\" of \"shop.test\" is missing: many clients "
                              u"cannot verify without it; put it behind the leaf"_s));
    }

    void aLeafAloneIsNoted()
    {
        QCOMPARE(
            texts(inspect({m_leaf}).remarks),
            u"note: certificate \"site.pem\": it holds a leaf alone: clients must know its issuer, \"/CN=lower\""_s);
    }

    void anAuthorityThatSaysWhereItsIntermediateLiesHasOne()
    {
        const CertificateFiles files{folder() + "/aia.pem", folder() + "/aia.key"};
        openssl({u"req"_s,
                 u"-x509"_s,
                 u"-newkey"_s,
                 u"ec"_s,
                 u"-pkeyopt"_s,
                 u"ec_paramgen_curve:prime256v1"_s,
                 u"-nodes"_s,
                 u"-keyout"_s,
                 QString::fromUtf8(files.key),
                 u"-out"_s,
                 QString::fromUtf8(files.certificate),
                 u"-subj"_s,
                 u"/CN=aia.test"_s,
                 u"-CA"_s,
                 QString::fromUtf8(m_lower->certificate()),
                 u"-CAkey"_s,
                 QString::fromUtf8(folder() + "/lower.key"),
                 u"-addext"_s,
                 u"basicConstraints=critical,CA:FALSE"_s,
                 u"-addext"_s,
                 u"subjectAltName=DNS:aia.test"_s,
                 u"-addext"_s,
                 u"authorityInfoAccess=caIssuers;URI:http://ca.test/lower.cer"_s});
        const auto findings = inspectFiles(contentOf(files.certificate), contentOf(files.key));
        QVERIFY(texts(findings.remarks)
                    .contains(u"is missing: many clients cannot verify without it; put it, from "
                              u"http://ca.test/lower.cer, behind the leaf as PEM"_s));
    }

    void aKeyOfAnotherCertificateIsReportedByBothNames()
    {
        const auto findings = inspectFiles(m_leaf + lower(), contentOf(m_other.key));
        QCOMPARE(titles(findings.usable), u"none"_s);
        QCOMPARE(findings.pairHint,
                 u"the key \"site.key\" (EC of 256 bits) does not belong to any of the 2 certificates in \"site.pem\" "
                 u"(EC of 256 bits)"_s);
        QCOMPARE(findings.certificateHint + findings.keyHint, QString());
    }

    void everyKindOfKeyIsTaken_data()
    {
        QTest::addColumn<QStringList>("options");
        QTest::addColumn<QString>("kind");
        QTest::newRow("RSA") << QStringList{u"rsa:2048"_s} << u"RSA of 2048 bits"_s;
        QTest::newRow("ECDSA") << QStringList{u"ec"_s, u"-pkeyopt"_s, u"ec_paramgen_curve:secp384r1"_s}
                               << u"EC of 384 bits"_s;
        QTest::newRow("Ed25519") << QStringList{u"ed25519"_s} << u"ED25519"_s;
    }
    void everyKindOfKeyIsTaken()
    {
        QFETCH(QStringList, options);
        QFETCH(QString, kind);
        const QByteArray certificate = folder() + "/kind.pem";
        const QByteArray key = folder() + "/kind.key";
        openssl(QStringList{u"req"_s, u"-x509"_s, u"-newkey"_s} + options
                + QStringList{u"-nodes"_s, u"-keyout"_s, QString::fromUtf8(key), u"-out"_s,
                              QString::fromUtf8(certificate), u"-subj"_s, u"/CN=kind.test"_s, u"-addext"_s,
                              u"subjectAltName=DNS:kind.test"_s});
        const auto findings = inspectFiles(contentOf(certificate), contentOf(key));
        QCOMPARE(titles(findings.usable), u"kind.test"_s);
        QCOMPARE(keyKind(findings.usable.key.get()), kind);
        QCOMPARE(inspectFiles(contentOf(certificate), m_key).pairHint,
                 u"the key \"site.key\" (EC of 256 bits) does not belong to the certificate in \"site.pem\" (%1)"_s.arg(
                     kind));
    }

    void anEncryptedKeyNeedsItsPassword()
    {
        const QByteArray sealed = contentOf(TestAuthority::encryptKey(m_files, "secret"));
        QCOMPARE(inspectFiles(m_leaf, sealed).keyHint,
                 u"the key is encrypted: name a file with its password in ssl_password_file"_s);
        QCOMPARE(inspectFiles(m_leaf, sealed, {"wrong"}).keyHint,
                 u"the key is encrypted, and the password in ssl_password_file does not open it"_s);
        QCOMPARE(inspectFiles(m_leaf, sealed, {"wrong", "worse"}).keyHint,
                 u"the key is encrypted, and none of the 2 passwords in ssl_password_file opens it"_s);
        QCOMPARE(titles(inspectFiles(m_leaf, sealed, {"wrong", "secret"}).usable), u"shop.test"_s);
    }

    void expiryIsReportedWithItsDate()
    {
        const QDateTime now = QDateTime::currentDateTimeUtc();
        const auto later = inspect({m_leaf, lower(), middle()}, now.addDays(40));
        QCOMPARE(titles(later.usable), u"shop.test lower middle"_s);
        QCOMPARE(later.remarks.size(), 3);
        QCOMPARE(later.remarks.first().code, ErrorCode::CertificateExpired);
        const QString until = dateText(certificateNotAfter(later.usable.leaf.get()));
        QCOMPARE(later.remarks.first().message, u"certificate \"site.pem\": \"shop.test\" expired on "_s + until);
        const auto earlier = inspect({m_leaf}, now.addDays(-2));
        const QString from = dateText(certificateNotBefore(earlier.usable.leaf.get()));
        QCOMPARE(earlier.remarks.first().message,
                 u"certificate \"site.pem\": \"shop.test\" is not valid before "_s + from);
    }

    void whatBrowsersRefuseIsReported()
    {
        const QByteArray certificate = folder() + "/bare.pem";
        const QByteArray key = folder() + "/bare.key";
        openssl({u"req"_s, u"-x509"_s, u"-newkey"_s, u"ed25519"_s, u"-nodes"_s, u"-keyout"_s, QString::fromUtf8(key),
                 u"-out"_s, QString::fromUtf8(certificate), u"-subj"_s, u"/CN=bare.test"_s, u"-addext"_s,
                 u"extendedKeyUsage=clientAuth"_s});
        const QString remarks = texts(inspectFiles(contentOf(certificate), contentOf(key)).remarks);
        QVERIFY(remarks.contains(u"\"bare.test\" has no names in subjectAltName: browsers refuse it"_s));
        QVERIFY(remarks.contains(u"\"bare.test\" is not meant for servers (extendedKeyUsage): clients refuse it"_s));
    }

    void whatOpenSslFindsTooWeakIsNamed_data()
    {
        QTest::addColumn<QStringList>("options");
        QTest::addColumn<QString>("hint");
        QTest::newRow("key") << QStringList{
            u"rsa:1024"_s} << u"its key, RSA of 1024 bits, is too weak: make one of RSA with 2048 bits, or on P-256"_s;
        QTest::newRow("its own digest") << QStringList{u"rsa:2048"_s, u"-sha1"_s} << QString();
        QTest::newRow("digest") << QStringList{u"rsa:2048"_s, u"-sha1"_s,
                                               u"-CA"_s,      m_folder.filePath(u"root.pem"_s),
                                               u"-CAkey"_s,   m_folder.filePath(u"root.key"_s)}
                                << u"its signature's digest is too weak: have it signed anew, with SHA-256"_s;
        QTest::newRow("neither") << QStringList{u"rsa:2048"_s} << QString();
    }
    void whatOpenSslFindsTooWeakIsNamed()
    {
        QFETCH(QStringList, options);
        QFETCH(QString, hint);
        const QByteArray certificate = folder() + "/weak.pem";
        const QByteArray key = folder() + "/weak.key";
        openssl(QStringList{u"req"_s, u"-x509"_s, u"-newkey"_s} + options
                + QStringList{u"-nodes"_s, u"-keyout"_s, QString::fromUtf8(key), u"-out"_s,
                              QString::fromUtf8(certificate), u"-subj"_s, u"/CN=weak.test"_s});
        const auto findings = inspectFiles(contentOf(certificate), contentOf(key));
        QCOMPARE(findings.pairHint, hint);
        const TlsContextHandle context(SSL_CTX_new(TLS_server_method()));
        SSL_CTX_set_security_level(context.get(), 2);
        QCOMPARE(SSL_CTX_use_certificate(context.get(), findings.usable.leaf.get()) == 1, hint.isEmpty());
        ERR_clear_error();
    }

    void inspectingLeavesNoErrorsOfOpenSslBehind()
    {
        inspectFiles("garbage", "garbage");
        inspectFiles(m_leaf, m_leaf, {"wrong"});
        QCOMPARE(ERR_peek_error(), 0UL);
    }

    void exchangedFilesAreRecognised()
    {
        const auto findings = inspectFiles(m_key, m_leaf);
        QCOMPARE(findings.certificateHint, u"it holds a key and no certificate: are certificate and key exchanged?"_s);
        QCOMPARE(findings.keyHint, u"it holds a certificate and no key: are certificate and key exchanged?"_s);
    }

    void wrongContentIsNamed_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("hint");
        QTest::newRow("empty") << QByteArray() << u"the file is empty"_s;
        QTest::newRow("blank") << QByteArray("\n\n") << u"the file is empty"_s;
        QTest::newRow("text") << QByteArray("hello\n") << u"no line \"-----BEGIN CERTIFICATE-----\" was found in it"_s;
        QTest::newRow("binary") << QByteArray("\x7f"
                                              "ELF\0\0\1",
                                              7)
                                << u"it is binary data, where PEM is wanted"_s;
        QTest::newRow("UTF-16") << QByteArray("\xff\xfe-\0-\0", 6) << u"it is text in UTF-16: save it as plain ASCII"_s;
        QTest::newRow("request") << QByteArray("-----BEGIN CERTIFICATE REQUEST-----\nAA==\n"
                                               "-----END CERTIFICATE REQUEST-----\n")
                                 << u"it holds a certificate request: what the authority answers to it is wanted"_s;
        QTest::newRow("PKCS#7")
            << QByteArray("-----BEGIN PKCS7-----\nAA==\n-----END PKCS7-----\n")
            << u"it is a PKCS#7 bundle: openssl pkcs7 -print_certs -in site.pem -out site.pem.pem"_s;
        QTest::newRow("damaged") << QByteArray("\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
                                 << u"the certificate that begins in line 2 is damaged"_s;
        // OpenSSL would ask for its password at the terminal.
        QTest::newRow("encrypted certificate")
            << QByteArray("-----BEGIN CERTIFICATE-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,"
                          "00112233445566778899AABBCCDDEEFF\n\nAAAAAAAAAAAAAAAAAAAAAA==\n-----END CERTIFICATE-----\n")
            << u"the certificate that begins in line 1 is damaged"_s;
    }
    void wrongContentIsNamed()
    {
        QFETCH(QByteArray, content);
        QFETCH(QString, hint);
        QCOMPARE(inspectFiles(content, m_key).certificateHint, hint);
    }

    void aByteOrderMarkIsPassedOver()
    {
        QCOMPARE(titles(inspectFiles("\xef\xbb\xbf" + m_leaf, m_key).usable), u"shop.test"_s);
        QCOMPARE(inspectFiles("\xef\xbb\xbf" + m_leaf.left(100), m_key).certificateHint,
                 u"the certificate that begins in line 1 is cut off: its end line is missing"_s);
    }

    void cutOffCertificatesAreNamedByLine()
    {
        const QByteArray second = m_leaf + lower();
        const QByteArray cut = second.left(second.size() - 60);
        QCOMPARE(inspectFiles(m_leaf.left(100), m_key).certificateHint,
                 u"the certificate that begins in line 1 is cut off: its end line is missing"_s);
        QCOMPARE(inspectFiles(cut, m_key).certificateHint,
                 u"the certificate that begins in line %1 is cut off: its end line is missing"_s.arg(m_leaf.count('\n')
                                                                                                     + 1));
        QCOMPARE(inspectFiles(m_leaf, m_key.left(60)).keyHint,
                 u"the key that begins in line 1 is cut off: its end line is missing"_s);
    }

    void derIsNamedWithTheCommandThatConvertsIt()
    {
        const QString certificate = QString::fromUtf8(folder() + "/leaf.der");
        const QString key = QString::fromUtf8(folder() + "/key.der");
        const QString archive = QString::fromUtf8(folder() + "/leaf.p12");
        openssl({u"x509"_s, u"-in"_s, QString::fromUtf8(m_files.certificate), u"-outform"_s, u"DER"_s, u"-out"_s,
                 certificate});
        openssl({u"pkey"_s, u"-in"_s, QString::fromUtf8(m_files.key), u"-outform"_s, u"DER"_s, u"-out"_s, key});
        openssl({u"pkcs12"_s, u"-export"_s, u"-in"_s, QString::fromUtf8(m_files.certificate), u"-inkey"_s,
                 QString::fromUtf8(m_files.key), u"-passout"_s, u"pass:secret"_s, u"-out"_s, archive});
        QCOMPARE(inspectFiles(contentOf(certificate.toUtf8()), m_key).certificateHint,
                 u"it is a certificate in DER, where PEM is wanted: openssl x509 -inform DER -in site.pem -out "
                 u"site.pem.pem"_s);
        QCOMPARE(inspectFiles(m_leaf, contentOf(key.toUtf8())).keyHint,
                 u"it is a key in DER, where PEM is wanted: openssl pkey -inform DER -in site.key -out site.key.pem"_s);
        QCOMPARE(inspectFiles(contentOf(archive.toUtf8()), m_key).certificateHint,
                 u"it is a PKCS#12 archive, where PEM is wanted: openssl pkcs12 -in site.pem -out site.pem.pem"_s);
    }

    void aKeyInTheCertificatesOwnFileIsFound()
    {
        QCOMPARE(titles(inspectFiles(m_key + m_leaf, m_key + m_leaf).usable), u"shop.test"_s);
    }

    void chainsOfManyAreOrderedUpToTheMaximum()
    {
        QByteArrayList parts{root(), m_leaf};
        for (int i = 2; i < 100; ++i)
            parts.append(middle());
        QCOMPARE(certificateTitle(inspect(parts).usable.leaf.get()), u"shop.test"_s);
        parts.append(middle());
        QVERIFY(!inspect(parts).usable.leaf); // as written: the first is not the key's
        QVERIFY(inspect(parts).pairHint.contains(u"does not belong to any of the 101 certificates"_s));
    }

    void sourcesAreReadUpToTheMaximum()
    {
        QCOMPARE(*readTlsSource("data:abc"), "abc");
        const QByteArray path = folder() + "/large";
        QFile file(QString::fromUtf8(path));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QVERIFY(file.resize(TlsFileBytesMax));
        QCOMPARE(readTlsSource(path)->size(), TlsFileBytesMax);
        QVERIFY(file.resize(TlsFileBytesMax + 1));
        QVERIFY(readTlsSource(path).error().message.endsWith(u"has over 16777216 bytes"_s));
        QCOMPARE(readTlsSource(folder() + "/none").error().code, ErrorCode::FileNotReadable);
    }

private:
    QByteArray folder() const { return m_folder.path().toUtf8(); }
    QByteArray root() const { return contentOf(m_root->certificate()); }
    QByteArray middle() const { return contentOf(m_middle->certificate()); }
    QByteArray lower() const { return contentOf(m_lower->certificate()); }
    CertificateFindings inspectFiles(const QByteArray &certificate, const QByteArray &key,
                                     const std::vector<QByteArray> &passwords = {},
                                     const QDateTime &now = QDateTime::currentDateTimeUtc()) const
    {
        return inspectCertificate({u"site.pem"_s, certificate, u"site.key"_s, key, passwords}, now);
    }
    CertificateFindings inspect(const QByteArrayList &parts,
                                const QDateTime &now = QDateTime::currentDateTimeUtc()) const
    {
        return inspectFiles(parts.join(), m_key, {}, now);
    }

    QTemporaryDir m_folder;
    std::optional<TestAuthority> m_root;
    std::optional<TestAuthority> m_middle;
    std::optional<TestAuthority> m_lower;
    CertificateFiles m_files;
    CertificateFiles m_other;
    QByteArray m_leaf;
    QByteArray m_key;
};

QTEST_GUILESS_MAIN(TestCertificateFindings)
#include "tst_certificatefindings.moc"
