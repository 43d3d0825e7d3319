// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/parser.h"
#include "export/exportpage.h"
#include "ui/modeltext.h"
#include "widgets/flattable.h"
#include "widgets/noticebar.h"

#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTabBar>
#include <QTemporaryDir>
#include <QtTest>

using namespace portlight;
using namespace portlight::test;
using namespace Qt::StringLiterals;

namespace {

const QByteArray OwnConfig =
    "http {\n    server {\n        listen 127.0.0.1:8080;\n        server_name shop.localhost;\n"
    "        portlight_domain on;\n        location / {\n            return 200 shop;\n        }\n    }\n}\n";

ConfigTree treeOf(const QByteArray &text)
{
    const ParseOutcome outcome = parseConfig(text, u"portlight.conf"_s);
    Q_ASSERT(outcome.ok());
    return outcome.tree;
}

} // namespace

class TestExportPage : public QObject
{
    Q_OBJECT

    ConfigTree m_tree;
    std::unique_ptr<ExportPage> m_page;

    template<typename T>
    T *find(const char *name) const
    {
        T *found = m_page->findChild<T *>(QString::fromLatin1(name));
        Q_ASSERT_X(found, "find", name);
        return found;
    }
    void open(const QByteArray &text)
    {
        m_tree = treeOf(text);
        ExportActions actions;
        actions.exporter = [this](const NginxExportOptions &options) { return exportNginx(m_tree, options); };
        actions.verifyJob = [this] {
            VerifyJob job;
            job.tree = m_tree;
            return job;
        };
        m_page = std::make_unique<ExportPage>(actions);
        m_page->resize(1000, 700);
        m_page->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_page.get()));
    }
    QString text() const { return find<QPlainTextEdit>("exportText")->toPlainText(); }
    QString notice() const { return find<NoticeBar>("exportNotice")->text(); }
    QStringList tabs() const
    {
        const auto *bar = find<QTabBar>("exportFiles");
        QStringList names;
        for (int i = 0; i < bar->count(); ++i)
            names += bar->tabText(i);
        return names;
    }

private Q_SLOTS:
    void cleanup() { m_page.reset(); }

    void choicesChangeTheTextAtOnce()
    {
        open(OwnConfig);
        QVERIFY(text().contains(u"listen 127.0.0.1:8080;"_s) && !text().contains(u"portlight_"_s));
        find<QComboBox>("exportPorts")->setCurrentIndex(1);
        QVERIFY(text().contains(u"listen 80;"_s));
        find<QComboBox>("exportCertificates")->setCurrentIndex(1);
        find<QLineEdit>("exportNames")->setText(u"shop.localhost=shop.example.com"_s);
        QVERIFY2(text().contains(u"/etc/letsencrypt/live/shop.example.com/fullchain.pem"_s), qPrintable(text()));
        QVERIFY(text().contains(u"http2 on;"_s));
        find<QComboBox>("exportVersion")->setCurrentIndex(4); // 1.22
        QVERIFY(text().contains(u"listen 443 ssl http2;"_s) && text().contains(u"ssl_protocols"_s));
        find<QCheckBox>("exportRedirect")->click();
        QVERIFY(text().contains(u"return 301 https://"_s));
        find<QCheckBox>("exportHeaders")->click();
        QVERIFY(text().contains(u"X-Content-Type-Options"_s));
    }

    void folderOfCertificatesIsAskedForOnlyWhereItCounts()
    {
        open("http { server { listen 443 ssl; server_name a.com; } }");
        auto *folder = find<QLineEdit>("exportCertificateFolder");
        QVERIFY(!folder->isEnabled());
        find<QComboBox>("exportCertificates")->setCurrentIndex(2);
        QVERIFY(folder->isEnabled());
        QVERIFY(text().contains(u"/etc/ssl/private/a.com.crt"_s)); // as the field suggests
        folder->setText(u"/srv/certs"_s);
        QVERIFY(text().contains(u"/srv/certs/a.com.key"_s));
    }

    void everyFileHasItsTab()
    {
        open(OwnConfig);
        QCOMPARE(tabs(), (QStringList{u"nginx.conf"_s, u"HANDOVER.md"_s}));
        find<QCheckBox>("exportPerDomain")->click();
        QCOMPARE(tabs(), (QStringList{u"nginx.conf"_s, u"shop.localhost.conf"_s, u"HANDOVER.md"_s}));
        find<QTabBar>("exportFiles")->setCurrentIndex(2);
        QVERIFY(text().startsWith(u"# Hand-over"_s));
        find<QCheckBox>("exportPerDomain")->click();
        QVERIFY(text().startsWith(u"# Hand-over"_s)); // the file stays chosen
        find<QPushButton>("exportCopy")->click();
        QCOMPARE(QGuiApplication::clipboard()->text(), text());
    }

    void lossesAreListed()
    {
        open("http { server { listen 80; } }");
        QVERIFY(find<QLabel>("exportLossesSentence")->isVisible());
        open("http {\n upstream a { server 127.0.0.1:1; queue 5; }\n server { listen 80; }\n}");
        const QStringList rows = modelText(*find<FlatTable>("exportLosses")->model());
        QCOMPARE(rows, QStringList{u"loss | \"queue\" is left out: a directive of the commercial nginx | 2"_s});
        QCOMPARE(find<QTabBar>("exportFindingsTabs")->tabText(0), u"What nginx does otherwise · 1"_s);
    }

    void filesAreSavedAndNotOverwritten()
    {
        open(OwnConfig);
        find<QCheckBox>("exportPerDomain")->click();
        const QTemporaryDir folder;
        QVERIFY(m_page->saveTo(folder.path(), false));
        QVERIFY(QFile::exists(folder.filePath(u"conf.d/shop.localhost.conf"_s)));
        QVERIFY(QFile::exists(folder.filePath(u"HANDOVER.md"_s)));
        const Result<void> again = m_page->saveTo(folder.path(), false);
        QVERIFY(!again && again.error().code == ErrorCode::AlreadyExists);
        QVERIFY(m_page->saveTo(folder.path(), true));
        QVERIFY(QFile::remove(folder.filePath(u"nginx.conf"_s)));
        QVERIFY(!m_page->saveTo(folder.filePath(u"HANDOVER.md"_s), false)); // a file is no folder
    }

    void theRealNginxReadsTheExport()
    {
        open("events {}\nhttp { server { listen 127.0.0.1:48443 ssl; server_name a.com; ssl_certificate /nowhere.crt; "
             "ssl_certificate_key /nowhere.key; } }");
        find<QPushButton>("exportValidate")->click();
        QVERIFY(!find<QPushButton>("exportValidate")->isEnabled());
        QTRY_VERIFY_WITH_TIMEOUT(!notice().isEmpty(), 20'000);
        QVERIFY2(notice().startsWith(u"nginx 1."_s) && notice().contains(u"takes it"_s), qPrintable(notice()));
        QVERIFY(find<QPushButton>("exportValidate")->isEnabled());
    }

    void whatNginxRefusesIsShownInItsWords()
    {
        open("http { server { listen 127.0.0.1:8080; root a b; } }");
        find<QPushButton>("exportValidate")->click();
        QTRY_VERIFY_WITH_TIMEOUT(!notice().isEmpty(), 20'000);
        QVERIFY2(notice().startsWith(u"invalid number of arguments in \"root\" directive in nginx.conf:6"_s),
                 qPrintable(notice()));
    }

    void answersAreCompared()
    {
        open("http {\n server {\n  listen 127.0.0.1:8080;\n  server_name a.com;\n  location / {\n   return 200 a;\n  "
             "}\n }\n}");
        find<QPushButton>("exportVerify")->click();
        QTRY_VERIFY_WITH_TIMEOUT(!notice().isEmpty(), 30'000);
        QVERIFY2(notice().startsWith(u"All 3 requests get the same answer from nginx 1."_s), qPrintable(notice()));
        QCOMPARE(modelText(*find<FlatTable>("exportParity")->model()).first(), u"equal | GET a.com/ | 200"_s);
        QCOMPARE(find<QTabBar>("exportFindingsTabs")->tabText(1), u"Parity · 3 of 3 equal"_s);
        QVERIFY(find<FlatTable>("exportParity")->isVisible());
    }

    void aComparisonThatCannotRunSaysWhy()
    {
        open("events {}");
        find<QPushButton>("exportVerify")->click();
        QTRY_VERIFY_WITH_TIMEOUT(!notice().isEmpty(), 20'000);
        QVERIFY2(notice().contains(u"there is no server in it"_s), qPrintable(notice()));
        QVERIFY(find<QPushButton>("exportVerify")->isEnabled());
    }
};

QTEST_MAIN(TestExportPage)
#include "tst_exportpage.moc"
