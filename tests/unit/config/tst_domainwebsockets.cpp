// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/domains.h"
#include "config/domaintree.h"
#include "config/domainwebsockets.h"
#include "config/parser.h"
#include "config/validate.h"

#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;

namespace {

constexpr const char *Map = "map $http_upgrade $connection_upgrade {\n"
                            "    default upgrade;\n"
                            "    '' '';\n"
                            "}\n";

ConfigTree treeOf(const QByteArray &text)
{
    return parseConfig(text, u"t.conf"_s).tree;
}

// Around the lines of one location of one server: what else http and the server say.
ConfigTree oneServer(const QByteArray &location, const QByteArray &server = {}, const QByteArray &http = {})
{
    return treeOf("http {\n" + http + "server {\nlisten 8080;\nserver_name a.test;\n" + server
                  + "location / {\nproxy_pass http://127.0.0.1:3000;\n" + location + "}\n}\n}\n");
}

bool passes(const ConfigTree &tree)
{
    const ConfigNode &http = *tree.child("http");
    return passesWebSockets(http, domaintree::placeOfServer(http, 0));
}

void set(ConfigTree &tree, bool on)
{
    ConfigNode &http = *tree.child("http");
    setWebSockets(http, domaintree::placeOfServer(http, 0), on);
}

// The lines of the location, without what every test has.
QByteArray location(const ConfigTree &tree)
{
    const ConfigNode &http = *tree.child("http");
    const ConfigNode &server = http.children[size_t(domaintree::placeOfServer(http, 0))];
    ConfigTree part;
    part.nodes = domaintree::mainLocation(server)->children;
    return writeConfig(part).replace("proxy_pass http://127.0.0.1:3000;\n", "").replace("\n\n", "\n");
}

const QByteArray Guide = "proxy_http_version 1.1;\nproxy_set_header Upgrade $http_upgrade;\n"
                         "proxy_set_header Connection $connection_upgrade;\nproxy_read_timeout 1h;\n";

} // namespace

class DomainWebSocketsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theStateIsReadFromTheTree_data()
    {
        QTest::addColumn<QByteArray>("location");
        QTest::addColumn<QByteArray>("server");
        QTest::addColumn<bool>("on");
        const QByteArray upgrade = "proxy_set_header Upgrade $http_upgrade;\n";
        const QByteArray version = "proxy_http_version 1.1;\n";
        QTest::newRow("nothing") << QByteArray() << QByteArray() << false;
        QTest::newRow("as written here") << Guide << QByteArray() << true;
        QTest::newRow("always \"upgrade\"") << version + upgrade + "proxy_set_header Connection \"upgrade\";\n"
                                            << QByteArray() << true;
        QTest::newRow("names in another case")
            << version + "proxy_set_header upgrade $http_upgrade;\nproxy_set_header CONNECTION Upgrade;\n"
            << QByteArray() << true;
        QTest::newRow("a map of their own") << version + upgrade + "proxy_set_header Connection $my_connection;\n"
                                            << QByteArray() << true;
        QTest::newRow("inherited") << QByteArray() << version + upgrade + "proxy_set_header Connection upgrade;\n"
                                   << true;
        QTest::newRow("hidden by a field of the location")
            << QByteArray("proxy_set_header Host $host;\n")
            << version + upgrade + "proxy_set_header Connection upgrade;\n"
            << false;
        QTest::newRow("no Connection") << version + upgrade << QByteArray() << false;
        QTest::newRow("Connection close") << version + upgrade + "proxy_set_header Connection close;\n"
                                          << QByteArray() << false;
        QTest::newRow("Connection emptied") << version + upgrade + "proxy_set_header Connection \"\";\n"
                                            << QByteArray() << false;
        QTest::newRow("Upgrade emptied")
            << version + "proxy_set_header Upgrade \"\";\nproxy_set_header Connection upgrade;\n"
            << QByteArray() << false;
        QTest::newRow("HTTP/1.0") << "proxy_http_version 1.0;\n" + upgrade + "proxy_set_header Connection upgrade;\n"
                                  << QByteArray() << false;
    }
    void theStateIsReadFromTheTree()
    {
        QFETCH(QByteArray, location);
        QFETCH(QByteArray, server);
        QFETCH(bool, on);
        QCOMPARE(passes(oneServer(location, server)), on);
    }

    void onWritesWhatTheGuideAsksFor()
    {
        ConfigTree tree = oneServer({});
        set(tree, true);
        QVERIFY(passes(tree));
        QCOMPARE(location(tree), Guide);
        QVERIFY(writeConfig(tree).contains("default upgrade;"));
        QVERIFY(!hasErrors(validateConfig(treeOf(writeConfig(tree)))));
        const QByteArray once = writeConfig(tree);
        set(tree, true);
        QCOMPARE(writeConfig(tree), once);
    }

    void offTakesItOutAgain()
    {
        ConfigTree tree = oneServer(Guide, {}, Map);
        set(tree, false);
        QVERIFY(!passes(tree));
        QCOMPARE(location(tree), "");
        set(tree, true);
        QCOMPARE(location(tree), Guide);
        QCOMPARE(writeConfig(tree).count("map $http_upgrade"), 1);
    }

    void whatAPersonWroteStays()
    {
        const QByteArray hand =
            "# keep me\nproxy_set_header X-Own one; # and me\nproxy_read_timeout 5m;\nlimit_rate 1m;\n";
        ConfigTree tree = oneServer(hand);
        set(tree, true);
        QVERIFY(passes(tree));
        QCOMPARE(location(tree), "proxy_http_version 1.1;\n# keep me\nproxy_set_header X-Own one; # and me\n"
                                 "proxy_set_header Upgrade $http_upgrade;\n"
                                 "proxy_set_header Connection $connection_upgrade;\nproxy_read_timeout 5m;\n"
                                 "limit_rate 1m;\n");
        set(tree, false);
        QCOMPARE(location(tree), hand);
    }

    void aHandWrittenUpgradeIsTakenOutWithItsComments()
    {
        ConfigTree tree = oneServer("proxy_http_version 1.1;\nproxy_set_header upgrade $http_upgrade; # for the chat\n"
                                    "proxy_set_header Connection \"upgrade\";\nproxy_set_header Host $host;\n"
                                    "proxy_read_timeout 12h;\n");
        set(tree, false);
        QVERIFY(!passes(tree));
        QCOMPARE(location(tree), "proxy_set_header Host $host;\nproxy_read_timeout 12h;\n");
    }

    void onlyWhatIsMissingIsWritten()
    {
        ConfigTree tree = oneServer("proxy_http_version 1.0;\nproxy_set_header Upgrade $http_upgrade;\n"
                                    "proxy_set_header Connection close;\nproxy_read_timeout 12h;\n");
        set(tree, true);
        QCOMPARE(location(tree), "proxy_http_version 1.1;\nproxy_set_header Upgrade $http_upgrade;\n"
                                 "proxy_set_header Connection $connection_upgrade;\nproxy_read_timeout 12h;\n");
    }

    void inheritedFieldsAreNotLost()
    {
        const QByteArray server = "proxy_set_header Host $host;\nproxy_set_header X-Own one;\n";
        ConfigTree tree = oneServer({}, server);
        set(tree, true);
        QVERIFY(passes(tree));
        QCOMPARE(location(tree), "proxy_http_version 1.1;\nproxy_set_header Host $host;\n"
                                 "proxy_set_header X-Own one;\nproxy_set_header Upgrade $http_upgrade;\n"
                                 "proxy_set_header Connection $connection_upgrade;\nproxy_read_timeout 1h;\n");
    }

    void whatIsInheritedIsSwitchedOffHereAlone()
    {
        const QByteArray http = "proxy_http_version 1.1;\nproxy_set_header Upgrade $http_upgrade;\n"
                                "proxy_set_header Connection upgrade;\n";
        ConfigTree tree = oneServer({}, {}, http);
        QVERIFY(passes(tree));
        const QByteArray before = writeConfig(tree);
        set(tree, false);
        QVERIFY(!passes(tree));
        QCOMPARE(location(tree), "proxy_set_header Upgrade \"\";\n");
        QCOMPARE(writeConfig(tree).count("proxy_set_header Upgrade $http_upgrade;"),
                 before.count("proxy_set_header Upgrade $http_upgrade;"));
        set(tree, true);
        QVERIFY(passes(tree));
    }

    void aPresetKeepsItsConnectionsAndItsStreams()
    {
        ConfigTree tree = emptyConfig(u"t"_s);
        QVERIFY(addDomain(tree, parseDomainLine(u"shop 3000"_s).value()));
        const QByteArray preset = writeConfig(tree);
        QVERIFY(passes(tree));
        set(tree, false);
        QVERIFY(!passes(tree));
        const QByteArray off = writeConfig(tree);
        QVERIFY(off.contains("proxy_http_version 1.1;") && off.contains("proxy_set_header Connection \"\";"));
        QVERIFY(off.contains("proxy_read_timeout 1h;") && !off.contains("proxy_set_header Upgrade"));
        QVERIFY(!hasErrors(validateConfig(treeOf(off))));
        set(tree, true);
        QVERIFY(passes(tree));
        // Only the order of the last two fields differs.
        QByteArrayList was = preset.split('\n');
        QByteArrayList is = writeConfig(tree).split('\n');
        std::sort(was.begin(), was.end());
        std::sort(is.begin(), is.end());
        QCOMPARE(is, was);
    }

    void aDraftSwitchesIt()
    {
        ConfigTree tree = emptyConfig(u"t"_s);
        DomainDraft draft = parseDomainLine(u"shop 3000"_s).value();
        draft.webSockets = false;
        QVERIFY(addDomain(tree, draft));
        QVERIFY(!passes(tree));
        Result<DomainDraft> now = draftOfDomain(tree, 0);
        QVERIFY(now && now->webSockets == false);
        now->webSockets = true;
        QVERIFY(updateDomain(tree, 0, *now));
        QVERIFY(passes(tree));
        now->webSockets = std::nullopt; // as a command line gives it: as it is
        const QByteArray before = writeConfig(tree);
        QVERIFY(updateDomain(tree, 0, *now));
        QCOMPARE(writeConfig(tree), before);
    }

    void aDomainThatPassesNothingOnIsLeftAlone()
    {
        ConfigTree tree = treeOf("http { server { listen 80; server_name a; location / { return 404; } } }");
        const QByteArray before = writeConfig(tree);
        QVERIFY(!passes(tree));
        set(tree, false);
        QCOMPARE(writeConfig(tree), before);
    }
};

QTEST_GUILESS_MAIN(DomainWebSocketsTest)
#include "tst_domainwebsockets.moc"
