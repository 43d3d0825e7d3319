// SPDX-License-Identifier: GPL-3.0-or-later
#include "ctlprogram.h"

#include <QJsonArray>

using namespace portlight::test;
using namespace Qt::StringLiterals;

namespace {

// A production configuration as it comes from a server: two files, TLS, redirects, names and paths that are not here.
QByteArray production(quint16 port, const QByteArray &backend)
{
    return "user www-data;\nworker_processes auto;\nerror_log /var/log/of-the-server/error.log;\n"
           "events {\n    worker_connections 512;\n}\n\n"
           "http {\n    include sites/*.conf;\n    include missing-on-this-desk.conf;\n    # the application\n"
           "    upstream app {\n        server "
           + backend
           + ";\n    }\n    more_clear_headers Server;\n\n"
             "    server {\n        listen 443 ssl;\n        listen "
           + QByteArray::number(port)
           + ";\n        server_name shop.example.com; # the shop\n"
             "        ssl_certificate /etc/letsencrypt/live/shop.example.com/fullchain.pem;\n"
             "        ssl_certificate_key /etc/letsencrypt/live/shop.example.com/privkey.pem;\n\n"
             "        location / {\n            proxy_pass http://app;\n        }\n    }\n}\n";
}

const QByteArray Redirects = "server {\n    listen 80;\n    server_name shop.example.com;\n"
                             "    return 301 https://$host$request_uri;\n}\n";

// The port that the overlay gives to an address as written.
quint16 portHere(const QByteArray &overlay, const QByteArray &written)
{
    for (const QByteArray &line : overlay.split('\n')) {
        if (line.startsWith("portlight_listen " + written + ' '))
            return line
                .mid(line.lastIndexOf(':', line.indexOf(';')) + 1,
                     line.indexOf(';') - line.lastIndexOf(':', line.indexOf(';')) - 1)
                .toUShort();
    }
    return 0;
}

} // namespace

class CtlImportTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aProductionFileIsServedAtOnce()
    {
        CtlProgram ctl;
        Backend backend("shop"_ba);
        const quint16 port = freePort();
        ctl.write(u"deploy/nginx.conf"_s, production(port, backend.address()));
        ctl.write(u"deploy/sites/redirects.conf"_s, Redirects);
        const auto imported = ctl.run({u"import"_s, u"deploy/nginx.conf"_s, u"-o"_s, u"desk/portlight.conf"_s});
        QVERIFY2(imported.exitCode == 0, imported.err.constData());
        QVERIFY(imported.err.contains("portlightctl serve desk/portlight.conf --overlay desk/local.conf"));

        const QByteArray copy = CtlProgram::read(ctl.path(u"desk/portlight.conf"_s));
        QVERIFY2(copy.contains("# --- sites/redirects.conf") && copy.contains("# the application")
                     && copy.contains("# the shop") && copy.contains("# not run: more_clear_headers Server;"),
                 copy.constData());
        const QByteArray overlay = CtlProgram::read(ctl.path(u"desk/local.conf"_s));
        QVERIFY2(overlay.contains("portlight_name shop.example.com shop.localhost;"), overlay.constData());
        QVERIFY(QDir(ctl.path(u"desk/logs"_s)).exists());

        const auto check = ctl.run({u"check"_s, u"desk/portlight.conf"_s, u"--overlay"_s, u"desk/local.conf"_s});
        QVERIFY2(check.exitCode == 0, check.out.constData());

        const auto server = ctl.start(
            {u"serve"_s, u"desk/portlight.conf"_s, u"--overlay"_s, u"desk/local.conf"_s, u"--pid"_s, u"desk.pid"_s});
        QVERIFY(QTest::qWaitFor([&] { return QFile::exists(ctl.path(u"desk.pid"_s)); }, 20'000));
        const quint16 shop = portHere(overlay, "443");
        QVERIFY2(shop > 1024, overlay.constData());
        QVERIFY(fetch(shop, "shop.localhost").endsWith("shop"));
        QVERIFY(fetch(shop, "shop.example.com").endsWith("shop"));
        const QByteArray redirect = fetch(portHere(overlay, "80"), "shop.localhost", "/a?b");
        QVERIFY2(redirect.contains("\r\nLocation: http://shop.localhost:" + QByteArray::number(shop) + "/a?b\r\n"),
                 redirect.constData());
        CtlProgram::signal(*server, SIGTERM);
        QCOMPARE(CtlProgram::wait(*server).exitCode, 0);
    }

    void theReportHasALineForEachDirective()
    {
        CtlProgram ctl;
        ctl.write(u"nginx.conf"_s, production(freePort(), "app.invalid:3000"));
        ctl.write(u"sites/redirects.conf"_s, Redirects);
        const QByteArray report = ctl.run({u"import"_s, u"nginx.conf"_s, u"-o"_s, u"desk/p.conf"_s}).out;
        const QByteArrayList lines{
            "nginx.conf:1: directive user www-data: ignored, because "_ba,
            "nginx.conf:12: directive upstream app: runs the same\n"_ba,
            "nginx.conf:13: directive server app.invalid:3000: approximated, because the backend is 127.0.0.1:3000 here\n"_ba,
            "nginx.conf:15: directive more_clear_headers Server: ignored, because "_ba,
            "nginx.conf:20: directive server_name shop.example.com: runs the same; shop.localhost leads here as well\n"_ba,
            "nginx.conf:21: directive ssl_certificate "_ba,
            "nginx.conf:10: directive include: ignored, because open() "_ba,
            "sites/redirects.conf:2: directive listen 80: approximated, because it listens on 127.0.0.1:"_ba,
        };
        for (const QByteArray &line : lines)
            QVERIFY2(report.contains(line), QByteArray(line + "\n---\n" + report).constData());
    }

    void theReportComesAsJson()
    {
        CtlProgram ctl;
        ctl.write(u"nginx.conf"_s, "http { server { listen 80; } }\n");
        const auto outcome = ctl.run({u"import"_s, u"nginx.conf"_s, u"--json"_s});
        QCOMPARE(outcome.exitCode, 0);
        const QJsonObject report = outcome.json();
        QCOMPARE(report.value(u"ok"_s).toBool(), true);
        QCOMPARE(report.value(u"written"_s).toArray().size(), 2);
        const QJsonObject line = report.value(u"report"_s).toArray().last().toObject();
        QCOMPARE(line.value(u"verdict"_s).toString(), u"approximated"_s);
        QCOMPARE(line.value(u"line"_s).toInt(), 1);
        const QJsonObject mapping = report.value(u"overlay"_s).toArray().first().toObject();
        QCOMPARE(mapping.value(u"directive"_s).toString(), u"portlight_listen"_s);
        QCOMPARE(mapping.value(u"from"_s).toString(), u"80"_s);
    }

    void filesAreNotOverwritten()
    {
        CtlProgram ctl;
        ctl.write(u"nginx.conf"_s, "http { server { listen 80; } }\n");
        ctl.write(u"local.conf"_s, "# mine\n");
        const auto refused = ctl.run({u"import"_s, u"nginx.conf"_s});
        QCOMPARE(refused.exitCode, 1);
        QVERIFY(refused.err.contains("local.conf is there already") && refused.err.contains("--force"));
        QVERIFY(!QFile::exists(ctl.path(u"portlight.conf"_s)));
        QCOMPARE(CtlProgram::read(ctl.path(u"local.conf"_s)), "# mine\n"_ba);
        QCOMPARE(ctl.run({u"import"_s, u"nginx.conf"_s, u"--force"_s}).exitCode, 0);
        QVERIFY(CtlProgram::read(ctl.path(u"local.conf"_s)).contains("portlight_listen"));
    }

    void whatCannotBeImportedIsExplained_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("message");
        QTest::newRow("syntax") << "http {\n"_ba
                                << "nginx.conf:2:1: unexpected end of file"_ba;
        QTest::newRow("no http") << "server { listen 80; }"_ba
                                 << "there is no http block in it"_ba;
        QTest::newRow("invalid") << "http { server { listen 99999; } }"_ba
                                 << "nothing was written"_ba;
    }
    void whatCannotBeImportedIsExplained()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, message);
        CtlProgram ctl;
        ctl.write(u"nginx.conf"_s, text);
        const auto outcome = ctl.run({u"import"_s, u"nginx.conf"_s});
        QCOMPARE(outcome.exitCode, 1);
        QVERIFY2(outcome.err.contains(message), outcome.err.constData());
        QVERIFY(!QFile::exists(ctl.path(u"portlight.conf"_s)) && !QFile::exists(ctl.path(u"local.conf"_s)));
        QCOMPARE(ctl.run({u"import"_s, u"nowhere.conf"_s}).exitCode, 1);
    }

    void theOverlayIsReadAgainOnReload()
    {
        CtlProgram ctl;
        Backend first("first"_ba);
        Backend second("second"_ba);
        const quint16 port = freePort();
        ctl.write(u"nginx.conf"_s,
                  "events {}\nhttp { server { listen 80; location / { proxy_pass http://app.invalid; } } }\n");
        const auto overlayTo = [&](const Backend &backend) {
            return "portlight_listen 80 127.0.0.1:" + QByteArray::number(port) + ";\nportlight_peer app.invalid "
                   + backend.address() + ";\n";
        };
        ctl.write(u"local.conf"_s, overlayTo(first));
        const auto server = ctl.start({u"serve"_s, u"nginx.conf"_s, u"--overlay"_s, u"local.conf"_s, u"--pid"_s,
                                       u"pid"_s, u"--error-log"_s, u"error.log"_s});
        QVERIFY(QTest::qWaitFor([&] { return QFile::exists(ctl.path(u"pid"_s)); }, 20'000));
        QVERIFY(fetch(port, "a").endsWith("first"));
        ctl.write(u"local.conf"_s, overlayTo(second));
        CtlProgram::signal(*server, SIGHUP);
        QVERIFY(QTest::qWaitFor([&] { return fetch(port, "a").endsWith("second"); }, 20'000));
        ctl.write(u"local.conf"_s, "dance;\n");
        CtlProgram::signal(*server, SIGHUP);
        QVERIFY(QTest::qWaitFor(
            [&] { return CtlProgram::read(ctl.path(u"error.log"_s)).contains("does not belong in an overlay"); },
            20'000));
        QVERIFY(fetch(port, "a").endsWith("second"));
        CtlProgram::signal(*server, SIGTERM);
        QCOMPARE(CtlProgram::wait(*server).exitCode, 0);
    }

    void anOverlayNeedsAFile()
    {
        CtlProgram ctl;
        QCOMPARE(ctl.run({u"serve"_s, u"--overlay"_s, u"local.conf"_s}).exitCode, 2);
        ctl.write(u"nginx.conf"_s, "http { server { listen 127.0.0.1:80; } }\n");
        const auto missing = ctl.run({u"check"_s, u"nginx.conf"_s, u"--overlay"_s, u"local.conf"_s});
        QCOMPARE(missing.exitCode, 1);
        QVERIFY2(missing.out.contains("local.conf"), missing.out.constData());
    }

    void theOwnConfigurationHasItsOverlayBesideIt()
    {
        CtlProgram ctl;
        ctl.write(u"config/portlight/portlight.conf"_s, "http {\n    server {\n        listen 80;\n    }\n}\n");
        ctl.write(u"config/portlight/local.conf"_s, "portlight_listen 81 127.0.0.1:8081;\n");
        const auto outcome = ctl.run({u"check"_s});
        QCOMPARE(outcome.exitCode, 0);
        QVERIFY2(outcome.out.contains("local.conf:1:1: warning: \"portlight_listen 81\" matches nothing"),
                 outcome.out.constData());
    }

    void includedFilesFollowThePathsOfTheOverlay()
    {
        CtlProgram ctl;
        ctl.write(u"nginx.conf"_s, "http { include /etc/of-the-server/sites/*.conf; }\n");
        ctl.write(u"here/sites/a.conf"_s, "server { listen 127.0.0.1:80; dance; }\n");
        ctl.write(u"local.conf"_s, "portlight_path /etc/of-the-server here;\n");
        const auto outcome = ctl.run({u"check"_s, u"nginx.conf"_s, u"--overlay"_s, u"local.conf"_s});
        QCOMPARE(outcome.exitCode, 1);
        QVERIFY2(outcome.out.contains("here/sites/a.conf:1:"), outcome.out.constData());
        QVERIFY(!outcome.out.contains("matches nothing"));
    }
};

QTEST_GUILESS_MAIN(CtlImportTest)
#include "tst_ctlimport.moc"
