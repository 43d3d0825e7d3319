// SPDX-License-Identifier: GPL-3.0-or-later
#include "export/importreport.h"

#include "config/parser.h"

#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;

namespace {

ConfigTree treeOf(const QByteArray &text, const QString &file = u"nginx.conf"_s)
{
    const ParseOutcome outcome = parseConfig(text, file);
    Q_ASSERT(outcome.ok());
    return outcome.tree;
}

QString reported(const QByteArray &text, const QByteArray &overlay = {})
{
    const ImportReport report =
        reportImport(treeOf(text), parseOverlay(overlay, u"/desk/local.conf"_s).overlay, {1, 22, 1});
    QStringList lines;
    for (const ImportLine &line : report.lines)
        lines += line.toString();
    return lines.join(u'\n');
}

} // namespace

class TestImportReport : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyDirectiveHasALine();
    void overlayMakesApproximations();
    void unknownDirectivesAreIgnoredAndBecomeComments();
    void insideOfWhatIsNotRunIsIgnored();
    void longDirectivesAreShortened();
    void filesThatAreIncludedAgainAreToldOnce();
    void copySaysWhereFilesBegan();
    void verdictsAreCounted();
};

void TestImportReport::everyDirectiveHasALine()
{
    QCOMPARE(
        reported(
            "worker_processes 4;\nevents {\nworker_connections 64;\n}\nhttp {\n# c\nmap $host $b {\ndefault 1;\n}\n"
            "server {\nlisten 127.0.0.1:80;\nreturn 204;\n}\n}\n"),
        u"nginx.conf:1: directive worker_processes 4: ignored, because %1\n"
        "nginx.conf:2: directive events: %3\n"
        "nginx.conf:3: directive worker_connections 64: ignored, because %2\n"
        "nginx.conf:5: directive http: runs the same\n"
        "nginx.conf:7: directive map $host $b: runs the same\n"
        "nginx.conf:10: directive server: runs the same\n"
        "nginx.conf:11: directive listen 127.0.0.1:80: runs the same\n"
        "nginx.conf:12: directive return 204: runs the same"_s.arg(
            QString::fromUtf8(findDirective("worker_processes")->note),
            QString::fromUtf8(findDirective("worker_connections")->note),
            findDirective("events")->support == DirectiveSupport::Runs
                ? u"runs the same"_s
                : u"ignored, because "_s + QString::fromUtf8(findDirective("events")->note)));
}

void TestImportReport::overlayMakesApproximations()
{
    QCOMPARE(
        reported("http {\nserver {\nlisten 80;\nserver_name a.com;\nlocation / {\nproxy_pass http://app:3000;\n}\n}\n}",
                 "portlight_listen 80 127.0.0.1:8080; portlight_name a.com a.localhost;"
                 "portlight_peer app:3000 127.0.0.1:3000;"),
        u"nginx.conf:1: directive http: runs the same\n"
        "nginx.conf:2: directive server: runs the same\n"
        "nginx.conf:3: directive listen 80: approximated, because it listens on 127.0.0.1:8080 here\n"
        "nginx.conf:4: directive server_name a.com: runs the same; a.localhost leads here as well\n"
        "nginx.conf:5: directive location /: runs the same\n"
        "nginx.conf:6: directive proxy_pass http://app:3000: approximated, because the backend is 127.0.0.1:3000 here"_s);
}

void TestImportReport::unknownDirectivesAreIgnoredAndBecomeComments()
{
    const QByteArray text = "http {\n    more_set_headers 'a';\n    lua {\n        x y;\n    }\n    server {\n        "
                            "listen 81;\n    }\n}\n";
    const QString lines = reported(text);
    QVERIFY2(
        lines.contains(u"nginx.conf:2: directive more_set_headers 'a': ignored, because neither nginx nor Portlight "
                       "knows it; it is a comment in the copy"_s),
        qPrintable(lines));
    QVERIFY(lines.contains(u"nginx.conf:4: directive x y: ignored"_s));
    const ConfigTree copy = importedCopy(treeOf(text));
    QCOMPARE(writeConfig(copy),
             "http {\n    # not run: more_set_headers 'a';\n    # not run: lua {\n"
             "    # not run:     x y;\n    # not run: }\n    server {\n        listen 81;\n    }\n}\n"_ba);
    QVERIFY(reportImport(treeOf(text), {}).ok());
}

void TestImportReport::insideOfWhatIsNotRunIsIgnored()
{
    const QString lines = reported("http {\nserver {\nlisten 81;\nlocation / {\nfastcgi_pass a:1;\n}\n}\n}\n"
                                   "stream {\nserver {\nlisten 5;\n}\n}\n");
    QVERIFY2(lines.contains(u"nginx.conf:5: directive fastcgi_pass a:1: ignored, because "_s), qPrintable(lines));
    QVERIFY2(lines.contains(u"nginx.conf:9: directive stream: ignored, because "_s), qPrintable(lines));
    QVERIFY2(lines.contains(u"nginx.conf:11: directive listen 5: ignored, because "_s), qPrintable(lines));
}

void TestImportReport::longDirectivesAreShortened()
{
    const ImportReport report = reportImport(treeOf("http { log_format main '" + QByteArray(200, 'x') + "'; }"), {});
    QCOMPARE(report.lines.last().directive.size(), 60);
    QVERIFY(report.lines.last().directive.endsWith(u'…'));
}

void TestImportReport::filesThatAreIncludedAgainAreToldOnce()
{
    ConfigTree tree = treeOf("http { server { listen 81; location / {} location /a {} } }");
    const ConfigTree params = treeOf("proxy_buffering off;", u"params"_s);
    for (ConfigNode &node : tree.child("http")->child("server")->children) {
        if (node.isBlock())
            node.children = params.nodes;
    }
    const ImportReport report = reportImport(tree, {});
    const auto count = std::count_if(report.lines.begin(), report.lines.end(),
                                     [](const ImportLine &line) { return line.where.file == u"params"_s; });
    QCOMPARE(count, 1);
}

void TestImportReport::copySaysWhereFilesBegan()
{
    ConfigTree tree = treeOf("http {\n    server_tokens off;\n}\n", u"/etc/nginx/nginx.conf"_s);
    const ConfigTree site = treeOf("server {\n    listen 81;\n}\n", u"/etc/nginx/conf.d/a.conf"_s);
    const ConfigTree other = treeOf("# theirs\nserver {\n    listen 82;\n}\n", u"/srv/b.conf"_s);
    std::vector<ConfigNode> &http = tree.child("http")->children;
    http.insert(http.begin(), site.nodes.begin(), site.nodes.end());
    http.insert(http.end(), other.nodes.begin(), other.nodes.end());
    QCOMPARE(writeConfig(importedCopy(tree)),
             "http {\n    # --- conf.d/a.conf\n    server {\n        listen 81;\n    }\n    server_tokens off;\n\n"
             "    # --- /srv/b.conf\n    # theirs\n    server {\n        listen 82;\n    }\n}\n"_ba);
}

void TestImportReport::verdictsAreCounted()
{
    const ImportReport report = reportImport(treeOf("worker_processes 1;\nhttp {\nserver {\nlisten 80;\n}\n}"),
                                             parseOverlay("portlight_listen 80 127.0.0.1:1;", u"l"_s).overlay);
    QCOMPARE(report.count(ImportVerdict::Same), 2);
    QCOMPARE(report.count(ImportVerdict::Approximated), 1);
    QCOMPARE(report.count(ImportVerdict::Ignored), 1);
    QVERIFY(report.ok());
    const ImportReport wrong = reportImport(treeOf("http { server { listen 99999; } }"), {});
    QVERIFY(!wrong.ok());
    QCOMPARE(wrong.lines.last().verdict, ImportVerdict::Ignored);
}

QTEST_GUILESS_MAIN(TestImportReport)
#include "tst_importreport.moc"
