// SPDX-License-Identifier: GPL-3.0-or-later
#include "domains/domainspage.h"
#include "ui/modeltext.h"
#include "widgets/flattable.h"

#include <QClipboard>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
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
    DomainsPage *page = nullptr;

    static DomainView viewOf(const DomainDraft &draft)
    {
        DomainView view;
        view.names = {draft.name};
        view.target = draft.target;
        view.display = QString(draft.target).remove(u"http://"_s);
        view.url = draft.url();
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
            return DomainDraft{views.at(i).name(), views.at(i).target, 8080};
        };
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
