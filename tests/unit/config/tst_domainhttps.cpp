// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/domainhsts.h"
#include "config/domainhttps.h"
#include "config/domaintree.h"
#include "config/parser.h"

#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

ConfigTree treeOf(const QByteArray &text)
{
    return parseConfig(text, u"t.conf"_s).tree;
}

// Around the lines of one server of ours.
ConfigTree oneServer(const QByteArray &lines, const QByteArray &http = {})
{
    return treeOf("http {\n" + http + "server {\nlisten 127.0.0.1:8080;\nserver_name a.test;\nportlight_domain on;\n"
                  + lines + "location / {\nproxy_pass http://127.0.0.1:3000;\n}\n}\n}\n");
}

// The lines of the first server, as they are written, without indentation and empty lines.
QByteArray serverText(const ConfigTree &tree)
{
    const ConfigNode &http = *tree.child("http");
    ConfigTree part;
    part.nodes = http.children[size_t(domaintree::placeOfServer(http, 0))].children;
    QByteArray text;
    for (const QByteArray &line : writeConfig(part).split('\n')) {
        if (!line.trimmed().isEmpty())
            text += line.trimmed() + '\n';
    }
    return text;
}

DomainTls tls(const ConfigTree &tree)
{
    const ConfigNode &http = *tree.child("http");
    return tlsOf(http, http.children[size_t(domaintree::placeOfServer(http, 0))]);
}

Result<void> set(ConfigTree &tree, bool on, const DomainTls &tls = {}, quint16 port = DefaultTlsPort)
{
    ConfigNode &http = *tree.child("http");
    return setHttps(http, domaintree::placeOfServer(http, 0), on, port, tls);
}

const QByteArray Location = "location / {\nproxy_pass http://127.0.0.1:3000;\n}\n";
const QByteArray Head = "listen 127.0.0.1:8080;\n";
const QByteArray TlsListens = "listen 127.0.0.1:8443 ssl;\nlisten [::1]:8443 ssl;\n";
const QByteArray Names = "server_name a.test;\nportlight_domain on;\n";
const QByteArray Redirect = "if ($scheme = http) {\nreturn 308 https://$host:8443$request_uri;\n}\n";

} // namespace

class TestDomainHttps : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void switchedOnItListensOnBothLoopbacks()
    {
        ConfigTree tree = oneServer({});
        QVERIFY(set(tree, true));
        QCOMPARE(serverText(tree), Head + TlsListens + Names + "portlight_local_certificate on;\n" + Location);
        const DomainView view = listDomains(tree).front();
        QVERIFY(view.https && view.localCertificate && !view.redirects && !view.hsts && !view.declinedHttps);
        QCOMPARE(view.url, u"https://a.test:8443"_s);
    }

    void theSecureAddressComesFirst_data()
    {
        QTest::addColumn<QByteArray>("listens");
        QTest::addColumn<QString>("url");
        QTest::newRow("behind plain") << QByteArray("listen 80; listen 443 ssl;") << u"https://a.test"_s;
        QTest::newRow("another port") << QByteArray("listen 8080; listen 9443 ssl;") << u"https://a.test:9443"_s;
        QTest::newRow("a socket is no address for browsers")
            << QByteArray("listen unix:/run/x.sock ssl; listen 8080;") << u"http://a.test:8080"_s;
    }

    void theSecureAddressComesFirst()
    {
        QFETCH(QByteArray, listens);
        const ConfigTree tree = treeOf("http { server { " + listens + " server_name a.test; } }");
        QTEST(listDomains(tree).front().url, "url");
    }

    void switchedOffItIsRememberedAndLeavesNothingElse()
    {
        DomainTls all;
        all.redirects = true;
        all.hsts = 1h;
        ConfigTree tree = oneServer({});
        QVERIFY(set(tree, true, all));
        QVERIFY(set(tree, false));
        QCOMPARE(serverText(tree), Head + Names + "portlight_local_certificate off;\n" + Location);
        QVERIFY(listDomains(tree).front().declinedHttps);
        QVERIFY(addHttpsToOwnDomains(tree).isEmpty());
        QVERIFY(set(tree, true));
        QCOMPARE(serverText(tree), Head + TlsListens + Names + "portlight_local_certificate on;\n" + Location);
    }

    void withoutAnyPlainListenerOneIsWritten()
    {
        ConfigTree tree = treeOf("http { server { listen 8443 ssl; server_name a.test; } }");
        QVERIFY(set(tree, false));
        QCOMPARE(serverText(tree), "listen 127.0.0.1:8080;\nlisten [::1]:8080;\nserver_name a.test;\n"
                                   "portlight_local_certificate off;\n"_ba);
    }

    void redirectStandsInFrontOfTheFirstBlock()
    {
        ConfigTree tree = oneServer("# about the location\n");
        DomainTls wanted;
        wanted.redirects = true;
        QVERIFY(set(tree, true, wanted));
        QVERIFY(serverText(tree).endsWith(Redirect + "# about the location\n" + Location));
        QVERIFY(listDomains(tree).front().redirects);
        QCOMPARE(tls(tree), wanted);
    }

    void redirectFollowsThePort()
    {
        ConfigTree tree = oneServer({});
        DomainTls wanted;
        wanted.redirects = true;
        QVERIFY(set(tree, true, wanted));
        QVERIFY(set(tree, true, wanted, 443));
        QVERIFY(serverText(tree).contains("return 308 https://$host$request_uri;"));
        QVERIFY(serverText(tree).contains("listen 127.0.0.1:443 ssl;\nlisten [::1]:443 ssl;\n"));
        wanted.redirects = false;
        QVERIFY(set(tree, true, wanted, 443));
        QVERIFY(!serverText(tree).contains("if ("));
    }

    void somebodysRedirectIsKnownAndStaysAsWritten()
    {
        const QByteArray theirs = "if ( $scheme = http ) {\nreturn 301 https://shop.test$request_uri;\n}\n";
        ConfigTree tree = oneServer("listen 8443 ssl;\nportlight_local_certificate on;\n" + theirs);
        DomainTls now = tls(tree);
        QVERIFY(now.redirects);
        QVERIFY(set(tree, true, now, 9443));
        QVERIFY(serverText(tree).contains(theirs));
    }

    void hstsIsWrittenWhereOtherFieldsWouldHideIt()
    {
        ConfigTree tree = oneServer("listen 8443 ssl;\nportlight_local_certificate on;\n"
                                    "location /a {\nadd_header X-A a;\nlocation /a/b {\nreturn 200;\n}\n}\n");
        DomainTls wanted;
        wanted.hsts = 365 * 24h;
        QVERIFY(set(tree, true, wanted));
        const QByteArray line = "add_header Strict-Transport-Security \"max-age=31536000\" always;\n";
        QCOMPARE(serverText(tree).count(line), 2);
        QVERIFY(serverText(tree).contains("add_header X-A a;\n" + line));
        QVERIFY(listDomains(tree).front().hsts);
        wanted.hsts = std::nullopt;
        QVERIFY(set(tree, true, wanted));
        QVERIFY(!serverText(tree).contains("Strict-Transport-Security"));
        QVERIFY(serverText(tree).contains("add_header X-A a;\n"));
    }

    void mergingLevelsNeedHstsOnce()
    {
        ConfigTree tree = oneServer("listen 8443 ssl;\nportlight_local_certificate on;\n"
                                    "location /a {\nadd_header X-A a;\n}\n",
                                    "add_header_inherit merge;\nadd_header X-B b;\n");
        DomainTls wanted;
        wanted.hsts = 60s;
        QVERIFY(set(tree, true, wanted));
        QCOMPARE(serverText(tree).count("Strict-Transport-Security"), 1);
        QVERIFY(!serverText(tree).contains("X-B"));
    }

    void firstFieldOfAServerTakesThoseOfHttpAlong()
    {
        ConfigTree tree =
            oneServer("listen 8443 ssl;\nportlight_local_certificate on;\n", "add_header X-B b always;\n");
        DomainTls wanted;
        wanted.hsts = 0s;
        QVERIFY(set(tree, true, wanted));
        QVERIFY(serverText(tree).contains("add_header X-B b always;\n"
                                          "add_header Strict-Transport-Security \"max-age=0\" always;\n"));
        QVERIFY(!listDomains(tree).front().hsts); // it tells browsers to forget
    }

    void otherWordsOfHstsStay()
    {
        ConfigTree tree =
            oneServer("listen 8443 ssl;\nportlight_local_certificate on;\n"
                      "add_header strict-transport-security \"includeSubDomains; Max-Age=5; preload\";\n");
        QCOMPARE(tls(tree).hsts, 5s);
        DomainTls wanted;
        wanted.hsts = 77s;
        QVERIFY(set(tree, true, wanted));
        QVERIFY(serverText(tree).contains(
            "add_header strict-transport-security \"includeSubDomains; Max-Age=77; preload\";\n"));
    }

    void hstsOfHttpIsNotTakenFromOthers()
    {
        ConfigTree tree = oneServer("listen 8443 ssl;\nportlight_local_certificate on;\n",
                                    "add_header Strict-Transport-Security max-age=9;\n");
        QCOMPARE(tls(tree).hsts, 9s);
        const Result<void> refused = set(tree, true, DomainTls());
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::InvalidValue);
        QCOMPARE(refused.error().where.line, 2);
    }

    void ownFilesTakeTheAuthoritysPlaceAndBack()
    {
        ConfigTree tree = oneServer({});
        DomainTls files;
        files.certificate = DomainCertificate::Files;
        files.certificateFile = u"/etc/my certs/a.crt"_s;
        files.keyFile = u"/etc/my certs/a.key"_s;
        QVERIFY(set(tree, true));
        QVERIFY(set(tree, true, files));
        QCOMPARE(serverText(tree), Head + TlsListens + Names
                                       + "ssl_certificate \"/etc/my certs/a.crt\";\n"
                                         "ssl_certificate_key \"/etc/my certs/a.key\";\n"
                                       + Location);
        QCOMPARE(tls(tree), files);
        QVERIFY(!listDomains(tree).front().localCertificate);
        QVERIFY(set(tree, true));
        QCOMPARE(serverText(tree), Head + TlsListens + Names + "portlight_local_certificate on;\n" + Location);
    }

    void protocolsAndCiphersAreWrittenAndTakenBack()
    {
        ConfigTree tree = oneServer("# of the location\n");
        DomainTls wanted;
        wanted.protocols = u"TLSv1.3"_s;
        wanted.ciphers = u"HIGH:!aNULL"_s;
        QVERIFY(set(tree, true, wanted));
        QVERIFY(serverText(tree).contains("ssl_protocols TLSv1.3;\nssl_ciphers HIGH:!aNULL;\n# of the location\n"));
        QCOMPARE(tls(tree), wanted);
        wanted.protocols = u"TLSv1.2 TLSv1.3"_s;
        wanted.ciphers.clear();
        QVERIFY(set(tree, true, wanted));
        QVERIFY(serverText(tree).contains("ssl_protocols TLSv1.2 TLSv1.3;\n# of the location\n"));
        QVERIFY(set(tree, true));
        QVERIFY(!serverText(tree).contains("ssl_"));
    }

    void whatIsInheritedIsNotWrittenAgain()
    {
        const QByteArray inherited = "ssl_certificate a.crt;\nssl_certificate_key a.key;\nssl_protocols TLSv1.2;\n";
        ConfigTree tree = oneServer("listen 8443 ssl;\n", inherited);
        const QByteArray before = writeConfig(tree);
        QCOMPARE(tls(tree).certificate, DomainCertificate::Files);
        QCOMPARE(tls(tree).protocols, u"TLSv1.2"_s);
        QVERIFY(set(tree, true, tls(tree)));
        QCOMPARE(writeConfig(tree), before);
    }

    void badWishesAreRefused_data()
    {
        QTest::addColumn<quint16>("port");
        QTest::addColumn<bool>("withCertificate");
        QTest::addColumn<bool>("withKey");
        QTest::addColumn<QString>("message");
        QTest::newRow("no port") << quint16(0) << true << true << u"HTTPS needs a port to listen on, 1 to 65535"_s;
        QTest::newRow("a plain port") << quint16(8080) << true << true << u"port 8080 is listened on without TLS"_s;
        QTest::newRow("no file") << quint16(8443) << false << true << u"the certificate's file is missing"_s;
        QTest::newRow("no key") << quint16(8443) << true << false << u"the file of the certificate's key is missing"_s;
    }

    void badWishesAreRefused()
    {
        QFETCH(quint16, port);
        QFETCH(bool, withCertificate);
        QFETCH(bool, withKey);
        ConfigTree tree = oneServer({});
        const QByteArray before = writeConfig(tree);
        DomainTls wanted;
        wanted.certificate = DomainCertificate::Files;
        wanted.certificateFile = withCertificate ? u"a.crt"_s : QString();
        wanted.keyFile = withKey ? u"a.key"_s : QString();
        const Result<void> refused = set(tree, true, wanted, port);
        QVERIFY(!refused);
        QTEST(refused.error().message, "message");
        QCOMPARE(writeConfig(tree), before);
    }

    void allOwnDomainsGetHttps()
    {
        ConfigTree tree = treeOf("http {\n"
                                 "server { listen 8080; server_name a.test; portlight_domain on; }\n"
                                 "server { listen 8080; server_name b.test; } # not ours\n"
                                 "server { listen 8080; server_name c.test; portlight_domain on; "
                                 "portlight_local_certificate off; }\n"
                                 "server { listen 8080; server_name d.com; portlight_domain on; }\n"
                                 "server { listen 8080; listen 9443 ssl; server_name e.test; portlight_domain on; "
                                 "ssl_certificate x; ssl_certificate_key y; }\n"
                                 "server { listen 8080; server_name test; portlight_domain on; }\n"
                                 "}\n");
        QCOMPARE(addHttpsToOwnDomains(tree, {u"localhost"_s, u"test"_s}), QStringList({u"a.test"_s, u"test"_s}));
        QVERIFY(listDomains(tree)[0].listens.contains(u"127.0.0.1:9443"_s)); // where the other ones are
        QVERIFY(writeConfig(tree).contains("# not ours"));
        QCOMPARE(addHttpsToOwnDomains(tree), QStringList{u"d.com"_s});
        QVERIFY(addHttpsToOwnDomains(tree).isEmpty());
    }

    void newDomainsCanHaveHttps()
    {
        ConfigTree tree = emptyConfig(u"t.conf"_s);
        DomainDraft draft = parseDomainLine(u"shop 3000"_s).value();
        draft.https = true;
        draft.tls = DomainTls();
        draft.tls->redirects = true;
        QCOMPARE(draft.url(), u"https://shop.localhost:8443"_s);
        QVERIFY(addDomain(tree, draft));
        QCOMPARE(listDomains(tree).front().url, draft.url());
        DomainDraft read = draftOfDomain(tree, 0).value();
        QCOMPARE(read.tls, draft.tls);
        QCOMPARE(read.tlsPort, DefaultTlsPort);
        QCOMPARE(read.listenPort, DefaultListenPort);
        draft.name = u"other.localhost"_s;
        draft.https = false;
        QVERIFY(addDomain(tree, draft));
        QVERIFY(listDomains(tree)[1].declinedHttps);
    }

    void refusedHttpsAddsAndChangesNothing()
    {
        ConfigTree tree = emptyConfig(u"t.conf"_s);
        QVERIFY(addDomain(tree, parseDomainLine(u"shop 3000"_s).value()));
        const QByteArray before = writeConfig(tree);
        DomainDraft draft = parseDomainLine(u"other 3001"_s).value();
        draft.https = true;
        draft.tlsPort = DefaultListenPort;
        QCOMPARE(addDomain(tree, draft).error().code, ErrorCode::ConflictingListen);
        QCOMPARE(updateDomain(tree, 0, draft).error().code, ErrorCode::ConflictingListen);
        QCOMPARE(writeConfig(tree), before);
    }

    void editingTheNameLeavesHttpsAsItIs()
    {
        ConfigTree tree = emptyConfig(u"t.conf"_s);
        QVERIFY(addDomain(tree, parseDomainLine(u"shop 3000"_s).value()));
        DomainDraft plain = draftOfDomain(tree, 0).value();
        plain.name = u"shop2.localhost"_s;
        QVERIFY(updateDomain(tree, 0, plain));
        QVERIFY(!writeConfig(tree).contains("portlight_local_certificate")); // nobody declined it
        plain.https = true;
        QVERIFY(updateDomain(tree, 0, plain));
        DomainDraft line = parseDomainLine(u"shop3 3000"_s).value(); // says nothing of HTTPS
        QVERIFY(updateDomain(tree, 0, line));
        QCOMPARE(listDomains(tree).front().url, u"https://shop3.localhost:8443"_s);
        DomainDraft moved = draftOfDomain(tree, 0).value();
        moved.tlsPort = 9443;
        moved.https = false;
        QVERIFY(updateDomain(tree, 0, moved));
        QVERIFY(listDomains(tree).front().declinedHttps);
    }

    void nameThatExistsOnTheTlsPortIsRefused()
    {
        ConfigTree tree = treeOf("http { server { listen 8443 ssl; server_name shop.localhost; } }");
        DomainDraft draft = parseDomainLine(u"shop 3000"_s).value();
        draft.https = true;
        QCOMPARE(addDomain(tree, draft).error().code, ErrorCode::AlreadyExists);
        draft.tlsPort = 9443;
        QVERIFY(addDomain(tree, draft));
    }
};

QTEST_APPLESS_MAIN(TestDomainHttps)
#include "tst_domainhttps.moc"
