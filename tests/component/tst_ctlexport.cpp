// SPDX-License-Identifier: GPL-3.0-or-later
#include "ctlprogram.h"

#include <QJsonArray>

using namespace portlight::test;
using namespace Qt::StringLiterals;

class CtlExportTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void wrongValuesAreUsageErrors_data()
    {
        QTest::addColumn<QStringList>("options");
        QTest::newRow("ports") << QStringList{u"--ports"_s, u"some"_s};
        QTest::newRow("certs") << QStringList{u"--certs"_s, u"relative/folder"_s};
        QTest::newRow("name") << QStringList{u"--name"_s, u"shop.localhost"_s};
        QTest::newRow("half a name") << QStringList{u"--name"_s, u"shop.localhost="_s};
    }
    void wrongValuesAreUsageErrors()
    {
        QFETCH(QStringList, options);
        CtlProgram ctl;
        const auto outcome = ctl.run(QStringList{u"export"_s, u"--to"_s, u"nginx"_s} + options);
        QCOMPARE(outcome.exitCode, 2);
        QVERIFY2(outcome.err.contains(options.first().toUtf8()), outcome.err.constData());
    }

    void productionFilesComeWithTheirHandOver()
    {
        CtlProgram ctl;
        QCOMPARE(ctl.run({u"add"_s, u"shop"_s, u"3000"_s}).exitCode, 0);
        const auto outcome =
            ctl.run({u"export"_s, u"--to"_s, u"nginx"_s, u"-o"_s, u"out"_s, u"--ports"_s, u"production"_s,
                     u"--redirect-https"_s, u"--security-headers"_s, u"--per-domain"_s, u"--nginx-version"_s,
                     u"1.22.1"_s, u"--name"_s, u"shop.localhost=shop.example.com"_s});
        QVERIFY2(outcome.exitCode == 0, outcome.err.constData());
        const QByteArray site = CtlProgram::read(ctl.path(u"out/conf.d/shop.example.com.conf"_s));
        QVERIFY2(site.contains("listen 443 ssl http2") && site.contains("return 301 https://")
                     && site.contains("/etc/letsencrypt/live/shop.example.com/fullchain.pem")
                     && site.contains("Strict-Transport-Security") && !site.contains("portlight_"),
                 site.constData());
        QVERIFY(CtlProgram::read(ctl.path(u"out/nginx.conf"_s)).contains("include conf.d/*.conf;"));
        QVERIFY(CtlProgram::read(ctl.path(u"out/HANDOVER.md"_s)).contains("-d shop.example.com"));
    }

    void certificatesComeFromAFolderOrStay()
    {
        CtlProgram ctl;
        ctl.write(u"nginx.conf"_s,
                  "events {}\nhttp {\n    server {\n        listen 127.0.0.1:4443 ssl;\n        server_name a.com;\n"
                  "        ssl_certificate /x.crt;\n        ssl_certificate_key /x.key;\n    }\n}\n");
        const auto folder =
            ctl.run({u"export"_s, u"--to"_s, u"nginx"_s, u"nginx.conf"_s, u"--certs"_s, u"/etc/ssl/ours"_s});
        QVERIFY2(folder.out.contains("ssl_certificate /etc/ssl/ours/a.com.crt;"), folder.out.constData());
        const auto stay = ctl.run({u"export"_s, u"--to"_s, u"nginx"_s, u"nginx.conf"_s});
        QCOMPARE(stay.out, CtlProgram::read(ctl.path(u"nginx.conf"_s)));
        const auto ports = ctl.run({u"export"_s, u"--to"_s, u"nginx"_s, u"nginx.conf"_s, u"--ports"_s, u"production"_s,
                                    u"--certs"_s, u"none"_s});
        QVERIFY2(ports.out.contains("listen 443 ssl;") && ports.out.contains("ssl_certificate /x.crt;"),
                 ports.out.constData());
    }

    void lossesAreTold()
    {
        CtlProgram ctl;
        ctl.write(u"a.conf"_s,
                  "http {\n    server {\n        listen 127.0.0.1:80;\n        max_headers 5;\n    }\n}\n");
        const auto outcome =
            ctl.run({u"export"_s, u"--to"_s, u"nginx"_s, u"a.conf"_s, u"--nginx-version"_s, u"1.22.1"_s});
        QCOMPARE(outcome.exitCode, 0);
        QVERIFY2(outcome.err.contains("a.conf:4:9: warning: \"max_headers\" is left out"), outcome.err.constData());
        const QJsonObject json =
            ctl.run({u"export"_s, u"--to"_s, u"nginx"_s, u"a.conf"_s, u"--nginx-version"_s, u"1.22.1"_s, u"--json"_s})
                .json();
        QCOMPARE(json.value(u"losses"_s).toArray().size(), 1);
        QCOMPARE(json.value(u"files"_s).toArray().last().toObject().value(u"name"_s).toString(), u"HANDOVER.md"_s);
    }

    void anOverlayIsNeverExported()
    {
        CtlProgram ctl;
        ctl.write(
            u"nginx.conf"_s,
            "events {}\nhttp {\n    server {\n        listen 80;\n        server_name a.example.com;\n    }\n}\n");
        QCOMPARE(ctl.run({u"import"_s, u"nginx.conf"_s}).exitCode, 0);
        const auto outcome = ctl.run({u"export"_s, u"--to"_s, u"nginx"_s, u"portlight.conf"_s});
        QCOMPARE(outcome.out, CtlProgram::read(ctl.path(u"nginx.conf"_s)));
    }
};

QTEST_GUILESS_MAIN(CtlExportTest)
#include "tst_ctlexport.moc"
