// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/parser.h"
#include "proxy/compile.h"

#include <QTest>

using namespace portlight;

class ProxyRouterTest : public QObject
{
    Q_OBJECT
    CompiledConfigPtr m_config;

    const ServerConfig &serverOf(const QByteArray &locations)
    {
        const ParseOutcome parsed =
            parseConfig("http { server { listen 127.0.0.1:8080; " + locations + " } }", QStringLiteral("t"));
        m_config = compileConfig(parsed.tree).config;
        return *m_config->servers.front();
    }
    static QByteArray found(const ServerConfig &server, const char *uri)
    {
        RegexMatch captures;
        const LocationLookup match = server.root->table.find(uri, captures);
        if (!match.entry)
            return "none";
        return (match.entry->kind == LocationEntry::Kind::Exact ? "= " : "") + match.entry->path
               + (match.outcome == LocationLookup::Outcome::SlashRedirect ? " redirect" : "");
    }

    static QString reasonFor(const ServerConfig &server, const char *uri)
    {
        RegexMatch captures;
        return server.root->table.find(uri, captures).reason();
    }

private Q_SLOTS:
    void anExactMatchWinsOverEveryPrefix()
    {
        const ServerConfig &server =
            serverOf("location / { return 200; } location = /a { return 200; } location /a { return 200; }");
        QCOMPARE(found(server, "/a"), QByteArray("= /a"));
        QCOMPARE(found(server, "/a/"), QByteArray("/a"));
        QCOMPARE(found(server, "/"), QByteArray("/"));
    }

    void theLongestPrefixWinsWhateverTheOrder()
    {
        const QByteArray texts[] = {"location / { return 200; } ", "location /api { return 200; } ",
                                    "location /api/v2/ { return 200; } "};
        for (const auto &order : {std::array{0, 1, 2}, std::array{2, 1, 0}, std::array{1, 2, 0}}) {
            const ServerConfig &server = serverOf(texts[order[0]] + texts[order[1]] + texts[order[2]]);
            QCOMPARE(found(server, "/api/v2/x"), QByteArray("/api/v2/"));
            QCOMPARE(found(server, "/api/v2"), QByteArray("/api"));
            QCOMPARE(found(server, "/apis"), QByteArray("/api")); // nginx compares bytes, not segments
            QCOMPARE(found(server, "/ap"), QByteArray("/"));
            QCOMPARE(found(server, "/API"), QByteArray("/"));
        }
    }

    void withoutAMatchTheServersOwnLocationAnswers()
    {
        QCOMPARE(found(serverOf("location /a { return 200; }"), "/b"), QByteArray("none"));
    }

    void aProxiedPrefixWithASlashRedirectsTheUriWithoutIt()
    {
        const ServerConfig &server = serverOf(
            "location / { return 200; } location /x/ { proxy_pass http://127.0.0.1:1; } location /y/ { return 200; }");
        QCOMPARE(found(server, "/x"), QByteArray("/x/ redirect"));
        QCOMPARE(found(server, "/x/"), QByteArray("/x/"));
        QCOMPARE(found(server, "/y"), QByteArray("/")); // only content handlers that say so: proxy_pass
    }

    void anOwnLocationForTheUriWithoutSlashPreventsTheRedirect()
    {
        QCOMPARE(found(serverOf("location = /x { return 200; } location /x/ { proxy_pass http://127.0.0.1:1; }"), "/x"),
                 QByteArray("= /x"));
        QCOMPARE(found(serverOf("location /x { return 200; } location /x/ { proxy_pass http://127.0.0.1:1; }"), "/x"),
                 QByteArray("/x"));
    }

    void reasonsSayWhy()
    {
        const ServerConfig &server = serverOf("location = /a { return 200; } location /b { return 200; } location /p/ "
                                              "{ proxy_pass http://127.0.0.1:1; }");
        QCOMPARE(reasonFor(server, "/a"), QStringLiteral("exact match"));
        QCOMPARE(reasonFor(server, "/b"), QStringLiteral("longest matching prefix of 3 locations"));
        QCOMPARE(reasonFor(server, "/c"), QStringLiteral("no location matches"));
        QVERIFY(reasonFor(server, "/p").contains(QStringLiteral("redirected")));
    }
};

QTEST_GUILESS_MAIN(ProxyRouterTest)
#include "tst_proxyrouter.moc"
