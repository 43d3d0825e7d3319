// SPDX-License-Identifier: GPL-3.0-or-later
#include "export/nginxexporter.h"

#include "config/domains.h"
#include "config/parser.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;

namespace {

constexpr int NginxWaitMs = 20'000;

QString nginxProgram()
{
    const QString found = QStandardPaths::findExecutable(u"nginx"_s);
    return found.isEmpty() ? QStandardPaths::findExecutable(u"nginx"_s, {u"/usr/sbin"_s, u"/usr/local/sbin"_s}) : found;
}

NginxVersion installedVersion()
{
    QProcess process;
    process.start(nginxProgram(), {u"-v"_s});
    process.waitForFinished(NginxWaitMs);
    const QByteArray said = process.readAllStandardError(); // "nginx version: nginx/1.22.1 (…)"
    return NginxVersion::fromString(said.mid(said.indexOf('/') + 1).simplified().split(' ').first());
}

// What `nginx -t` says about that text, or nothing when it accepts it. An address in use is no matter to it.
QString complaintOfNginx(const QByteArray &text)
{
    const QTemporaryDir prefix;
    QDir(prefix.path()).mkdir(u"logs"_s);
    QFile file(prefix.filePath(u"nginx.conf"_s));
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
        return u"the file for nginx cannot be written"_s;
    file.close();
    QProcess process;
    process.start(nginxProgram(),
                  {u"-t"_s, u"-q"_s, u"-p"_s, prefix.path(), u"-c"_s, file.fileName(), u"-e"_s,
                   prefix.filePath(u"error.log"_s), u"-g"_s, u"pid %1/nginx.pid;"_s.arg(prefix.path())});
    if (!process.waitForStarted() || !process.waitForFinished(NginxWaitMs))
        return u"nginx does not run"_s;
    return process.exitCode() == 0 ? QString() : QString::fromUtf8(process.readAllStandardError());
}

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : "cannot read "_ba + path.toUtf8();
}

ConfigTree treeOf(const QByteArray &text)
{
    const ParseOutcome outcome = parseConfig(text, u"t.conf"_s);
    Q_ASSERT(outcome.ok());
    return outcome.tree;
}

QByteArray exported(const QByteArray &text, const NginxExportOptions &options = {})
{
    return exportNginx(treeOf(text), options).files.first().text;
}

QString printed(const Diagnostics &losses)
{
    QStringList lines;
    for (const Diagnostic &loss : losses)
        lines += u"%1: %2: %3"_s.arg(loss.where.line).arg(severityName(loss.severity), loss.message);
    return lines.join(u'\n');
}

QString goldenDirectory()
{
    return QStringLiteral(PORTLIGHT_SOURCE_DIR "/tests/golden/export");
}

} // namespace

class TestNginxExporter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void goldenFilesAreExportedAsExpected_data();
    void goldenFilesAreExportedAsExpected();
    void nginxAcceptsTheExport_data();
    void nginxAcceptsTheExport();
    void nginxAcceptsDomainsOfOurOwn();
    void lossesAreTold_data();
    void lossesAreTold();
    void eventsBlockIsAddedOnlyWhenMissing();
    void newerDirectiveIsLeftOutOfOlderNginx();
    void newerParameterIsLeftOutOfOlderNginx();
    void serverBlocksAloneCanBeExported();
    void groupsThatOthersUseStay();
    void entriesOfMapsAreNoDirectives();
    void previewShowsTheDomainWithWhatItNeeds();
    void previewShowsADomainThatIsSwitchedOff();
    void includedFilesAreWrittenInPlace();
    void previewOfNoDomainIsEmpty();
};

void TestNginxExporter::initTestCase()
{
    QVERIFY2(!nginxProgram().isEmpty(), "nginx is not installed");
    QVERIFY(installedVersion().isValid());
}

void TestNginxExporter::goldenFilesAreExportedAsExpected_data()
{
    QTest::addColumn<QString>("input");
    const QStringList names = QDir(goldenDirectory()).entryList({u"*.conf"_s}, QDir::Files, QDir::Name);
    QVERIFY(names.size() >= 2);
    for (const QString &name : names)
        QTest::newRow(qPrintable(name)) << goldenDirectory() + u'/' + name;
}

void TestNginxExporter::goldenFilesAreExportedAsExpected()
{
    QFETCH(QString, input);
    NginxExportOptions options;
    options.version = {1, 22, 1};
    const QByteArray actual = exported(contentOf(input), options);
    const QByteArray expected = contentOf(input.chopped(5) + u".expected"_s);
    if (actual != expected)
        qWarning("%s is exported as:\n%s", qPrintable(input), actual.constData());
    QCOMPARE(actual, expected);
}

void TestNginxExporter::nginxAcceptsTheExport_data()
{
    goldenFilesAreExportedAsExpected_data();
}

void TestNginxExporter::nginxAcceptsTheExport()
{
    QFETCH(QString, input);
    NginxExportOptions options;
    options.version = installedVersion();
    QCOMPARE(complaintOfNginx(exported(contentOf(input), options)), QString());
    QVERIFY(!complaintOfNginx(contentOf(input)).isEmpty()); // as it stands nginx refuses it
}

void TestNginxExporter::nginxAcceptsDomainsOfOurOwn()
{
    ConfigTree tree = emptyConfig(u"portlight.conf"_s);
    for (const QString &line : {u"shop 3000"_s, u"sock unix:/run/x.sock"_s, u"six http://[::1]:3000/app/"_s,
                                u"dev:8088 localhost:5173"_s, u"tls https://127.0.0.1"_s}) {
        const Result<int> added = addDomain(tree, *parseDomainLine(line));
        QVERIFY(added);
    }
    QVERIFY(setDomainEnabled(tree, 1, false));
    NginxExportOptions options;
    options.version = installedVersion();
    const ExportResult result = exportNginx(tree, options);
    QCOMPARE(complaintOfNginx(result.files.first().text), QString());
    QVERIFY(!result.files.first().text.contains("portlight_"));
    QVERIFY(!result.files.first().text.contains("sock.localhost"));
}

void TestNginxExporter::lossesAreTold_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("losses");
    const auto row = [](const char *name, const QByteArray &text, const QString &losses) {
        QTest::newRow(name) << text << losses;
    };
    row("nothing is lost", "http { server { listen 80; } }", {});
    row("own pages, told once", "http { server { portlight_domain on; } server { portlight_domain on; } }",
        u"1: note: pages that explain errors are Portlight's own; nginx answers with its own pages"_s);
    row("own pages switched off", "http { server { portlight_domain off; } }", {});
    row("switched off", "http { server { server_name a; portlight_enabled off; } }",
        u"1: warning: \"a\" is switched off and left out"_s);
    row("commercial", "http { upstream a { server b; queue 5; } }",
        u"1: warning: \"queue\" is left out: a directive of the commercial nginx"_s);
    row("commercial parameter", "http { upstream a { server b slow_start=5s weight=2; } }",
        u"1: warning: \"slow_start=5s\" of a server is left out: only the commercial nginx has it"_s);
    row("nobody's", "http { portlight_x 1; }", u"1: warning: \"portlight_x\" is left out: nginx does not know it"_s);
}

void TestNginxExporter::lossesAreTold()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, losses);
    const Diagnostics found = exportNginx(treeOf(text)).losses;
    QCOMPARE(printed(found), losses);
    for (const Diagnostic &loss : found)
        QCOMPARE(loss.code, ErrorCode::ExportLoss);
}

void TestNginxExporter::eventsBlockIsAddedOnlyWhenMissing()
{
    QCOMPARE(exported("# a\nhttp {}\n"), "# a\n\nevents {}\n\nhttp {}\n"_ba);
    QCOMPARE(exported("http {}\n"), "events {}\n\nhttp {}\n"_ba);
    QCOMPARE(exported("http {}\nevents {}\n"), "http {}\nevents {}\n"_ba);
    QCOMPARE(exported(""), "events {}\n"_ba);
}

void TestNginxExporter::newerDirectiveIsLeftOutOfOlderNginx()
{
    const QByteArray text = "http { max_headers 5; }";
    NginxExportOptions old;
    old.version = {1, 29, 7};
    const ExportResult result = exportNginx(treeOf(text), old);
    QCOMPARE(result.files.first().text, "events {}\n\nhttp {}\n"_ba);
    QCOMPARE(printed(result.losses),
             u"1: warning: \"max_headers\" is left out: it came with nginx 1.29.8, the target is "
             "1.29.7"_s);
    old.version = {1, 29, 8};
    QVERIFY(exportNginx(treeOf(text), old).losses.isEmpty());
}

void TestNginxExporter::newerParameterIsLeftOutOfOlderNginx()
{
    const QByteArray text = "http {\n    upstream a {\n        server b route=x drain weight=2;\n    }\n}\n";
    NginxExportOptions old;
    old.version = {1, 29, 5};
    const ExportResult result = exportNginx(treeOf(text), old);
    QVERIFY2(result.files.first().text.contains("        server b weight=2;\n"), result.files.first().text.constData());
    QCOMPARE(printed(result.losses),
             u"3: warning: \"route=x\" of a server is left out: it came with nginx 1.29.6, the target is 1.29.5\n"
             "3: warning: \"drain\" of a server is left out: it came with nginx 1.29.6, the target is 1.29.5"_s);
    old.version = {1, 29, 6};
    QVERIFY(exportNginx(treeOf(text), old).losses.isEmpty());
}

void TestNginxExporter::serverBlocksAloneCanBeExported()
{
    NginxExportOptions options;
    options.onlyServerBlocks = true;
    QCOMPARE(exported("user x;\nhttp { server { listen 80; portlight_domain on; } }", options),
             "server {\n    listen 80;\n}\n"_ba);
    QCOMPARE(exported("events {}", options), ""_ba);
}

void TestNginxExporter::groupsThatOthersUseStay()
{
    const QByteArray servers = "server { portlight_enabled off; location / { proxy_pass http://g; } }";
    const QByteArray group = "upstream g { server 127.0.0.1:1; }";
    QVERIFY(!exported("http { " + group + servers + " }").contains("upstream"));
    QVERIFY(exported("http { " + group + servers + " server { location / { proxy_pass http://g; } } }")
                .contains("upstream"));
    QVERIFY(exported("http { " + group + " }").contains("upstream")); // nobody's, but not ours to drop
}

void TestNginxExporter::entriesOfMapsAreNoDirectives()
{
    const QByteArray text =
        "events {}\n\nhttp {\n    map $host $x {\n        queue 1;\n        portlight_x 2;\n    }\n}\n";
    QCOMPARE(exported(text), text);
}

void TestNginxExporter::previewShowsTheDomainWithWhatItNeeds()
{
    ConfigTree tree = emptyConfig(u"t"_s);
    for (const QString &line : {u"shop 3000"_s, u"blog 4000"_s}) {
        const Result<int> added = addDomain(tree, *parseDomainLine(line));
        QVERIFY(added);
    }
    const QByteArray preview = previewDomainAsNginx(tree, 1);
    QVERIFY2(preview.startsWith("map $http_upgrade $connection_upgrade {\n    default upgrade;\n    '' '';\n}\n\n"
                                "upstream blog.localhost {\n    server 127.0.0.1:4000;\n    keepalive 16;\n}\n\n"
                                "server {\n    listen 127.0.0.1:8080;\n"),
             preview.constData());
    QVERIFY(!preview.contains("shop") && !preview.contains("portlight_"));
    QCOMPARE(complaintOfNginx("events {}\nhttp {\n" + preview + "}\n"), QString());
}

void TestNginxExporter::previewShowsADomainThatIsSwitchedOff()
{
    const ConfigTree tree = treeOf("http { server { listen 80; portlight_enabled off; } }");
    QCOMPARE(previewDomainAsNginx(tree, 0), "server {\n    listen 80;\n}\n"_ba);
}

void TestNginxExporter::includedFilesAreWrittenInPlace()
{
    ConfigTree tree = parseConfig("http {\n    server_tokens off;\n}\n", u"/etc/nginx/nginx.conf"_s).tree;
    const ConfigTree site = parseConfig("server {\n    listen 81;\n}\n", u"/etc/nginx/conf.d/a.conf"_s).tree;
    std::vector<ConfigNode> &http = tree.child("http")->children;
    http.insert(http.end(), site.nodes.begin(), site.nodes.end());
    QCOMPARE(exportNginx(tree).files.first().text,
             "events {}\n\nhttp {\n    server_tokens off;\n\n    # --- conf.d/a.conf\n    server {\n"
             "        listen 81;\n    }\n}\n"_ba);
}

void TestNginxExporter::previewOfNoDomainIsEmpty()
{
    const ConfigTree tree = treeOf("http { server { listen 80; } }");
    QCOMPARE(previewDomainAsNginx(tree, -1), QByteArray());
    QCOMPARE(previewDomainAsNginx(tree, 1), QByteArray());
    QCOMPARE(previewDomainAsNginx({}, 0), QByteArray());
}

QTEST_GUILESS_MAIN(TestNginxExporter)
#include "tst_nginxexporter.moc"
