// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/domainname.h"
#include "config/domains.h"
#include "config/parser.h"
#include "config/validate.h"

#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;

namespace {

ConfigTree treeOf(const QByteArray &text)
{
    return parseConfig(text, u"t.conf"_s).tree;
}

DomainDraft draft(const QString &line)
{
    return parseDomainLine(line).value();
}

// What would be run next time: the tree as it is written and read.
ConfigTree reread(const ConfigTree &tree)
{
    return treeOf(writeConfig(tree));
}

constexpr const char *OneDomain =
    R"(# Portlight's configuration. It is nginx configuration: edit it here or in the window.
http {
    map $http_upgrade $connection_upgrade {
        default upgrade;
        '' '';
    }

    upstream shop.localhost {
        server 127.0.0.1:3000;
        keepalive 16;
    }

    server {
        listen 127.0.0.1:8080;
        listen [::1]:8080;
        server_name shop.localhost;
        portlight_domain on;
        client_max_body_size 0;

        location / {
            proxy_pass http://shop.localhost;
            proxy_http_version 1.1;
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_set_header X-Forwarded-Host $http_host;
            proxy_set_header X-Forwarded-Port $server_port;
            proxy_set_header X-Real-IP $remote_addr;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_upgrade;
            proxy_buffering off;
            proxy_request_buffering off;
            proxy_read_timeout 1h; # tunnels and event streams stay open
        }
    }
}
)";

} // namespace

class TestDomains : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void linesAreUnderstood_data();
    void linesAreUnderstood();
    void badLinesSayWhatIsWrong_data();
    void badLinesSayWhatIsWrong();
    void longestNameIsTakenAndOneMoreRefused();
    void firstDomainIsWrittenOut();
    void presetHasNoFindings();
    void secondDomainSharesTheMap();
    void sameNameOnSamePortIsRefused();
    void sameNameOnAnotherPortIsAdded();
    void domainIsAddedToSomebodysConfiguration();
    void domainsAreListed();
    void targetsAreShown_data();
    void targetsAreShown();
    void urlsCanBeOpened_data();
    void urlsCanBeOpened();
    void domainsAreFoundByName();
    void draftsGiveTheSameDomain_data();
    void draftsGiveTheSameDomain();
    void updateChangesOnlyWhatChanged();
    void renamingTakesTheGroupAlong();
    void targetOfASharedGroupIsNotChangedForOthers();
    void domainBesidesOursCanBeEdited();
    void updateRefusesWhatAddRefuses();
    void removedDomainIsRestored();
    void removingLeavesWhatOthersUse();
    void restoringBesideASuccessorIsRefused();
    void switchingOffAndOnLeavesNoTrace();
    void missingIndexIsNotFound();
};

void TestDomains::linesAreUnderstood_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("target");
    QTest::addColumn<int>("port");
    const auto row = [](const QString &line, const QString &name, const QString &target, int port = 8080) {
        QTest::newRow(qPrintable(line)) << line << name << target << port;
    };
    row(u"shop 3000"_s, u"shop.localhost"_s, u"http://127.0.0.1:3000"_s);
    row(u"  shop\t3000 "_s, u"shop.localhost"_s, u"http://127.0.0.1:3000"_s);
    row(u"3000 shop"_s, u"shop.localhost"_s, u"http://127.0.0.1:3000"_s);
    row(u"shop :3000"_s, u"shop.localhost"_s, u"http://127.0.0.1:3000"_s);
    row(u"shop -> 3000"_s, u"shop.localhost"_s, u"http://127.0.0.1:3000"_s);
    row(u"shop → 3000"_s, u"shop.localhost"_s, u"http://127.0.0.1:3000"_s);
    row(u"Shop.Localhost 127.0.0.1:3000"_s, u"shop.localhost"_s, u"http://127.0.0.1:3000"_s);
    row(u"shop.test localhost:3000"_s, u"shop.test"_s, u"http://localhost:3000"_s);
    row(u"localhost:3000 shop"_s, u"shop.localhost"_s, u"http://localhost:3000"_s);
    row(u"shop http://localhost:3000/app"_s, u"shop.localhost"_s, u"http://localhost:3000/app"_s);
    row(u"http://localhost:3000/app shop"_s, u"shop.localhost"_s, u"http://localhost:3000/app"_s);
    row(u"shop https://api.test"_s, u"shop.localhost"_s, u"https://api.test"_s);
    row(u"shop [::1]:3000"_s, u"shop.localhost"_s, u"http://[::1]:3000"_s);
    row(u"shop unix:/run/x.sock"_s, u"shop.localhost"_s, u"http://unix:/run/x.sock"_s);
    row(u"shop /run/x.sock"_s, u"shop.localhost"_s, u"http://unix:/run/x.sock"_s);
    row(u"shop backend.internal"_s, u"shop.localhost"_s, u"http://backend.internal"_s);
    row(u"shop:9000 3000"_s, u"shop.localhost"_s, u"http://127.0.0.1:3000"_s, 9000);
    row(u"shop:9000 backend:3000"_s, u"shop.localhost"_s, u"http://backend:3000"_s, 9000);
    row(u"localhost 3000"_s, u"localhost"_s, u"http://127.0.0.1:3000"_s);
    row(u"my_app-1 3000"_s, u"my_app-1.localhost"_s, u"http://127.0.0.1:3000"_s);
    row(u"bücher 3000"_s, u"xn--bcher-kva.localhost"_s, u"http://127.0.0.1:3000"_s);
    row(u"shop. 3000"_s, u"shop.localhost"_s, u"http://127.0.0.1:3000"_s);
}

void TestDomains::linesAreUnderstood()
{
    QFETCH(QString, line);
    QFETCH(QString, name);
    QFETCH(QString, target);
    QFETCH(int, port);
    const Result<DomainDraft> result = parseDomainLine(line);
    QVERIFY2(result, result ? "" : qPrintable(result.error().toString()));
    QCOMPARE(result->name, name);
    QCOMPARE(result->target, target);
    QCOMPARE(int(result->listenPort), port);
}

void TestDomains::badLinesSayWhatIsWrong_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<ErrorCode>("code");
    QTest::addColumn<QString>("said");
    const auto row = [](const QString &line, ErrorCode code, const QString &said) {
        QTest::newRow(qPrintable(line)) << line << code << said;
    };
    row(u""_s, ErrorCode::InvalidName, u"a name and a target are missing"_s);
    row(u"shop"_s, ErrorCode::InvalidTarget, u"say where shop leads to"_s);
    row(u"3000"_s, ErrorCode::InvalidName, u"a name for 3000 is missing"_s);
    row(u"a b c"_s, ErrorCode::InvalidTarget, u"here are 3 words"_s);
    row(u"shop blog"_s, ErrorCode::InvalidTarget, u"the port of \"blog\" is missing"_s);
    row(u"shop 0"_s, ErrorCode::InvalidTarget, u"invalid port"_s);
    row(u"shop 65536"_s, ErrorCode::InvalidTarget, u"invalid port"_s);
    row(u"shop ftp://a"_s, ErrorCode::InvalidTarget, u"invalid URL prefix"_s);
    row(u"shop http://$host"_s, ErrorCode::InvalidTarget, u"signs that no target can have"_s);
    row(u"shop http://a;b"_s, ErrorCode::InvalidTarget, u"signs that no target can have"_s);
    row(u"*.shop 3000"_s, ErrorCode::InvalidName, u"letters, digits"_s);
    row(u"-shop 3000"_s, ErrorCode::InvalidName, u"letters, digits"_s);
    row(u"a..b 3000"_s, ErrorCode::InvalidName, u"each part between dots"_s);
    row(u"shop;x 3000"_s, ErrorCode::InvalidName, u"letters, digits"_s);
    row(u"shop:99999 3000"_s, ErrorCode::InvalidName, u"a port is 1 to 65535"_s);
}

void TestDomains::badLinesSayWhatIsWrong()
{
    QFETCH(QString, line);
    QFETCH(ErrorCode, code);
    QFETCH(QString, said);
    const Result<DomainDraft> result = parseDomainLine(line);
    QVERIFY(!result);
    QCOMPARE(result.error().code, code);
    QVERIFY2(result.error().message.contains(said), qPrintable(result.error().message));
    QVERIFY(!result.error().hint.isEmpty());
}

void TestDomains::longestNameIsTakenAndOneMoreRefused()
{
    const QString label = QString(DomainLabelBytesMax, u'a');
    QVERIFY(completeDomainName(label + u".test"_s));
    QVERIFY(!completeDomainName(label + u"a.test"_s));
    const QString three = label + u'.' + label + u'.' + label + u'.';
    const QString rest(DomainNameBytesMax - three.size(), u'b');
    QVERIFY(completeDomainName(three + rest));
    QVERIFY(!completeDomainName(three + rest + u'b'));
}

void TestDomains::firstDomainIsWrittenOut()
{
    ConfigTree tree = emptyConfig(u"portlight.conf"_s);
    const Result<int> index = addDomain(tree, draft(u"shop 3000"_s));
    QVERIFY(index);
    QCOMPARE(*index, 0);
    QCOMPARE(writeConfig(tree), QByteArray(OneDomain));
    ConfigTree nothing;
    QVERIFY(addDomain(nothing, draft(u"shop 3000"_s))); // makes the http block, too
    QVERIFY(nothing.child("http"));
}

void TestDomains::presetHasNoFindings()
{
    ConfigTree tree = emptyConfig(u"portlight.conf"_s);
    for (const QString &line :
         {u"shop 3000"_s, u"sock unix:/run/x.sock"_s, u"six [::1]:3000"_s, u"dev localhost:5173"_s})
        QVERIFY(addDomain(tree, draft(line)));
    const Diagnostics found = validateConfig(reread(tree));
    QVERIFY2(found.isEmpty(), found.isEmpty() ? "" : qPrintable(found.first().toString()));
}

void TestDomains::secondDomainSharesTheMap()
{
    ConfigTree tree = emptyConfig(u"portlight.conf"_s);
    QVERIFY(addDomain(tree, draft(u"shop 3000"_s)));
    const Result<int> second = addDomain(tree, draft(u"blog 4000"_s));
    QVERIFY(second);
    QCOMPARE(*second, 1);
    QCOMPARE(tree.child("http")->childrenNamed("map").size(), size_t(1));
    QCOMPARE(tree.child("http")->childrenNamed("server").size(), size_t(2));
    QCOMPARE(tree.child("http")->childrenNamed("upstream").size(), size_t(2));
}

void TestDomains::sameNameOnSamePortIsRefused()
{
    ConfigTree tree = treeOf(OneDomain);
    const Result<int> again = addDomain(tree, draft(u"Shop 4000"_s));
    QVERIFY(!again);
    QCOMPARE(again.error().code, ErrorCode::AlreadyExists);
    QCOMPARE(again.error().where, (TextPosition{u"t.conf"_s, 13, 5}));
    QCOMPARE(writeConfig(tree), QByteArray(OneDomain));
}

void TestDomains::sameNameOnAnotherPortIsAdded()
{
    ConfigTree tree = treeOf(OneDomain);
    QVERIFY(addDomain(tree, draft(u"shop:9000 4000"_s)));
    const QList<DomainView> domains = listDomains(tree);
    QCOMPARE(domains.size(), 2);
    QCOMPARE(domains[1].url, u"http://shop.localhost:9000"_s);
    QCOMPARE(domains[1].target, u"http://127.0.0.1:4000"_s); // its group has a name of its own
    QCOMPARE(domains[0].target, u"http://127.0.0.1:3000"_s);
}

void TestDomains::domainIsAddedToSomebodysConfiguration()
{
    ConfigTree tree = treeOf("events {}\nhttp {\n    sendfile on;\n\n    # theirs\n    server {\n"
                             "        listen 80;\n    }\n}\n");
    QVERIFY(addDomain(tree, draft(u"shop 3000"_s)));
    const QByteArray text = writeConfig(tree);
    const QByteArray head = "events {}\nhttp {\n    sendfile on;\n\n    map $http_upgrade $connection_upgrade {\n"
                            "        default upgrade;\n        '' '';\n    }\n\n    # theirs\n    server {\n"
                            "        listen 80;\n    }\n\n    upstream shop.localhost {\n";
    QVERIFY2(text.startsWith(head), text.constData());
    QVERIFY(!hasErrors(validateConfig(reread(tree))));
}

void TestDomains::domainsAreListed()
{
    const ConfigTree tree = treeOf(OneDomain);
    const QList<DomainView> domains = listDomains(tree);
    QCOMPARE(domains.size(), 1);
    const DomainView &shop = domains[0];
    QCOMPARE(shop.index, 0);
    QCOMPARE(shop.names, QStringList{u"shop.localhost"_s});
    QCOMPARE(shop.target, u"http://127.0.0.1:3000"_s);
    QCOMPARE(shop.display, u"127.0.0.1:3000"_s);
    QCOMPARE(shop.listens, (QStringList{u"127.0.0.1:8080"_s, u"[::1]:8080"_s}));
    QCOMPARE(shop.url, u"http://shop.localhost:8080"_s);
    QVERIFY(shop.enabled && shop.ours);
    QCOMPARE(shop.locationCount, 1);
    QCOMPARE(shop.position, (TextPosition{u"t.conf"_s, 13, 5}));
    QVERIFY(listDomains(treeOf("events {}")).isEmpty());
    QVERIFY(listDomains(treeOf("server { listen 80; }")).isEmpty()); // a fragment has no domains
}

void TestDomains::targetsAreShown_data()
{
    QTest::addColumn<QByteArray>("server");
    QTest::addColumn<QString>("target");
    const auto row = [](const char *name, const QByteArray &server, const QString &target) {
        QTest::newRow(name) << server << target;
    };
    row("direct", "location / { proxy_pass http://a:1/x; }", u"http://a:1/x"_s);
    row("group of one", "location / { proxy_pass http://one; }", u"http://127.0.0.1:7"_s);
    row("group of one with a path", "location / { proxy_pass http://one/x; }", u"http://127.0.0.1:7/x"_s);
    row("group of two", "location / { proxy_pass http://two; }", u"http://two"_s);
    row("socket", "location / { proxy_pass http://unix:/run/x:/y; }", u"http://unix:/run/x:/y"_s);
    row("only location", "location /x { proxy_pass http://a:1; }", u"http://a:1"_s);
    row("main among several", "location /x { return 200; } location / { proxy_pass http://a:1; }", u"http://a:1"_s);
    row("several without main", "location /x { return 200; } location /y { return 200; }", {});
    row("return of the server", "return 301 https://a$request_uri;", u"return 301 https://a$request_uri"_s);
    row("return of the location", "location / { return 204; }", u"return 204"_s);
    row("files", "root /srv;", {});
    row("variables", "location / { proxy_pass http://$host; }", {});
}

void TestDomains::targetsAreShown()
{
    QFETCH(QByteArray, server);
    QFETCH(QString, target);
    const ConfigTree tree = treeOf("http { upstream one { server 127.0.0.1:7; } upstream two { server a; server b; }"
                                   "server { "
                                   + server + " } }");
    QCOMPARE(listDomains(tree).first().target, target);
}

void TestDomains::urlsCanBeOpened_data()
{
    QTest::addColumn<QByteArray>("server");
    QTest::addColumn<QString>("url");
    const auto row = [](const char *name, const QByteArray &server, const QString &url) {
        QTest::newRow(name) << server << url;
    };
    row("port 80", "listen 80; server_name a.test;", u"http://a.test"_s);
    row("no listen", "server_name a.test;", u"http://a.test"_s);
    row("other port", "listen 81; server_name a.test;", u"http://a.test:81"_s);
    row("tls", "listen 443 ssl; server_name a.test;", u"https://a.test"_s);
    row("tls elsewhere", "listen 8443 ssl; server_name a.test;", u"https://a.test:8443"_s);
    row("catch-all", "listen 81; server_name _;", u"http://localhost:81"_s);
    row("pattern first", "listen 81; server_name *.a.test ~^b$ c.test;", u"http://c.test:81"_s);
    row("no name, one address", "listen 127.0.0.2:81;", u"http://127.0.0.2:81"_s);
    row("no name, v6", "listen [::1]:81;", u"http://[::1]:81"_s);
    row("socket only", "listen unix:/run/x; server_name a.test;", {});
}

void TestDomains::urlsCanBeOpened()
{
    QFETCH(QByteArray, server);
    QFETCH(QString, url);
    QCOMPARE(listDomains(treeOf("http { server { " + server + " } }")).first().url, url);
}

void TestDomains::domainsAreFoundByName()
{
    const ConfigTree tree = treeOf("http { server { server_name a.localhost; } server { server_name b.test a; } }");
    QCOMPARE(*findDomain(tree, u"a.localhost"_s), 0);
    QCOMPARE(*findDomain(tree, u"A"_s), 1); // the name itself goes before the completed one
    QCOMPARE(*findDomain(tree, u"b.test"_s), 1);
    const Result<int> missing = findDomain(tree, u"c"_s);
    QVERIFY(!missing);
    QCOMPARE(missing.error().code, ErrorCode::NotFound);
    QCOMPARE(missing.error().hint, u"there are: a.localhost, b.test, a"_s);
}

void TestDomains::draftsGiveTheSameDomain_data()
{
    QTest::addColumn<QString>("line");
    for (const QString &line : {u"shop 3000"_s, u"shop:81 localhost:3000"_s, u"shop http://a:1/x"_s,
                                u"shop unix:/run/x.sock"_s, u"shop [::1]:3000"_s})
        QTest::newRow(qPrintable(line)) << line;
}

void TestDomains::draftsGiveTheSameDomain()
{
    QFETCH(QString, line);
    ConfigTree tree = emptyConfig(u"t"_s);
    QVERIFY(addDomain(tree, draft(line)));
    const Result<DomainDraft> again = draftOfDomain(tree, 0);
    QVERIFY(again);
    DomainDraft same = draft(line);
    same.webSockets = true; // the preset's
    same.https = false;
    same.tls = DomainTls();
    QCOMPARE(*again, same);
    const QByteArray before = writeConfig(tree);
    QVERIFY(updateDomain(tree, 0, *again)); // nothing changed: nothing changes
    QCOMPARE(writeConfig(tree), before);
}

void TestDomains::updateChangesOnlyWhatChanged()
{
    ConfigTree tree = treeOf(OneDomain);
    QVERIFY(updateDomain(tree, 0, draft(u"shop:9000 http://localhost:4000/app"_s)));
    QByteArray expected(OneDomain);
    expected.replace(":8080;", ":9000;").replace("server 127.0.0.1:3000", "server localhost:4000");
    expected.replace("proxy_pass http://shop.localhost", "proxy_pass http://shop.localhost/app");
    QCOMPARE(writeConfig(tree), expected);
}

void TestDomains::renamingTakesTheGroupAlong()
{
    ConfigTree tree = treeOf(OneDomain);
    QVERIFY(updateDomain(tree, 0, draft(u"blog 3000"_s)));
    QByteArray expected(OneDomain);
    expected.replace("shop.localhost", "blog.localhost");
    QCOMPARE(writeConfig(tree), expected);
}

void TestDomains::targetOfASharedGroupIsNotChangedForOthers()
{
    ConfigTree tree = treeOf("http { upstream g { server a:1; } server { listen 8080; server_name x.test; location / "
                             "{ proxy_pass http://g; } } server { listen 8080; server_name y.test; location / { "
                             "proxy_pass http://g; } } }");
    QVERIFY(updateDomain(tree, 0, draft(u"x.test b:2"_s)));
    QCOMPARE(listDomains(tree)[0].target, u"http://b:2"_s);
    QCOMPARE(listDomains(tree)[1].target, u"http://a:1"_s);
}

void TestDomains::domainBesidesOursCanBeEdited()
{
    ConfigTree tree = treeOf("http {\n    server {\n        # mine\n        listen *:8080 default_server;\n"
                             "        server_name x.test www.x.test;\n        location / {\n"
                             "            proxy_pass http://a:1; # there\n        }\n    }\n}\n");
    QVERIFY(updateDomain(tree, 0, draft(u"z.test:81 b:2"_s)));
    QCOMPARE(writeConfig(tree), "http {\n    server {\n        # mine\n        listen *:81 default_server;\n"
                                "        server_name z.test www.x.test;\n        location / {\n"
                                "            proxy_pass http://b:2; # there\n        }\n    }\n}\n"_ba);
}

void TestDomains::updateRefusesWhatAddRefuses()
{
    ConfigTree tree = emptyConfig(u"t"_s);
    QVERIFY(addDomain(tree, draft(u"a 1"_s)));
    QVERIFY(addDomain(tree, draft(u"b 2"_s)));
    const QByteArray before = writeConfig(tree);
    QCOMPARE(updateDomain(tree, 1, draft(u"a 3"_s)).error().code, ErrorCode::AlreadyExists);
    QCOMPARE(updateDomain(tree, 1, {u"*"_s, u"3"_s, 8080}).error().code, ErrorCode::InvalidName);
    QCOMPARE(updateDomain(tree, 1, {u"b"_s, u"ftp://x"_s, 8080}).error().code, ErrorCode::InvalidTarget);
    QCOMPARE(updateDomain(tree, 1, {u"b"_s, u"3"_s, 0}).error().code, ErrorCode::InvalidName);
    QCOMPARE(addDomain(tree, {u"c"_s, u""_s, 8080}).error().code, ErrorCode::InvalidTarget);
    QCOMPARE(writeConfig(tree), before);
}

void TestDomains::removedDomainIsRestored()
{
    ConfigTree tree = emptyConfig(u"t"_s);
    for (const QString &line : {u"a 1"_s, u"b 2"_s, u"c 3"_s})
        QVERIFY(addDomain(tree, draft(line)));
    const QByteArray before = writeConfig(tree);
    for (int index = 0; index < 3; ++index) {
        Result<RemovedDomain> removed = removeDomain(tree, index);
        QVERIFY(removed);
        QVERIFY(removed->upstream.has_value());
        QCOMPARE(listDomains(tree).size(), 2);
        QCOMPARE(tree.child("http")->childrenNamed("upstream").size(), size_t(2));
        const Result<int> restored = restoreDomain(tree, *removed);
        QVERIFY(restored);
        QCOMPARE(*restored, index);
        QCOMPARE(writeConfig(tree), before);
    }
}

void TestDomains::removingLeavesWhatOthersUse()
{
    ConfigTree tree = treeOf("http { upstream g { server a:1; } server { portlight_domain on; location / { proxy_pass "
                             "http://g; } } server { location / { proxy_pass http://g; } } }");
    QVERIFY(!removeDomain(tree, 0)->upstream.has_value());
    QVERIFY(!removeDomain(tree, 0)->upstream.has_value()); // not of ours: its group is somebody's work
    QCOMPARE(tree.child("http")->children.size(), size_t(1));
}

void TestDomains::restoringBesideASuccessorIsRefused()
{
    ConfigTree tree = treeOf(OneDomain);
    Result<RemovedDomain> removed = removeDomain(tree, 0);
    QVERIFY(removed);
    QVERIFY(addDomain(tree, draft(u"shop 4000"_s)));
    const Result<int> restored = restoreDomain(tree, *removed);
    QVERIFY(!restored);
    QCOMPARE(restored.error().code, ErrorCode::AlreadyExists);
}

void TestDomains::switchingOffAndOnLeavesNoTrace()
{
    ConfigTree tree = treeOf(OneDomain);
    QVERIFY(setDomainEnabled(tree, 0, false));
    QVERIFY(setDomainEnabled(tree, 0, false));
    QVERIFY(!listDomains(tree).first().enabled);
    QByteArray off(OneDomain);
    off.replace("portlight_domain on;\n", "portlight_domain on;\n        portlight_enabled off;\n");
    QCOMPARE(writeConfig(tree), off);
    QVERIFY(setDomainEnabled(tree, 0, true));
    QVERIFY(listDomains(tree).first().enabled);
    QCOMPARE(writeConfig(tree), QByteArray(OneDomain));
}

void TestDomains::missingIndexIsNotFound()
{
    ConfigTree tree = treeOf(OneDomain);
    for (const int index : {-1, 1, 99}) {
        QCOMPARE(removeDomain(tree, index).error().code, ErrorCode::NotFound);
        QCOMPARE(setDomainEnabled(tree, index, true).error().code, ErrorCode::NotFound);
        QCOMPARE(draftOfDomain(tree, index).error().code, ErrorCode::NotFound);
        QCOMPARE(updateDomain(tree, index, draft(u"a 1"_s)).error().code, ErrorCode::NotFound);
    }
    ConfigTree empty;
    QCOMPARE(removeDomain(empty, 0).error().code, ErrorCode::NotFound);
}

QTEST_APPLESS_MAIN(TestDomains)
#include "tst_domains.moc"
