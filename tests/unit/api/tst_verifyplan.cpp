// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/verifyplan.h"

#include "config/parser.h"

#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;

namespace {

VerifySetup setupOf(const QByteArray &text)
{
    const ParseOutcome outcome = parseConfig(text, u"nginx.conf"_s);
    Q_ASSERT(outcome.ok());
    return *prepareVerification(outcome.tree, u"/conf"_s);
}

QStringList asked(const std::vector<VerifyRequest> &requests)
{
    QStringList lines;
    for (const VerifyRequest &request : requests)
        lines += QString::fromLatin1(request.address) + u' ' + request.toString();
    return lines;
}

} // namespace

class TestVerifyPlan : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatWouldGetInTheWayIsTakenOut()
    {
        const VerifySetup setup =
            setupOf("user a; pid /run/x; error_log /var/log/x; events {}\nhttp { access_log /x; "
                    "ssl_protocols TLSv1.2; server { listen 443 ssl http2 backlog=5 default_server; "
                    "ssl_certificate /c; location / { auth_basic_user_file users; access_log /y; } } }");
        QCOMPARE(writeConfig(setup.tree).simplified(),
                 "events {} http { server { listen 443 ssl default_server; location / { "
                 "auth_basic_user_file /conf/users; } } }"_ba);
        QCOMPARE(setup.tlsAddresses, QSet<QByteArray>{"0.0.0.0:443"});
        QCOMPARE(setup.notes, QStringList{u"both servers speak TLS with one throw-away certificate: what ssl_ "
                                          "directives say is not compared"_s});
    }

    void oneCertificateStandsForAll()
    {
        ConfigTree tree = setupOf("http { server { listen 443 ssl; ssl_certificate a; ssl_certificate_key b; } }").tree;
        addCertificate(tree, "/x.crt", "/x.key");
        QCOMPARE(writeConfig(tree).simplified(),
                 "http { ssl_certificate /x.crt; ssl_certificate_key /x.key; server { listen 443 ssl; } }"_ba);
    }

    void whatHasHttpAndHttpsIsAskedForBoth()
    {
        const VerifySetup setup =
            setupOf("http { server { listen 80; listen 443 ssl; listen [::]:443 ssl; server_name a.com; } }");
        QCOMPARE(asked(defaultRequests(setup)).mid(0, 4),
                 (QStringList{u"0.0.0.0:80 GET a.com/"_s, u"0.0.0.0:80 GET a.com/nothing-of-that-name"_s,
                              u"0.0.0.0:443 GET a.com/"_s, u"0.0.0.0:443 GET a.com/nothing-of-that-name"_s}));
    }

    void everyAddressGetsAPort()
    {
        const VerifySetup setup =
            setupOf("http { server { listen 80; listen [::]:80; } server { listen localhost:81; } "
                    "server { server_name a; } }");
        QCOMPARE(setup.addresses, (QList<QByteArray>{"0.0.0.0:80", "[::]:80", "127.0.0.1:81", "[::1]:81"}));
        const ConfigTree tree =
            withPorts(setup, {{"0.0.0.0:80", 4001}, {"[::]:80", 4002}, {"127.0.0.1:81", 4003}, {"[::1]:81", 4004}});
        QCOMPARE(writeConfig(tree).simplified(),
                 "http { server { listen 127.0.0.1:4001; listen 127.0.0.1:4002; } server { listen 127.0.0.1:4003; "
                 "listen 127.0.0.1:4004; } server { listen 127.0.0.1:4001; server_name a; } }"_ba);
    }

    void addressesAreBounded()
    {
        const auto listening = [](qsizetype count) {
            const ParseOutcome outcome =
                parseConfig("http { server { listen 20001-" + QByteArray::number(20000 + count) + "; } }", u"t"_s);
            return prepareVerification(outcome.tree, {}).ok();
        };
        QVERIFY(listening(VerifyListensMax));
        QVERIFY(!listening(VerifyListensMax + 1));
        QVERIFY(!prepareVerification({}, {}).ok());
    }

    void namesAndLocationsAreAsked()
    {
        const VerifySetup setup =
            setupOf("http { server { listen 80; server_name a.com *.b.com .c.com ~x www.*; location = /x {} "
                    "location /y/ {} location ~ z {} location @n {} location '/a b' {} } server { listen 81; } }");
        const QStringList lines = asked(defaultRequests(setup));
        QCOMPARE(lines.mid(0, 5),
                 (QStringList{u"0.0.0.0:80 GET a.com/"_s, u"0.0.0.0:80 GET a.com/x"_s, u"0.0.0.0:80 GET a.com/y/"_s,
                              u"0.0.0.0:80 GET a.com/a%20b"_s, u"0.0.0.0:80 GET a.com/nothing-of-that-name"_s}));
        QVERIFY(lines.contains(u"0.0.0.0:80 GET any.b.com/"_s));
        QVERIFY(lines.contains(u"0.0.0.0:80 GET c.com/"_s));
        QVERIFY(lines.contains(u"0.0.0.0:80 GET www.example/"_s));
        QVERIFY(lines.contains(u"0.0.0.0:81 GET nobody.invalid/"_s));
        QVERIFY(lines.contains(u"0.0.0.0:80 GET nobody.invalid/"_s));
    }

    void requestsAreRead_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("expected");
        QTest::newRow("path") << u"GET /x?y"_s << u"0.0.0.0:80 GET a.com/x?y"_s;
        QTest::newRow("url") << u"HEAD http://b.com/x"_s << u"0.0.0.0:81 HEAD b.com/x"_s;
        QTest::newRow("port") << u"GET http://a.com:82/"_s << u"0.0.0.0:82 GET a.com:82/"_s;
        QTest::newRow("no path") << u"GET http://a.com"_s << u"0.0.0.0:80 GET a.com/"_s;
        QTest::newRow("unknown host") << u"GET http://c.com:81/"_s << u"0.0.0.0:81 GET c.com:81/"_s;
        QTest::newRow("unknown port") << u"GET http://c.com:9/"_s << u"0.0.0.0:80 GET c.com:9/"_s;
        QTest::newRow("nothing") << u""_s << QString();
        QTest::newRow("one word") << u"/x"_s << QString();
        QTest::newRow("no method") << u"get /x"_s << QString();
        QTest::newRow("no url") << u"GET ftp://a/"_s << QString();
        QTest::newRow("too much") << u"GET /x HTTP/1.1"_s << QString();
    }
    void requestsAreRead()
    {
        QFETCH(QString, text);
        QFETCH(QString, expected);
        const VerifySetup setup = setupOf("http { server { listen 80; listen 82; server_name a.com; } "
                                          "server { listen 81; server_name b.com; } }");
        const Result<VerifyRequest> request = parseVerifyRequest(text, setup);
        QCOMPARE(request ? asked({*request}).first() : QString(), expected);
    }

    void recordedRequestsKeepWhatTheyAre()
    {
        const VerifySetup setup = setupOf("http { server { listen 8443; server_name a.com; } }");
        const VerifyRequest request =
            requestFromHar({"POST", "https", "a.com", 8443, "/x", {{"X-A"_ba, "b"_ba}}, "body"}, setup);
        QCOMPARE(request.toBytes(), "POST /x HTTP/1.1\r\nHost: a.com:8443\r\nConnection: close\r\nX-A: b\r\n"
                                    "Content-Length: 4\r\n\r\nbody"_ba);
        QCOMPARE(requestFromHar({"GET", "https", "a.com", 443, "/", {}, {}}, setup).host, "a.com"_ba);
    }
};

QTEST_GUILESS_MAIN(TestVerifyPlan)
#include "tst_verifyplan.moc"
