// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/enginefixture.h"
#include "support/nginxserver.h"
#include "support/rawclient.h"

#include <QRegularExpression>
#include <QTest>

using namespace portlight;
using namespace portlight::testing;

// Answers that the proxy makes itself are nginx's, byte for byte but for the clock.
class ProxyContentTest : public QObject
{
    Q_OBJECT

    static QByteArray answerOf(quint16 port, QByteArray asked)
    {
        RawClient client(port);
        client.send(asked.replace("@port@", QByteArray::number(port)));
        client.readUntilClosed();
        QString text = QString::fromUtf8(client.take());
        text.replace(QRegularExpression(QStringLiteral("Date: [^\r]*")), QStringLiteral("Date: now"));
        text.replace(QLatin1Char(':') + QString::number(port), QStringLiteral(":port"));
        text.replace(QRegularExpression(QStringLiteral("nginx/[0-9.]+")), QStringLiteral("nginx/version"));
        return text.toUtf8();
    }

private Q_SLOTS:
    void answersAreNginxs_data()
    {
        QTest::addColumn<QByteArray>("asked");
        const auto row = [](const char *line, const QByteArray &fields = {}) {
            QTest::addRow("%s %s", line, fields.constData())
                << QByteArray(line) + " HTTP/1.1\r\nHost: shop.localhost\r\nConnection: close\r\n" + fields + "\r\n";
        };
        row("GET /text");
        row("HEAD /text");
        row("GET /text.html");
        row("GET /empty");
        row("GET /204");
        row("GET /404");
        row("GET /500");
        row("GET /301");
        row("GET /302");
        row("GET /307");
        row("GET /308?a=b");
        row("GET /url");
        row("GET /444");
        row("GET /variables?x=1", "Cookie: c=2\r\nX-Some: 3\r\n");
        row("GET /proxied?x=1");
        row("GET /proxied/");
        row("GET /refused");
        row("GET /404", "User-Agent: Mozilla/5.0 Chrome/120\r\n");
        row("GET /404", "User-Agent: Mozilla/4.0 (compatible; MSIE 6.0)\r\n");
        row("TRACE /text");
        row("POST /text", "Content-Length: 0\r\n");
        row("POST /large", "Content-Length: 100\r\n");
        row("GET /a%zz");
        row("GET /%2e%2e/");
        row("GET /x", "Content-Length: x\r\n");
        row("DELETE /status");
        QTest::newRow("no keep-alive field") << QByteArray("GET /404 HTTP/1.0\r\n\r\n");
        QTest::newRow("HTTP/2.0") << QByteArray("GET / HTTP/2.0\r\nHost: a\r\n\r\n");
        QTest::newRow("long line") << "GET /" + QByteArray(9000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n";
        QTest::newRow("long field") << "GET / HTTP/1.1\r\nHost: a\r\nX: " + QByteArray(9000, 'a') + "\r\n\r\n";
    }
    void answersAreNginxs()
    {
        QFETCH(QByteArray, asked);
        const QByteArray config =
            "server { listen 127.0.0.1:@port@; server_name shop.localhost; default_type text/plain;"
            " location /text { return 200 text; } location /empty { return 200; } location /204 { return 204; }"
            " location /404 { return 404; } location /500 { return 500; }"
            " location /301 { return 301 /there; } location /302 { return 302 http://elsewhere/x; } location /307 { "
            "return 307 /t; }"
            " location /308 { return 308 $uri/$args; } location /url { return http://elsewhere/; } location /444 { "
            "return 444; }"
            " location /variables { return 200 "
            "\"$uri|$args|$arg_x|$cookie_c|$http_x_some|$host|$scheme|$request|$is_args|$remote_addr|$server_name\"; }"
            " location /proxied/ { proxy_pass http://127.0.0.1:@port-nobody@; } location /refused { proxy_pass "
            "http://127.0.0.1:@port-nobody@; "
            "}"
            " location /large { client_max_body_size 10; return 200 taken; } location /status { stub_status; } }";
        EngineFixture engine({.nginxVersion = {1, 22, 1}});
        QVERIFY(engine.applyHttp(config).applied);
        NginxServer nginx(config);
        QVERIFY2(nginx.isRunning(), qPrintable(nginx.problem()));
        QCOMPARE(answerOf(engine.port(), asked), answerOf(nginx.port(), asked));
    }
};

QTEST_GUILESS_MAIN(ProxyContentTest)
#include "tst_proxy_content.moc"
