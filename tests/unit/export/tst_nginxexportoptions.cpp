// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/parser.h"
#include "export/handoverpage.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;

namespace {

constexpr int ProgramWaitMs = 20'000;

using Ports = NginxExportOptions::Ports;
using Certificates = NginxExportOptions::Certificates;

QString programNamed(const QString &name)
{
    const QString found = QStandardPaths::findExecutable(name);
    return found.isEmpty() ? QStandardPaths::findExecutable(name, {u"/usr/sbin"_s, u"/usr/local/sbin"_s}) : found;
}

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : "cannot read "_ba + path.toUtf8();
}

void writeTo(const QString &path, const QByteArray &text)
{
    QDir().mkpath(QFileInfo(path).path());
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
        qFatal("cannot write %s", qPrintable(path));
}

QString goldenFile(const QString &name)
{
    return QStringLiteral(PORTLIGHT_SOURCE_DIR "/tests/golden/export/options/") + name;
}

ConfigTree treeOf(const QByteArray &text)
{
    const ParseOutcome outcome = parseConfig(text, u"t.conf"_s);
    Q_ASSERT(outcome.ok());
    return outcome.tree;
}

// All files of an export in one text.
QByteArray joined(const ExportResult &result)
{
    QByteArray text;
    for (const ExportedFile &file : result.files)
        text += "# ---- " + file.name.toUtf8() + '\n' + file.text;
    for (const Diagnostic &loss : result.losses)
        text += "# loss in line " + QByteArray::number(loss.where.line) + ": " + loss.message.toUtf8() + '\n';
    return text;
}

NginxExportOptions productionOptions(const NginxVersion &version)
{
    NginxExportOptions options;
    options.version = version;
    options.forVersion = true;
    options.ports = Ports::Production;
    options.certificates = Certificates::Certbot;
    options.redirectToHttps = true;
    options.securityHeaders = true;
    options.names = {{"shop.localhost"_ba, "shop.example.com"_ba},
                     {"www.shop.localhost"_ba, "www.example.com"_ba},
                     {"api.localhost"_ba, "api.example.com"_ba}};
    return options;
}

} // namespace

class TestNginxExportOptions : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void exportsAreAsExpected_data();
    void exportsAreAsExpected();
    void nginxTakesTheExports_data();
    void nginxTakesTheExports();
    void foreignFileWithoutOptionsStaysAsItIs();
    void changedDefaultsAreWrittenOnlyWhereTheyMatter();
    void certificatesOfAFolder();
    void upgradeMapStaysOnlyWhereItIsNeeded();
    void handOverPageNamesWhatIsReal();
    void handOverPageOfALoopbackServer();
    void wordsOfTheShellAreQuoted();

private:
    QString complaintOfNginx(const ExportResult &result) const;
    void makeCertificate(const QString &certificate, const QString &key) const;

    QTemporaryDir m_folder;
};

void TestNginxExportOptions::initTestCase()
{
    QVERIFY2(!programNamed(u"nginx"_s).isEmpty(), "nginx is not installed");
    QVERIFY2(!programNamed(u"openssl"_s).isEmpty(), "openssl is not installed");
    makeCertificate(m_folder.filePath(u"any.crt"_s), m_folder.filePath(u"any.key"_s));
}

void TestNginxExportOptions::makeCertificate(const QString &certificate, const QString &key) const
{
    QProcess process;
    process.start(programNamed(u"openssl"_s),
                  {u"req"_s, u"-x509"_s, u"-newkey"_s, u"ec"_s, u"-pkeyopt"_s, u"ec_paramgen_curve:P-256"_s,
                   u"-nodes"_s, u"-days"_s, u"1"_s, u"-subj"_s, u"/CN=example.com"_s, u"-out"_s, certificate,
                   u"-keyout"_s, key});
    QVERIFY(process.waitForFinished(ProgramWaitMs));
    QVERIFY2(process.exitCode() == 0, process.readAllStandardError().constData());
}

// What `nginx -t` says about the files, or nothing when it accepts them. Certificates are replaced by one of the test.
QString TestNginxExportOptions::complaintOfNginx(const ExportResult &result) const
{
    const QTemporaryDir prefix;
    QDir(prefix.path()).mkdir(u"logs"_s);
    for (const ExportedFile &file : result.files) {
        QString text = QString::fromUtf8(file.text);
        text.replace(QRegularExpression(u"ssl_certificate [^;]*;"_s),
                     u"ssl_certificate %1;"_s.arg(m_folder.filePath(u"any.crt"_s)));
        text.replace(QRegularExpression(u"ssl_certificate_key [^;]*;"_s),
                     u"ssl_certificate_key %1;"_s.arg(m_folder.filePath(u"any.key"_s)));
        writeTo(prefix.filePath(file.name), text.toUtf8());
    }
    QProcess process;
    process.start(programNamed(u"nginx"_s),
                  {u"-t"_s, u"-q"_s, u"-p"_s, prefix.path(), u"-c"_s, prefix.filePath(u"nginx.conf"_s), u"-e"_s,
                   prefix.filePath(u"error.log"_s), u"-g"_s, u"pid %1/nginx.pid;"_s.arg(prefix.path())});
    if (!process.waitForStarted() || !process.waitForFinished(ProgramWaitMs))
        return u"nginx does not run"_s;
    const QString said = QString::fromUtf8(process.readAllStandardError());
    return process.exitCode() == 0 && !said.contains(u"conflicting"_s) ? QString() : said;
}

void TestNginxExportOptions::exportsAreAsExpected_data()
{
    QTest::addColumn<QString>("input");
    QTest::addColumn<QString>("expected");
    QTest::addColumn<NginxExportOptions>("options");
    const NginxExportOptions production = productionOptions({1, 22, 1});
    QTest::newRow("production") << u"domains.conf"_s << u"domains-production.expected"_s << production;
    NginxExportOptions files = production;
    files.filePerDomain = true;
    QTest::newRow("file per domain") << u"domains.conf"_s << u"domains-files.expected"_s << files;
    NginxExportOptions plain = productionOptions({1, 22, 1});
    plain.certificates = Certificates::AsWritten;
    plain.redirectToHttps = plain.securityHeaders = false;
    plain.names.clear();
    QTest::newRow("production without TLS") << u"domains.conf"_s << u"domains-plain.expected"_s << plain;
    NginxExportOptions old;
    old.version = {1, 18, 0};
    old.forVersion = true;
    QTest::newRow("foreign for 1.18") << u"foreign.conf"_s << u"foreign-1.18.expected"_s << old;
    NginxExportOptions asWritten;
    asWritten.version = {1, 22, 1};
    QTest::newRow("certificates of the local authority") << u"tls.conf"_s << u"tls.expected"_s << asWritten;
    NginxExportOptions moved = productionOptions({1, 22, 1});
    moved.redirectToHttps = moved.securityHeaders = false;
    QTest::newRow("HTTPS in production") << u"tls.conf"_s << u"tls-production.expected"_s << moved;
    NginxExportOptions headers = old;
    headers.version = {1, 22, 1};
    headers.securityHeaders = headers.redirectToHttps = true;
    headers.certificates = Certificates::Certbot;
    QTest::newRow("foreign with headers and redirects")
        << u"foreign.conf"_s << u"foreign-headers.expected"_s << headers;
    NginxExportOptions foreignProduction = production;
    QTest::newRow("foreign in production")
        << u"foreign.conf"_s << u"foreign-production.expected"_s << foreignProduction;
}

void TestNginxExportOptions::exportsAreAsExpected()
{
    QFETCH(QString, input);
    QFETCH(QString, expected);
    QFETCH(NginxExportOptions, options);
    const QByteArray actual = joined(exportNginx(treeOf(contentOf(goldenFile(input))), options));
    const QByteArray wanted = contentOf(goldenFile(expected));
    if (actual != wanted)
        qWarning("%s becomes:\n%s", qPrintable(expected), actual.constData());
    QCOMPARE(actual, wanted);
}

void TestNginxExportOptions::nginxTakesTheExports_data()
{
    exportsAreAsExpected_data();
}

void TestNginxExportOptions::nginxTakesTheExports()
{
    QFETCH(QString, input);
    QFETCH(NginxExportOptions, options);
    QCOMPARE(complaintOfNginx(exportNginx(treeOf(contentOf(goldenFile(input))), options)), QString());
}

void TestNginxExportOptions::foreignFileWithoutOptionsStaysAsItIs()
{
    const QByteArray text = contentOf(goldenFile(u"foreign.conf"_s));
    const ExportResult result = exportNginx(treeOf(text));
    QCOMPARE(result.files.size(), 1);
    QCOMPARE(result.files.first().text, text);
    QVERIFY(result.losses.isEmpty());
}

void TestNginxExportOptions::changedDefaultsAreWrittenOnlyWhereTheyMatter()
{
    NginxExportOptions options;
    options.forVersion = true;
    const auto exported = [&](const QByteArray &text, const NginxVersion &version) {
        options.version = version;
        return exportNginx(treeOf(text), options).files.first().text;
    };
    const QByteArray still = "events {}\n\nhttp {\n    server {\n        listen 80;\n    }\n}\n";
    QCOMPARE(exported(still, NginxVersion::current()), still);
    QCOMPARE(exported(still, {1, 22, 1}), still);
    QVERIFY(exported(still, {1, 18, 0}).contains("keepalive_requests 1000;"));
    const QByteArray proxy = "events {} http { server { location / { proxy_pass http://127.0.0.1:1; } } }";
    QVERIFY(exported(proxy, {1, 22, 1}).contains("proxy_http_version 1.1;"));
    QVERIFY(!exported(proxy, {1, 29, 7}).contains("proxy_http_version"));
    const QByteArray own =
        "events {} http { proxy_http_version 1.0; server { location / { proxy_pass http://127.0.0.1:1; } } }";
    QVERIFY(!exported(own, {1, 22, 1}).contains("1.1"));
    const QByteArray tls = "events {} http { server { listen 443 ssl; } }";
    QVERIFY(exported(tls, {1, 22, 1}).contains("ssl_protocols TLSv1.2 TLSv1.3;"));
    QVERIFY(!exported(tls, {1, 27, 3}).contains("ssl_protocols"));
}

void TestNginxExportOptions::certificatesOfAFolder()
{
    NginxExportOptions options;
    options.certificates = Certificates::Folder;
    options.certificateFolder = "/etc/ssl/ours";
    const ExportResult result = exportNginx(
        treeOf("http { server { listen 443 ssl; server_name b.com *.b.com; } server { listen 443 ssl; server_name "
               "*.c.com; ssl_certificate /x; ssl_certificate_key /y; } server { listen 443 ssl; server_name ''; "
               "ssl_certificate /z; } server { listen 80; server_name d.com; } }"),
        options);
    const QByteArray text = result.files.first().text;
    QVERIFY2(
        text.contains("ssl_certificate /etc/ssl/ours/b.com.crt;\n        ssl_certificate_key /etc/ssl/ours/b.com.key;"),
        text.constData());
    QVERIFY(text.contains("ssl_certificate /etc/ssl/ours/c.com.crt;") && !text.contains(" /x;")
            && !text.contains(" /y;"));
    QVERIFY(text.contains("ssl_certificate /z;") && !text.contains("d.com.crt"));
    QCOMPARE(result.losses.size(), 1);
    QVERIFY(result.losses.first().message.contains(u"without a name"_s));
}

void TestNginxExportOptions::upgradeMapStaysOnlyWhereItIsNeeded()
{
    const QByteArray map = "map $http_upgrade $connection_upgrade { default upgrade; '' ''; }";
    const auto exported = [&](const QByteArray &server) {
        return exportNginx(treeOf("http { " + map + " server { " + server + " } }")).files.first().text;
    };
    QVERIFY(exported("portlight_domain on; proxy_set_header Connection $connection_upgrade;").contains("map "));
    QVERIFY(!exported("portlight_domain on; return 204;").contains("map "));
    QVERIFY(exported("return 204;").contains("map ")); // somebody's own: not ours to drop
}

void TestNginxExportOptions::handOverPageNamesWhatIsReal()
{
    NginxExportOptions options = productionOptions({1, 22, 1});
    options.filePerDomain = true;
    const ExportResult result = exportNginx(treeOf(contentOf(goldenFile(u"domains.conf"_s))), options);
    const ExportedFile page = makeHandOverPage(result, options);
    QCOMPARE(page.name, u"HANDOVER.md"_s);
    const QByteArray wanted = contentOf(goldenFile(u"domains-handover.expected"_s));
    if (page.text != wanted)
        qWarning("The page is:\n%s", page.text.constData());
    QCOMPARE(page.text, wanted);
}

void TestNginxExportOptions::handOverPageOfALoopbackServer()
{
    const ExportResult result = exportNginx(
        treeOf("http { upstream g { server unix:/run/a.sock; } server { listen 127.0.0.1:8080; server_name a.b; } }"));
    const QByteArray text = makeHandOverPage(result, {}).text;
    QVERIFY(text.contains("there is nothing to open") && !text.contains("certbot"));
    QVERIFY(text.contains("--unix-socket /run/a.sock"));
    QVERIFY(text.contains("curl -sS -o /dev/null -w '%{http_code} %{url_effective}\\n' http://a.b:8080/"));
}

void TestNginxExportOptions::wordsOfTheShellAreQuoted()
{
    const ExportResult result = exportNginx(treeOf("http { server { listen 80; server_name \"a';rm -rf\"; } }"));
    QVERIFY(makeHandOverPage(result, {}).text.contains("getent ahosts 'a'\\'';rm -rf'"));
}

QTEST_GUILESS_MAIN(TestNginxExportOptions)
#include "tst_nginxexportoptions.moc"
