// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/overlayproposal.h"

#include "config/parser.h"

#include <QSet>
#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;

namespace {

// A desk of which the test says everything.
struct Desk {
    QSet<quint16> taken;
    QSet<QByteArray> answering;
    QSet<QByteArray> existing;
    QSet<QByteArray> writable;
    bool hasAuthority = false;

    DeskFacts facts() const
    {
        DeskFacts facts;
        facts.isPortFree = [this](quint16 port) { return !taken.contains(port); };
        facts.doesPeerAnswer = [this](const PeerAddress &peer) { return answering.contains(peer.toString()); };
        facts.exists = [this](const QByteArray &path) { return existing.contains(path); };
        facts.isWritable = [this](const QByteArray &path) { return writable.contains(path); };
        facts.prefix = "/deploy";
        facts.hasAuthority = hasAuthority;
        return facts;
    }
};

// Each mapping as "listen 80 127.0.0.1:8080 # reason".
QByteArray proposed(const QByteArray &text, const Desk &desk = {})
{
    const ParseOutcome outcome = parseConfig(text, u"nginx.conf"_s);
    Q_ASSERT(outcome.ok());
    QByteArrayList lines;
    for (const OverlayMapping &mapping : proposeOverlay(outcome.tree, desk.facts(), u"/desk/local.conf"_s).mappings) {
        QByteArray line = overlayDirective(mapping.kind).mid(10) + ' ' + mapping.from + ' ' + mapping.to;
        if (!mapping.reason.isEmpty())
            line += " # " + mapping.reason;
        lines += line;
    }
    return lines.join('\n');
}

QByteArray proposedFor(const QByteArray &server, const Desk &desk = {})
{
    return proposed("http { server { " + server + " } }", desk);
}

} // namespace

class TestOverlayProposal : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void listensMoveToFreeLoopbackPorts_data();
    void listensMoveToFreeLoopbackPorts();
    void certificatesThatAreNotHereAreReplaced_data();
    void certificatesThatAreNotHereAreReplaced();
    void namesBecomeLocal_data();
    void namesBecomeLocal();
    void namesStayUnique();
    void backendsThatDoNotAnswerBecomeLocal();
    void pathsThatAreNotHereAreReplaced();
    void whatRunsHereNeedsNoOverlay();
    void proposalIsAReadableOverlay();
};

void TestOverlayProposal::listensMoveToFreeLoopbackPorts_data()
{
    QTest::addColumn<QByteArray>("server");
    QTest::addColumn<QByteArray>("mappings");
    const auto row = [](const QByteArray &server, const QByteArray &mappings) {
        QTest::newRow(server.constData()) << server << mappings;
    };
    const QByteArray low = " # ports below 1024 are the system's";
    row("listen 80;", "listen 80 127.0.0.1:8080" + low);
    row("server_name x;", "listen 80 127.0.0.1:8080" + low);
    row("listen 80; listen [::]:80;", "listen 80 127.0.0.1:8080" + low + "\nlisten [::]:80 [::1]:8080" + low);
    row("listen 443;", "listen 443 127.0.0.1:8444" + low); // 8443 is taken
    row("listen *:80; listen 80;", "listen *:80 127.0.0.1:8080" + low);
    row("listen 10.0.0.1:80; listen 10.0.0.2:80;",
        "listen 10.0.0.1:80 127.0.0.1:8080" + low + "\nlisten 10.0.0.2:80 127.0.0.1:8081" + low);
    row("listen 3000;", "listen 3000 127.0.0.1:3000 # loopback only");
    row("listen 127.0.0.1:3000;", "");
    row("listen 127.0.0.1:5000;", "listen 127.0.0.1:5000 127.0.0.1:5001 # the port is taken here");
    row("listen localhost:80;", "listen localhost:80 localhost:8080" + low);
    row("listen 9000-9002;", "listen 9000-9002 127.0.0.1:9000-9002 # loopback only");
    row("listen unix:/run/x.sock;", "listen unix:/run/x.sock 127.0.0.1:8080 # its folder cannot be written here");
    row("listen unix:/tmp/x.sock;", "");
    row("listen what:ever:80;", "");
}

void TestOverlayProposal::listensMoveToFreeLoopbackPorts()
{
    QFETCH(QByteArray, server);
    QFETCH(QByteArray, mappings);
    Desk desk;
    desk.taken = {8443, 5000};
    desk.writable = {"/tmp"};
    QCOMPARE(proposedFor(server, desk), mappings);
}

void TestOverlayProposal::certificatesThatAreNotHereAreReplaced_data()
{
    QTest::addColumn<bool>("authority");
    QTest::addColumn<QByteArray>("instead");
    QTest::newRow("by none") << false << "plain"_ba;
    QTest::newRow("by the local authority's") << true << "local"_ba;
}

void TestOverlayProposal::certificatesThatAreNotHereAreReplaced()
{
    QFETCH(bool, authority);
    QFETCH(QByteArray, instead);
    Desk desk;
    desk.existing = {"/b.pem", "/b.key", "/deploy/c.pem"};
    desk.hasAuthority = authority;
    QCOMPARE(proposed("http { ssl_certificate /a.pem; ssl_certificate_key /a.key; "
                      "server { listen 127.0.0.1:4000 ssl; ssl_certificate /b.pem; ssl_certificate_key /b.key; } "
                      "server { listen 127.0.0.1:4000 ssl; ssl_certificate c.pem; ssl_certificate_key c.key; } "
                      "server { listen 127.0.0.1:4000 ssl; ssl_certificate data:x; ssl_certificate_key data:y; } }",
                      desk),
             "certificate /a.pem " + instead + " # it is not here\ncertificate c.pem " + instead
                 + " # its key is not here");
}

void TestOverlayProposal::namesBecomeLocal_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("local");
    const auto row = [](const char *name, const char *local) {
        QTest::newRow(name) << QByteArray(name) << QByteArray(local);
    };
    row("shop.example.com", "shop.localhost");
    row("Shop.Example.COM", "shop.localhost");
    row("example.com", "example.localhost");
    row("www.example.com", "www.example.localhost");
    row("*.example.com", "*.example.localhost");
    row(".example.com", ".example.localhost");
    row("a.b.example.co.uk", "a.localhost");
    row("localhost", "");
    row("shop.localhost", "");
    row("_", "");
    row("", "");
    row("10.0.0.1", "");
    row("mail.*", "");
    row("~^www\\d+\\.example\\.com$", "");
    row("app.test", "");
}

void TestOverlayProposal::namesBecomeLocal()
{
    QFETCH(QByteArray, name);
    QFETCH(QByteArray, local);
    QCOMPARE(localNameFor(name, [](const QByteArray &) { return false; }), local);
}

void TestOverlayProposal::namesStayUnique()
{
    QCOMPARE(proposed("http { server { listen 127.0.0.1:1; server_name shop.a.com shop.b.org www.a.com; }"
                      " server { listen 127.0.0.1:1025; server_name shop.a.com x.localhost x.c.com; } }"),
             "listen 127.0.0.1:1 127.0.0.1:8001 # ports below 1024 are the system's\n"
             "name shop.a.com shop.localhost\nname shop.b.org shop.b.localhost\nname www.a.com www.a.localhost\n"
             "name x.c.com x.c.localhost"_ba);
}

void TestOverlayProposal::backendsThatDoNotAnswerBecomeLocal()
{
    Desk desk;
    desk.answering = {"here:3000", "tls:443"};
    const QByteArray gone = " # it does not answer from here";
    QCOMPARE(
        proposed("http { upstream g { server app1:3000 weight=2; server app2:3000; server here:3000; "
                 "server 127.0.0.1:9; server unix:/run/a.sock; server old; } "
                 "server { listen 127.0.0.1:3000; location / { proxy_pass http://g; } "
                 "location /a { proxy_pass http://api.internal/v1/; } location /b { proxy_pass https://tls; } "
                 "location /c { proxy_pass http://$host; } location /d { fastcgi_pass php:9000; } "
                 "location /e { proxy_pass http://localhost:81; } location /f { proxy_pass http://app1:3000; } } }",
                 desk),
        "peer app1:3000 127.0.0.1:3001" + gone + "\npeer app2:3000 127.0.0.1:3002" + gone
            + "\npeer unix:/run/a.sock 127.0.0.1:3003" + gone + "\npeer old:80 127.0.0.1:3004" + gone
            + "\npeer api.internal:80 127.0.0.1:3005" + gone + "\npeer php:9000 127.0.0.1:9000" + gone);
}

void TestOverlayProposal::pathsThatAreNotHereAreReplaced()
{
    Desk desk;
    desk.existing = {"/srv/here", "/deploy/html"};
    desk.writable = {"/srv/log", "/deploy/log"};
    const QByteArray gone = " # it is not here\n";
    const QByteArray locked = " # it cannot be written here";
    QCOMPARE(proposed("error_log /var/log/nginx/error.log; error_log stderr; http { access_log off; "
                      "access_log /var/log/nginx/a.log; access_log syslog:server=a; access_log /srv/log/b.log; "
                      "access_log log/c.log; access_log d.log; access_log /var/log/$host/e.log; "
                      "proxy_cache_path /var/cache/nginx/a levels=1:2 keys_zone=z:1m; proxy_temp_path /srv/log/t; "
                      "server { listen 127.0.0.1:3000; root /srv/here; "
                      "location /a { root /var/www/shop/public; } location /b { alias /opt/public/; } "
                      "location /c { root /var/sites/$host/x; } location /d { root html; } } }",
                      desk),
             "path /var/log/nginx logs" + locked + "\npath log /deploy/log # relative to its old folder"
                 + "\npath d.log /deploy/d.log # relative to its old folder" + "\npath /var/log logs" + locked
                 + "\npath /var/cache/nginx/a cache/a" + locked + "\npath /var/www/shop/public www/public" + gone
                 + "path /opt/public www/public-2" + gone + "path /var/sites www/sites" + gone
                 + "path html /deploy/html # relative to its old folder");
}

void TestOverlayProposal::whatRunsHereNeedsNoOverlay()
{
    QCOMPARE(proposed("events {}"), ""_ba);
    QCOMPARE(proposed("http { server { listen 127.0.0.1:8080; server_name a.localhost; "
                      "location / { proxy_pass http://127.0.0.1:3000; } } }"),
             ""_ba);
}

void TestOverlayProposal::proposalIsAReadableOverlay()
{
    const ParseOutcome outcome =
        parseConfig("http { server { listen 80; server_name a.example.com; root /x/y; } }", u"nginx.conf"_s);
    const Overlay overlay = proposeOverlay(outcome.tree, Desk().facts(), u"/desk/local.conf"_s);
    const OverlayOutcome read = parseOverlay(writeOverlay(overlay), u"/desk/local.conf"_s);
    QVERIFY(read.ok());
    QCOMPARE(read.overlay.mappings.size(), overlay.mappings.size());
    Diagnostics diagnostics;
    applyOverlay(outcome.tree, read.overlay, diagnostics);
    QVERIFY(diagnostics.isEmpty()); // every line of it counts
}

QTEST_GUILESS_MAIN(TestOverlayProposal)
#include "tst_overlayproposal.moc"
