// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/certificatefacts.h"
#include "pki/certificatesigning.h"
#include "pki/leafstore.h"
#include "pki/localauthority.h"

#include <openssl/x509v3.h>

#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;

namespace {

const QByteArray Passphrase = "correct horse battery";

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        qFatal("cannot read %s", qPrintable(path));
    return file.readAll();
}

void write(const QString &path, const QByteArray &content)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
        qFatal("cannot write %s", qPrintable(path));
}

QByteArray oneLine(const CertificateHandle &certificate, int extension)
{
    const BioHandle memory(BIO_new(BIO_s_mem()));
    const int at = X509_get_ext_by_NID(certificate.get(), extension, -1);
    if (at < 0)
        return "none";
    X509_EXTENSION *const found = X509_get_ext(certificate.get(), at);
    X509V3_EXT_print(memory.get(), found, 0, 0);
    char *data = nullptr;
    const long length = BIO_get_mem_data(memory.get(), &data);
    const QByteArray text = QByteArray(data, qsizetype(length)).simplified();
    return X509_EXTENSION_get_critical(found) ? "critical " + text : text;
}

} // namespace

class TestLocalAuthority : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_home = std::make_unique<QTemporaryDir>();
        m_now = QDateTime::fromString(u"2026-11-21T08:00:00Z"_s, Qt::ISODate);
    }

    void aNewAuthoritySaysWhatItIs()
    {
        const auto authority = make({{"localhost", "test"}, u"anna@laptop"_s, KeyProtection::Passphrase});
        const AuthorityFacts &facts = authority->facts();
        QVERIFY(QRegularExpression(u"^Portlight local CA anna@laptop [0-9a-f]{8}$"_s).match(facts.name).hasMatch());
        QCOMPARE(facts.suffixes, QByteArrayList({"test", "localhost"}));
        QCOMPARE(facts.protection, KeyProtection::Passphrase);
        QCOMPARE(facts.notBefore, m_now.addSecs(-3600));
        QCOMPARE(facts.notAfter, m_now.addSecs(-3600).addDays(3652));
        const auto inspected = LocalAuthority::inspect(folder());
        QVERIFY(inspected);
        QCOMPARE(inspected->fingerprint, facts.fingerprint);
        QCOMPARE(inspected->rootPem, contentOf(facts.rootPath));
        QCOMPARE(inspected->protection, KeyProtection::Passphrase);
    }

    void aLabelIsMadeFitForACommonName()
    {
        const auto authority = make({{"test"}, u"a:b\n"_s + QString(100, u'x'), KeyProtection::File});
        QCOMPARE(authority->facts().name.size(), 64);
        QVERIFY(authority->facts().name.startsWith(u"Portlight local CA a-b xxx"_s));
    }

    void twoAuthoritiesOfOneLabelAreDifferent()
    {
        const auto one = make({{"test"}, u"desk"_s});
        const auto other = LocalAuthority::create(folder() + u"2"_s, {{"test"}, u"desk"_s}, Passphrase, clock());
        QVERIFY(other);
        QVERIFY(one->facts().name != (*other)->facts().name);
    }

    void theCertificatesAreConstrained()
    {
        const auto authority = make({{"localhost", "dev.example.com"}, {}});
        const auto certificate = authority->certificateFor({"shop.localhost"});
        QVERIFY(certificate);
        const CertificateHandle root = parse(contentOf(folder() + u"/root.crt"_s));
        const CertificateHandle &intermediate = (*certificate)->chain.front();
        QCOMPARE(oneLine(root, NID_basic_constraints), "critical CA:TRUE, pathlen:1");
        QCOMPARE(oneLine(intermediate, NID_basic_constraints), "critical CA:TRUE, pathlen:0");
        for (const CertificateHandle *one : {&root, &intermediate}) {
            QCOMPARE(oneLine(*one, NID_key_usage), "critical Certificate Sign, CRL Sign");
            QCOMPARE(oneLine(*one, NID_name_constraints),
                     "critical Permitted: DNS:localhost DNS:dev.example.com IP:127.0.0.0/255.0.0.0 "
                     "IP:0:0:0:0:0:0:0:1/FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF email:portlight.invalid "
                     "URI:portlight.invalid");
            QVERIFY(oneLine(*one, NID_subject_key_identifier) != "none");
        }
        QCOMPARE((*certificate)->chain.size(), 1U); // without the root
        QVERIFY(isIssuedBy((*certificate)->leaf.get(), intermediate.get()));
        QVERIFY(isIssuedBy(intermediate.get(), root.get()));
    }

    void aLeafSaysWhatBrowsersAskFor()
    {
        const auto authority = make();
        const auto certificate = authority->certificateFor({"*.shop.test", "SHOP.test.", "127.0.0.1", "::1",
                                                            "b\xc3\xbc"
                                                            "cher.test"});
        QVERIFY(certificate);
        const CertificateHandle &leaf = (*certificate)->leaf;
        QCOMPARE(oneLine(leaf, NID_subject_alt_name), "DNS:shop.test, DNS:*.shop.test, DNS:xn--bcher-kva.test, IP "
                                                      "Address:0:0:0:0:0:0:0:1, IP Address:127.0.0.1");
        QCOMPARE(oneLine(leaf, NID_basic_constraints), "critical CA:FALSE");
        QCOMPARE(oneLine(leaf, NID_key_usage), "critical Digital Signature");
        QCOMPARE(oneLine(leaf, NID_ext_key_usage), "TLS Web Server Authentication");
        QCOMPARE(X509_get_signature_nid(leaf.get()), NID_ecdsa_with_SHA256);
        QCOMPARE(keyKind((*certificate)->key.get()), u"EC of 256 bits"_s);
        QCOMPARE(certificateNotBefore(leaf.get()), m_now.addSecs(-3600));
        QCOMPARE(certificateNotAfter(leaf.get()), m_now.addSecs(-3600).addDays(90));
        QCOMPARE(certificateTitle(leaf.get()), u"shop.test"_s);
    }

    void serialsAreRandomPositiveAndShort()
    {
        const auto authority = make();
        QSet<QByteArray> serials;
        for (int i = 0; i < 20; ++i) {
            const auto leaf = authority->issue({"a.test"});
            QVERIFY(leaf);
            QCOMPARE(leaf->serial.size(), 32); // 16 octets
            QVERIFY(leaf->serial.at(0) < '8'); // positive without an octet more
            serials.insert(leaf->serial);
        }
        QCOMPARE(serials.size(), 20);
    }

    void aCertificateIsKeptAndSharedWhileUnchanged()
    {
        const auto authority = make();
        const auto first = authority->certificateFor({"a.test", "b.test"});
        const auto again = authority->certificateFor({"b.test", "A.test", "a.test"});
        QVERIFY(first && again);
        QCOMPARE(first->get(), again->get());
        const auto opened = LocalAuthority::open(folder(), Passphrase, clock());
        QVERIFY(opened);
        const auto read = (*opened)->certificateFor({"a.test", "b.test"});
        QVERIFY(read);
        QCOMPARE(certificateFingerprint((*read)->leaf.get()), certificateFingerprint((*first)->leaf.get()));
        QCOMPARE(LocalAuthority::leaves(folder()).size(), 1);
    }

    void whatAnotherProcessIssuedIsTaken()
    {
        const auto authority = make();
        const auto first = authority->certificateFor({"a.test"});
        const auto other = LocalAuthority::open(folder(), Passphrase, clock());
        QVERIFY(first && other);
        const auto issued = (*other)->issue({"a.test"});
        QVERIFY(issued);
        const auto now = authority->certificateFor({"a.test"});
        QVERIFY(now);
        QCOMPARE(certificateFingerprint((*now)->leaf.get()), issued->fingerprint);
    }

    void aLeafIsRenewedAtTwoThirds()
    {
        const auto authority = make();
        const auto first = authority->certificateFor({"a.test"});
        QVERIFY(first);
        const LeafFacts facts = LocalAuthority::leaves(folder()).first();
        QCOMPARE(facts.renewAt, facts.notBefore.addDays(60));
        m_now = facts.renewAt.addSecs(-1);
        QCOMPARE(authority->certificateFor({"a.test"})->get(), first->get());
        m_now = facts.renewAt;
        const auto renewed = authority->certificateFor({"a.test"});
        QVERIFY(renewed);
        QVERIFY(renewed->get() != first->get());
        QCOMPARE(certificateNotAfter((*renewed)->leaf.get()), m_now.addSecs(-3600).addDays(90));
        QCOMPARE(LocalAuthority::leaves(folder()).size(), 1);
    }

    void theIntermediateIsRenewedWithTheRootsKey()
    {
        const auto authority = make();
        const auto first = authority->certificateFor({"a.test"});
        QVERIFY(first);
        m_now = m_now.addDays(490);
        const auto later = authority->certificateFor({"a.test"});
        QVERIFY(later);
        const X509 *const before = (*first)->chain.front().get();
        const X509 *const after = (*later)->chain.front().get();
        QVERIFY(X509_cmp(before, after) != 0);
        QCOMPARE(certificateNotAfter(after), m_now.addSecs(-3600).addDays(730));
        QVERIFY(EVP_PKEY_eq(X509_get0_pubkey(before), X509_get0_pubkey(after)) == 1);
        QCOMPARE(contentOf(folder() + u"/intermediate.crt"_s), certificatePem(after));
    }

    void anIntermediateOfTheFutureIsMadeAnew()
    {
        const auto authority = make();
        m_now = m_now.addDays(600); // the clock was wrong
        QVERIFY(authority->certificateFor({"a.test"}));
        m_now = m_now.addDays(-599);
        const auto opened = LocalAuthority::open(folder(), Passphrase, clock());
        QVERIFY(opened);
        const auto certificate = (*opened)->certificateFor({"a.test"});
        QVERIFY(certificate);
        QCOMPARE(certificateNotBefore((*certificate)->chain.front().get()), m_now.addSecs(-3600));
    }

    void nothingLastsLongerThanItsIssuer()
    {
        make();
        m_now = m_now.addDays(3652 - 30);
        const auto authority = LocalAuthority::open(folder(), Passphrase, clock());
        QVERIFY(authority);
        const auto certificate = (*authority)->certificateFor({"a.test"});
        QVERIFY(certificate);
        const QDateTime end = (*authority)->facts().notAfter;
        QCOMPARE(certificateNotAfter((*certificate)->chain.front().get()), end);
        QCOMPARE(certificateNotAfter((*certificate)->leaf.get()), end);
        m_now = m_now.addDays(25); // beyond two thirds, and nothing to gain
        QCOMPARE((*authority)->certificateFor({"a.test"})->get(), certificate->get());
    }

    void anExpiredOrFutureAuthorityIsRefusedWithItsDates()
    {
        const auto authority = make();
        const QDateTime made = m_now;
        m_now = made.addDays(3652);
        auto opened = LocalAuthority::open(folder(), Passphrase, clock());
        QCOMPARE(opened.error().code, ErrorCode::CertificateExpired);
        QCOMPARE(opened.error().message,
                 u"the local authority has expired: \"%1/root.crt\" ended on 2036-11-20 07:00:00 UTC, and by this "
                 u"computer's clock it is 2036-11-20 08:00:00 UTC"_s.arg(folder()));
        QCOMPARE(authority->certificateFor({"a.test"}).error().code, ErrorCode::CertificateExpired);
        m_now = made.addDays(-1);
        opened = LocalAuthority::open(folder(), Passphrase, clock());
        QCOMPARE(opened.error().code, ErrorCode::CertificateExpired);
        QVERIFY(opened.error().message.startsWith(u"the local authority is not valid yet: "_s));
    }

    void namesOutsideSayThatANewRootIsNeededAndWhy()
    {
        const auto authority = make();
        const auto checked = authority->checkName("shop.example.com");
        QCOMPARE(checked.error().code, ErrorCode::NameNotAllowed);
        QCOMPARE(checked.error().message, u"\"shop.example.com\" lies outside what the local authority may sign: test, "
                                          u"localhost, all names below, and loopback addresses"_s);
        QCOMPARE(checked.error().hint,
                 u"these limits are signed into its root and browsers enforce them, so another suffix needs a new "
                 u"root: portlightctl ca init --replace --suffix test --suffix localhost --suffix example.com"_s);
        QCOMPARE(authority->certificateFor({"a.test", "evillocalhost"}).error().code, ErrorCode::NameNotAllowed);
        QCOMPARE(authority->issue({"192.168.1.5"}).error().code, ErrorCode::NameNotAllowed);
        QCOMPARE(authority->checkName("").error().code, ErrorCode::InvalidName);
        QCOMPARE(authority->certificateFor({}).error().code, ErrorCode::InvalidName);
        QVERIFY(LocalAuthority::leaves(folder()).isEmpty());
    }

    void aCertificateHasAtMostAHundredNames()
    {
        const auto authority = make();
        QByteArrayList names;
        for (int i = 0; i < 100; ++i)
            names.append("name" + QByteArray::number(i) + '.' + QByteArray(50, 'x') + ".test");
        const auto certificate = authority->certificateFor(names);
        QVERIFY(certificate);
        QCOMPARE(certificateNames((*certificate)->leaf.get()).size(), 100);
        for (QByteArray &name : names) // as long as names can be
            name = QByteArray(60, 'a') + '.' + QByteArray(63, 'b') + '.' + QByteArray(63, 'c') + '.' + name;
        for (QByteArray &name : names)
            name.prepend(QByteArray(253 - name.size(), 'z'));
        QVERIFY(authority->certificateFor(names));
        names.append("a.test");
        QCOMPARE(authority->certificateFor(names).error().message,
                 u"101 names are too many for one certificate: at most 100"_s);
    }

    void aWrongPassphraseIsToldFromADamagedKey()
    {
        make();
        QCOMPARE(LocalAuthority::open(folder(), "something else").error().code, ErrorCode::WrongPassphrase);
        const QString key = folder() + u"/intermediate.key"_s;
        QByteArray damaged = contentOf(key);
        damaged[damaged.size() - 60] = damaged.at(damaged.size() - 60) == 'A' ? 'B' : 'A';
        write(key, damaged);
        const auto opened = LocalAuthority::open(folder(), Passphrase, clock());
        QCOMPARE(opened.error().code, ErrorCode::InvalidCertificate);
        QVERIFY(opened.error().message.contains(u"intermediate.key\": it is damaged"_s));
    }

    void passphrasesHaveALeastAndAGreatestLength()
    {
        const auto tried = [this](qsizetype size) {
            const auto made = LocalAuthority::create(folder(), {{"test"}, {}, KeyProtection::File, true},
                                                     QByteArray(size, 'p'), clock());
            return made ? ErrorCode::None : made.error().code;
        };
        QCOMPARE(tried(7), ErrorCode::InvalidValue);
        QCOMPARE(tried(8), ErrorCode::None);
        QCOMPARE(tried(1000), ErrorCode::None);
        QCOMPARE(tried(1001), ErrorCode::InvalidValue);
        QVERIFY(LocalAuthority::newPassphrase()->size() >= 43);
        QVERIFY(*LocalAuthority::newPassphrase() != *LocalAuthority::newPassphrase());
    }

    void anAuthorityIsNotOverwritten()
    {
        const auto authority = make();
        const auto another = LocalAuthority::create(folder(), {}, Passphrase, clock());
        QCOMPARE(another.error().code, ErrorCode::AlreadyExists);
        QCOMPARE(LocalAuthority::inspect(folder())->fingerprint, authority->facts().fingerprint);
    }

    void oneThatIsReplacedIsSetAside()
    {
        const auto before = make();
        const auto after = make({{"lan"}, {}, KeyProtection::Keychain, true});
        QVERIFY(before->facts().fingerprint != after->facts().fingerprint);
        QCOMPARE(LocalAuthority::inspect(folder() + u".old-1"_s)->fingerprint, before->facts().fingerprint);
        QCOMPARE(before->certificateFor({"a.test"}).error().code, ErrorCode::NoAuthority);
        QCOMPARE(*LocalAuthority::setAside(folder()), folder() + u".old-2"_s);
        QCOMPARE(LocalAuthority::inspect(folder()).error().code, ErrorCode::FileNotFound);
        QCOMPARE(LocalAuthority::setAside(folder()).error().code, ErrorCode::FileNotFound);
    }

    void filesAreForTheirOwnerAlone()
    {
        const auto authority = make();
        const auto leaf = authority->issue({"a.test"});
        QVERIFY(leaf);
        const auto owner = QFile::ReadOwner | QFile::WriteOwner | QFile::ReadUser | QFile::WriteUser;
        const auto everybody = owner | QFile::ReadGroup | QFile::ReadOther;
        for (const QString &path : {folder() + u"/root.key"_s, folder() + u"/intermediate.key"_s, leaf->keyPath})
            QCOMPARE(QFile::permissions(path), owner);
        for (const QString &path : {folder() + u"/root.crt"_s, leaf->certificatePath})
            QCOMPARE(QFile::permissions(path), everybody);
        for (const QString &path : {folder(), folder() + u"/leaves"_s})
            QCOMPARE(QFile::permissions(path), owner | QFile::ExeOwner | QFile::ExeUser);
        QCOMPARE(QDir(m_home->path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot),
                 QStringList{u"ca"_s});
    }

    void aBrokenLeafIsIssuedAnew_data()
    {
        QTest::addColumn<QString>("ending");
        QTest::addColumn<QByteArray>("content");
        for (const QString &ending : {u".crt"_s, u".key"_s}) {
            QTest::addRow("empty %s", qPrintable(ending)) << ending << QByteArray();
            QTest::addRow("garbage %s", qPrintable(ending)) << ending << QByteArray("\0\1\2\3garbage", 11);
            QTest::addRow("large %s", qPrintable(ending)) << ending << QByteArray(64 * 1024 + 1, '-');
        }
    }
    void aBrokenLeafIsIssuedAnew()
    {
        QFETCH(QString, ending);
        QFETCH(QByteArray, content);
        make();
        const auto leaf = (*LocalAuthority::open(folder(), Passphrase, clock()))->issue({"a.test"});
        QVERIFY(leaf);
        write(ending == u".crt"_s ? leaf->certificatePath : leaf->keyPath, content);
        const auto authority = LocalAuthority::open(folder(), Passphrase, clock());
        const auto certificate = (*authority)->certificateFor({"a.test"});
        QVERIFY(certificate);
        QVERIFY(certificateFingerprint((*certificate)->leaf.get()) != leaf->fingerprint);
        QCOMPARE(X509_check_private_key((*certificate)->leaf.get(), (*certificate)->key.get()), 1);
    }

    void aLeafOfTheFutureIsIssuedAnew()
    {
        const auto authority = make();
        m_now = m_now.addDays(30);
        QVERIFY(authority->certificateFor({"a.test"}));
        m_now = m_now.addDays(-20);
        const auto certificate = authority->certificateFor({"a.test"});
        QVERIFY(certificate);
        QCOMPARE(certificateNotBefore((*certificate)->leaf.get()), m_now.addSecs(-3600));
    }

private:
    QString folder() const { return m_home->path() + u"/ca"_s; }
    LocalAuthority::Clock clock() const
    {
        return [this] { return m_now; };
    }
    std::shared_ptr<LocalAuthority> make(const AuthorityPlan &plan = {})
    {
        auto made = LocalAuthority::create(folder(), plan, Passphrase, clock());
        if (!made)
            qFatal("%s", qPrintable(made.error().toString()));
        return *made;
    }
    static CertificateHandle parse(const QByteArray &pem) { return std::move(loadTlsCertificate("data:" + pem)->leaf); }

    std::unique_ptr<QTemporaryDir> m_home;
    QDateTime m_now;
};

QTEST_GUILESS_MAIN(TestLocalAuthority)
#include "tst_localauthority.moc"
