// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/passphrasefile.h"
#include "support/authoritydesk.h"

#include <QDir>
#include <QFileInfo>
#include <QSignalSpy>
#include <QTest>
#include <QThreadPool>

using namespace portlight;
using namespace portlight::testing;
using namespace Qt::StringLiterals;

namespace {

Result<std::shared_ptr<const TlsCertificate>> certificate(Authority &authority, const QByteArray &name)
{
    return authority.certificates()->certificateFor({name});
}

QByteArray serialOf(const TlsCertificate &certificate)
{
    const ASN1_INTEGER *serial = X509_get0_serialNumber(certificate.leaf.get());
    return QByteArray(reinterpret_cast<const char *>(ASN1_STRING_get0_data(serial)), ASN1_STRING_length(serial));
}

} // namespace

class AuthorityTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void withoutFilesThereIsNone()
    {
        Desk desk;
        const auto authority = desk.authority();
        QVERIFY(opens(*authority));
        QCOMPARE(authority->status().state, AuthorityState::None);
        const auto refused = certificate(*authority, "demo.localhost");
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::NoAuthority);
        QVERIFY(refused.error().hint.contains(u"portlightctl ca init"_s));
        const AuthorityOutcome issue = outcomeOf(*authority, [&] { return authority->issue({u"a.localhost"_s}); });
        QCOMPARE(issue.error.code, ErrorCode::NoAuthority);
        QCOMPARE(desk.keychain->reads, 0);
    }

    void whatIsMadeIsReadyAndItsPassphraseIsInTheKeychainAlone()
    {
        Desk desk;
        const auto authority = desk.authority();
        QSignalSpy changed(authority.get(), &Authority::certificatesChanged);
        const AuthorityOutcome made = create(*authority);
        QVERIFY2(made.ok, qPrintable(made.error.toString()));
        const AuthorityStatus &status = authority->status();
        QCOMPARE(status.state, AuthorityState::Ready);
        QCOMPARE(status.problem, QString());
        QCOMPARE(status.suffixes, (QStringList{u"test"_s, u"localhost"_s}));
        QCOMPARE(status.certificates.size(), 1); // to prove trust stores with
        QCOMPARE(desk.keychain->entries.keys(), QStringList{status.fingerprint});
        QVERIFY(!QFileInfo::exists(passphraseFilePath(desk.folder())));
        QCOMPARE(changed.size(), 1);
        QCOMPARE(desk.beside(), QStringList{u"ca"_s});
        QVERIFY(certificate(*authority, "shop.localhost"));
        QCOMPARE(authority->certificates()->suffixes(), (QByteArrayList{"test", "localhost"}));

        const auto later = desk.authority(); // another start
        QVERIFY(opens(*later));
        QCOMPARE(later->status().state, AuthorityState::Ready);
        QVERIFY(certificate(*later, "shop.localhost"));
    }

    void aKeychainThatRefusesLeavesNothingBehind()
    {
        Desk desk;
        desk.keychain->refusal = Error{ErrorCode::KeychainMissing, u"no keyring runs"_s, {}, {}};
        const auto authority = desk.authority();
        const AuthorityOutcome made = create(*authority);
        QCOMPARE(made.error.code, ErrorCode::KeychainMissing);
        QVERIFY2(made.error.hint.contains(u"--protect passphrase"_s), qPrintable(made.error.hint));
        QVERIFY2(made.error.hint.contains(u"--protect file"_s), qPrintable(made.error.hint));
        QCOMPARE(desk.beside(), QStringList());
        QCOMPARE(authority->status().state, AuthorityState::None);
    }

    void withoutAKeychainNothingIsTried()
    {
        Desk desk;
        Authority authority(nullptr, desk.options());
        QCOMPARE(create(authority).error.code, ErrorCode::KeychainMissing);
        QCOMPARE(desk.beside(), QStringList());
    }

    void aReplacementThatFailsLeavesTheFormerOneAtWork()
    {
        Desk desk;
        const auto authority = desk.authority();
        QVERIFY(create(*authority).ok);
        const QString fingerprint = authority->status().fingerprint;
        QCOMPARE(create(*authority).error.code, ErrorCode::AlreadyExists);
        desk.keychain->refusal = Error{ErrorCode::KeychainLocked, u"locked"_s, {}, {}};
        AuthorityRequest another;
        another.replace = true;
        QCOMPARE(create(*authority, another).error.code, ErrorCode::KeychainLocked);
        QCOMPARE(desk.beside(), QStringList{u"ca"_s});
        QCOMPARE(authority->status().fingerprint, fingerprint);
        QVERIFY(certificate(*authority, "shop.localhost"));

        desk.keychain->refusal.reset();
        const AuthorityOutcome replaced = create(*authority, another);
        QVERIFY2(replaced.ok, qPrintable(replaced.error.toString()));
        QVERIFY(authority->status().fingerprint != fingerprint);
        QVERIFY2(replaced.text.contains(u"ca.old-1"_s), qPrintable(replaced.text));
        QCOMPARE(desk.beside(), (QStringList{u"ca"_s, u"ca.old-1"_s}));
        QVERIFY(certificate(*authority, "shop.localhost"));
    }

    void givingUpOnTheKeychainChangesNothing()
    {
        Desk desk;
        const auto authority = desk.authority();
        desk.keychain->holds = true;
        QSignalSpy finished(authority.get(), &Authority::finished);
        authority->create({});
        QTRY_VERIFY_WITH_TIMEOUT(!desk.keychain->held.empty(), PatienceMs);
        authority->cancel();
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, PatienceMs);
        QCOMPARE(finished.at(0).first().value<AuthorityOutcome>().error.code, ErrorCode::Cancelled);
        QCOMPARE(desk.beside(), QStringList());
        QCOMPARE(authority->status().state, AuthorityState::None);
        QVERIFY(!authority->status().busy);
    }

    void aKeychainThatHangsHoldsUpNothingElse()
    {
        Desk desk;
        QVERIFY(create(*desk.authority()).ok);
        desk.keychain->holds = true;
        const auto authority = desk.authority();
        QSignalSpy opened(authority.get(), &Authority::opened);
        authority->open();
        QTRY_COMPARE_WITH_TIMEOUT(authority->status().state, AuthorityState::Unlocking, PatienceMs);
        QVERIFY(!outcomeOf(*authority, [&] { return authority->refreshTrust(); }).stores.isEmpty());
        QCOMPARE(authority->status().state, AuthorityState::Unlocking);
        QCOMPARE(opened.size(), 0);
        authority->cancel();
        QTRY_COMPARE_WITH_TIMEOUT(opened.size(), 1, PatienceMs);
        QCOMPARE(authority->status().state, AuthorityState::Locked);
        const auto refused = certificate(*authority, "a.localhost");
        QCOMPARE(refused.error().code, ErrorCode::AuthorityLocked);
        QVERIFY(!refused.error().hint.isEmpty());
        desk.keychain->holds = false;
        QVERIFY(opens(*authority)); // tried again
        QCOMPARE(authority->status().state, AuthorityState::Ready);
    }

    void aLostEntryLeavesItLocked()
    {
        Desk desk;
        QVERIFY(create(*desk.authority()).ok);
        desk.keychain->entries.clear();
        const auto authority = desk.authority();
        QVERIFY(opens(*authority));
        QCOMPARE(authority->status().state, AuthorityState::Locked);
        QVERIFY(!authority->status().problem.isEmpty());
        QCOMPARE(outcomeOf(*authority, [&] { return authority->issue({u"a.localhost"_s}); }).error.code,
                 ErrorCode::AuthorityLocked);
    }

    void aPassphraseOfAPersonIsAskedForEachTime()
    {
        Desk desk;
        AuthorityRequest request;
        request.protection = AuthorityProtection::Passphrase;
        request.passphrase = u"1234567"_s; // one less than PassphraseCharactersMin
        const auto first = desk.authority();
        QCOMPARE(create(*first, request).error.code, ErrorCode::InvalidValue);
        request.passphrase = QString(PassphraseBytesMax + 1, u'x');
        QCOMPARE(create(*first, request).error.code, ErrorCode::InvalidValue);
        request.passphrase = u"12345678"_s;
        QVERIFY(create(*first, request).ok);
        QVERIFY(desk.keychain->entries.isEmpty());

        const auto authority = desk.authority();
        QVERIFY(opens(*authority));
        QCOMPARE(authority->status().state, AuthorityState::Locked);
        QVERIFY2(authority->status().remedy.contains(u"portlightctl ca unlock"_s),
                 qPrintable(authority->status().remedy));
        QCOMPARE(outcomeOf(*authority, [&] { return authority->unlock(u"12345679"_s); }).error.code,
                 ErrorCode::WrongPassphrase);
        QCOMPARE(authority->status().state, AuthorityState::Locked);
        QVERIFY(outcomeOf(*authority, [&] { return authority->unlock(u"12345678"_s); }).ok);
        QCOMPARE(authority->status().state, AuthorityState::Ready);
        QVERIFY(certificate(*authority, "shop.localhost"));
    }

    void aPassphraseInAFileStaysAWarning()
    {
        Desk desk;
        AuthorityRequest request;
        request.protection = AuthorityProtection::File;
        const auto first = desk.authority();
        QVERIFY(create(*first, request).ok);
        const QString file = passphraseFilePath(desk.folder());
        QCOMPARE(QFileInfo(file).permissions() & ~(QFile::ReadUser | QFile::WriteUser),
                 QFile::ReadOwner | QFile::WriteOwner);
        const auto authority = desk.authority();
        QVERIFY(opens(*authority));
        QCOMPARE(authority->status().state, AuthorityState::Ready);
        for (const Authority *each : {first.get(), authority.get()})
            QVERIFY(each->status().problem.contains(u"file"_s) && !each->status().remedy.isEmpty());

        QFile::setPermissions(file, QFile::permissions(file) | QFile::ReadOther);
        const auto careful = desk.authority();
        QVERIFY(opens(*careful));
        QCOMPARE(careful->status().state, AuthorityState::Locked);
        QVERIFY2(careful->status().remedy.contains(u"chmod 600"_s), qPrintable(careful->status().remedy));
    }

    void whoIsDestroyedAnswersFirst()
    {
        Desk desk;
        QHash<quint64, int> answers;
        QList<quint64> asked;
        {
            const auto authority = desk.authority();
            connect(authority.get(), &Authority::finished, this,
                    [&, raw = authority.get()](const AuthorityOutcome &outcome) {
                        ++answers[outcome.request];
                        QVERIFY(!raw->status().folder.isEmpty()); // it may still be asked
                    });
            desk.keychain->holds = true;
            asked = {authority->create({}), authority->refreshTrust(), authority->issue({u"a.localhost"_s})};
            QTRY_VERIFY_WITH_TIMEOUT(!desk.keychain->held.empty(), PatienceMs);
        }
        for (const quint64 request : asked)
            QCOMPARE(answers.value(request), 1);
        QCOMPARE(desk.beside(), QStringList());
    }

    void oneCommandTooManyIsRefused()
    {
        Desk desk;
        const auto authority = desk.authority();
        desk.keychain->holds = true;
        QSignalSpy finished(authority.get(), &Authority::finished);
        const quint64 first = authority->create({});
        for (size_t i = 1; i < AuthorityCommandsMax; ++i)
            authority->refreshTrust();
        QCOMPARE(finished.size(), 0);
        const AuthorityOutcome refused = outcomeOf(*authority, [&] { return authority->refreshTrust(); });
        QCOMPARE(refused.error.code, ErrorCode::InvalidValue);
        QCOMPARE(refused.request, first + AuthorityCommandsMax);
        QTRY_VERIFY_WITH_TIMEOUT(!desk.keychain->held.empty(), PatienceMs);
        desk.keychain->answerHeld();
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), int(AuthorityCommandsMax) + 1, PatienceMs);
    }

    void whatAnotherProgramDoesIsNoticed()
    {
        Desk desk;
        const auto window = desk.authority();
        QVERIFY(opens(*window));
        QCOMPARE(window->status().state, AuthorityState::None);
        QSignalSpy changed(window.get(), &Authority::certificatesChanged);

        const auto other = desk.authority();
        QVERIFY(create(*other).ok);
        QTRY_COMPARE_WITH_TIMEOUT(window->status().state, AuthorityState::Ready, PatienceMs);
        QVERIFY(changed.size() >= 1);
        QVERIFY(certificate(*window, "shop.localhost"));

        QVERIFY(outcomeOf(*other, [&] { return other->issue({u"new.localhost"_s}); }).ok);
        const auto shown = [&] {
            for (const IssuedCertificate &each : window->status().certificates) {
                if (each.names == QStringList{u"new.localhost"_s})
                    return true;
            }
            return false;
        };
        QTRY_VERIFY_WITH_TIMEOUT(shown(), PatienceMs);

        AuthorityRequest another;
        another.replace = true;
        QVERIFY(create(*other, another).ok);
        QTRY_COMPARE_WITH_TIMEOUT(window->status().fingerprint, other->status().fingerprint, PatienceMs);
        QTRY_COMPARE_WITH_TIMEOUT(window->status().state, AuthorityState::Ready, PatienceMs);

        changed.clear();
        QVERIFY(QDir(desk.folder()).removeRecursively());
        QTRY_COMPARE_WITH_TIMEOUT(window->status().state, AuthorityState::None, PatienceMs);
        QTRY_COMPARE_WITH_TIMEOUT(changed.size(), 1, PatienceMs);
        QCOMPARE(certificate(*window, "shop.localhost").error().code, ErrorCode::NoAuthority);
    }

    void brokenFilesAreNamed()
    {
        Desk desk;
        QVERIFY(create(*desk.authority()).ok);
        QFile root(desk.folder() + u"/root.crt"_s);
        QVERIFY(root.open(QIODevice::WriteOnly) && root.write("garbage\n") > 0);
        root.close();
        const auto authority = desk.authority();
        QVERIFY(opens(*authority));
        QCOMPARE(authority->status().state, AuthorityState::Broken);
        QVERIFY2(authority->status().problem.contains(u"root.crt"_s), qPrintable(authority->status().problem));
        QVERIFY(!authority->status().remedy.isEmpty());
    }

    void theKeychainIsAskedWhenTheFirstCertificateIs()
    {
        Desk desk;
        QVERIFY(create(*desk.authority()).ok);
        const auto authority = desk.authority();
        QSignalSpy opened(authority.get(), &Authority::opened);
        authority->openWhenAsked();
        QVERIFY(opened.wait(PatienceMs));
        QCOMPARE(desk.keychain->reads, 0);
        QCOMPARE(authority->certificates()->suffixes(), (QByteArrayList{"test", "localhost"}));
        QThreadPool worker;
        std::atomic<int> got{-1};
        worker.start([certificates = authority->certificates(), &got] {
            got = certificates->certificateFor({"shop.localhost"}) ? 1 : 0;
        });
        QTRY_COMPARE_WITH_TIMEOUT(authority->status().state, AuthorityState::Ready, PatienceMs);
        QVERIFY(worker.waitForDone(PatienceMs));
        QCOMPARE(got.load(), 1);
        QCOMPARE(desk.keychain->reads, 1);
    }

    void certificatesAreRenewedAtTwoThirds()
    {
        Desk desk;
        const auto authority = desk.authority();
        QVERIFY(create(*authority).ok);
        const auto first = certificate(*authority, "shop.localhost");
        QVERIFY(first);
        QSignalSpy changed(authority.get(), &Authority::certificatesChanged);
        desk.passDays(59);
        QVERIFY(desk.looksAgain());
        QCOMPARE(changed.size(), 0);
        desk.passDays(2); // as after a long sleep
        QTRY_COMPARE_WITH_TIMEOUT(changed.size(), 1, PatienceMs);
        const auto second = certificate(*authority, "shop.localhost");
        QVERIFY(second);
        QVERIFY(serialOf(**second) != serialOf(**first));
        desk.passDays(59); // of the second one
        QVERIFY(desk.looksAgain());
        QCOMPARE(changed.size(), 1);
    }

    void exportsKeepKeysToTheirOwner()
    {
        Desk desk;
        const auto authority = desk.authority();
        QVERIFY(create(*authority).ok);
        const QString leaf = authority->status().certificates.first().fingerprint;
        const QString pem = desk.home.filePath(u"demo.pem"_s);
        const auto exported = [&](const QString &file, CertificateFormat format, const QString &password = {}) {
            return outcomeOf(*authority, [&] { return authority->exportCertificate(leaf, file, format, password); });
        };
        const AuthorityOutcome files = exported(pem, CertificateFormat::PemFiles);
        QCOMPARE(files.files, (QStringList{pem, desk.home.filePath(u"demo-key.pem"_s)}));
        QVERIFY(!(QFile::permissions(files.files[1]) & (QFile::ReadGroup | QFile::ReadOther)));
        QVERIFY(exported(pem, CertificateFormat::Pem).ok); // over the readable one
        QVERIFY(!(QFile::permissions(pem) & (QFile::ReadGroup | QFile::ReadOther)));
        const QString bundle = desk.home.filePath(u"demo.p12"_s);
        QCOMPARE(exported(bundle, CertificateFormat::Pkcs12).error.code, ErrorCode::InvalidValue);
        QVERIFY(exported(bundle, CertificateFormat::Pkcs12, u"secret"_s).ok);
        QVERIFY(!(QFile::permissions(bundle) & (QFile::ReadGroup | QFile::ReadOther)));
        QCOMPARE(exported(desk.home.filePath(u"no/such/folder"_s), CertificateFormat::Pem).error.code,
                 ErrorCode::FileNotWritable);
        QCOMPARE(outcomeOf(*authority, [&] { return authority->exportCertificate(u"00"_s, pem, {}); }).error.code,
                 ErrorCode::NotFound);
        const QString root = desk.home.filePath(u"root.pem"_s);
        QVERIFY(outcomeOf(*authority, [&] { return authority->exportRoot(root, CertificateFormat::Pem); }).ok);
        QFile rootFile(root);
        QVERIFY(rootFile.open(QIODevice::ReadOnly));
        QVERIFY(rootFile.readAll().startsWith("-----BEGIN CERTIFICATE-----"));
    }

    void aPlaceThatCannotBeWrittenIsNamed()
    {
        Desk desk;
        QFile inTheWay(desk.home.filePath(u"data"_s)); // no folder can be made below a file, whoever asks
        QVERIFY(inTheWay.open(QIODevice::WriteOnly));
        const auto authority = desk.authority();
        const AuthorityOutcome made = create(*authority);
        QCOMPARE(made.error.code, ErrorCode::FileNotWritable);
        QVERIFY2(made.error.message.contains(u"portlight"_s), qPrintable(made.error.message));
        QVERIFY(desk.keychain->entries.isEmpty());
    }
};

QTEST_GUILESS_MAIN(AuthorityTest)
#include "tst_authority.moc"
