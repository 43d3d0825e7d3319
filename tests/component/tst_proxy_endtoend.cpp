// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/enginefixture.h"
#include "support/rawclient.h"

#include <QCryptographicHash>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace portlight;
using namespace portlight::testing;

namespace {

constexpr int HangsAfterMs = 30'000;

// A program that prints the port it listens on, until this object dies.
class Program
{
public:
    Program(const QString &name, const QStringList &arguments, const QByteArray &portFollows)
    {
        m_process.setProcessChannelMode(QProcess::MergedChannels);
        m_process.start(name, arguments);
        QByteArray printed;
        while (m_port == 0 && m_process.waitForReadyRead(HangsAfterMs)) {
            printed += m_process.readAll();
            const qsizetype at = printed.indexOf(portFollows);
            if (at >= 0 && printed.indexOf(' ', at + portFollows.size()) + printed.indexOf('\n', at) > 0)
                m_port = printed.mid(at + portFollows.size()).simplified().split(' ').first().toUShort();
        }
    }
    ~Program()
    {
        m_process.kill();
        m_process.waitForFinished();
    }
    quint16 port() const { return m_port; }
    QByteArray url() const { return "http://127.0.0.1:" + QByteArray::number(m_port); }

private:
    QProcess m_process;
    quint16 m_port = 0;
};

struct Finished {
    int exitCode = -1;
    QByteArray output;
    QByteArray errors;
};

Finished run(const QString &program, const QStringList &arguments)
{
    QProcess process;
    process.start(program, arguments);
    Finished result;
    if (!process.waitForFinished(HangsAfterMs))
        return result;
    result.exitCode = process.exitCode();
    result.output = process.readAllStandardOutput();
    result.errors = process.readAllStandardError();
    return result;
}

QString nodeScript(const char *name)
{
    return QStringLiteral(PORTLIGHT_TEST_DATA "/support/node/") + QString::fromLatin1(name);
}

// What the preset of a domain says.
const QByteArray Preset =
    "proxy_http_version 1.1; proxy_set_header Host $http_host; proxy_set_header Upgrade $http_upgrade;"
    "proxy_set_header Connection $connection_upgrade; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;"
    "client_max_body_size 0;";
const QByteArray UpgradeMap = "map $http_upgrade $connection_upgrade { default upgrade; '' ''; }";

} // namespace

// Real programs on both sides.
class ProxyEndToEndTest : public QObject
{
    Q_OBJECT

    // curl to shop.localhost, with -s and -S.
    static Finished curl(const EngineFixture &engine, const QString &path, const QStringList &arguments = {})
    {
        const QString port = QString::number(engine.port());
        return run(QStringLiteral("curl"),
                   QStringList{QStringLiteral("-sS"), QStringLiteral("--resolve"),
                               QStringLiteral("shop.localhost:%1:127.0.0.1").arg(port)}
                       + arguments + QStringList{QStringLiteral("http://shop.localhost:%1%2").arg(port, path)});
    }
    static Program node() { return Program(QStringLiteral("node"), {nodeScript("server.js")}, "port "); }

private Q_SLOTS:
    void initTestCase()
    {
        for (const char *tool : {"python3", "node", "curl"})
            QVERIFY2(!QStandardPaths::findExecutable(QString::fromLatin1(tool)).isEmpty(), tool);
    }

    void pythonsFilesReachCurl()
    {
        const QTemporaryDir folder;
        QByteArray content;
        for (int i = 0; i < 400'000; ++i)
            content += QByteArray::number(i);
        QFile file(folder.filePath(QStringLiteral("large.bin")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(content);
        file.close();
        const Program python(QStringLiteral("python3"),
                             {QStringLiteral("-u"), QStringLiteral("-m"), QStringLiteral("http.server"),
                              QStringLiteral("0"), QStringLiteral("--bind"), QStringLiteral("127.0.0.1"),
                              QStringLiteral("--directory"), folder.path()},
                             " port ");
        QVERIFY(python.port());
        EngineFixture engine;
        QVERIFY(engine.proxyTo(python.url(), Preset, {}, UpgradeMap).applied);
        const Finished whole = curl(engine, QStringLiteral("/large.bin"));
        QCOMPARE(whole.exitCode, 0);
        QVERIFY(whole.output == content);
        const Finished listing = curl(engine, QStringLiteral("/"));
        QVERIFY(listing.output.contains("large.bin"));
        const Finished missing = curl(
            engine, QStringLiteral("/missing"),
            {QStringLiteral("-o"), QStringLiteral("/dev/null"), QStringLiteral("-w"), QStringLiteral("%{http_code}")});
        QCOMPARE(missing.output, QByteArray("404"));
        const Finished head = curl(engine, QStringLiteral("/large.bin"), {QStringLiteral("-I")});
        QVERIFY(head.output.contains("Content-Length: " + QByteArray::number(content.size())));
    }

    void nodeSeesWhatCurlSends()
    {
        const Program backend = node();
        QVERIFY(backend.port());
        EngineFixture engine;
        QVERIFY(engine.proxyTo(backend.url(), Preset, {}, UpgradeMap).applied);
        const Finished got =
            curl(engine, QStringLiteral("/a%20b?c=d"), {QStringLiteral("-H"), QStringLiteral("X-Mine: 1")});
        const QJsonObject seen = QJsonDocument::fromJson(got.output).object();
        QCOMPARE(seen.value(QStringLiteral("method")).toString(), QStringLiteral("GET"));
        QCOMPARE(seen.value(QStringLiteral("url")).toString(), QStringLiteral("/a%20b?c=d"));
        const QJsonObject headers = seen.value(QStringLiteral("headers")).toObject();
        QCOMPARE(headers.value(QStringLiteral("host")).toString(),
                 QStringLiteral("shop.localhost:%1").arg(engine.port()));
        QCOMPARE(headers.value(QStringLiteral("x-mine")).toString(), QStringLiteral("1"));
        QCOMPARE(headers.value(QStringLiteral("x-forwarded-for")).toString(), QStringLiteral("127.0.0.1"));
    }

    void curlUploads_data()
    {
        QTest::addColumn<QStringList>("arguments");
        const QString chunked = QStringLiteral("Transfer-Encoding: chunked");
        QTest::newRow("with a length, after 100") << QStringList{};
        QTest::newRow("in chunks") << QStringList{QStringLiteral("-H"), chunked};
        QTest::newRow("without waiting") << QStringList{QStringLiteral("-H"), QStringLiteral("Expect:")};
        QTest::newRow("HTTP/1.0") << QStringList{QStringLiteral("--http1.0")};
    }
    void curlUploads()
    {
        QFETCH(QStringList, arguments);
        const QTemporaryDir folder;
        QFile file(folder.filePath(QStringLiteral("body")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        const QByteArray content = QByteArray("0123456789abcdef\0\r\n", 19).repeated(200'000);
        file.write(content);
        file.close();
        const Program backend = node();
        QVERIFY(backend.port());
        EngineFixture engine;
        for (const char *buffering : {"on", "off"}) {
            QVERIFY(engine.proxyTo(backend.url(), Preset + "proxy_request_buffering " + buffering + ';', {}, UpgradeMap)
                        .applied);
            const Finished got =
                curl(engine, QStringLiteral("/"),
                     QStringList{QStringLiteral("--data-binary"), QLatin1Char('@') + file.fileName()} + arguments);
            QVERIFY2(got.exitCode == 0, got.errors);
            const QJsonObject seen = QJsonDocument::fromJson(got.output).object();
            QCOMPARE(seen.value(QStringLiteral("bytes")).toInt(), content.size());
            QCOMPARE(seen.value(QStringLiteral("digest")).toString().toLatin1(),
                     QCryptographicHash::hash(content, QCryptographicHash::Md5).toHex());
        }
    }

    void nodesEventsReachCurlAsTheyHappen()
    {
        const Program backend = node();
        QVERIFY(backend.port());
        EngineFixture engine;
        QVERIFY(engine.proxyTo(backend.url(), Preset, {}, UpgradeMap).applied);
        QProcess client;
        client.start(QStringLiteral("curl"),
                     {QStringLiteral("-sSN"), QStringLiteral("http://127.0.0.1:%1/events").arg(engine.port())});
        QByteArray got;
        while (!got.contains("id: 5\ndata: tick\n\n") && client.waitForReadyRead(HangsAfterMs))
            got += client.readAllStandardOutput();
        QVERIFY(got.startsWith("id: 1\ndata: tick\n\nid: 2\ndata: tick\n\n"));
        client.kill();
        client.waitForFinished();
    }

    void aWebSocketEchoesThroughTheProxy()
    {
        const Program backend = node();
        QVERIFY(backend.port());
        EngineFixture engine({.capture = true});
        QVERIFY(engine.proxyTo(backend.url(), Preset, {}, UpgradeMap).applied);
        const Finished client = run(QStringLiteral("node"), {nodeScript("client.js"), QString::number(engine.port()),
                                                             QStringLiteral("shop.localhost")});
        QCOMPARE(client.output, QByteArray("echoed 0\nechoed 5\nechoed 125\nechoed 126\nechoed 65535\nechoed "
                                           "65536\nechoed 1000000\nclosed 1000\n"));
        QCOMPARE(client.exitCode, 0);
        const ExchangeSummary row = engine.waitForFinishedRow();
        QVERIFY(row.upgraded);
        QCOMPARE(row.status, 101);
    }

    void manyCurlsShareOneProxy()
    {
        const Program backend = node();
        QVERIFY(backend.port());
        EngineFixture engine;
        QVERIFY(engine.proxyToGroup(backend.url(), "proxy_set_header Host $host;").applied);
        const Finished got =
            curl(engine, QStringLiteral("/[1-200]"),
                 {QStringLiteral("-Z"), QStringLiteral("--parallel-max"), QStringLiteral("20"), QStringLiteral("-w"),
                  QStringLiteral("<%{http_code}>"), QStringLiteral("-o"), QStringLiteral("/dev/null")});
        QCOMPARE(got.exitCode, 0);
        QCOMPARE(got.output.count("<200>"), 200);
    }
};

QTEST_GUILESS_MAIN(ProxyEndToEndTest)
#include "tst_proxy_endtoend.moc"
