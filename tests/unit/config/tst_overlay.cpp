// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/overlay.h"

#include "config/parser.h"
#include "config/validate.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;

namespace {

ConfigTree treeOf(const QByteArray &text)
{
    const ParseOutcome outcome = parseConfig(text, u"nginx.conf"_s);
    Q_ASSERT(outcome.ok());
    return outcome.tree;
}

Overlay overlayOf(const QByteArray &text)
{
    const OverlayOutcome outcome = parseOverlay(text, u"/desk/local.conf"_s);
    Q_ASSERT(outcome.ok());
    return outcome.overlay;
}

// The inside of http after the overlay, on one line.
QByteArray overlaid(const QByteArray &http, const QByteArray &overlay, Diagnostics *found = nullptr)
{
    Diagnostics diagnostics;
    const ConfigTree tree = applyOverlay(treeOf("http { " + http + " }"), overlayOf(overlay), diagnostics);
    if (found)
        *found = diagnostics;
    QByteArray text;
    for (const ConfigNode &node : tree.child("http")->children)
        text += writeConfig(node);
    return text.simplified();
}

QString printed(const Diagnostics &diagnostics)
{
    QStringList lines;
    for (const Diagnostic &each : diagnostics)
        lines += u"%1:%2: %3: %4"_s.arg(each.where.line)
                     .arg(each.where.column)
                     .arg(severityName(each.severity), each.message);
    return lines.join(u'\n');
}

} // namespace

class TestOverlay : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void mappingsAreLaidOver_data();
    void mappingsAreLaidOver();
    void everythingElseStaysAsWritten();
    void positionsAreKept();
    void mappingThatMatchesNothingIsAWarning();
    void effectsAreTold();
    void certificateOfHttpCountsForItsServers();
    void overlaysAreReadAndWritten();
    void badOverlaysAreExplained_data();
    void badOverlaysAreExplained();
    void missingFileIsAProblem();
    void ownDirectivesDoNotBelongInAConfiguration();
    void longestPathWins();
};

void TestOverlay::mappingsAreLaidOver_data()
{
    QTest::addColumn<QByteArray>("http");
    QTest::addColumn<QByteArray>("overlay");
    QTest::addColumn<QByteArray>("expected");
    const auto row = [](const char *name, const QByteArray &http, const QByteArray &overlay,
                        const QByteArray &expected) { QTest::newRow(name) << http << overlay << expected; };
    row("port", "server { listen 80; }", "portlight_listen 80 127.0.0.1:8080;", "server { listen 127.0.0.1:8080; }");
    row("port written otherwise", "server { listen *:80 default_server; }", "portlight_listen 80 127.0.0.1:8080;",
        "server { listen 127.0.0.1:8080 default_server; }");
    row("both families", "server { listen 80; listen [::]:80 ipv6only=off; }",
        "portlight_listen 80 127.0.0.1:8080; portlight_listen [::]:80 [::1]:8080;",
        "server { listen 127.0.0.1:8080; listen [::1]:8080 ipv6only=off; }");
    row("two addresses become one", "server { listen 80; listen [::]:80 ipv6only=on; server_name a; }",
        "portlight_listen 80 127.0.0.1:8080; portlight_listen [::]:80 127.0.0.1:8080;",
        "server { listen 127.0.0.1:8080; server_name a; }");
    row("no listen at all", "server { server_name a; }", "portlight_listen 80 127.0.0.1:8080;",
        "server { listen 127.0.0.1:8080; server_name a; }");
    row("unix socket", "server { listen unix:/run/a.sock; }", "portlight_listen unix:/run/a.sock 127.0.0.1:8080;",
        "server { listen 127.0.0.1:8080; }");
    row("range", "server { listen 8000-8003; }", "portlight_listen 8000-8003 127.0.0.1:8000-8003;",
        "server { listen 127.0.0.1:8000-8003; }");
    row("another address", "server { listen 81; }", "portlight_listen 80 127.0.0.1:8080;", "server { listen 81; }");

    row("plain",
        "server { listen 443 ssl http2; ssl_certificate /c; ssl_certificate_key /k; ssl_protocols TLSv1.2; http2 on; }",
        "portlight_certificate /c plain; portlight_listen 443 127.0.0.1:8443;", "server { listen 127.0.0.1:8443; }");
    row("plain takes along who shares the address",
        "server { listen 443 ssl; ssl_certificate /c; } server { listen 443 ssl default_server; "
        "ssl_reject_handshake on; }",
        "portlight_certificate /c plain;", "server { listen 443; } server { listen 443 default_server; }");
    row("plain leaves other addresses",
        "server { listen 443 ssl; ssl_certificate /c; } server { listen 444 ssl; "
        "ssl_certificate /d; }",
        "portlight_certificate /c plain;", "server { listen 443; } server { listen 444 ssl; ssl_certificate /d; }");
    row("plain and the socket of http/3", "server { listen 443 quic; listen 443 ssl; http3 on; ssl_certificate /c; }",
        "portlight_certificate /c plain;", "server { listen 443; }");
    row("another certificate", "server { listen 443 ssl; ssl_certificate /c; ssl_certificate_key /k; }",
        "portlight_certificate /c mine.pem /keys/mine.key;",
        "server { listen 443 ssl; ssl_certificate /desk/mine.pem; ssl_certificate_key /keys/mine.key; }");
    row("one of the local authority",
        "server { listen 443 ssl; ssl_certificate /c; ssl_certificate_key /k; ssl_certificate /d; "
        "ssl_certificate_key /l; ssl_protocols TLSv1.2; }",
        "portlight_certificate /c local;",
        "server { listen 443 ssl; portlight_local_certificate on; ssl_protocols TLSv1.2; }");
    row("one of the local authority for all of http",
        "ssl_certificate /c; ssl_certificate_key /k; server { listen 443 ssl; } server { listen 443 ssl; "
        "ssl_certificate /d; ssl_certificate_key /l; }",
        "portlight_certificate /c local;",
        "portlight_local_certificate on; server { listen 443 ssl; } server { listen 443 ssl; ssl_certificate /d; "
        "ssl_certificate_key /l; }");

    row("name", "server { server_name shop.example.com; }", "portlight_name shop.example.com shop.localhost;",
        "server { server_name shop.example.com shop.localhost; }");
    row("name in another case", "server { server_name Shop.Example.com b; }",
        "portlight_name shop.example.com shop.localhost;", "server { server_name Shop.Example.com b shop.localhost; }");
    row("name that is there", "server { server_name a.com a.localhost; }", "portlight_name a.com a.localhost;",
        "server { server_name a.com a.localhost; }");
    row("wildcard name", "server { server_name *.a.com; }", "portlight_name *.a.com *.a.localhost;",
        "server { server_name *.a.com *.a.localhost; }");

    row("peer", "upstream g { server app.internal:3000 weight=2; server b:1; }",
        "portlight_peer app.internal:3000 127.0.0.1:3000;",
        "upstream g { server 127.0.0.1:3000 weight=2; server b:1; }");
    row("peer without a port", "upstream g { server app; }", "portlight_peer app:80 127.0.0.1:3000;",
        "upstream g { server 127.0.0.1:3000; }");
    row("proxy_pass", "server { location /a/ { proxy_pass http://app:3000/b/?c; } }",
        "portlight_peer app:3000 127.0.0.1:4000;",
        "server { location /a/ { proxy_pass http://127.0.0.1:4000/b/?c; } }");
    row("proxy_pass with TLS", "server { location / { if ($a) { proxy_pass https://api.io; } } }",
        "portlight_peer api.io:443 http://127.0.0.1:4000;",
        "server { location / { if ($a) { proxy_pass http://127.0.0.1:4000; } } }");
    row("proxy_pass to a socket", "server { location / { proxy_pass http://unix:/run/a.sock:/b; } }",
        "portlight_peer unix:/run/a.sock 127.0.0.1:4000;",
        "server { location / { proxy_pass http://127.0.0.1:4000/b; } }");
    row("proxy_pass to a group", "upstream app { server b; } server { location / { proxy_pass http://app; } }",
        "portlight_peer app:80 127.0.0.1:4000; portlight_peer b:80 127.0.0.1:4000;",
        "upstream app { server 127.0.0.1:4000; } server { location / { proxy_pass http://app; } }");
    row("proxy_pass with variables", "server { location / { proxy_pass http://$host:3000; } }",
        "portlight_peer app:3000 127.0.0.1:4000;", "server { location / { proxy_pass http://$host:3000; } }");
    row("fastcgi_pass", "server { location / { fastcgi_pass php:9000; } }", "portlight_peer php:9000 127.0.0.1:9000;",
        "server { location / { fastcgi_pass 127.0.0.1:9000; } }");

    row("path", "server { root /var/www/shop/public; }", "portlight_path /var/www/shop /home/me/shop;",
        "server { root /home/me/shop/public; }");
    row("path beside the overlay", "server { location / { alias /srv/a/; } }", "portlight_path /srv/a www;",
        "server { location / { alias /desk/www/; } }");
    row("path that only begins alike", "server { root /var/www/shop2; }", "portlight_path /var/www/shop /x;",
        "server { root /var/www/shop2; }");
    row("log", "access_log /var/log/nginx/a.log combined;", "portlight_path /var/log/nginx logs;",
        "access_log /desk/logs/a.log combined;");
    row("relative path", "server { root html; }", "portlight_path html /usr/share/nginx/html;",
        "server { root /usr/share/nginx/html; }");

    const QByteArray desk = "portlight_listen 80 127.0.0.1:8080; portlight_listen 443 127.0.0.1:8443;"
                            "portlight_certificate /c plain; portlight_name a.com a.localhost;";
    const QByteArray tls = "server { listen 443 ssl; ssl_certificate /c; } ";
    const QByteArray tlsHere = "server { listen 127.0.0.1:8443; } ";
    row("redirect to TLS that is plain here", tls + "server { listen 80; return 301 https://$host$request_uri; }", desk,
        tlsHere + "server { listen 127.0.0.1:8080; return 301 http://$host:8443$request_uri; }");
    row("redirect to the production name",
        tls + "server { server_name a.com; return 308 https://$server_name$request_uri; }", desk,
        tlsHere
            + "server { listen 127.0.0.1:8080; server_name a.com a.localhost; "
              "return 308 http://$host:8443$request_uri; }");
    row("redirect to a mapped name", tls + "server { listen 80; rewrite ^ https://a.com/x permanent; }", desk,
        tlsHere + "server { listen 127.0.0.1:8080; rewrite ^ http://a.localhost:8443/x permanent; }");
    row("redirect to a mapped name without TLS", tls + "server { listen 80; return http://a.com; }", desk,
        tlsHere + "server { listen 127.0.0.1:8080; return http://a.localhost:8080; }");
    row("redirect elsewhere", tls + "server { listen 80; return 302 https://other.org/; }", desk,
        tlsHere + "server { listen 127.0.0.1:8080; return 302 https://other.org/; }");
    row("a body is no redirect", tls + "server { listen 80; return 200 https://$host; }", desk,
        tlsHere + "server { listen 127.0.0.1:8080; return 200 https://$host; }");
    row("entries are no directives", "map $a $b { root /var/www; } server { listen 82; }",
        "portlight_path /var/www /x;", "map $a $b { root /var/www; } server { listen 82; }");
}

void TestOverlay::mappingsAreLaidOver()
{
    QFETCH(QByteArray, http);
    QFETCH(QByteArray, overlay);
    QFETCH(QByteArray, expected);
    QCOMPARE(overlaid(http, overlay), expected);
}

void TestOverlay::everythingElseStaysAsWritten()
{
    const QByteArray text = "# top\nhttp {\n    # of the server\n    server {\n        listen 80; # here\n"
                            "        return 200 'a b';\n    }\n}\n";
    Diagnostics diagnostics;
    const ConfigTree tree = applyOverlay(treeOf(text), overlayOf("portlight_listen 80 [::1]:81;"), diagnostics);
    QCOMPARE(writeConfig(tree), QByteArray(text).replace("listen 80", "listen [::1]:81"));
    QVERIFY(diagnostics.isEmpty());
    QCOMPARE(writeConfig(applyOverlay(treeOf(text), {}, diagnostics)), text);
}

void TestOverlay::positionsAreKept()
{
    Diagnostics diagnostics;
    const ConfigTree tree = applyOverlay(
        treeOf("http {\n  server {\n    listen 80;\n    server_name a.com;\n  }\n}"),
        overlayOf("portlight_listen 80 127.0.0.1:99999;\n"_ba.replace("99999", "8080") + "portlight_name a.com b;"),
        diagnostics);
    const ConfigNode *server = tree.child("http")->child("server");
    QCOMPARE(server->child("listen")->position, (TextPosition{u"nginx.conf"_s, 3, 5}));
    QCOMPARE(server->child("listen")->arguments[0].line, 3);
    QCOMPARE(server->child("server_name")->arguments[1].line, 4);
}

void TestOverlay::mappingThatMatchesNothingIsAWarning()
{
    Diagnostics found;
    overlaid("upstream g { server a; } server { listen 80; }",
             "portlight_listen 80 127.0.0.1:8080;\nportlight_listen 443 127.0.0.1:8443;\n"
             "portlight_certificate /c plain;\nportlight_name a b;\nportlight_peer g 127.0.0.1:1;\n"
             "portlight_path /x /y;\n",
             &found);
    QCOMPARE(printed(found), u"2:1: warning: \"portlight_listen 443\" matches nothing in nginx.conf\n"
                             "3:1: warning: \"portlight_certificate /c\" matches nothing in nginx.conf\n"
                             "4:1: warning: \"portlight_name a\" matches nothing in nginx.conf\n"
                             "5:1: warning: \"portlight_peer g\" matches nothing in nginx.conf\n"
                             "6:1: warning: \"portlight_path /x\" matches nothing in nginx.conf"_s);
    QCOMPARE(found.first().where.file, u"/desk/local.conf"_s);
}

void TestOverlay::effectsAreTold()
{
    Diagnostics diagnostics;
    std::vector<OverlayEffect> effects;
    applyOverlay(treeOf("http {\nserver {\nlisten 443 ssl;\nserver_name a.com;\nssl_certificate /c;\n"
                        "location / {\nproxy_pass http://app;\n}\n}\n}"),
                 overlayOf("portlight_listen 443 127.0.0.1:8443; portlight_certificate /c plain;"
                           "portlight_name a.com a.localhost; portlight_peer app 127.0.0.1:3000;"),
                 diagnostics, &effects);
    QStringList lines;
    for (const OverlayEffect &effect : effects)
        lines += u"%1: %2%3"_s.arg(effect.where.line).arg(effect.what, effect.adds ? u" (+)"_s : QString());
    lines.sort();
    QCOMPARE(lines.join(u'\n'), u"3: it is served without TLS here\n3: it listens on 127.0.0.1:8443 here\n"
                                "4: a.localhost leads here as well (+)\n5: the server has no TLS here\n"
                                "7: the backend is 127.0.0.1:3000 here"_s);
}

void TestOverlay::certificateOfHttpCountsForItsServers()
{
    QCOMPARE(overlaid("ssl_certificate /c; ssl_certificate_key /k; server { listen 443 ssl; } "
                      "server { listen 444 ssl; ssl_certificate /d; }",
                      "portlight_certificate /c plain;"),
             "server { listen 443; } server { listen 444 ssl; ssl_certificate /d; }"_ba);
}

void TestOverlay::overlaysAreReadAndWritten()
{
    const QByteArray text = "portlight_path '/a b' /x; # moved\nportlight_listen 80 127.0.0.1:8080;\n"
                            "portlight_certificate /c /d /e;\n";
    const Overlay overlay = overlayOf(text);
    QCOMPARE(overlay.mappings.size(), size_t(3));
    QCOMPARE(overlay.mappings[0].from, "/a b"_ba);
    QCOMPARE(overlay.mappings[0].reason, "moved"_ba);
    QCOMPARE(overlay.mappings[2].key, "/e"_ba);
    QVERIFY(writeOverlay(overlayOf("portlight_certificate /c local;")).contains("portlight_certificate /c local;\n"));
    const QByteArray written = writeOverlay(overlay);
    QVERIFY(written.contains("portlight_path \"/a b\" /x; # moved\n"));
    QVERIFY(written.indexOf("portlight_listen") < written.indexOf("portlight_path"));
    QCOMPARE(writeOverlay(overlayOf(written)), written);
    QVERIFY(parseOverlay(writeOverlay({}), u"x"_s).overlay.isEmpty());
    const Overlay beside = overlayOf("portlight_path /srv www/shop; portlight_certificate /c a.pem /desk/keys/a.key;");
    QCOMPARE(beside.mappings[0].to, "/desk/www/shop"_ba);
    const QByteArray movable = writeOverlay(beside);
    QVERIFY2(movable.contains("portlight_path /srv www/shop;")
                 && movable.contains("portlight_certificate /c a.pem keys/a.key;"),
             movable.constData());
}

void TestOverlay::badOverlaysAreExplained_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("problem");
    const auto row = [](const char *name, const QByteArray &text, const char *problem) {
        QTest::newRow(name) << text << QString::fromLatin1(problem);
    };
    row("syntax", "portlight_listen 80", "1:20: error: unexpected end of file, expecting \";\" or \"}\"");
    row("not ours", "listen 80;", "1:1: error: \"listen\" does not belong in an overlay");
    row("block", "http {}", "1:1: error: \"http\" does not belong in an overlay");
    row("of the configuration", "portlight_domain on;",
        "1:1: error: \"portlight_domain\" does not belong in an overlay");
    row("too few", "portlight_listen 80;", "1:1: error: invalid number of arguments in \"portlight_listen\" directive");
    row("no address", "portlight_listen 80 127.0.0.1:99999;",
        "1:1: error: invalid port in \"127.0.0.1:99999\" of the \"listen\" directive in \"portlight_listen\" "
        "directive");
    row("no peer", "portlight_peer a b:0;",
        "1:1: error: invalid port in upstream \"b:0\" in \"portlight_peer\" directive");
    row("no key", "portlight_certificate /a /b;",
        "1:1: error: a certificate needs its key behind it in \"portlight_certificate\" directive");
    row("twice", "portlight_path /a /b; portlight_path /a /c;",
        "1:23: error: \"/a\" is mapped twice by \"portlight_path\"");
}

void TestOverlay::badOverlaysAreExplained()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, problem);
    const OverlayOutcome outcome = parseOverlay(text, u"local.conf"_s);
    QVERIFY(!outcome.ok());
    QCOMPARE(printed(outcome.diagnostics), problem);
}

void TestOverlay::missingFileIsAProblem()
{
    const QTemporaryDir folder;
    QCOMPARE(readOverlayFile(folder.filePath(u"local.conf"_s)).diagnostics.first().code, ErrorCode::FileNotFound);
    QFile file(folder.filePath(u"local.conf"_s));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write("portlight_path /a b;") > 0);
    file.close();
    const OverlayOutcome outcome = readOverlayFile(file.fileName());
    QVERIFY(outcome.ok());
    QCOMPARE(QString::fromUtf8(outcome.overlay.mappings.front().to), folder.filePath(u"b"_s));
}

void TestOverlay::ownDirectivesDoNotBelongInAConfiguration()
{
    const Diagnostics found = validateConfig(treeOf("http { portlight_listen 80 81; }"));
    QCOMPARE(printed(found), u"1:8: error: \"portlight_listen\" directive is not allowed here"_s);
    QVERIFY(found.first().hint.contains(u"local.conf"_s));
}

void TestOverlay::longestPathWins()
{
    const Overlay overlay = overlayOf("portlight_path /a /x; portlight_path /a/b /y; portlight_path /c/ /z;");
    QCOMPARE(overlaidPath(overlay, "/a/b/c"), "/y/c"_ba);
    QCOMPARE(overlaidPath(overlay, "/a/c"), "/x/c"_ba);
    QCOMPARE(overlaidPath(overlay, "/ab"), "/ab"_ba);
    QCOMPARE(overlaidPath(overlay, "/c/d"), "/z/d"_ba);
}

QTEST_GUILESS_MAIN(TestOverlay)
#include "tst_overlay.moc"
