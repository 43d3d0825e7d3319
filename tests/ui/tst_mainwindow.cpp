// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/authorityoptions.h"
#include "mainwindow.h"
#include "pki/passphrasestore.h"
#include "support/freeport.h"
#include "theme/colors.h"
#include "traffic/trafficpage.h"
#include "ui/exchanges.h"
#include "ui/modeltext.h"
#include "widgets/badge.h"
#include "widgets/flattable.h"
#include "widgets/noticebar.h"

#include <QAbstractButton>
#include <QAbstractSpinBox>
#include <QAction>
#include <QApplication>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QScrollBar>
#include <QSettings>
#include <QTabBar>
#include <QTemporaryDir>
#include <QtTest>
#include <QUrl>

using namespace portlight;
using namespace portlight::test;
using portlight::testing::freePort;
using namespace Qt::StringLiterals;

namespace {

bool isInteractive(const QWidget *widget)
{
    return qobject_cast<const QAbstractButton *>(widget) || qobject_cast<const QLineEdit *>(widget)
           || qobject_cast<const QComboBox *>(widget) || qobject_cast<const QAbstractItemView *>(widget)
           || qobject_cast<const QPlainTextEdit *>(widget) || qobject_cast<const QTabBar *>(widget)
           || qobject_cast<const QAbstractSpinBox *>(widget);
}

// Parts that Qt makes inside its own widgets: a clear button, a header, a list behind a box, a scroll bar.
bool isQtsOwn(const QWidget *widget)
{
    for (const QWidget *at = widget->parentWidget(); at; at = at->parentWidget()) {
        if (qobject_cast<const QLineEdit *>(at) || qobject_cast<const QComboBox *>(at)
            || qobject_cast<const QAbstractItemView *>(at) || qobject_cast<const QAbstractSpinBox *>(at)
            || qobject_cast<const QTabBar *>(at))
            return true;
    }
    return false;
}

} // namespace

class TestMainWindow : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<QSettings> m_settings;
    std::unique_ptr<Theme> m_theme;
    std::unique_ptr<Workspace> m_workspace;
    std::unique_ptr<Authority> m_authority;
    std::unique_ptr<MainWindow> m_window;
    QStringList m_opened;

    QString configPath() const { return m_folder->filePath(u"portlight.conf"_s); }
    QByteArray configText() const
    {
        QFile file(configPath());
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    void write(const QByteArray &text) const
    {
        QFile file(configPath());
        QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
        QCOMPARE(file.write(text), text.size());
    }
    void openWindow()
    {
        AuthorityOptions options;
        options.folder = m_folder->filePath(u"ca"_s);
        options.findStores = [] { return std::vector<std::unique_ptr<TrustStore>>(); }; // none of this machine's
        m_authority = std::make_unique<Authority>(nullptr, options);
        EngineOptions engine;
        engine.localCertificates = m_authority->certificates();
        m_workspace = std::make_unique<Workspace>(configPath(), engine);
        m_window = std::make_unique<MainWindow>(*m_workspace, *m_authority, *m_theme, *m_settings,
                                                [this](const QUrl &url) { m_opened.append(url.toString()); });
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
        m_workspace->open();
    }
    void openWindowWithADomain()
    {
        openWindow();
        QVERIFY(m_workspace->addDomain({u"first.localhost"_s, u"http://127.0.0.1:9"_s, freePort()}).ok());
    }
    void typeDomain(const QString &line)
    {
        auto *edit = find<QLineEdit>("quickAdd");
        QTest::keyClicks(edit, line);
        QTest::keyClick(edit, Qt::Key_Return);
    }
    template<typename T>
    T *find(const char *name) const
    {
        T *found = m_window->findChild<T *>(QString::fromLatin1(name));
        Q_ASSERT_X(found, "find", name);
        return found;
    }
    QStringList domains() const
    {
        QStringList names;
        for (const DomainView &view : m_workspace->domains())
            names.append(view.name());
        return names;
    }

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_settings = std::make_unique<QSettings>(m_folder->filePath(u"window.ini"_s), QSettings::IniFormat);
        m_theme = std::make_unique<Theme>(*qApp, Appearance::Light);
        m_opened.clear();
    }
    void cleanup()
    {
        m_window.reset();
        m_workspace.reset();
        m_authority.reset();
        m_theme.reset();
        m_settings.reset();
        m_folder.reset();
    }

    void oneLineTypedBecomesADomainInTheFile()
    {
        openWindowWithADomain();
        QTest::keyClick(m_window.get(), Qt::Key_N, Qt::ControlModifier);
        typeDomain(u"shop 3000"_s);
        QCOMPARE(domains(), (QStringList{u"first.localhost"_s, u"shop.localhost"_s}));
        QVERIFY(configText().contains("shop.localhost"));
        QVERIFY(find<QPlainTextEdit>("domainNginx")->toPlainText().contains(u"server_name shop.localhost"_s));
        QCOMPARE(find<QAbstractButton>("navigate-domains")->accessibleDescription(), u"2"_s);
    }

    void theDemoIsKnownToListen()
    {
        openWindowWithADomain();
        QVERIFY(m_workspace->startDemo().ok());
        m_workspace->findListeningPorts();
        const auto *model = find<FlatTable>("domainsTable")->model();
        QTRY_COMPARE(modelText(*model).last().section(u" | "_s, 2, 3), u"Portlight demo | HTTP"_s);
    }

    void aLocalCaGivesDomainsHttps()
    {
        openWindow();
        DomainDraft first{u"first.localhost"_s, u"http://127.0.0.1:9"_s, freePort()};
        DomainDraft second{u"second.localhost"_s, u"http://127.0.0.1:9"_s, first.listenPort};
        first.https = true;
        first.tlsPort = freePort(); // where those of the others go, too
        QVERIFY(m_workspace->addDomain(first).ok() && m_workspace->addDomain(second).ok());
        QVERIFY(!m_workspace->domains().last().https);
        m_window->showPage(MainWindow::CertificatesId);
        QTest::mouseClick(find<QPushButton>("createLocalCa"), Qt::LeftButton);
        find<QRadioButton>("protectFile")->click();
        QTest::mouseClick(find<QPushButton>("createAuthorityAccept"), Qt::LeftButton);
        auto *notice = find<NoticeBar>("certificatesNotice");
        QTRY_VERIFY_WITH_TIMEOUT(notice->isVisible(), 20'000);
        QVERIFY2(notice->text().endsWith(u" second.localhost has HTTPS now."_s), qPrintable(notice->text()));
        QVERIFY(m_workspace->domains().last().https && m_workspace->domains().last().localCertificate);
        QTRY_COMPARE(find<Badge>("authorityState")->text(), u"ready"_s);
        QVERIFY(find<NoticeBar>("authorityFileWarning")->isVisible());
        m_window->showPage(MainWindow::DomainsId);
        typeDomain(u"third 3000"_s);
        QCOMPARE(m_workspace->domains().last().url, u"https://third.localhost:%1"_s.arg(first.tlsPort));
        QVERIFY(find<QPlainTextEdit>("domainNginx")->toPlainText().contains(u"ssl_certificate ssl/third"_s));
    }

    void deleteIsUndoneWithControlZ()
    {
        openWindowWithADomain();
        typeDomain(u"shop 3000"_s);
        auto *table = find<FlatTable>("domainsTable");
        table->setFocus();
        QTest::keyClick(table, Qt::Key_Delete);
        QCOMPARE(domains(), QStringList{u"first.localhost"_s});
        QVERIFY(!configText().contains("shop.localhost"));
        QTest::keyClick(m_window.get(), Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(domains(), (QStringList{u"first.localhost"_s, u"shop.localhost"_s}));
        QVERIFY(configText().contains("shop.localhost"));
    }

    void aCorruptFileIsReportedWithItsPlaceAndLeftAsItIs()
    {
        const QByteArray corrupt = "http {\n    server {\n        listen 127.0.0.1:0\n";
        write(corrupt);
        openWindow();
        auto *banner = find<QWidget>("diagnosticsBanner");
        QTRY_VERIFY(banner->isVisible());
        QVERIFY2(banner->accessibleName().startsWith(u"portlight.conf:"_s), qPrintable(banner->accessibleName()));
        QTest::mouseClick(find<QPushButton>("diagnosticsBannerAction"), Qt::LeftButton);
        QCOMPARE(m_opened, QStringList{QUrl::fromLocalFile(configPath()).toString()});
        QCOMPARE(configText(), corrupt);
        QVERIFY(find<FlatTable>("doctorTable")->model()->rowCount() > 0);
    }

    void everyInteractiveWidgetHasANameAndAnObjectName()
    {
        openWindow();
        QStringList nameless;
        const QList<QWidget *> widgets = m_window->findChildren<QWidget *>();
        int seen = 0;
        for (const QWidget *widget : widgets) {
            if (!isInteractive(widget) || isQtsOwn(widget))
                continue;
            ++seen;
            const QString what =
                u"%1 '%2'"_s.arg(QLatin1String(widget->metaObject()->className()), widget->objectName());
            // A button without an action has no word yet and is not shown.
            const bool unused = widget->isHidden() && widget->objectName().endsWith(u"Action"_s);
            if (widget->objectName().isEmpty() || (widget->accessibleName().isEmpty() && !unused))
                nameless.append(what);
        }
        QVERIFY(seen > 40);
        QVERIFY2(nameless.isEmpty(), qPrintable(nameless.join(u", "_s)));
    }

    void pagesAreReachedByKeyAndRemembered()
    {
        openWindow();
        for (int page = 0; page < MainWindow::PageCount; ++page) {
            QTest::keyClick(m_window.get(), Qt::Key(Qt::Key_1 + page), Qt::ControlModifier);
            QCOMPARE(m_window->currentPage(), page);
        }
        QVERIFY(m_window->showPageNamed(u"traffic"_s));
        QVERIFY(!m_window->showPageNamed(u"nonsense"_s));
        m_window->close();
        m_window.reset();
        m_workspace.reset();
        openWindow();
        QCOMPARE(m_window->currentPage(), int(MainWindow::TrafficId));
    }

    void slashSearchesThePageThatIsShown()
    {
        openWindow();
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        m_window->showPage(MainWindow::TrafficId);
        QTest::keyClick(m_window.get(), Qt::Key_Slash);
        QVERIFY(find<QLineEdit>("trafficFilter")->hasFocus());
        m_window->showPage(MainWindow::DomainsId);
        QTest::keyClick(m_window.get(), Qt::Key_Slash);
        QVERIFY(find<QLineEdit>("domainsSearch")->hasFocus());
        QTest::keyClicks(find<QLineEdit>("domainsSearch"), u"a/b"_s);
        QCOMPARE(find<QLineEdit>("domainsSearch")->text(), u"a/b"_s);
    }

    void theCommandPaletteRunsWhatItFinds()
    {
        openWindow();
        find<QAction>("actionCommands")->trigger();
        auto *edit = find<QLineEdit>("commandPaletteEdit");
        QTRY_VERIFY(edit->isVisible());
        const int all = find<QListWidget>("commandPaletteList")->count();
        QTest::keyClicks(edit, u"appear dark"_s);
        QVERIFY(find<QListWidget>("commandPaletteList")->count() < all);
        QTest::keyClick(edit, Qt::Key_Return);
        QCOMPARE(QApplication::palette().color(QPalette::Base), themeColors(true).base);
        QCOMPARE(m_settings->value(u"appearance"_s).toString(), u"dark"_s);
        QCOMPARE(find<QComboBox>("settingsAppearance")->currentIndex(), int(Appearance::Dark));
    }

    void nothingEssentialIsCutOffInASmallWindow()
    {
        openWindowWithADomain();
        typeDomain(u"a-rather-long-name-for-a-domain 127.0.0.1:3001"_s);
        m_window->resize(900, 560);
        QCOMPARE(m_window->size(), QSize(900, 560));
        m_window->showPage(MainWindow::BackendsId);
        QTRY_VERIFY(find<QWidget>("backendsTable")->isVisible()); // with the engine's first snapshot
        const QList<QStringList> essential{
            {u"addDomain"_s, u"importConfig"_s, u"domainsSearch"_s, u"quickAdd"_s, u"domainsTable"_s, u"domainName"_s,
             u"domainTarget"_s, u"domainPort"_s, u"domainTabs"_s, u"domainApply"_s, u"domainOpen"_s, u"domainRemove"_s,
             u"domainNginx"_s},
            {u"backendsSearch"_s, u"backendsTable"_s, u"backendWeight"_s, u"backendDrain"_s, u"backendDisable"_s,
             u"backendEnable"_s, u"backendFacts"_s},
            {u"trafficFilter"_s, u"trafficPause"_s, u"trafficClear"_s, u"trafficFollow"_s, u"trafficStatus"_s},
            {u"statusCopy"_s, u"statusDomains"_s},
            {u"createLocalCa"_s},
            {u"exportCopy"_s, u"exportValidate"_s, u"exportVerify"_s, u"exportSave"_s, u"exportText"_s,
             u"exportVersion"_s, u"exportNames"_s, u"exportPerDomain"_s, u"exportFindingsTabs"_s},
            {},
            {u"settingsAppearance"_s, u"settingsCapture"_s, u"settingsOpenFolder"_s}};
        for (int page = 0; page < MainWindow::PageCount; ++page) {
            m_window->showPage(page);
            QCoreApplication::processEvents(); // the layout follows the posted resize
            for (const QString &name : essential.at(page) + QStringList{u"stateButton"_s, u"stateCapture"_s}) {
                const auto *widget = m_window->findChild<QWidget *>(name);
                QVERIFY2(widget && widget->isVisible(), qPrintable(name));
                const QRect place(widget->mapTo(m_window.get(), QPoint()), widget->size());
                QVERIFY2(m_window->rect().contains(place), qPrintable(name));
                const QSize needed = widget->minimumSizeHint().boundedTo(widget->maximumSize());
                QTRY_VERIFY2(widget->width() >= needed.width(), qPrintable(name));
                QVERIFY2(widget->height() >= needed.height(), qPrintable(name));
            }
        }
    }

    void tablesFitTheirWidth_data()
    {
        QTest::addColumn<int>("page");
        QTest::addColumn<QString>("name");
        QTest::newRow("domains") << int(MainWindow::DomainsId) << u"domainsTable"_s;
        QTest::newRow("backends") << int(MainWindow::BackendsId) << u"backendsTable"_s;
        QTest::newRow("traffic") << int(MainWindow::TrafficId) << u"trafficTable"_s;
        QTest::newRow("status") << int(MainWindow::StatusId) << u"statusDomains"_s;
    }
    void tablesFitTheirWidth()
    {
        openWindowWithADomain();
        QFETCH(const int, page);
        QFETCH(const QString, name);
        m_window->showPage(page);
        find<TrafficPage>("trafficPage")->addBatch({{exchange(1)}, 0});
        auto *table = m_window->findChild<FlatTable *>(name);
        for (const int width : {900, 1280, 1920}) {
            m_window->resize(width, 700);
            QCoreApplication::processEvents(); // the layout follows the posted resize
            int columns = 0;
            for (int column = 0; column < table->model()->columnCount(); ++column)
                columns += table->columnWidth(column);
            QVERIFY2(columns > 0 && columns <= table->viewport()->width(), qPrintable(QString::number(width)));
        }
    }
};

QTEST_MAIN(TestMainWindow)
#include "tst_mainwindow.moc"
