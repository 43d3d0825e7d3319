// SPDX-License-Identifier: GPL-3.0-or-later
#include "certificates/certificatespage.h"
#include "certificates/certificatetext.h"
#include "ui/authorities.h"
#include "ui/modeltext.h"
#include "widgets/badge.h"
#include "widgets/cells.h"
#include "widgets/flattable.h"
#include "widgets/noticebar.h"

#include <QAction>
#include <QClipboard>
#include <QDialog>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QTabBar>
#include <QtTest>

using namespace portlight;
using namespace portlight::test;
using namespace Qt::StringLiterals;

namespace {

using State = TrustStoreStatus::State;

// Writes down what is asked for; outcomes are the test's.
struct FakeAuthority {
    QStringList asked;
    AuthorityRequest created;
    quint64 last = 0;

    quint64 note(const QString &what)
    {
        asked += what;
        return ++last;
    }
    CertificateActions actions()
    {
        CertificateActions a;
        a.create = [this](const AuthorityRequest &request) {
            created = request;
            return note(u"create"_s);
        };
        a.unlock = [this](const QString &passphrase) { return note(u"unlock "_s + passphrase); };
        a.issue = [this](const QStringList &names) { return note(u"issue "_s + names.join(u' ')); };
        a.exportRoot = [this](const QString &file, CertificateFormat, const QString &) {
            return note(u"export root "_s + file);
        };
        a.exportCertificate = [this](const QString &fingerprint, const QString &file, CertificateFormat format,
                                     const QString &password) {
            const QString kind = format == CertificateFormat::Pkcs12 ? u"p12"_s : u"pem"_s;
            return note(u"export %1 %2 %3 %4"_s.arg(fingerprint.left(4), kind, file, password).trimmed());
        };
        a.refreshTrust = [this] { return note(u"refresh"_s); };
        a.trust = [this](const QStringList &ids) { return note((u"trust "_s + ids.join(u' ')).trimmed()); };
        a.untrust = [this](const QStringList &ids) { return note((u"untrust "_s + ids.join(u' ')).trimmed()); };
        a.addHttps = [this](const QStringList &suffixes) -> Result<QStringList> {
            note(u"https "_s + suffixes.join(u' '));
            return QStringList{u"shop.localhost"_s};
        };
        a.runPrivileged = [this](const QString &id) { return note(u"privileged "_s + id); };
        a.retry = [this] { note(u"retry"_s); };
        a.cancel = [this] { note(u"cancel"_s); };
        return a;
    }
};

} // namespace

class TestCertificatesPage : public QObject
{
    Q_OBJECT

    FakeAuthority m_fake;
    std::unique_ptr<CertificatesPage> m_page;

    template<typename T>
    T *find(const char *name) const
    {
        T *found = m_page->findChild<T *>(QString::fromLatin1(name));
        Q_ASSERT_X(found, "find", name);
        return found;
    }
    void click(const char *name) const { QTest::mouseClick(find<QPushButton>(name), Qt::LeftButton); }
    QString notice() const
    {
        const auto *bar = find<NoticeBar>("certificatesNotice");
        return bar->isVisible() ? bar->text() : QString();
    }
    QString text(const char *name) const { return find<QLabel>(name)->text(); }
    void succeed(const QString &said, const QList<TrustStoreStatus> &stores = {}) const
    {
        m_page->showOutcome({m_fake.last, true, {}, said, {}, stores});
    }
    void fail(const Error &error, const QList<TrustStoreStatus> &stores = {}) const
    {
        m_page->showOutcome({m_fake.last, false, error, {}, {}, stores});
    }
    // The dialog is deleted when it closes.
    void waitUntilClosed(const char *name) const
    {
        QTRY_VERIFY(!m_page->findChild<QDialog *>(QString::fromLatin1(name)));
    }

private Q_SLOTS:
    void init()
    {
        m_fake = {};
        m_page = std::make_unique<CertificatesPage>(m_fake.actions());
        m_page->resize(1000, 700);
        m_page->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_page.get()));
    }
    void cleanup() { m_page.reset(); }

    void withoutAnAuthorityOneButtonMakesOne()
    {
        QVERIFY(find<QPushButton>("createLocalCa")->isVisible());
        QVERIFY(!find<QWidget>("authorityCard")->isVisible());
        QVERIFY(m_fake.asked.isEmpty()); // there is nothing to prove yet
        click("createLocalCa");
        QVERIFY(find<QRadioButton>("protectKeychain")->isChecked());
        click("createAuthorityAccept");
        QCOMPARE(m_fake.asked, QStringList{u"create"_s});
        QCOMPARE(m_fake.created.suffixes, (QStringList{u"localhost"_s, u"test"_s}));
        QCOMPARE(m_fake.created.protection, AuthorityProtection::Keychain);
        QVERIFY(!m_fake.created.replace);
        succeed(u"Made it."_s);
        QCOMPARE(notice(), u"Made it. shop.localhost has HTTPS now."_s);
        click("certificatesNoticeAction");
        QCOMPARE(m_fake.asked, (QStringList{u"create"_s, u"https localhost test"_s, u"trust"_s}));
    }

    void badWishesForAnAuthorityAreExplained_data()
    {
        QTest::addColumn<QString>("suffixes");
        QTest::addColumn<QString>("problem");
        QTest::newRow("none") << u" , "_s << u"It needs an ending at least, for example localhost"_s;
        QTest::newRow("no name") << u"loc_alhost"_s << u"“loc_alhost” is no ending of a name"_s;
        QTest::newRow("everybody's") << u"localhost dev"_s
                                     << u"“dev” belongs to everybody on the internet: name a domain of your own, such "
                                        "as dev.example.dev"_s;
    }

    void badWishesForAnAuthorityAreExplained()
    {
        QFETCH(QString, suffixes);
        click("createLocalCa");
        find<QLineEdit>("authoritySuffixes")->setText(suffixes);
        click("createAuthorityAccept");
        QTEST(text("createAuthorityProblem"), "problem");
        QVERIFY(m_fake.asked.isEmpty());
    }

    // A problem that is shown takes its place from nothing else.
    void aProblemSqueezesNoText()
    {
        click("createLocalCa");
        auto *dialog = m_page->findChild<QDialog *>(u"createAuthority"_s);
        find<QLineEdit>("authoritySuffixes")->setText(u"dev"_s);
        click("createAuthorityAccept");
        QCoreApplication::processEvents();
        for (const QLabel *label : dialog->findChildren<QLabel *>()) {
            if (label->isVisible() && label->wordWrap())
                QVERIFY2(label->height() >= label->heightForWidth(label->width()), qPrintable(label->text()));
        }
    }

    void passphraseIsAskedForTwice()
    {
        click("createLocalCa");
        auto *first = find<QLineEdit>("authorityPassphrase");
        QVERIFY(!first->isVisible());
        find<QRadioButton>("protectPassphrase")->click();
        QVERIFY(first->isVisible());
        QCOMPARE(first->echoMode(), QLineEdit::Password);
        first->setText(u"1234567"_s);
        click("createAuthorityAccept");
        QCOMPARE(text("createAuthorityProblem"), u"A passphrase has 8 letters at least"_s);
        first->setText(u"12345678"_s);
        click("createAuthorityAccept");
        QCOMPARE(text("createAuthorityProblem"), u"The two passphrases differ"_s);
        find<QLineEdit>("authorityPassphraseAgain")->setText(u"12345678"_s);
        find<QLineEdit>("authoritySuffixes")->setText(u"*.dev.example.com, .test"_s);
        click("createAuthorityAccept");
        QCOMPARE(m_fake.created.passphrase, u"12345678"_s);
        QCOMPARE(m_fake.created.protection, AuthorityProtection::Passphrase);
        QCOMPARE(m_fake.created.suffixes, (QStringList{u"dev.example.com"_s, u"test"_s}));
    }

    void missingKeychainLeadsToAPassphrase()
    {
        click("createLocalCa");
        click("createAuthorityAccept");
        waitUntilClosed("createAuthority");
        fail({ErrorCode::KeychainMissing, u"no keychain runs"_s, {}, u"start one"_s});
        QCOMPARE(notice(), u"no keychain runs — start one"_s);
        click("certificatesNoticeAction");
        QVERIFY(find<QRadioButton>("protectPassphrase")->isChecked());
        const auto *dialog = m_page->findChild<QDialog *>(u"createAuthority"_s);
        QCOMPARE(dialog->focusWidget(), find<QLineEdit>("authorityPassphrase"));
    }

    void ofABrokenOneNothingIsClaimed()
    {
        AuthorityStatus broken;
        broken.state = AuthorityState::Broken;
        broken.problem = u"root.crt is garbage"_s;
        broken.remedy = u"put it back"_s;
        m_page->setStatus(broken);
        QCOMPARE(text("authorityLockText"), u"root.crt is garbage — put it back"_s);
        QVERIFY(find<QPushButton>("authorityRetry")->isVisible());
        QVERIFY(find<QPushButton>("authorityReplace")->isVisible());
        for (const char *name : {"authorityFingerprint", "authorityProtection", "trustStores", "authorityExport"})
            QVERIFY2(!find<QWidget>(name)->isVisible(), name);
        QVERIFY(!m_page->findChild<Badge *>(u"authorityConstraint"_s));
        QVERIFY(m_fake.asked.isEmpty()); // no store is looked into
        m_page->setStatus(readyAuthority());
        QVERIFY(find<QWidget>("trustStores")->isVisible());
    }

    void theCardSaysWhatItIs()
    {
        m_page->setStatus(readyAuthority());
        QCOMPARE(m_fake.asked, QStringList()); // what is known is not proven again
        QCOMPARE(text("authorityName"), u"Portlight local CA anna@laptop 3f2a91c0"_s);
        QCOMPARE(find<Badge>("authorityState")->text(), u"ready"_s);
        QVERIFY(text("authorityFingerprint").startsWith(u"3F:2A:91:C0:3F"_s));
        QCOMPARE(text("authorityProtection"), u"the system keychain"_s);
        QStringList chips;
        for (const Badge *chip : m_page->findChildren<Badge *>(u"authorityConstraint"_s))
            chips += chip->text();
        QCOMPARE(chips, (QStringList{u"localhost"_s, u"test"_s}));
        click("authorityCopyFingerprint");
        QCOMPARE(QGuiApplication::clipboard()->text(), fingerprintText(readyAuthority().fingerprint));
        QVERIFY(!find<NoticeBar>("authorityFileWarning")->isVisible());
    }

    void aFileForTheKeyIsWarnedOfAllTheTime()
    {
        AuthorityStatus status = readyAuthority();
        status.protection = AuthorityProtection::File;
        m_page->setStatus(status);
        const auto *warning = find<NoticeBar>("authorityFileWarning");
        QVERIFY(warning->isVisible());
        QVERIFY(warning->text().contains(status.folder));
        QVERIFY(!find<QPushButton>("authorityFileWarningClose")->isVisible());
    }

    void aLockedOneAsksForItsPassphrase()
    {
        AuthorityStatus status = readyAuthority();
        status.state = AuthorityState::Locked;
        status.protection = AuthorityProtection::Passphrase;
        m_page->setStatus(status);
        auto *field = find<QLineEdit>("authorityUnlockPassphrase");
        QVERIFY(field->isVisible() && !find<QPushButton>("authorityRetry")->isVisible());
        click("authorityUnlock");
        QVERIFY(m_fake.asked.isEmpty()); // nothing was typed
        QTest::keyClicks(field, u"sesame"_s);
        QTest::keyClick(field, Qt::Key_Return);
        QCOMPARE(m_fake.asked, QStringList{u"unlock sesame"_s});
        QVERIFY(field->text().isEmpty());
        fail({ErrorCode::WrongPassphrase, u"that is not it"_s, {}, {}});
        QCOMPARE(notice(), u"that is not it"_s);
        QVERIFY(!find<QPushButton>("certificateIssue")->isEnabled());
    }

    void waitingForTheKeychainCanBeEnded()
    {
        AuthorityStatus status = readyAuthority();
        status.state = AuthorityState::Unlocking;
        m_page->setStatus(status);
        click("authorityCancel");
        status.state = AuthorityState::Locked;
        status.problem = u"it was cancelled"_s;
        m_page->setStatus(status);
        QCOMPARE(text("authorityLockText"), u"it was cancelled"_s);
        click("authorityRetry");
        QCOMPARE(m_fake.asked, (QStringList{u"cancel"_s, u"retry"_s}));
    }

    void storesAreShownAsProven()
    {
        m_page->setStatus(readyAuthority());
        QCOMPARE(modelText(*find<FlatTable>("trustTable")->model(), {1, 2}),
                 (QStringList{u"System | not trusted"_s, u"Chromium | trusted"_s, u"Firefox | not trusted"_s,
                              u"Java | not here"_s}));
        QCOMPARE(text("trustSummary"), u"1 of 3 stores trust it"_s);
        QCOMPARE(text("trustFound"), u"System: the root is not there"_s);
        QCOMPARE(text("trustCommand"), u"sh -c 'cp a b'"_s);
        click("trustCopyCommand");
        QCOMPARE(QGuiApplication::clipboard()->text(), u"sh -c 'cp a b'"_s);
    }

    void whatIsNotKnownIsLookedInto()
    {
        AuthorityStatus status = readyAuthority();
        status.trustKnown = false;
        status.stores.clear();
        m_page->setStatus(status);
        QCOMPARE(m_fake.asked, QStringList{u"refresh"_s});
        QCOMPARE(text("trustSummary"), u"Looking into the trust stores of this desk…"_s);
        succeed(u"checked"_s);
        QCOMPARE(notice(), QString()); // nobody asked
    }

    void spaceSwitchesAStore()
    {
        m_page->setStatus(readyAuthority());
        auto *table = find<FlatTable>("trustTable");
        table->setCurrentIndex(table->model()->index(2, 1));
        table->setFocus();
        find<QAction>("actionToggleTrust")->trigger();
        table->setCurrentIndex(table->model()->index(1, 1));
        QCOMPARE(find<QPushButton>("trustToggle")->text(), u"Remove"_s);
        click("trustToggle");
        table->setCurrentIndex(table->model()->index(3, 1));
        QVERIFY(!find<QAction>("actionToggleTrust")->isEnabled()); // there is no such store
        QCOMPARE(m_fake.asked, (QStringList{u"trust firefox"_s, u"untrust chromium"_s}));
    }

    void theCommandIsShownBeforeItRuns()
    {
        const AuthorityStatus status = readyAuthority();
        m_page->setStatus(status);
        click("trustAll");
        fail({ErrorCode::PermissionDenied, u"the root is not trusted in System"_s, {}, {}}, status.stores);
        QCOMPARE(find<QPlainTextEdit>("privilegeCommand")->toPlainText(), u"sh -c 'cp a b'"_s);
        click("privilegeCopy");
        QCOMPARE(QGuiApplication::clipboard()->text(), u"sh -c 'cp a b'"_s);
        QCOMPARE(m_fake.asked, QStringList{u"trust"_s});
        click("privilegeAccept");
        QCOMPARE(m_fake.asked, (QStringList{u"trust"_s, u"privileged system"_s}));
        waitUntilClosed("privilege");
        succeed(u"It is trusted."_s);
        QCOMPARE(notice(), u"It is trusted."_s);
    }

    void waitingForAnAdministratorCanBeEnded()
    {
        m_page->setStatus(readyAuthority());
        const auto *giveUp = find<QPushButton>("certificatesGiveUp");
        QVERIFY(!giveUp->isVisible());
        click("trustAll");
        TrustStoreStatus system = storeNamed(u"System"_s, TrustStoreStatus::State::NotTrusted);
        system.privilegedCommand = QStringList{u"update-it"_s};
        TrustStoreStatus browser = storeNamed(u"Chromium"_s, TrustStoreStatus::State::ToolMissing);
        browser.detail = u"certutil is missing"_s;
        fail({ErrorCode::ToolFailed, u"not trusted in both"_s, {}, {}}, {system, browser});
        QCOMPARE(notice(), u"Chromium: certutil is missing"_s); // no administrator helps there
        click("privilegeAccept");
        QVERIFY(giveUp->isVisible());
        const quint64 waiting = m_fake.last;
        click("certificatesGiveUp");
        QCOMPARE(m_fake.asked.last(), u"cancel"_s);
        m_page->showOutcome({waiting, false, {ErrorCode::Cancelled, u"not waited for"_s, {}, {}}, {}, {}, {}});
        QVERIFY(!giveUp->isVisible());
        QCOMPARE(notice(), u"not waited for"_s);
    }

    void refusedPrivilegeChangesNothing()
    {
        const AuthorityStatus status = readyAuthority();
        m_page->setStatus(status);
        click("trustRemoveAll");
        QCOMPARE(m_fake.asked, QStringList{u"untrust"_s});
        TrustStoreStatus system = status.stores.first();
        system.state = State::Trusted;
        fail({ErrorCode::PermissionDenied, u"no"_s, {}, {}}, {system});
        click("privilegeCancel");
        QCOMPARE(notice(), u"System is left as it is: only an administrator may change it"_s);
        QCOMPARE(m_fake.asked.size(), 1);
    }

    void certificatesAreListedAndExported()
    {
        m_page->setStatus(readyAuthority());
        find<QTabBar>("certificatesTabs")->setCurrentIndex(1);
        QCOMPARE(find<QTabBar>("certificatesTabs")->tabText(1), u"Certificates (1)"_s);
        const QStringList rows = modelText(*find<FlatTable>("issuedTable")->model(), {1, 2, 3});
        QVERIFY2(rows.first().startsWith(u"shop.localhost  +1 | valid | "_s) && rows.first().endsWith(u"in 83 days"_s),
                 qPrintable(rows.first()));
        click("certificatePem");
        Q_EMIT find<QFileDialog>("certificateFile")->fileSelected(u"/tmp/a.pem"_s);
        find<QFileDialog>("certificateFile")->reject();
        waitUntilClosed("certificateFile");
        click("certificatePkcs12");
        Q_EMIT find<QFileDialog>("certificateFile")->fileSelected(u"/tmp/a.p12"_s);
        click("pkcs12PasswordAccept");
        QVERIFY(!text("pkcs12PasswordProblem").isEmpty());
        find<QLineEdit>("pkcs12PasswordFirst")->setText(u"pw"_s);
        click("pkcs12PasswordAccept");
        QCOMPARE(text("pkcs12PasswordProblem"), u"The two passwords differ"_s);
        find<QLineEdit>("pkcs12PasswordAgain")->setText(u"pw"_s);
        click("pkcs12PasswordAccept");
        QCOMPARE(m_fake.asked, (QStringList{u"export abab pem /tmp/a.pem"_s, u"export abab p12 /tmp/a.p12 pw"_s}));
        click("certificateCopyPath");
        QVERIFY(QGuiApplication::clipboard()->text().endsWith(u"shop.localhost.crt"_s));
    }

    void factsOfACertificateAreWholeInASmallWindow()
    {
        m_page->setStatus(readyAuthority());
        find<QTabBar>("certificatesTabs")->setCurrentIndex(1);
        m_page->resize(704, 560); // what a window of 900 leaves
        QCoreApplication::processEvents();
        for (const QLabel *fact : find<QWidget>("issuedFacts")->findChildren<QLabel *>()) {
            const QRect text =
                fact->fontMetrics().boundingRect(QRect(0, 0, fact->width(), 1000), Qt::TextWordWrap, fact->text());
            QVERIFY2(text.width() <= fact->width(), qPrintable(fact->text()));
        }
    }

    void tabGoesFromTheButtonsToTheTable()
    {
        m_page->setStatus(readyAuthority());
        find<QPushButton>("trustRefresh")->setFocus();
        QStringList order;
        for (int i = 0; i < 5; ++i) {
            order += m_page->focusWidget()->objectName();
            QTest::keyClick(m_page->focusWidget(), Qt::Key_Tab);
        }
        QCOMPARE(order, (QStringList{u"trustRefresh"_s, u"trustRemoveAll"_s, u"trustAll"_s, u"trustTable"_s,
                                     u"trustCopyCommand"_s}));
    }

    void certificatesAreIssuedForAllowedNames()
    {
        m_page->setStatus(readyAuthority());
        find<QAction>("actionIssueCertificate")->trigger();
        click("issueCertificateAccept");
        QCOMPARE(text("issueCertificateProblem"), u"Which name is it for?"_s);
        auto *names = find<QLineEdit>("issueNames");
        for (const QString &outside : {u"example.com"_s, u"evillocalhost"_s, u"192.168.1.5"_s}) {
            names->setText(u"a.test "_s + outside);
            click("issueCertificateAccept");
            QVERIFY(text("issueCertificateProblem").startsWith(u"“%1” lies outside"_s.arg(outside)));
            QVERIFY(text("issueCertificateProblem").contains(u"new CA"_s));
        }
        names->setText(u"A.test, 127.0.0.1 ::1 localhost"_s);
        click("issueCertificateAccept");
        QCOMPARE(m_fake.asked, QStringList{u"issue a.test 127.0.0.1 ::1 localhost"_s});
    }

    void certificatesSayHowTheyStand_data()
    {
        QTest::addColumn<int>("from");
        QTest::addColumn<int>("renewal");
        QTest::addColumn<int>("until");
        QTest::addColumn<QString>("word");
        QTest::newRow("fresh") << -1 << 59 << 89 << u"valid"_s;
        QTest::newRow("late") << -70 << -10 << 20 << u"to be renewed"_s;
        QTest::newRow("over") << -100 << -40 << -10 << u"expired"_s;
        QTest::newRow("early") << 1 << 61 << 91 << u"not valid yet"_s;
    }

    void certificatesSayHowTheyStand()
    {
        QFETCH(int, from);
        QFETCH(int, renewal);
        QFETCH(int, until);
        const QDateTime now(QDate(2026, 11, 21), QTime(12, 0), Qt::UTC);
        IssuedCertificate certificate;
        certificate.notBefore = now.addDays(from);
        certificate.renewAt = now.addDays(renewal);
        certificate.notAfter = now.addDays(until);
        QTEST(wordsOf(certificate, now).word, "word");
    }

    void settingsOfProgramsAreCopied()
    {
        m_page->setStatus(readyAuthority());
        find<QTabBar>("certificatesTabs")->setCurrentIndex(2);
        QCOMPARE(find<QLineEdit>("programSetting")->text(), u"export NODE_EXTRA_CA_CERTS=/root.crt"_s);
        click("programSettingCopy");
        QCOMPARE(QGuiApplication::clipboard()->text(), u"export NODE_EXTRA_CA_CERTS=/root.crt"_s);
    }

    void aNewAuthorityReplacesTheOldOne()
    {
        m_page->setStatus(readyAuthority());
        click("authorityReplace");
        QVERIFY(find<QLineEdit>("authoritySuffixes")->text() == u"localhost test"_s);
        click("createAuthorityAccept");
        QVERIFY(m_fake.created.replace);
        click("authorityExport");
        Q_EMIT find<QFileDialog>("certificateFile")->fileSelected(u"/tmp/root.crt"_s);
        QCOMPARE(m_fake.asked, (QStringList{u"create"_s, u"export root /tmp/root.crt"_s}));
    }

    void outcomesOfOthersAreNotShown()
    {
        m_page->setStatus(readyAuthority());
        m_page->showOutcome({99, true, {}, u"from the command line"_s, {}, {}});
        QCOMPARE(notice(), QString());
    }
};

QTEST_MAIN(TestCertificatesPage)
#include "tst_certificatespage.moc"
