// SPDX-License-Identifier: GPL-3.0-or-later
#include "ctlprogram.h"

#include <QJsonArray>

using namespace portlight::test;
using namespace Qt::StringLiterals;

namespace {

QByteArray config(const QByteArray &backend)
{
    return "events {}\nhttp {\n    server {\n        listen 8080;\n        server_name shop.example.com;\n"
           "        location / {\n            proxy_pass http://"
           + backend
           + ";\n        }\n        location /moved {\n            return 301 /there;\n        }\n    }\n"
             "    server {\n        listen 8080 default_server;\n        return 404;\n    }\n}\n";
}

// A HAR file with one request of that URL.
QByteArray har(const QByteArray &method, const QByteArray &url)
{
    return "{\"log\":{\"version\":\"1.2\",\"entries\":[{\"request\":{\"method\":\"" + method + "\",\"url\":\"" + url
           + "\",\"headers\":[{\"name\":\"X-Sent\",\"value\":\"1\"}]}}]}}";
}

} // namespace

class CtlVerifyTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyNameAndLocationIsCompared()
    {
        CtlProgram ctl;
        Backend backend("shop"_ba);
        ctl.write(u"nginx.conf"_s, config(backend.address()));
        const auto outcome = ctl.run({u"verify"_s, u"--to"_s, u"nginx"_s, u"nginx.conf"_s});
        QVERIFY2(outcome.exitCode == 0, QByteArray(outcome.out + outcome.err).constData());
        QCOMPARE(outcome.out, "equal   GET shop.example.com/ → 200\n"
                              "equal   GET shop.example.com/moved → 301\n"
                              "equal   GET shop.example.com/nothing-of-that-name → 200\n"
                              "equal   GET nobody.invalid/ → 404\n"
                              "equal   GET nobody.invalid/nothing-of-that-name → 404\n"_ba);
        QVERIFY2(outcome.err.contains("5 of 5 requests get the same answer from nginx "), outcome.err.constData());
    }

    void whatDiffersIsSaid()
    {
        CtlProgram ctl;
        // Each connection is told its number, so that the second server's answer is another one.
        QTcpServer counting;
        QVERIFY(counting.listen(QHostAddress::LocalHost));
        int count = 0;
        connect(&counting, &QTcpServer::newConnection, &counting, [&] {
            QTcpSocket *socket = counting.nextPendingConnection();
            const QByteArray body = "answer " + QByteArray::number(++count);
            connect(socket, &QTcpSocket::readyRead, socket, [socket, body] {
                if (socket->readAll().contains("\r\n\r\n"))
                    socket->write("HTTP/1.1 200 OK\r\nX-Body: " + body + "\r\nContent-Length: 8\r\n\r\n" + body);
            });
        });
        ctl.write(u"nginx.conf"_s, config("127.0.0.1:" + QByteArray::number(counting.serverPort())));
        const auto outcome =
            ctl.run({u"verify"_s, u"--to"_s, u"nginx"_s, u"nginx.conf"_s, u"--request"_s, u"GET /a"_s});
        QCOMPARE(outcome.exitCode, 1);
        QVERIFY2(outcome.out.startsWith("differs GET shop.example.com/a → 200\n"), outcome.out.constData());
        QVERIFY2(outcome.out.contains("header x-body: nginx \"answer 1\"; Portlight \"answer 2\"\n"),
                 outcome.out.constData());
        QVERIFY2(outcome.out.contains(
                     "body: nginx 8 bytes, at byte 7 \"answer 1\"; Portlight 8 bytes, at byte 7 \"answer 2\""),
                 outcome.out.constData());
    }

    void recordedRequestsArePlayed()
    {
        CtlProgram ctl;
        Backend backend("shop"_ba);
        ctl.write(u"nginx.conf"_s, config(backend.address()));
        ctl.write(u"a.har"_s, har("HEAD", "http://shop.example.com:8080/moved?a=b"));
        const auto outcome =
            ctl.run({u"verify"_s, u"--to"_s, u"nginx"_s, u"nginx.conf"_s, u"--har"_s, u"a.har"_s, u"--json"_s});
        QCOMPARE(outcome.exitCode, 0);
        const QJsonObject request = outcome.json().value(u"requests"_s).toArray().first().toObject();
        QCOMPARE(request.value(u"request"_s).toString(), u"HEAD shop.example.com:8080/moved?a=b"_s);
        QCOMPARE(request.value(u"status"_s).toInt(), 301);
        QVERIFY(outcome.json().value(u"ok"_s).toBool());
    }

    void theOverlayLiesOverBoth()
    {
        CtlProgram ctl;
        Backend backend("shop"_ba);
        ctl.write(u"nginx.conf"_s, config("app.invalid"));
        const QStringList verify{u"verify"_s, u"--to"_s, u"nginx"_s, u"nginx.conf"_s, u"--request"_s, u"GET /"_s};
        const auto unknown = ctl.run(verify);
        QCOMPARE(unknown.exitCode, 2);
        QVERIFY2(unknown.err.contains("host not found in upstream") && unknown.err.contains("portlight_peer"),
                 unknown.err.constData());
        ctl.write(u"local.conf"_s, "portlight_peer app.invalid " + backend.address() + ";\n");
        const auto known = ctl.run(verify + QStringList{u"--overlay"_s, u"local.conf"_s});
        QVERIFY2(known.exitCode == 0, QByteArray(known.out + known.err).constData());
    }

    void httpsIsComparedOverTls()
    {
        CtlProgram ctl;
        Backend backend("shop"_ba);
        ctl.write(u"nginx.conf"_s,
                  "events {}\nhttp {\nserver {\nlisten 127.0.0.1:8080;\nlisten 127.0.0.1:8443 ssl;\n"
                  "server_name shop.localhost;\nportlight_domain on;\nportlight_local_certificate on;\n"
                  "if ($scheme = http) { return 308 https://$host:8443$request_uri; }\n"
                  "add_header Strict-Transport-Security max-age=60 always;\nadd_header X-Secure \"$scheme $https\";\n"
                  "location / { proxy_pass http://"
                      + backend.address() + "; }\n}\n}\n");
        const auto outcome = ctl.run({u"verify"_s, u"--to"_s, u"nginx"_s, u"nginx.conf"_s});
        QVERIFY2(outcome.exitCode == 0, QByteArray(outcome.out + outcome.err).constData());
        QCOMPARE(outcome.out, "equal   GET shop.localhost/ → 308\n"
                              "equal   GET shop.localhost/nothing-of-that-name → 308\n"
                              "equal   GET shop.localhost/ → 200\n"
                              "equal   GET shop.localhost/nothing-of-that-name → 200\n"
                              "equal   GET nobody.invalid/ → 308\n"
                              "equal   GET nobody.invalid/ → 200\n"_ba);
        QVERIFY2(!outcome.err.contains("compare.crt"), outcome.err.constData());
    }

    void whatCannotBeComparedExitsWith2_data()
    {
        QTest::addColumn<QStringList>("options");
        QTest::addColumn<QByteArray>("message");
        QTest::newRow("no server") << QStringList{} << "--to nginx"_ba;
        QTest::newRow("no file") << QStringList{u"--to"_s, u"nginx"_s, u"nowhere.conf"_s} << "nowhere.conf"_ba;
        QTest::newRow("no request") << QStringList{u"--to"_s, u"nginx"_s, u"nginx.conf"_s, u"--request"_s, u"fetch"_s}
                                    << "\"fetch\" is no request"_ba;
        QTest::newRow("no har") << QStringList{u"--to"_s, u"nginx"_s, u"nginx.conf"_s, u"--har"_s, u"nginx.conf"_s}
                                << "nginx.conf: it is no JSON"_ba;
        QTest::newRow("missing har") << QStringList{u"--to"_s, u"nginx"_s, u"nginx.conf"_s, u"--har"_s, u"no.har"_s}
                                     << "cannot read no.har"_ba;
        QTest::newRow("no http") << QStringList{u"--to"_s, u"nginx"_s, u"empty.conf"_s}
                                 << "there is no server in it"_ba;
    }
    void whatCannotBeComparedExitsWith2()
    {
        QFETCH(QStringList, options);
        QFETCH(QByteArray, message);
        CtlProgram ctl;
        ctl.write(u"nginx.conf"_s, config("127.0.0.1:9"));
        ctl.write(u"empty.conf"_s, "events {}\n");
        const auto outcome = ctl.run(QStringList{u"verify"_s} + options);
        QCOMPARE(outcome.exitCode, 2);
        QVERIFY2(outcome.err.contains(message), outcome.err.constData());
    }
};

QTEST_GUILESS_MAIN(CtlVerifyTest)
#include "tst_ctlverify.moc"
