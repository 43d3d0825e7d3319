// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/certificatefacts.h"
#include "pki/certificatefindings.h"
#include "pki/localauthority.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

// Files of an authority, and of users, that are cut off, have a bit turned, or are something else altogether.

using namespace portlight;
using namespace Qt::StringLiterals;

namespace {

const QByteArray Passphrase = "correct horse battery";
constexpr qsizetype Step = 13; // bytes between two damages: coprime to PEM's lines of 65

void write(const QString &path, const QByteArray &content)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
        qFatal("cannot write %s", qPrintable(path));
}

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        qFatal("cannot read %s", qPrintable(path));
    return file.readAll();
}

QByteArrayList damages(const QByteArray &whole)
{
    QByteArrayList all{QByteArray(), QByteArray(200, '\0'), QByteArray("garbage\n"), whole + whole, whole + '\0'};
    for (qsizetype at = 0; at < whole.size(); at += Step) {
        all.append(whole.left(at));
        QByteArray turned = whole;
        turned[at] = char(turned.at(at) ^ (1 << (at % 8)));
        all.append(turned);
    }
    return all;
}

} // namespace

class TestPkiDamage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_authority = *LocalAuthority::create(folder(), {}, Passphrase, clock());
        m_other = *LocalAuthority::create(m_home.filePath(u"other"_s), {}, Passphrase, clock());
        QVERIFY(m_authority->certificateFor({"a.test"}));
    }

    void aDamagedAuthorityIsReportedByItsFileAndLeftAsItIs_data()
    {
        QTest::addColumn<QString>("name");
        for (const QString &name :
             {u"root.crt"_s, u"root.key"_s, u"intermediate.crt"_s, u"intermediate.key"_s, u"protection"_s})
            QTest::newRow(qPrintable(name)) << name;
    }
    void aDamagedAuthorityIsReportedByItsFileAndLeftAsItIs()
    {
        QFETCH(QString, name);
        const QString path = folder() + u'/' + name;
        const QByteArray whole = contentOf(path);
        int refused = 0;
        for (const QByteArray &damage : damages(whole)) {
            write(path, damage);
            const auto inspected = LocalAuthority::inspect(folder());
            const auto opened = LocalAuthority::open(folder(), Passphrase, clock());
            QCOMPARE(contentOf(path), damage);
            if (opened) // the damage lies where nothing is read: a line's end, the text of another PEM's header
                continue;
            ++refused;
            QVERIFY2(opened.error().message.contains(path), qPrintable(opened.error().message));
            QVERIFY(!opened.error().hint.isEmpty());
            QVERIFY(inspected || inspected.error().message.contains(path));
        }
        QVERIFY2(refused > damages(whole).size() / 2, qPrintable(QString::number(refused)));
        write(path, whole);
        QVERIFY(LocalAuthority::open(folder(), Passphrase, clock()));
    }

    void aMissingFileIsReported_data() { aDamagedAuthorityIsReportedByItsFileAndLeftAsItIs_data(); }
    void aMissingFileIsReported()
    {
        QFETCH(QString, name);
        const QString path = folder() + u'/' + name;
        const QByteArray whole = contentOf(path);
        QVERIFY(QFile::remove(path));
        const auto inspected = LocalAuthority::inspect(folder());
        QCOMPARE(inspected.error().code, ErrorCode::InvalidCertificate);
        QVERIFY(inspected.error().message.contains(path));
        QCOMPARE(LocalAuthority::create(folder(), {}, Passphrase, clock()).error().code, ErrorCode::AlreadyExists);
        write(path, whole);
    }

    void filesOfAnotherAuthorityAreRecognised_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<ErrorCode>("code");
        QTest::addColumn<QString>("message");
        QTest::newRow("root.crt") << u"root.crt"_s << ErrorCode::InvalidCertificate
                                  << u"/intermediate.crt\": it is not an authority signed by \""_s;
        QTest::newRow("intermediate.crt") << u"intermediate.crt"_s << ErrorCode::InvalidCertificate
                                          << u"/intermediate.crt\": it is not an authority signed by \""_s;
        QTest::newRow("intermediate.key")
            << u"intermediate.key"_s << ErrorCode::KeyMismatch << u"/intermediate.key\": its key is not that of \""_s;
    }
    void filesOfAnotherAuthorityAreRecognised()
    {
        QFETCH(QString, name);
        QFETCH(ErrorCode, code);
        QFETCH(QString, message);
        const QString path = folder() + u'/' + name;
        const QByteArray whole = contentOf(path);
        write(path, contentOf(m_home.filePath(u"other/"_s + name)));
        const auto opened = LocalAuthority::open(folder(), Passphrase, clock());
        write(path, whole);
        QCOMPARE(opened.error().code, code);
        QVERIFY2(opened.error().message.contains(message), qPrintable(opened.error().message));
    }

    // It is needed, and read, only when the intermediate is renewed.
    void aRootsKeyOfAnotherAuthorityIsRecognisedWhenItIsNeeded()
    {
        const QString path = folder() + u"/root.key"_s;
        const QByteArray whole = contentOf(path);
        const QByteArray intermediate = contentOf(folder() + u"/intermediate.crt"_s);
        write(path, contentOf(m_home.filePath(u"other/root.key"_s)));
        const auto opened = LocalAuthority::open(folder(), Passphrase, clock(500)); // due, and still good
        QVERIFY(opened);
        QVERIFY((*opened)->certificateFor({"b.test"}));
        QCOMPARE((*opened)->renewalProblem()->code, ErrorCode::KeyMismatch);
        const auto late = LocalAuthority::open(folder(), Passphrase, clock(800));
        QCOMPARE(late.error().code, ErrorCode::KeyMismatch);
        QVERIFY(late.error().message.contains(u"/root.key\": its key is not that of \""_s));
        QCOMPARE(contentOf(folder() + u"/intermediate.crt"_s), intermediate);
        write(path, whole);
    }

    void aRootWithoutConstraintsIsNotUsed()
    {
        const QString path = folder() + u"/root.crt"_s;
        const QByteArray whole = contentOf(path);
        const auto leaf = m_authority->issue({"a.test"});
        write(path, contentOf(leaf->certificatePath));
        QVERIFY(LocalAuthority::inspect(folder()).error().message.contains(u"it is no root certificate"_s));
        write(path, whole);
    }

    void aDamagedLeafIsIssuedAnew_data()
    {
        QTest::addColumn<QString>("ending");
        QTest::newRow("certificate") << u".crt"_s;
        QTest::newRow("key") << u".key"_s;
    }
    void aDamagedLeafIsIssuedAnew()
    {
        QFETCH(QString, ending);
        const auto leaf = m_authority->issue({"a.test"});
        QVERIFY(leaf);
        const QString path = ending == u".crt"_s ? leaf->certificatePath : leaf->keyPath;
        int anew = 0;
        const QByteArrayList all = damages(contentOf(path));
        for (qsizetype i = 0; i < all.size(); i += 3) { // each costs a derivation and a signature
            write(path, all.at(i));
            LocalAuthority::leaves(folder());
            const auto opened = LocalAuthority::open(folder(), Passphrase, clock());
            QVERIFY(opened);
            const auto certificate = (*opened)->certificateFor({"a.test"});
            QVERIFY2(certificate, certificate ? "" : qPrintable(certificate.error().toString()));
            QCOMPARE(X509_check_private_key((*certificate)->leaf.get(), (*certificate)->key.get()), 1);
            QVERIFY(isIssuedBy((*certificate)->leaf.get(), (*certificate)->chain.front().get()));
            anew += contentOf(path) != all.at(i);
        }
        QVERIFY2(anew > all.size() / 3 / 3, qPrintable(QString::number(anew))); // the chain's second half is not read
    }

    void usersFilesNeverCrash()
    {
        const auto leaf = m_authority->issue({"a.test"});
        const QByteArray certificate = *m_authority->leafPem(*leaf);
        const QByteArray key = *m_authority->leafKeyPem(*leaf);
        const QDateTime now = clock()();
        QVERIFY(inspectCertificate({u"c"_s, certificate, u"k"_s, key, {}}, now).usable.leaf);
        for (const QByteArray &damage : damages(certificate)) {
            const auto findings = inspectCertificate({u"c"_s, damage, u"k"_s, key, {}}, now);
            QVERIFY(findings.usable.leaf || !findings.certificateHint.isEmpty() || !findings.pairHint.isEmpty());
        }
        for (const QByteArray &damage : damages(key)) {
            const auto findings = inspectCertificate({u"c"_s, certificate, u"k"_s, damage, {}}, now);
            QVERIFY(findings.usable.leaf || !findings.keyHint.isEmpty() || !findings.pairHint.isEmpty());
            QVERIFY(!findings.keyHint.contains(u"MIG"_s)); // of what is secret nothing is shown
        }
    }

private:
    QString folder() const { return m_home.filePath(u"ca"_s); }
    static LocalAuthority::Clock clock(int days = 0)
    {
        return [days] { return QDateTime::fromString(u"2026-11-21T08:00:00Z"_s, Qt::ISODate).addDays(days); };
    }

    QTemporaryDir m_home;
    std::shared_ptr<LocalAuthority> m_authority;
    std::shared_ptr<LocalAuthority> m_other;
};

QTEST_GUILESS_MAIN(TestPkiDamage)
#include "tst_pki_damage.moc"
