// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/fragment.h"
#include "config/parser.h"
#include "config/validate.h"

#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;

class TestFragment : public QObject
{
    Q_OBJECT

private:
    static FragmentOutcome completed(const QByteArray &text)
    {
        return completeFragment(parseConfig(text, u"f.conf"_s).tree);
    }
    static QByteArray written(const QByteArray &text) { return writeConfig(completed(text).tree); }

private Q_SLOTS:
    void blocksAreCompleted_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("whole");
        const auto row = [](const char *name, const QByteArray &text, const QByteArray &whole) {
            QTest::newRow(name) << text << whole;
        };
        row("a server", "server { listen 80; }", "http {\n    server {\n        listen 80;\n    }\n}\n");
        row("a location", "location / { return 204; }",
            "http {\n    server {\n        location / {\n            return 204;\n        }\n    }\n}\n");
        row("a directive of a location", "proxy_pass http://127.0.0.1:1;",
            "http {\n    server {\n        location / {\n            proxy_pass http://127.0.0.1:1;\n        }\n    "
            "}\n}\n");
        row("a directive of http", "server_tokens off;", "http {\n    server_tokens off;\n}\n");
        row("directives go with their neighbours", "proxy_buffering off; proxy_pass http://127.0.0.1:1;",
            "http {\n    server {\n        location / {\n            proxy_buffering off;\n            proxy_pass "
            "http://127.0.0.1:1;\n        }\n    }\n}\n");
        row("each as deep as it may", "limit_req_zone $host zone=a:1m rate=1r/s; root /x; location / { }",
            "http {\n    limit_req_zone $host zone=a:1m rate=1r/s;\n    server {\n        root /x;\n        location / "
            "{}\n "
            "   }\n}\n");
        row("the inside of an upstream", "least_conn; server 127.0.0.1:1;",
            "http {\n    upstream fragment {\n        least_conn;\n        server 127.0.0.1:1;\n    }\n}\n");
        row("the inside of events", "worker_connections 9;", "events {\n    worker_connections 9;\n}\n");
        row("a server beside http", "http { gzip on; } server { listen 80; }",
            "http {\n    gzip on;\n    server {\n        listen 80;\n    }\n}\n");
        row("comments stay with what they explain", "# one\nserver { } # two\n# three\nupstream a { server b; }",
            "http {\n    # one\n    server {} # two\n    # three\n    upstream a {\n        server b;\n    }\n}\n");
        row("a whole configuration stays", "events { }\nhttp {\n    server { }\n}",
            "events {}\nhttp {\n    server {}\n}\n");
        row("what is unknown stays outside", "dance;", "dance;\n");
    }
    void blocksAreCompleted()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, whole);
        QByteArray result = written(text);
        result.replace("\n\n", "\n");
        QCOMPARE(result, whole);
    }

    void groupsThatNothingDefinesGetAStandIn()
    {
        const QByteArray text = "location / { proxy_pass http://app; }\nlocation /b { proxy_pass http://APP/; }";
        QCOMPARE(written(text).count("upstream app {"), 1);
        QVERIFY(written(text).contains("server 127.0.0.1:8080;"));
        for (const char *other :
             {"http://app:80", "http://app.test", "http://localhost", "http://$app", "http://[::1]"})
            QVERIFY2(!written("location / { proxy_pass " + QByteArray(other) + "; }").contains("upstream"), other);
        QCOMPARE(written("upstream app { server 127.0.0.1:1; }\n" + text).count("upstream app {"), 1);
        QVERIFY(!written("include groups.conf;\n" + text).contains("upstream app {"));
    }

    void eachBlockAddedIsNoted()
    {
        const FragmentOutcome outcome = completed("# why\n\nlocation / { proxy_pass http://app; }");
        QStringList notes;
        for (const Diagnostic &note : outcome.notes)
            notes += note.toString();
        QCOMPARE(notes,
                 (QStringList{
                     u"f.conf:3:1: note: the fragment was completed with server { … }"_s,
                     u"f.conf:3:1: note: the fragment was completed with http { … }"_s,
                     u"f.conf:3:14: note: the fragment was completed with upstream app { server 127.0.0.1:8080; }"_s,
                 }));
        QVERIFY(completed("events { } http { }").notes.isEmpty());
    }

    void withoutItAFragmentHasNginxsErrorAndAHint()
    {
        const Diagnostics found = validateConfig(parseConfig("server { }", u"f.conf"_s).tree);
        QCOMPARE(found.size(), 1);
        QCOMPARE(found[0].message, u"\"server\" directive is not allowed here"_s);
        QVERIFY(found[0].hint.contains(u"--fragment"));
    }
};

QTEST_APPLESS_MAIN(TestFragment)
#include "tst_fragment.moc"
