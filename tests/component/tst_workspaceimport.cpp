// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/workspace.h"
#include "ctlprogram.h"

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>

using namespace portlight;
using namespace Qt::StringLiterals;

namespace {

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class WorkspaceImportTest : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;

    QString path(const QString &name) const { return m_folder->filePath(name); }
    void write(const QString &name, const QByteArray &text) const
    {
        QFile file(path(name));
        if (!file.open(QIODevice::WriteOnly | QIODevice::Truncate) || file.write(text) != text.size())
            qFatal("cannot write %s", qPrintable(name));
    }
    ImportPlan planFor(const Workspace &workspace, const QByteArray &text) const
    {
        write(u"nginx.conf"_s, text);
        Result<ImportPlan> plan = planImport(path(u"nginx.conf"_s), {.overlayPath = workspace.overlayPath()});
        if (!plan)
            qFatal("%s", qPrintable(plan.error().message));
        return *plan;
    }
    static bool applied(QSignalSpy &spy) { return spy.wait(20'000); }

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        qputenv("XDG_DATA_HOME", QFile::encodeName(m_folder->path())); // where a local authority would be
    }

    void importedServersRunUnderTheOverlay()
    {
        test::Backend backend("shop"_ba);
        Workspace workspace(path(u"portlight.conf"_s));
        workspace.open();
        const ImportPlan plan =
            planFor(workspace, "http {\n    server {\n        listen 80;\n        server_name shop.example.com;\n"
                               "        location / {\n            proxy_pass http://"
                                   + backend.address() + ";\n        }\n    }\n}\n");
        const Result<int> added = workspace.importConfig(plan);
        QVERIFY2(added, added ? "" : qPrintable(added.error().message));
        QCOMPARE(*added, 1);
        const QList<DomainView> domains = workspace.domains();
        QCOMPARE(domains.size(), 1);
        QCOMPARE(domains.first().name(), u"shop.example.com"_s);
        QVERIFY2(domains.first().url.startsWith(u"http://shop.localhost:"_s), qPrintable(domains.first().url));
        const quint16 port = domains.first().url.section(u':', -1).toUShort();
        // The empty configuration may be the first to be applied.
        QVERIFY(QTest::qWaitFor([&] { return test::fetch(port, "shop.localhost").endsWith("shop"); }, 20'000));
        QVERIFY(contentOf(path(u"portlight.conf"_s)).contains("listen 80;"));
        QVERIFY(contentOf(path(u"local.conf"_s)).contains("portlight_listen 80 127.0.0.1:"));
    }

    void anOverlayThatIsEditedIsFollowed()
    {
        test::Backend first("first"_ba);
        test::Backend second("second"_ba);
        const quint16 port = test::freePort();
        const auto overlay = [&](const test::Backend &backend) {
            return "portlight_listen 80 127.0.0.1:" + QByteArray::number(port) + ";\nportlight_peer app.invalid:80 "
                   + backend.address() + ";\n";
        };
        write(u"portlight.conf"_s, "http {\n    server {\n        listen 80;\n        location / {\n            "
                                   "proxy_pass http://app.invalid;\n        }\n    }\n}\n");
        write(u"local.conf"_s, overlay(first));
        Workspace workspace(path(u"portlight.conf"_s));
        QSignalSpy outcome(&workspace.engine(), &ProxyEngine::configApplied);
        workspace.open();
        QVERIFY(applied(outcome));
        QVERIFY(test::fetch(port, "a").endsWith("first"));
        write(u"local.conf"_s, overlay(second));
        QVERIFY(QTest::qWaitFor([&] { return test::fetch(port, "a").endsWith("second"); }, 20'000));
        write(u"local.conf"_s, "dance;\n");
        QVERIFY(QTest::qWaitFor(
            [&] {
                const Diagnostics found = workspace.diagnostics();
                return std::any_of(found.begin(), found.end(), [](const Diagnostic &each) {
                    return each.where.file.endsWith(u"local.conf"_s) && each.severity == Severity::Error;
                });
            },
            20'000));
        QVERIFY(test::fetch(port, "a").endsWith("second")); // what ran before goes on
    }

    void anImportThatCannotBeMergedChangesNothing()
    {
        write(u"portlight.conf"_s, "http {\n    upstream app {\n        server 127.0.0.1:1;\n    }\n}\n");
        write(u"local.conf"_s, "# mine\n");
        Workspace workspace(path(u"portlight.conf"_s));
        workspace.open();
        const QByteArray before = contentOf(workspace.configPath());
        const ImportPlan plan =
            planFor(workspace, "http { upstream app { server 127.0.0.1:2; } server { listen 80; } }");
        const Result<int> added = workspace.importConfig(plan);
        QVERIFY(!added);
        QCOMPARE(added.error().code, ErrorCode::AlreadyExists);
        QCOMPARE(contentOf(workspace.configPath()), before);
        QCOMPARE(contentOf(path(u"local.conf"_s)), "# mine\n"_ba);
    }

    void mappingsThatAreThereStay()
    {
        write(u"local.conf"_s, "portlight_listen 80 127.0.0.1:12345;\n");
        Workspace workspace(path(u"portlight.conf"_s));
        workspace.open();
        const Result<int> added = workspace.importConfig(planFor(workspace, "http { server { listen 80; } }"));
        QVERIFY(added);
        const QByteArray overlay = contentOf(path(u"local.conf"_s));
        QVERIFY2(overlay.contains("portlight_listen 80 127.0.0.1:12345;") && overlay.count("portlight_listen") == 1,
                 overlay.constData());
    }

    void theOverlayIsNotExported()
    {
        write(u"portlight.conf"_s, "http {\n    server {\n        listen 80;\n    }\n}\n");
        write(u"local.conf"_s, "portlight_listen 80 127.0.0.1:12345;\n");
        Workspace workspace(path(u"portlight.conf"_s));
        workspace.open();
        QCOMPARE(QByteArray(
                     workspace.servedTree().child("http")->child("server")->child("listen")->argument(0).toByteArray()),
                 "127.0.0.1:12345"_ba);
        QCOMPARE(workspace.treeToExport().child("http")->child("server")->child("listen")->argument(0).toByteArray(),
                 "80"_ba);
    }
};

QTEST_GUILESS_MAIN(WorkspaceImportTest)
#include "tst_workspaceimport.moc"
