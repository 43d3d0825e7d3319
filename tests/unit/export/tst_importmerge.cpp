// SPDX-License-Identifier: GPL-3.0-or-later
#include "export/importmerge.h"

#include "config/domains.h"
#include "config/parser.h"
#include "config/validate.h"

#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;

namespace {

ConfigTree treeOf(const QByteArray &text)
{
    const ParseOutcome outcome = parseConfig(text, u"t.conf"_s);
    Q_ASSERT(outcome.ok());
    return outcome.tree;
}

QByteArray merged(const QByteArray &own, const QByteArray &imported)
{
    ConfigTree tree = treeOf(own);
    const Result<int> servers = mergeImported(tree, treeOf(imported), u"Imported from a.conf"_s);
    return servers ? writeConfig(tree) : servers.error().message.toUtf8();
}

} // namespace

class TestImportMerge : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void serversAreAppendedWithWhatCountsForThem()
    {
        QCOMPARE(
            merged("http {\n    server {\n        listen 1;\n    }\n}\n",
                   "user x;\nhttp {\n    # all\n    server_tokens off; # really\n    add_header X-A a;\n"
                   "    # the app\n    upstream app {\n        server b:1;\n    }\n\n    # first\n    server {\n"
                   "        listen 2; # two\n        return 204;\n    }\n    server {\n        listen 3;\n        "
                   "add_header X-B b;\n    }\n}\n"),
            "http {\n    server {\n        listen 1;\n    }\n\n    # Imported from a.conf\n    # all\n    # the app\n"
            "    upstream app {\n        server b:1;\n    }\n\n    # first\n    server {\n        listen 2; # two\n"
            "        server_tokens off;\n        add_header X-A a;\n        return 204;\n    }\n\n    server {\n"
            "        listen 3;\n        server_tokens off;\n        add_header X-B b;\n    }\n}\n"_ba);
    }

    void whatIsThereAlreadyIsNotRepeated()
    {
        const QByteArray map = "map $http_upgrade $connection_upgrade { default upgrade; '' ''; }";
        const QByteArray text = merged("http { " + map + " log_format main a; types { a b; } }",
                                       "http { " + map + " log_format main a; types { c d; } server { listen 1; } }");
        QCOMPARE(text.count("map "), 1);
        QCOMPARE(text.count("log_format"), 1);
        QCOMPARE(text.count("types"), 1);
        QVERIFY(text.contains("a b;") && text.contains("listen 1;"));
    }

    void twoMeaningsOfOneNameAreAnError_data()
    {
        QTest::addColumn<QByteArray>("own");
        QTest::addColumn<QByteArray>("imported");
        QTest::addColumn<QByteArray>("message");
        QTest::newRow("group") << "upstream a { server b; }"_ba
                               << "upstream a { server c; }"_ba
                               << "both configurations define \"upstream a\""_ba;
        QTest::newRow("map") << "map $host $x { default 1; }"_ba
                             << "map $host $x { default 2; }"_ba
                             << "both configurations define \"variable $x\""_ba;
        QTest::newRow("map and geo") << "map $host $x { default 1; }"_ba
                                     << "geo $x { default 1; }"_ba
                                     << "both configurations define \"variable $x\""_ba;
        QTest::newRow("format") << "log_format a b;"_ba
                                << "log_format a c;"_ba
                                << "both configurations define \"log_format a\""_ba;
    }
    void twoMeaningsOfOneNameAreAnError()
    {
        QFETCH(QByteArray, own);
        QFETCH(QByteArray, imported);
        QFETCH(QByteArray, message);
        QCOMPARE(merged("http { " + own + " }", "http { " + imported + " }"), message);
    }

    void anEmptyConfigurationGetsItsHttpBlock()
    {
        ConfigTree tree;
        const Result<int> servers =
            mergeImported(tree, treeOf("http { server { listen 1; } server { listen 2; } }"), u"x"_s);
        QVERIFY(servers);
        QCOMPARE(*servers, 2);
        QVERIFY(validateConfig(treeOf(writeConfig(tree))).isEmpty());
        QVERIFY(!mergeImported(tree, treeOf("events {}"), u"x"_s));
    }
};

QTEST_GUILESS_MAIN(TestImportMerge)
#include "tst_importmerge.moc"
