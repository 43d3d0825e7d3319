// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/authority.h"

#include "api/authorityoptions.h"
#include "pki/passphrasefile.h"
#include "support/fakekeychain.h"

#include <QDir>
#include <QFileInfo>
#include <QSemaphore>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QThreadPool>

#include <atomic>
#include <stop_token>

using namespace portlight;
using namespace portlight::testing;
using namespace Qt::StringLiterals;

namespace {

constexpr int PatienceMs = 20'000;

// A store that says what it is told to, and takes notes.
class FakeStore final : public TrustStore
{
public:
    // `held`: "good <fingerprint>" for each root that is in the store of that name.
    FakeStore(QString name, std::shared_ptr<QStringList> notes, std::shared_ptr<QStringList> held, TrustState after,
              QStringList privileged = {})
        : m_name(std::move(name))
        , m_notes(std::move(notes))
        , m_held(std::move(held))
        , m_after(after)
        , m_privileged(std::move(privileged))
    {}
    QString id() const override { return m_name; }
    TrustReport inspect(const TrustedRoot &root) override { return report(u"inspect"_s, root, TrustState::NotTrusted); }
    TrustReport install(const TrustedRoot &root) override { return report(u"install"_s, root, m_after); }
    TrustReport remove(const TrustedRoot &root) override
    {
        if (m_privileged.isEmpty())
            m_held->removeAll(entryOf(root));
        return report(u"remove"_s, root, TrustState::NotTrusted);
    }

private:
    QString entryOf(const TrustedRoot &root) const
    {
        return u"%1 %2"_s.arg(m_name, QString::fromLatin1(root.fingerprint));
    }
    TrustReport report(const QString &what, const TrustedRoot &root, TrustState state)
    {
        m_notes->append(
            u"%1 %2 %3"_s.arg(what, m_name, root.leafPem.isEmpty() ? u"without a leaf"_s : u"with a leaf"_s));
        TrustReport result;
        result.id = result.name = m_name;
        result.state = m_held->contains(entryOf(root)) ? TrustState::Trusted : state;
        result.privilegedCommand = m_privileged;
        return result;
    }

    QString m_name;
    std::shared_ptr<QStringList> m_notes;
    std::shared_ptr<QStringList> m_held;
    TrustState m_after;
    QStringList m_privileged;
};

// As pkexec does while its dialog is open; takes the semaphore's one when it has begun.
Result<void> waitForStop(const std::stop_token &stop, QSemaphore &begun)
{
    QSemaphore stopped;
    const std::stop_callback onStop(stop, [&stopped] { stopped.release(); });
    begun.acquire();
    return stopped.tryAcquire(1, PatienceMs) ? Error{ErrorCode::Cancelled, u"stopped"_s, {}, {}}
                                             : Error{ErrorCode::ToolFailed, u"it was never stopped"_s, {}, {}};
}

// An authority in a folder of its own, before a keychain of its own; another one in the same folder is another program.
struct Desk {
    AuthorityOptions options()
    {
        AuthorityOptions given;
        given.folder = home.filePath(u"data/portlight/ca"_s);
        given.clock = [now = now, looks = looks] {
            ++*looks;
            return QDateTime::fromSecsSinceEpoch(now->load(), Qt::UTC);
        };
        given.findStores = [notes = notes, held = held] {
            std::vector<std::unique_ptr<TrustStore>> stores;
            stores.push_back(std::make_unique<FakeStore>(u"broken"_s, notes, held, TrustState::Unknown));
            stores.push_back(std::make_unique<FakeStore>(u"good"_s, notes, held, TrustState::Trusted));
            stores.push_back(std::make_unique<FakeStore>(u"absent"_s, notes, held, TrustState::Unavailable));
            stores.push_back(std::make_unique<FakeStore>(u"system"_s, notes, held, TrustState::NotTrusted,
                                                         QStringList{u"update-it"_s, u"now"_s}));
            return stores;
        };
        given.runPrivileged = [notes = notes, refusal = refusal,
                               asks = asks](const QStringList &command, const std::stop_token &stop) -> Result<void> {
            notes->append(u"privileged "_s + command.join(u' '));
            if (asks->available() > 0)
                return waitForStop(stop, *asks);
            if (refusal->code != ErrorCode::None)
                return *refusal;
            return {};
        };
        given.renewalCheckEvery = std::chrono::milliseconds{10};
        return given;
    }
    std::unique_ptr<Authority> authority()
    {
        return std::make_unique<Authority>(std::make_unique<FakeKeychain>(keychain), options());
    }
    QString folder() const { return home.filePath(u"data/portlight/ca"_s); }
    QStringList beside() const
    {
        return QDir(home.filePath(u"data/portlight"_s)).entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    }
    void passDays(int days) { *now += qint64(days) * 24 * 3600; }
    // Until it was looked several times whether a certificate is due.
    bool looksAgain() const
    {
        return QTest::qWaitFor([until = *looks + 5, this] { return *looks >= until; }, PatienceMs);
    }

    QTemporaryDir home;
    std::shared_ptr<KeychainState> keychain = std::make_shared<KeychainState>();
    std::shared_ptr<std::atomic<qint64>> now =
        std::make_shared<std::atomic<qint64>>(QDateTime::currentSecsSinceEpoch());
    std::shared_ptr<std::atomic<int>> looks = std::make_shared<std::atomic<int>>(0); // at the clock
    std::shared_ptr<Error> refusal = std::make_shared<Error>();                      // of privilege
    std::shared_ptr<QStringList> notes = std::make_shared<QStringList>();
    std::shared_ptr<QStringList> held = std::make_shared<QStringList>(); // roots in stores
    std::shared_ptr<QSemaphore> asks = std::make_shared<QSemaphore>();   // one: privilege waits for a person
};

// The answer to one command; request 0 when there was none.
AuthorityOutcome outcomeOf(Authority &authority, const std::function<quint64()> &command)
{
    AuthorityOutcome answer;
    QSignalSpy spy(&authority, &Authority::finished);
    const quint64 request = command();
    const auto answered = [&] {
        for (const auto &signal : spy) {
            const auto outcome = signal.first().value<AuthorityOutcome>();
            if (outcome.request == request)
                answer = outcome;
        }
        return answer.request == request;
    };
    return QTest::qWaitFor(answered, PatienceMs) ? answer : AuthorityOutcome{};
}

AuthorityOutcome create(Authority &authority, AuthorityRequest request = {})
{
    return outcomeOf(authority, [&] { return authority.create(request); });
}

bool opens(Authority &authority)
{
    QSignalSpy spy(&authority, &Authority::opened);
    authority.open();
    return spy.wait(PatienceMs);
}

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

    void aStoreThatFailsStopsNoOther()
    {
        Desk desk;
        const auto authority = desk.authority();
        QVERIFY(create(*authority).ok);
        const AuthorityOutcome trusted = outcomeOf(*authority, [&] { return authority->trust(); });
        QVERIFY(!trusted.ok);
        QCOMPARE(trusted.stores.size(), 4);
        QCOMPARE(*desk.notes, (QStringList{u"install broken with a leaf"_s, u"install good with a leaf"_s,
                                           u"install absent with a leaf"_s, u"install system with a leaf"_s}));
        QVERIFY2(trusted.error.message.contains(u"broken, system"_s), qPrintable(trusted.error.message));
        QVERIFY2(trusted.error.hint.contains(u"update-it now"_s), qPrintable(trusted.error.hint));
        QCOMPARE(trusted.text, u"The root is trusted in 1 of 3 stores."_s);
        QVERIFY(authority->status().trustKnown);
        QCOMPARE(authority->status().stores.size(), 4);

        const AuthorityOutcome good = outcomeOf(*authority, [&] { return authority->trust({u"good"_s}); });
        QVERIFY2(good.ok, qPrintable(good.error.toString()));
        QCOMPARE(good.text, u"good trusts the root."_s);
        QCOMPARE(authority->status().stores.size(), 4);
        const AuthorityOutcome privileged = outcomeOf(*authority, [&] { return authority->trust({u"system"_s}); });
        QCOMPARE(privileged.error.code, ErrorCode::PermissionDenied);
        const AuthorityOutcome nobody = outcomeOf(*authority, [&] { return authority->untrust({u"nobody"_s}); });
        QCOMPARE(nobody.error.code, ErrorCode::NotFound);
        QVERIFY2(nobody.error.hint.contains(u"good"_s), qPrintable(nobody.error.hint));
        const AuthorityOutcome gone = outcomeOf(*authority, [&] { return authority->untrust(); });
        QVERIFY2(gone.ok, qPrintable(gone.error.toString()));
    }

    void whatNeedsPrivilegeIsRunAsItWasShownAndProvenAgain()
    {
        Desk desk;
        const auto authority = desk.authority();
        QVERIFY(create(*authority).ok);
        const auto run = [&] { return authority->runPrivileged(u"system"_s); };
        QCOMPARE(outcomeOf(*authority, run).error.code, ErrorCode::NotFound); // nothing was shown yet
        outcomeOf(*authority, [&] { return authority->trust({u"system"_s}); });
        desk.notes->clear();
        QVERIFY(outcomeOf(*authority, run).ok);
        QCOMPARE(*desk.notes, (QStringList{u"privileged update-it now"_s, u"inspect system with a leaf"_s}));
        *desk.refusal = {ErrorCode::Cancelled, u"dismissed"_s, {}, {}};
        const AuthorityOutcome refused = outcomeOf(*authority, run);
        QCOMPARE(refused.error.code, ErrorCode::Cancelled);
        QCOMPARE(refused.stores.size(), 1); // proven all the same
    }

    void rootsOfFormerAuthoritiesGoWithTheRest()
    {
        Desk desk;
        const auto authority = desk.authority();
        QVERIFY(create(*authority).ok);
        const QString former = authority->status().fingerprint;
        AuthorityRequest another;
        another.replace = true;
        QVERIFY(create(*authority, another).ok);
        *desk.held = {u"good "_s + former, u"system "_s + former};
        const AuthorityOutcome gone = outcomeOf(*authority, [&] { return authority->untrust(); });
        QCOMPARE(*desk.held, QStringList{u"system "_s + former}); // which takes an administrator
        QVERIFY(!gone.ok);
        const TrustStoreStatus system = gone.stores.last();
        QCOMPARE(system.state, TrustStoreStatus::State::Partly);
        QVERIFY2(system.detail.contains(u"former authority"_s), qPrintable(system.detail));
        QCOMPARE(system.privilegedCommand.first(), u"sh"_s);
        QCOMPARE(system.privilegedCommand.last(), u"update-it now && update-it now"_s);
    }

    void waitingForAnAdministratorCanBeGivenUp()
    {
        Desk desk;
        const auto authority = desk.authority();
        QVERIFY(create(*authority).ok);
        outcomeOf(*authority, [&] { return authority->trust(); });
        const QList<TrustStoreStatus> known = authority->status().stores;
        desk.asks->release();
        const AuthorityOutcome given = outcomeOf(*authority, [&] {
            const quint64 id = authority->runPrivileged(u"system"_s);
            if (QTest::qWaitFor([&] { return desk.asks->available() == 0; }, PatienceMs))
                authority->cancel();
            return id;
        });
        QCOMPARE(given.error.code, ErrorCode::Cancelled);
        QCOMPARE(authority->status().stores, known);
        QVERIFY(
            outcomeOf(*authority, [&] { return authority->trust({u"good"_s}); }).ok); // the next one is none the wiser
    }

    void closingDoesNotWaitForAnAdministrator()
    {
        Desk desk;
        auto authority = desk.authority();
        QVERIFY(create(*authority).ok);
        outcomeOf(*authority, [&] { return authority->trust({u"system"_s}); });
        desk.asks->release();
        desk.notes->clear();
        authority->runPrivileged(u"system"_s);
        QVERIFY(QTest::qWaitFor([&] { return desk.asks->available() == 0; }, PatienceMs));
        authority.reset();
        QCOMPARE(*desk.notes, QStringList{u"privileged update-it now"_s}); // the stores are not looked at any more
    }

    void trustWantsAnAuthority()
    {
        Desk desk;
        const auto authority = desk.authority();
        QCOMPARE(outcomeOf(*authority, [&] { return authority->trust(); }).error.code, ErrorCode::NoAuthority);
        QVERIFY(desk.notes->isEmpty());
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
