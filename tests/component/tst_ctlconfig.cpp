// SPDX-License-Identifier: GPL-3.0-or-later
#include "ctlprogram.h"

#include <QJsonArray>

using namespace portlight::test;
using namespace Qt::StringLiterals;

class CtlConfigTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void wrongUsageExitsWith2_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::newRow("nothing") << QStringList{};
        QTest::newRow("unknown command") << QStringList{u"dance"_s};
        QTest::newRow("unknown option") << QStringList{u"check"_s, u"--dance"_s};
        QTest::newRow("too many files") << QStringList{u"check"_s, u"a"_s, u"b"_s};
        QTest::newRow("no name") << QStringList{u"remove"_s};
        QTest::newRow("no target server") << QStringList{u"export"_s};
        QTest::newRow("unknown target server") << QStringList{u"export"_s, u"--to"_s, u"pigeon"_s};
        QTest::newRow("no version") << QStringList{u"check"_s, u"--nginx-version"_s, u"new"_s};
        QTest::newRow("demo and file") << QStringList{u"serve"_s, u"--demo"_s, u"a"_s};
    }
    void wrongUsageExitsWith2()
    {
        QFETCH(QStringList, arguments);
        CtlProgram ctl;
        const auto outcome = ctl.run(arguments);
        QCOMPARE(outcome.exitCode, 2);
        QVERIFY(outcome.err.contains("portlightctl"));
        QVERIFY(outcome.out.isEmpty());
    }

    void everyCommandExplainsItself()
    {
        CtlProgram ctl;
        const auto general = ctl.run({u"help"_s});
        QCOMPARE(general.exitCode, 0);
        for (const char *name : {"serve", "check", "add", "remove", "list", "status", "reload", "import", "export",
                                 "verify", "reference"}) {
            QVERIFY2(general.out.contains(name), name);
            const auto help = ctl.run({QString::fromLatin1(name), u"--help"_s});
            QCOMPARE(help.exitCode, 0);
            QVERIFY2(help.out.startsWith("Usage: portlightctl " + QByteArray(name) + ' '), help.out.constData());
            QCOMPARE(ctl.run({u"help"_s, QString::fromLatin1(name)}).out, help.out);
        }
        QVERIFY(ctl.run({u"--version"_s}).out.startsWith("portlightctl "));
    }

    void aGoodFileIsSuccessful()
    {
        CtlProgram ctl;
        const QString file = ctl.write(u"good.conf"_s, simpleConfig(8080, "127.0.0.1:3000"));
        const auto outcome = ctl.run({u"check"_s, file});
        QCOMPARE(outcome.exitCode, 0);
        QCOMPARE(outcome.out, QByteArray());
        QCOMPARE(outcome.err, "portlightctl: configuration file " + file.toUtf8() + " test is successful\n");
    }

    void everyProblemIsToldWithItsPosition()
    {
        CtlProgram ctl;
        ctl.write(u"bad.conf"_s,
                  "http {\n    servr {\n    }\n    server {\n        listen 80 80;\n        dance;\n    }\n}\n");
        const auto outcome = ctl.run({u"check"_s, u"bad.conf"_s});
        QCOMPARE(outcome.exitCode, 1);
        QVERIFY2(outcome.out.contains("bad.conf:2:5: error: "), outcome.out.constData());
        QVERIFY2(outcome.out.contains("bad.conf:6:9: error: "), outcome.out.constData());
        QVERIFY(outcome.err.contains("bad.conf test failed"));
    }

    void includedFilesAreReadFromTheFolderOfTheFile()
    {
        CtlProgram ctl;
        ctl.write(u"etc/conf.d/b.conf"_s, "server {\n    dance;\n}\n");
        ctl.write(u"etc/main.conf"_s, "http {\n    include conf.d/*.conf;\n    include none.conf;\n}\n");
        const auto outcome = ctl.run({u"check"_s, u"etc/main.conf"_s});
        QCOMPARE(outcome.exitCode, 1);
        QVERIFY2(outcome.out.startsWith("etc/main.conf:3:5: error: open() \"etc/none.conf\" failed "
                                        "(2: No such file or directory)"),
                 outcome.out.constData());
        ctl.write(u"etc/none.conf"_s, {});
        QVERIFY(ctl.run({u"check"_s, u"etc/main.conf"_s}).out.startsWith("etc/conf.d/b.conf:2:5: error: "));
    }

    void whatOnlyCompilingFindsIsToldOnce()
    {
        CtlProgram ctl;
        ctl.write(u"bad.conf"_s, "events {}\nhttp {\n    upstream up {\n        server nohost.invalid:80;\n    }\n}\n");
        const auto outcome = ctl.run({u"check"_s, u"bad.conf"_s});
        QCOMPARE(outcome.exitCode, 1);
        QVERIFY2(outcome.out.startsWith("bad.conf:4:9: error: host not found in upstream \"nohost.invalid:80\""),
                 outcome.out.constData());
        QCOMPARE(outcome.out.count("host not found"), 1);
    }

    void aMissingEventsBlockIsSaidOfFilesThatNginxReads()
    {
        CtlProgram ctl;
        ctl.write(u"a.conf"_s, "http {\n}\n");
        const auto outcome = ctl.run({u"check"_s, u"a.conf"_s});
        QCOMPARE(outcome.exitCode, 0);
        QVERIFY2(outcome.out.startsWith("a.conf:1:1: warning: no \"events\" section in configuration"),
                 outcome.out.constData());
        QCOMPARE(ctl.run({u"add"_s, u"shop"_s, u"3000"_s}).exitCode, 0);
        QVERIFY(!ctl.run({u"check"_s}).out.contains("events"));
    }

    void syntaxErrorsHaveAPositionToo()
    {
        CtlProgram ctl;
        ctl.write(u"bad.conf"_s, "http {\n    server {\n");
        const auto outcome = ctl.run({u"check"_s, u"bad.conf"_s});
        QCOMPARE(outcome.exitCode, 1);
        QVERIFY2(outcome.out.startsWith("bad.conf:"), outcome.out.constData());
    }

    void aMissingFileIsAProblem()
    {
        CtlProgram ctl;
        const auto outcome = ctl.run({u"check"_s, u"nowhere.conf"_s});
        QCOMPARE(outcome.exitCode, 1);
        QVERIFY(outcome.out.contains("nowhere.conf"));
    }

    void problemsComeAsJson()
    {
        CtlProgram ctl;
        ctl.write(u"bad.conf"_s, "http {\n    dance;\n}\n");
        const auto outcome = ctl.run({u"check"_s, u"--json"_s, u"bad.conf"_s});
        QCOMPARE(outcome.exitCode, 1);
        const QJsonObject report = outcome.json();
        QCOMPARE(report.value(u"ok"_s).toBool(true), false);
        const QJsonObject problem = report.value(u"diagnostics"_s).toArray().first().toObject();
        QCOMPARE(problem.value(u"line"_s).toInt(), 2);
        QCOMPARE(problem.value(u"column"_s).toInt(), 5);
    }

    void domainsAreAddedListedAndRemovedInTheFile()
    {
        CtlProgram ctl;
        const auto added = ctl.run({u"add"_s, u"shop"_s, u"3000"_s});
        QVERIFY2(added.exitCode == 0, added.err.constData());
        QCOMPARE(added.out, "added http://shop.localhost:8080 → 127.0.0.1:3000\n"_ba);
        QVERIFY(added.err.contains("no Portlight is running"));
        QVERIFY(CtlProgram::read(ctl.ownConfig()).contains("shop.localhost"));

        QCOMPARE(ctl.run({u"add"_s, u"api 127.0.0.1:4000"_s}).exitCode, 0);
        QCOMPARE(ctl.run({u"list"_s}).out,
                 "http://shop.localhost:8080 → 127.0.0.1:3000\nhttp://api.localhost:8080 → 127.0.0.1:4000\n"_ba);
        const QJsonObject list = ctl.run({u"list"_s, u"--json"_s}).json();
        QCOMPARE(list.value(u"domains"_s).toArray().size(), 2);
        QCOMPARE(list.value(u"running"_s).toBool(true), false);

        const auto removed = ctl.run({u"remove"_s, u"shop"_s});
        QCOMPARE(removed.exitCode, 0);
        QVERIFY(removed.out.startsWith("removed http://shop.localhost:8080"));
        QCOMPARE(ctl.run({u"list"_s}).out, "http://api.localhost:8080 → 127.0.0.1:4000\n"_ba);
    }

    void whatCannotBeAddedIsExplained()
    {
        CtlProgram ctl;
        QCOMPARE(ctl.run({u"add"_s, u"shop"_s, u"3000"_s}).exitCode, 0);
        const auto again = ctl.run({u"add"_s, u"shop"_s, u"3001"_s});
        QCOMPARE(again.exitCode, 1);
        QVERIFY(again.err.contains("shop.localhost"));
        QCOMPARE(ctl.run({u"add"_s, u"shop"_s}).exitCode, 1);
        QCOMPARE(ctl.run({u"add"_s, u"b"_s, u"99999"_s}).exitCode, 1);
        const auto json = ctl.run({u"add"_s, u"--json"_s, u"shop"_s, u"3001"_s});
        QCOMPARE(json.json().value(u"ok"_s).toBool(true), false);
        const auto missing = ctl.run({u"remove"_s, u"nobody"_s});
        QCOMPARE(missing.exitCode, 1);
        QVERIFY(missing.err.contains("nobody"));
    }

    void aCorruptFileIsNotOverwritten()
    {
        CtlProgram ctl;
        const QByteArray text = "http {\n    dance;\n}\n";
        ctl.write(u"config/portlight/portlight.conf"_s, text);
        const auto outcome = ctl.run({u"add"_s, u"shop"_s, u"3000"_s});
        QCOMPARE(outcome.exitCode, 1);
        QVERIFY(outcome.err.contains("portlight.conf:2:5"));
        QCOMPARE(CtlProgram::read(ctl.ownConfig()), text);
    }

    void statusSaysThatNothingRuns()
    {
        CtlProgram ctl;
        const auto outcome = ctl.run({u"status"_s});
        QCOMPARE(outcome.exitCode, 1);
        QVERIFY(outcome.err.contains("no Portlight is running"));
        const auto json = ctl.run({u"status"_s, u"--json"_s});
        QCOMPARE(json.exitCode, 1);
        QCOMPARE(json.json().value(u"running"_s).toBool(true), false);
        QCOMPARE(ctl.run({u"reload"_s}).exitCode, 1);
    }

    void theExportIsTakenByNginx()
    {
        CtlProgram ctl;
        QCOMPARE(ctl.run({u"add"_s, u"shop"_s, u"3000"_s}).exitCode, 0);
        const auto text = ctl.run({u"export"_s, u"--to"_s, u"nginx"_s});
        QCOMPARE(text.exitCode, 0);
        QVERIFY(text.out.contains("server_name"));
        QVERIFY(!text.out.contains("portlight_"));

        const auto files = ctl.run({u"export"_s, u"--to"_s, u"nginx"_s, u"-o"_s, u"out"_s});
        QCOMPARE(files.exitCode, 0);
        QCOMPARE(files.out, QByteArray());
        QCOMPARE(CtlProgram::read(ctl.path(u"out/nginx.conf"_s)), text.out);

        QProcess nginx;
        nginx.start(u"nginx"_s, {u"-t"_s, u"-p"_s, ctl.path(u"out"_s), u"-c"_s, ctl.path(u"out/nginx.conf"_s), u"-e"_s,
                                 u"stderr"_s, u"-g"_s, u"pid %1;"_s.arg(ctl.path(u"nginx.pid"_s))});
        const auto verdict = CtlProgram::wait(nginx);
        QVERIFY2(verdict.exitCode == 0, verdict.err.constData());

        const QJsonObject json = ctl.run({u"export"_s, u"--to"_s, u"nginx"_s, u"--json"_s}).json();
        QCOMPARE(json.value(u"files"_s).toArray().first().toObject().value(u"name"_s).toString(), u"nginx.conf"_s);
    }

    void aBadFileIsNotExported()
    {
        CtlProgram ctl;
        ctl.write(u"bad.conf"_s, "http {\n    dance;\n}\n");
        const auto outcome = ctl.run({u"export"_s, u"--to"_s, u"nginx"_s, u"bad.conf"_s});
        QCOMPARE(outcome.exitCode, 1);
        QCOMPARE(outcome.out, QByteArray());
        QVERIFY(outcome.err.contains("bad.conf:2:5"));
    }
};

QTEST_GUILESS_MAIN(CtlConfigTest)
#include "tst_ctlconfig.moc"
