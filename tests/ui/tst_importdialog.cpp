// SPDX-License-Identifier: GPL-3.0-or-later
#include "import/importdialog.h"
#include "import/importflow.h"
#include "import/mappingsmodel.h"
#include "ui/modeltext.h"
#include "widgets/badge.h"
#include "widgets/flattable.h"

#include <QComboBox>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

using namespace portlight;
using namespace portlight::test;
using namespace Qt::StringLiterals;

class TestImportDialog : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<ImportDialog> m_dialog;

    QString path(const QString &name) const { return m_folder->filePath(name); }
    QString write(const QString &name, const QByteArray &text) const
    {
        QFile file(path(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
            qFatal("cannot write %s", qPrintable(name));
        return file.fileName();
    }
    ImportPlan plan() const
    {
        DeskFacts facts;
        facts.isPortFree = [](quint16) { return true; };
        facts.doesPeerAnswer = [](const PeerAddress &) { return false; };
        facts.exists = [](const QByteArray &) { return false; };
        facts.isWritable = [](const QByteArray &) { return false; };
        facts.prefix = "/deploy";
        const QString file = write(
            u"nginx.conf"_s,
            "worker_processes 2;\nhttp {\n    server {\n        listen 80;\n        server_name shop.example.com;\n"
            "        location / {\n            proxy_pass http://app:3000;\n        }\n    }\n}\n");
        return *planImport(file, {.overlayPath = path(u"local.conf"_s), .facts = facts});
    }
    void open()
    {
        m_dialog = std::make_unique<ImportDialog>(plan());
        m_dialog->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_dialog.get()));
    }
    template<typename T>
    T *find(const char *name) const
    {
        T *found = m_dialog->findChild<T *>(QString::fromLatin1(name));
        Q_ASSERT_X(found, "find", name);
        return found;
    }
    QStringList report() const { return modelText(*find<FlatTable>("importReport")->model()); }
    QAbstractItemModel *mappings() const { return find<FlatTable>("importMappings")->model(); }
    bool setHere(int row, const QString &text) const
    {
        return mappings()->setData(mappings()->index(row, MappingsModel::ToColumn), text);
    }
    QString problem() const { return find<QLabel>("importProblem")->text(); }

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }
    void cleanup() { m_dialog.reset(); }

    void whatDiffersIsShownFirst()
    {
        open();
        QCOMPARE(report(),
                 (QStringList{u"nginx.conf:1 | worker_processes 2 | ignored | the number and care of processes is a "
                              "matter of the server; one engine thread runs here"_s,
                              u"nginx.conf:4 | listen 80 | approximated | it listens on 127.0.0.1:8080 here"_s,
                              u"nginx.conf:7 | proxy_pass http://app:3000 | approximated | the backend is "
                              "127.0.0.1:3000 here"_s}));
        find<QComboBox>("importFilter")->setCurrentIndex(2);
        QCOMPARE(report().size(), 1);
        find<QComboBox>("importFilter")->setCurrentIndex(3);
        QCOMPARE(report().size(), 7);
        QStringList badges;
        for (const Badge *badge : m_dialog->findChildren<Badge *>())
            badges += badge->text();
        QCOMPARE(badges, (QStringList{u"4 run the same"_s, u"2 approximated"_s, u"1 ignored"_s}));
    }

    void mappingsCanBeEdited()
    {
        open();
        QCOMPARE(modelText(*mappings()),
                 (QStringList{u"Address | 80 | 127.0.0.1:8080 | ports below 1024 are the system's"_s,
                              u"Name | shop.example.com | shop.localhost"_s,
                              u"Backend | app:3000 | 127.0.0.1:3000 | it does not answer from here"_s}));
        QVERIFY(setHere(0, u"127.0.0.1:9090"_s));
        QVERIFY2(report().contains(u"nginx.conf:4 | listen 80 | approximated | it listens on 127.0.0.1:9090 here"_s),
                 qPrintable(report().join(u'\n')));
        QCOMPARE(m_dialog->plan().overlay.mappings.at(0).to, "127.0.0.1:9090"_ba);
    }

    void emptiedRowsAreLeftAsWritten()
    {
        open();
        QVERIFY(setHere(2, QString()));
        QVERIFY(modelText(*mappings()).last().endsWith(u"left as it is written"_s));
        QCOMPARE(m_dialog->plan().overlay.mappings.size(), size_t(2));
        QVERIFY(!report().join(u'\n').contains(u"proxy_pass"_s));
        QVERIFY(setHere(2, u"127.0.0.1:4000"_s)); // and back
        QCOMPARE(m_dialog->plan().overlay.mappings.size(), size_t(3));
    }

    void wrongValuesAreRefused()
    {
        open();
        QVERIFY(!setHere(0, u"127.0.0.1:99999"_s));
        QVERIFY2(problem().contains(u"invalid port"_s), qPrintable(problem()));
        QCOMPARE(m_dialog->plan().overlay.mappings.at(0).to, "127.0.0.1:8080"_ba);
        QVERIFY(setHere(0, u"127.0.0.1:9090"_s));
        QCOMPARE(problem(), QString());
    }

    void onlyTheRightSideIsEditable()
    {
        open();
        for (int column = 0; column < MappingsModel::ColumnCount; ++column) {
            const bool editable = mappings()->flags(mappings()->index(0, column)) & Qt::ItemIsEditable;
            QCOMPARE(editable, column == MappingsModel::ToColumn);
        }
        auto *table = find<FlatTable>("importMappings");
        table->setFocus();
        table->selectRow(0);
        QTest::keyClick(table, Qt::Key_Return);
        QTRY_VERIFY(table->viewport()->findChild<QLineEdit *>());
        QTest::keyClicks(table->viewport()->findChild<QLineEdit *>(), u"127.0.0.1:7070"_s);
        QTest::keyClick(table->viewport()->findChild<QLineEdit *>(), Qt::Key_Return);
        QTRY_COMPARE(m_dialog->plan().overlay.mappings.at(0).to, "127.0.0.1:7070"_ba);
    }

    void anInvalidConfigurationCannotBeImported()
    {
        ImportPlan bad = plan();
        bad.expanded.child("http")->child("server")->child("listen")->arguments[0].value = "99999";
        bad.changeOverlay({});
        m_dialog = std::make_unique<ImportDialog>(bad);
        QVERIFY(!find<QPushButton>("importAccept")->isEnabled());
        QVERIFY2(problem().contains(u"invalid port"_s), qPrintable(problem()));
    }

    void theFlowEndsInTheWorkspace()
    {
        Workspace workspace(path(u"own/portlight.conf"_s));
        workspace.open();
        QWidget window;
        window.resize(1000, 700);
        window.show();
        ImportFlow flow(workspace, &window);
        QSignalSpy imported(&flow, &ImportFlow::imported);
        flow.read(write(u"nginx.conf"_s, "http { server { listen 80; server_name a.example.com; return 204; } }"));
        QTRY_VERIFY_WITH_TIMEOUT(window.findChild<ImportDialog *>(), 20'000);
        window.findChild<ImportDialog *>()->findChild<QPushButton *>(u"importAccept"_s)->click();
        QCOMPARE(imported.size(), 1);
        QCOMPARE(imported.first().at(0).toInt(), 1);
        QCOMPARE(imported.first().at(1).toString(), u"nginx.conf"_s);
        QCOMPARE(workspace.domains().size(), 1);
        QVERIFY(QFile::exists(path(u"own/local.conf"_s)));
    }

    void aFileThatCannotBeReadIsReported()
    {
        Workspace workspace(path(u"own/portlight.conf"_s));
        workspace.open();
        QWidget window;
        ImportFlow flow(workspace, &window);
        QSignalSpy failed(&flow, &ImportFlow::failed);
        flow.read(write(u"nginx.conf"_s, "http {"));
        QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 1, 20'000);
        QVERIFY(!window.findChild<ImportDialog *>());
    }
};

QTEST_MAIN(TestImportDialog)
#include "tst_importdialog.moc"
