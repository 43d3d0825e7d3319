// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/certificatefacts.h"
#include "pki/sealedkey.h"

#include <QProcess>
#include <QSet>
#include <QTemporaryDir>
#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;

namespace {

const QByteArray Passphrase = "correct horse battery";

// What `openssl` answers to a PEM text on its standard input.
QByteArray openssl(const QStringList &arguments, const QByteArray &pem)
{
    QProcess program;
    program.setProcessChannelMode(QProcess::MergedChannels);
    program.start(u"openssl"_s, arguments);
    program.write(pem);
    program.closeWriteChannel();
    if (!program.waitForFinished(30'000))
        qFatal("openssl hangs");
    return program.readAll();
}

// Made by other programs, with settings of theirs.
QByteArray sealedBy(const QStringList &options)
{
    const auto key = makeKey();
    const auto sealed = sealKey(key->get(), Passphrase, KeyDerivation::Pbkdf2);
    const QTemporaryDir folder;
    const QString plain = folder.filePath(u"plain.key"_s); // of a key that is used for nothing
    openssl({u"pkcs8"_s, u"-passin"_s, u"pass:"_s + QString::fromUtf8(Passphrase), u"-out"_s, plain}, *sealed);
    return openssl(
        QStringList{u"pkcs8"_s, u"-topk8"_s, u"-in"_s, plain, u"-passout"_s, u"pass:"_s + QString::fromUtf8(Passphrase)}
            + options,
        {});
}

} // namespace

class TestSealedKey : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void keysAreEncryptedAsTheyShouldBe_data()
    {
        QTest::addColumn<KeyDerivation>("derivation");
        QTest::addColumn<QByteArrayList>("parts");
        QTest::newRow("random passphrase")
            << KeyDerivation::Pbkdf2
            << QByteArrayList{":PBES2", ":PBKDF2", "INTEGER           :2710", ":hmacWithSHA256", ":aes-256-cbc"};
        QTest::newRow("a person's") << KeyDerivation::Scrypt << QByteArrayList{":PBES2",
                                                                               ":scrypt",
                                                                               "INTEGER           :4000",
                                                                               "INTEGER           :08",
                                                                               "INTEGER           :05",
                                                                               ":aes-256-cbc"};
    }
    void keysAreEncryptedAsTheyShouldBe()
    {
        QFETCH(KeyDerivation, derivation);
        QFETCH(QByteArrayList, parts);
        const auto key = makeKey();
        const auto sealed = sealKey(key->get(), Passphrase, derivation);
        QVERIFY(sealed->startsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
        const QByteArray dump = openssl({u"asn1parse"_s}, *sealed);
        qsizetype at = 0;
        for (const QByteArray &part : parts) {
            const qsizetype found = dump.indexOf(part, at);
            QVERIFY2(found >= 0, dump + "\nmisses " + part);
            at = found + part.size();
        }
        const QByteArray plain = openssl(
            {u"pkey"_s, u"-noout"_s, u"-text"_s, u"-passin"_s, u"pass:"_s + QString::fromUtf8(Passphrase)}, *sealed);
        QVERIFY2(plain.contains("NIST CURVE: P-256"), plain);
    }

    void whatWasSealedOpens()
    {
        const auto key = makeKey();
        for (const KeyDerivation derivation : {KeyDerivation::Pbkdf2, KeyDerivation::Scrypt}) {
            const auto sealed = sealKey(key->get(), Passphrase, derivation);
            const auto opened = openSealedKey(*sealed, Passphrase);
            QVERIFY(opened);
            QCOMPARE(EVP_PKEY_eq(opened->get(), key->get()), 1);
            QCOMPARE(openSealedKey(*sealed, "wrong").error().code, ErrorCode::WrongPassphrase);
            QCOMPARE(openSealedKey(*sealed, {}).error().code, ErrorCode::WrongPassphrase);
        }
    }

    void saltsDiffer()
    {
        const auto key = makeKey();
        QVERIFY(*sealKey(key->get(), Passphrase, KeyDerivation::Pbkdf2)
                != *sealKey(key->get(), Passphrase, KeyDerivation::Pbkdf2));
    }

    void whatIsNoSealedKeyIsSaidSo()
    {
        for (const QByteArray &text : {QByteArray(), QByteArray("garbage"), QByteArray("\0\1\2", 3),
                                       QByteArray("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n"
                                                  "-----END ENCRYPTED PRIVATE KEY-----\n")}) {
            QCOMPARE(checkSealedKey(text).error().code, ErrorCode::InvalidCertificate);
            QCOMPARE(openSealedKey(text, Passphrase).error().code, ErrorCode::InvalidCertificate);
        }
    }

    void derivationsAreBounded()
    {
        QVERIFY(openSealedKey(sealedBy({u"-v2"_s, u"aes-256-cbc"_s, u"-iter"_s, u"1000000"_s}), Passphrase));
        const QByteArray slow = sealedBy({u"-v2"_s, u"aes-256-cbc"_s, u"-iter"_s, u"1000001"_s});
        QCOMPARE(openSealedKey(slow, Passphrase).error().code, ErrorCode::InvalidCertificate);
        const QStringList scrypt{u"-scrypt"_s, u"-scrypt_N"_s, u"16"_s, u"-scrypt_r"_s, u"8"_s, u"-scrypt_p"_s};
        QVERIFY(openSealedKey(sealedBy(scrypt + QStringList{u"16"_s}), Passphrase));
        QCOMPARE(checkSealedKey(sealedBy(scrypt + QStringList{u"17"_s})).error().code, ErrorCode::InvalidCertificate);
        QCOMPARE(checkSealedKey(sealedBy({u"-v1"_s, u"PBE-SHA1-3DES"_s})).error().message,
                 u"its key is not encrypted by PBES2"_s);
    }

    void passphrasesAreRandom()
    {
        QSet<QByteArray> all;
        for (int i = 0; i < 100; ++i) {
            const auto one = makePassphrase();
            QCOMPARE(one->size(), 43);
            all.insert(*one);
        }
        QCOMPARE(all.size(), 100);
    }

    void aKeysPassphraseFollowsFromKeyAndPurpose()
    {
        const auto key = makeKey();
        const auto other = makeKey();
        const QByteArray one = passphraseOf(key->get(), "leaves")->view().toByteArray();
        QCOMPARE(one.size(), 64);
        QCOMPARE(passphraseOf(key->get(), "leaves")->view().toByteArray(), one);
        QVERIFY(passphraseOf(key->get(), "others")->view() != one);
        QVERIFY(passphraseOf(other->get(), "leaves")->view() != one);
    }

    void secretsMoveAndAreWiped()
    {
        SecretBytes secret(QByteArrayView("secret"));
        SecretBytes moved(std::move(secret));
        QCOMPARE(moved.view(), QByteArrayView("secret"));
        secret = SecretBytes(QByteArrayView("other"));
        QCOMPARE(secret.view(), QByteArrayView("other"));
        QByteArray bytes("secret");
        bytes.detach();
        wipeSecret(bytes);
        QVERIFY(bytes.isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestSealedKey)
#include "tst_sealedkey.moc"
