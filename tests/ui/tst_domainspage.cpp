// SPDX-License-Identifier: GPL-3.0-or-later
#include "domains/domainspage.h"
#include "domains/quickadd.h"
#include "ui/authorities.h"
#include "ui/modeltext.h"
#include "widgets/flattable.h"

#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTabBar>
#include <QtTest>
#include <QUrl>

using namespace portlight;
using namespace portlight::test;
using namespace Qt::StringLiterals;

namespace {

// Domains in memory, in place of a workspace.
struct FakeDomains {
    QList<DomainView> views;
    QList<DomainView> removed;
    QStringList opened;
    int portsAsked = 0;
    QHash<QString, DomainDraft> drafts; // as they were last given
    bool httpsByDefault = false;
    int certificatesShown = 0;
    DomainsPage *page = nullptr;

    static DomainView viewOf(const DomainDraft &draft)
    {
        DomainView view;
        view.names = {draft.name};
        view.target = draft.target;
        view.display = QString(draft.target).remove(u"http://"_s);
        view.url = draft.url();
        view.https = draft.https == true;
        view.ours = true;
        return view;
    }
    void changed()
    {
        for (int i = 0; i < views.size(); ++i)
            views[i].index = i;
        page->setDomains(views);
    }
    Result<int> add(const DomainDraft &draft)
    {
        for (const DomainView &view : std::as_const(views)) {
            if (view.name() == draft.name)
                return Error{ErrorCode::AlreadyExists, u"%1 exists already"_s.arg(draft.name)};
        }
        views.append(viewOf(draft));
        changed();
        return int(views.size()) - 1;
    }
    DomainActions actions()
    {
        DomainActions a;
        a.listenPort = [] { return quint16(8080); };
        a.add = [this](const DomainDraft &draft) { return add(draft); };
        a.update = [this](int i, const DomainDraft &draft) -> Result<void> {
            views[i] = viewOf(draft);
            drafts.insert(draft.name, draft);
            changed();
            return {};
        };
        a.remove = [this](int i) -> Result<void> {
            removed.append(views.takeAt(i));
            changed();
            return {};
        };
        a.undoRemove = [this]() -> Result<void> {
            views.append(removed.takeLast());
            changed();
            return {};
        };
        a.setEnabled = [this](int i, bool on) -> Result<void> {
            views[i].enabled = on;
            changed();
            return {};
        };
        a.draftOf = [this](int i) -> Result<DomainDraft> {
            DomainDraft draft{views.at(i).name(), views.at(i).target, 8080};
            if (drafts.contains(draft.name))
                draft = drafts.value(draft.name);
            return draft;
        };
        a.complete = [this](const DomainDraft &draft) {
            DomainDraft completed = draft;
            if (httpsByDefault)
                completed.https = true;
            return completed;
        };
        a.showCertificates = [this] { ++certificatesShown; };
        a.preview = [this](int i) { return "server_name " + views.at(i).name().toUtf8() + ";\n"; };
        a.previewDraft = [](int, const DomainDraft &draft) { return "server_name " + draft.name.toUtf8() + ";\n"; };
        a.startDemo = [this]() { return add({u"demo.localhost"_s, u"http://127.0.0.1:4000"_s, 8080}); };
        a.findPorts = [this] { ++portsAsked; };
        a.openUrl = [this](const QUrl &url) { opened.append(url.toString()); };
        a.openConfigFile = [] {};
        return a;
    }
};

} // namespace

class TestDomainsPage : public QObject
{
    Q_OBJECT

    FakeDomains m_fake;
    std::unique_ptr<DomainsPage> m_page;

    template<typename T>
    T *find(const char *name) const
    {
        T *found = m_page->findChild<T *>(QString::fromLatin1(name));
        Q_ASSERT(found);
        return found;
    }
    QStringList names() const
    {
        QStringList names;
        for (const QString &row : modelText(*find<FlatTable>("domainsTable")->model()))
            names.append(row.section(u" | "_s, 0, 1));
        return names;
    }
    // As a person does.
    void choose(const char *box, int index)
    {
        find<QComboBox>(box)->setCurrentIndex(index);
        Q_EMIT find<QComboBox>(box)->activated(index);
    }
    void type(const QString &text)
    {
        auto *edit = find<QLineEdit>("quickAdd");
        edit->clear();
        QTest::keyClicks(edit, text);
        QTest::keyClick(edit, Qt::Key_Return);
    }

private Q_SLOTS:
    void init()
    {
        m_fake = {};
        m_page = std::make_unique<DomainsPage>(m_fake.actions());
        m_fake.page = m_page.get();
        m_page->resize(900, 640);
        m_page->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_page.get()));
    }

    void oneLineMakesADomain()
    {
        auto *edit = find<QLineEdit>("quickAdd");
        QTest::keyClicks(edit, u"shop 3000"_s);
        QCOMPARE(edit->accessibleDescription(), u"Enter: http://shop.localhost:8080 → 127.0.0.1:3000"_s);
        QTest::keyClick(edit, Qt::Key_Return);
        QCOMPARE(names(), QStringList{u"shop.localhost | 127.0.0.1:3000"_s});
        QCOMPARE(edit->text(), QString());
        QCOMPARE(find<QLineEdit>("domainName")->text(), u"shop.localhost"_s);
    }

    void whatIsWrongIsSaidWhileTyping()
    {
        auto *edit = find<QLineEdit>("quickAdd");
        QTest::keyClicks(edit, u"shop 99999"_s);
        QVERIFY(!edit->accessibleDescription().isEmpty());
        QVERIFY(!edit->accessibleDescription().startsWith(u"Enter:"_s));
        QTest::keyClick(edit, Qt::Key_Return);
        QVERIFY(m_fake.views.isEmpty());
        type(u"shop 3000"_s);
        type(u"shop 4000"_s);
        QCOMPARE(edit->accessibleDescription(), u"shop.localhost exists already"_s);
        QCOMPARE(edit->text(), u"shop 4000"_s);
    }

    void deleteCanBeUndone()
    {
        type(u"shop 3000"_s);
        type(u"api 4000"_s);
        auto *table = find<FlatTable>("domainsTable");
        table->selectRow(0);
        table->setFocus();
        QTest::keyClick(table, Qt::Key_Delete);
        QCOMPARE(names(), QStringList{u"api.localhost | 127.0.0.1:4000"_s});
        QCOMPARE(find<QLabel>("domainsNoticeText")->text(), u"Removed shop.localhost"_s);
        QTest::mouseClick(find<QPushButton>("domainsNoticeAction"), Qt::LeftButton);
        QCOMPARE(names().size(), 2);
        QVERIFY(find<QWidget>("domainsNotice")->isHidden());
        m_page->undoRemove(); // nothing more to bring back
        QCOMPARE(names().size(), 2);
    }

    void spaceSwitchesAndAClickOnTheSwitchToo()
    {
        type(u"shop 3000"_s);
        auto *table = find<FlatTable>("domainsTable");
        table->selectRow(0);
        table->setFocus();
        QTest::keyClick(table, Qt::Key_Space);
        QVERIFY(!m_fake.views.first().enabled);
        const QRect cell = table->visualRect(table->model()->index(0, table->model()->columnCount() - 1));
        QTest::mouseClick(table->viewport(), Qt::LeftButton, {}, cell.center());
        QVERIFY(m_fake.views.first().enabled);
    }

    void theEditorChangesADomain()
    {
        type(u"shop 3000"_s);
        auto *name = find<QLineEdit>("domainName");
        auto *target = find<QLineEdit>("domainTarget");
        QVERIFY(!find<QPushButton>("domainApply")->isEnabled());
        target->setFocus();
        target->selectAll();
        QTest::keyClicks(target, u"localhost:4000"_s);
        name->selectAll();
        QTest::keyClicks(name, u"store"_s);
        QVERIFY(find<QPushButton>("domainApply")->isEnabled());
        QCOMPARE(find<QPlainTextEdit>("domainNginx")->toPlainText(), u"server_name store.localhost;\n"_s);
        QTest::keyClick(name, Qt::Key_Return);
        QCOMPARE(names(), QStringList{u"store.localhost | localhost:4000"_s});
        name->selectAll();
        QTest::keyClick(name, Qt::Key_Backspace);
        QVERIFY(!find<QPushButton>("domainApply")->isEnabled());
        QVERIFY(find<QLabel>("domainProblem")->isVisible());
        QTest::mouseClick(find<QPushButton>("domainRevert"), Qt::LeftButton);
        QCOMPARE(name->text(), u"store.localhost"_s);
        QVERIFY(!find<QLabel>("domainProblem")->isVisible());
    }

    void whatIsBeingTypedSurvivesAnUpdate()
    {
        type(u"shop 3000"_s);
        auto *target = find<QLineEdit>("domainTarget");
        target->selectAll();
        QTest::keyClicks(target, u"127.0.0.1:99"_s);
        m_page->setStatus({});
        m_fake.changed();
        QCOMPARE(target->text(), u"127.0.0.1:99"_s);
    }

    void newDomainsGetHttpsWhereThatIsCustomary()
    {
        m_fake.httpsByDefault = true;
        auto *edit = find<QuickAdd>("quickAdd");
        QTest::keyClicks(edit, u"shop 3000"_s);
        QCOMPARE(edit->hint(), u"Enter: https://shop.localhost:8443 → 127.0.0.1:3000"_s);
        QTest::keyClick(edit, Qt::Key_Return);
        QVERIFY(m_fake.views.first().https);
    }

    void httpsIsSwitchedOnInTheEditor()
    {
        type(u"shop 3000"_s);
        find<QTabBar>("domainTabs")->setCurrentIndex(1);
        QVERIFY(!find<QLineEdit>("httpsPort")->isEnabled());
        find<QCheckBox>("httpsOn")->click();
        QVERIFY(find<QLineEdit>("httpsPort")->isEnabled());
        QCOMPARE(find<QLabel>("httpsNote")->text(),
                 u"HTTPS waits for a local CA: create one on the Certificates page"_s);
        QTest::mouseClick(find<QPushButton>("httpsToCertificates"), Qt::LeftButton);
        QCOMPARE(m_fake.certificatesShown, 1);
        AuthorityStatus trusted = readyAuthority();
        trusted.stores = {storeNamed(u"Chromium"_s, TrustStoreStatus::State::Trusted)};
        m_page->setAuthority(trusted);
        QCOMPARE(find<QLabel>("httpsNote")->text(), u"HTTPS, and this desk trusts it"_s);
        find<QCheckBox>("httpsRedirect")->click();
        choose("httpsProtocols", 1);
        QTest::mouseClick(find<QPushButton>("domainApply"), Qt::LeftButton);
        const DomainDraft draft = m_fake.drafts.value(u"shop.localhost"_s);
        QCOMPARE(draft.https, true);
        QCOMPARE(draft.tlsPort, DefaultTlsPort);
        QVERIFY(draft.tls->redirects && !draft.tls->hsts);
        QCOMPARE(draft.tls->protocols, u"TLSv1.3"_s);
        QVERIFY(!find<QPushButton>("domainApply")->isEnabled());
        QCOMPARE(m_fake.views.first().url, u"https://shop.localhost:8443"_s);
    }

    // Labels and fields stay where they are, whatever is shown between them.
    void switchingHttpsOnMovesNoField()
    {
        type(u"shop 3000"_s);
        find<QTabBar>("domainTabs")->setCurrentIndex(1);
        const auto *protocols = find<QComboBox>("httpsProtocols");
        QCoreApplication::processEvents();
        const int left = protocols->mapTo(m_page.get(), QPoint()).x();
        find<QCheckBox>("httpsOn")->click();
        QCoreApplication::processEvents();
        QCOMPARE(protocols->mapTo(m_page.get(), QPoint()).x(), left);
    }

    void hstsComesWithItsWarning()
    {
        type(u"shop 3000"_s);
        find<QTabBar>("domainTabs")->setCurrentIndex(1);
        find<QCheckBox>("httpsOn")->click();
        const auto *warning = find<QLabel>("httpsHstsWarning");
        QVERIFY(!warning->isVisible());
        choose("httpsHsts", 3);
        QVERIFY(warning->isVisible());
        QVERIFY(warning->text().contains(u"every port"_s));
        QTest::mouseClick(find<QPushButton>("domainApply"), Qt::LeftButton);
        QCOMPARE(m_fake.drafts.value(u"shop.localhost"_s).tls->hsts, std::chrono::seconds(31'536'000));
    }

    void ownFilesAreAskedFor()
    {
        type(u"shop 3000"_s);
        find<QTabBar>("domainTabs")->setCurrentIndex(1);
        find<QCheckBox>("httpsOn")->click();
        choose("httpsCertificate", 1);
        QVERIFY(!find<QPushButton>("domainApply")->isEnabled());
        QCOMPARE(find<QLabel>("domainProblem")->text(), u"Which file holds the certificate?"_s);
        QTest::mouseClick(find<QPushButton>("httpsCertificateFileChoose"), Qt::LeftButton);
        Q_EMIT find<QFileDialog>("httpsFileDialog")->fileSelected(u"/etc/a.crt"_s);
        QCOMPARE(find<QLabel>("domainProblem")->text(), u"Which file holds the certificate's key?"_s);
        QTest::keyClicks(find<QLineEdit>("httpsKeyFile"), u"/etc/a.key"_s);
        QTest::keyClick(find<QLineEdit>("httpsKeyFile"), Qt::Key_Return);
        const DomainTls tls = m_fake.drafts.value(u"shop.localhost"_s).tls.value();
        QCOMPARE(tls.certificate, DomainCertificate::Files);
        QCOMPARE(tls.certificateFile, u"/etc/a.crt"_s);
        QCOMPARE(tls.keyFile, u"/etc/a.key"_s);
    }

    void whatIsWrittenOtherwiseIsOfferedAsItIs()
    {
        DomainDraft draft = parseDomainLine(u"shop 3000"_s).value();
        draft.https = true;
        draft.tls = DomainTls();
        draft.tls->hsts = std::chrono::seconds(77);
        draft.tls->protocols = u"TLSv1.1 TLSv1.2"_s;
        draft.tls->ciphers = u"HIGH"_s;
        m_fake.drafts.insert(draft.name, draft);
        type(u"shop 3000"_s);
        QCOMPARE(find<QComboBox>("httpsHsts")->currentText(), u"For 77 seconds"_s);
        QCOMPARE(find<QComboBox>("httpsProtocols")->currentText(), u"TLSv1.1 TLSv1.2"_s);
        QVERIFY(!find<QPushButton>("domainApply")->isEnabled());
        find<QTabBar>("domainTabs")->setCurrentIndex(1);
        find<QCheckBox>("httpsRedirect")->click();
        QTest::mouseClick(find<QPushButton>("domainApply"), Qt::LeftButton);
        draft.tls->redirects = true;
        draft.webSockets = true;
        QCOMPARE(m_fake.drafts.value(draft.name), draft);
    }

    void httpAndHttpsNeedAPortEach()
    {
        type(u"shop 3000"_s);
        find<QTabBar>("domainTabs")->setCurrentIndex(1);
        find<QCheckBox>("httpsOn")->click();
        find<QLineEdit>("httpsPort")->selectAll();
        QTest::keyClicks(find<QLineEdit>("httpsPort"), u"8080"_s);
        QCOMPARE(find<QLabel>("domainProblem")->text(), u"HTTP and HTTPS need a port each"_s);
        QVERIFY(!find<QPushButton>("domainApply")->isEnabled());
        QTest::mouseClick(find<QPushButton>("domainRevert"), Qt::LeftButton);
        QVERIFY(!find<QCheckBox>("httpsOn")->isChecked());
    }

    void theUrlIsOpenedAndCopied()
    {
        type(u"shop 3000"_s);
        QTest::mouseClick(find<QPushButton>("domainOpen"), Qt::LeftButton);
        QCOMPARE(m_fake.opened, QStringList{u"http://shop.localhost:8080"_s});
        QTest::mouseClick(find<QPushButton>("domainCopyUrl"), Qt::LeftButton);
        QCOMPARE(QGuiApplication::clipboard()->text(), u"http://shop.localhost:8080"_s);
    }

    void searchNarrowsTheTable()
    {
        type(u"shop 3000"_s);
        type(u"api 4000"_s);
        QTest::keyClicks(find<QLineEdit>("domainsSearch"), u"4000"_s);
        QCOMPARE(names(), QStringList{u"api.localhost | 127.0.0.1:4000"_s});
        find<QLineEdit>("domainsSearch")->clear();
        QCOMPARE(names().size(), 2);
    }

    void anEmptyPageOffersPortsAndTheDemo()
    {
        ListeningPort vite;
        vite.port = 5173;
        vite.process = u"node"_s;
        vite.workingDirectory = u"~/work/landing"_s;
        m_page->setListeningPorts({vite});
        auto *chip = find<QWidget>("emptyPortChips")->findChild<QPushButton *>(u"portChip5173"_s);
        QVERIFY(chip && chip->isVisible());
        QTest::mouseClick(chip, Qt::LeftButton);
        auto *edit = find<QLineEdit>("quickAdd");
        QCOMPARE(edit->text(), u"landing 5173"_s);
        QCOMPARE(edit->selectedText(), u"landing"_s);
        edit->clear();
        QTest::mouseClick(find<QPushButton>("startDemo"), Qt::LeftButton);
        QCOMPARE(names(), QStringList{u"demo.localhost | 127.0.0.1:4000"_s});
    }

    void portsOfDomainsAreNotOfferedAgain()
    {
        type(u"shop 3000"_s);
        QList<ListeningPort> ports;
        for (const quint16 number : {3000, 5173, 8000}) {
            ListeningPort port;
            port.port = number;
            port.process = u"node"_s;
            ports.append(port);
        }
        m_page->setListeningPorts(ports);
        auto *chips = find<QWidget>("portChips");
        QVERIFY(!chips->findChild<QPushButton *>(u"portChip3000"_s));
        QVERIFY(chips->findChild<QPushButton *>(u"portChip5173"_s)->isVisible());
        QVERIFY(!chips->findChild<QPushButton *>(u"portChipsMore"_s)->isVisible());
        for (quint16 i = 0; i < 30; ++i) {
            ListeningPort port;
            port.port = quint16(9000 + i);
            port.process = u"python3"_s;
            ports.append(port);
        }
        m_page->setListeningPorts(ports);
        auto *more = chips->findChild<QPushButton *>(u"portChipsMore"_s);
        QVERIFY(more->isVisible());
        QVERIFY(chips->rect().contains(more->geometry()));
    }

    void aPortThatComesMovesNothing()
    {
        type(u"shop 3000"_s);
        QCoreApplication::processEvents();
        const auto *table = find<FlatTable>("domainsTable");
        const int top = table->mapTo(m_page.get(), QPoint()).y();
        ListeningPort port;
        port.port = 5173;
        port.process = u"node"_s;
        m_page->setListeningPorts({port});
        QCoreApplication::processEvents();
        QVERIFY(find<QWidget>("portChips")->findChild<QPushButton *>(u"portChip5173"_s)->isVisible());
        QCOMPARE(table->mapTo(m_page.get(), QPoint()).y(), top);
        m_page->setListeningPorts({});
        QCoreApplication::processEvents();
        QCOMPARE(table->mapTo(m_page.get(), QPoint()).y(), top);
    }

    void typingAtTheStartAddsADomain() { QCOMPARE(m_page->focusWidget(), find<QLineEdit>("quickAdd")); }

    void tabGoesThroughTheEditorAsItIsRead()
    {
        type(u"shop 3000"_s);
        find<QLineEdit>("domainName")->setText(u"shops.localhost"_s);
        Q_EMIT find<QLineEdit>("domainName")->textEdited(u"shops.localhost"_s); // Apply can be reached
        find<QTabBar>("domainTabs")->setFocus();
        QStringList order;
        for (int i = 0; i < 9; ++i) {
            order += m_page->focusWidget()->objectName();
            QTest::keyClick(m_page->focusWidget(), Qt::Key_Tab);
        }
        QCOMPARE(order,
                 (QStringList{u"domainTabs"_s, u"domainOpen"_s, u"domainCopyUrl"_s, u"domainRemove"_s, u"domainName"_s,
                              u"domainTarget"_s, u"domainPort"_s, u"domainWebSockets"_s, u"domainApply"_s}));
    }

    void whereADomainListensIsSaidInShort()
    {
        type(u"shop 3000"_s);
        DomainView view = m_fake.views.first();
        view.position = {u"/home/anna/portlight.conf"_s, 13, 1};
        view.listens = {u"127.0.0.1:8080"_s, u"[::1]:8080"_s, u"127.0.0.1:8443"_s};
        m_page->setDomains({view});
        QCOMPARE(find<QLabel>("domainWritten")->text(), u"8080, 8443 of this machine · portlight.conf, line 13"_s);
        view.listens = {u"127.0.0.1:8080"_s, u"*:8443"_s};
        m_page->setDomains({view});
        QCOMPARE(find<QLabel>("domainWritten")->text(), u"127.0.0.1:8080, *:8443 · portlight.conf, line 13"_s);
    }

    void portsAreLookedForWhileThePageIsShown()
    {
        const int asked = m_fake.portsAsked;
        QVERIFY(asked >= 1);
        m_page->hide();
        m_page->show();
        QCOMPARE(m_fake.portsAsked, asked + 1);
    }
};

QTEST_MAIN(TestDomainsPage)
#include "tst_domainspage.moc"
