// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/enginefixture.h"
#include "support/nginxserver.h"
#include "support/rawclient.h"
#include "support/workerfixture.h"

#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>
#include <unistd.h>

using namespace portlight;
using namespace portlight::testing;

// Files on their way to clients: the log's words, slow and vanishing clients, files that change meanwhile. What is
// answered to which request stands among the parity cases.
class ProxyFilesTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;

    QByteArray path(const QByteArray &name) const { return m_folder.path().toUtf8() + '/' + name; }
    void write(const QByteArray &name, const QByteArray &content) const
    {
        QFile file(QString::fromUtf8(path(name)));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(content) == content.size());
    }
    QByteArray server(const QByteArray &directives = {}) const
    {
        return "server { listen 127.0.0.1:@port@; root " + m_folder.path().toUtf8() + "; " + directives + " }";
    }
    // What the log says of requests, line by line, less clock, numbers and what every line has behind it.
    static QByteArray complaints(const QByteArray &log)
    {
        QByteArray result;
        static const QRegularExpression line(QStringLiteral("\\[(\\w+)\\] [\\d#]+: \\*\\d+ (.*), client: "));
        for (const QByteArray &written : log.split('\n')) {
            const QRegularExpressionMatch match = line.match(QString::fromUtf8(written));
            if (match.hasMatch() && match.captured(1) != u"info")
                result += (match.captured(1) + u' ' + match.captured(2)).toUtf8() + '\n';
        }
        return result;
    }

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_folder.isValid());
        write("a.txt", "0123456789");
        write("über maß.txt", "umlauts");
        QCOMPARE(::mkdir(path("bare").constData(), 0700), 0);
        QCOMPARE(::mkdir(path("img").constData(), 0700), 0);
        QCOMPARE(::mkfifo(path("pipe").constData(), 0600), 0);
        QCOMPARE(::symlink("loop", path("loop").constData()), 0);
    }

    void theLogHasNginxsWords()
    {
        const QByteArray config = server(
            "location /denied { deny all; } location /any { satisfy any; deny all; } location /quiet/ { log_not_found "
            "off; } location /alias { alias /nowhere/at/all; } location /file/ { alias "
            + path("a.txt") + "/; } location /named { try_files /none @nowhere; } location /cycle { try_files /none "
            + "/cycle; } location /links { disable_symlinks on; } ");
        EngineFixture engine({.nginxVersion = {1, 22, 1}});
        QVERIFY(engine.applyHttp(config).applied);
        NginxServer nginx(config);
        QVERIFY2(nginx.isRunning(), qPrintable(nginx.problem()));
        const QByteArrayList targets = {"/none",
                                        "/none/",
                                        "/bare/",
                                        "/a.txt/x",
                                        "/a.txt/",
                                        "/loop",
                                        "/pipe",
                                        "/denied",
                                        "/any",
                                        "/quiet/x",
                                        "/quiet/x/",
                                        "/alias/x",
                                        "/alias/",
                                        "/file/x",
                                        "/named",
                                        "/cycle",
                                        "/links/none",
                                        "/loop/",
                                        "/%20x",
                                        "/" + QByteArray(300, 'x'),
                                        QByteArray("/") + QByteArray(300, 'x') + '/'};
        for (const QByteArray &target : targets) {
            RawClient ours(engine.port());
            RawClient theirs(nginx.port());
            QCOMPARE(ours.ask(request("GET " + target)).status(), theirs.ask(request("GET " + target)).status());
        }
        QVERIFY(complaints(nginx.errorLog()).contains("error directory index of \""));
        QCOMPARE(complaints(engine.errorLog()), complaints(nginx.errorLog()));
    }

    void namesAreBytes()
    {
        EngineFixture engine;
        QVERIFY(engine.applyHttp(server()).applied);
        RawClient client(engine.port());
        QCOMPARE(client.ask(request("GET /%c3%bcber%20ma%C3%9f.txt")).body, QByteArray("umlauts"));
        QCOMPARE(client.ask(request("GET /%fcber%20ma%df.txt")).status(), 404);
    }

    // nginx would hand out what lies next to the folder.
    void anAliasDoesNotLeadOutOfItsFolder()
    {
        EngineFixture engine;
        QVERIFY(engine
                    .applyHttp(server("location /i { alias " + path("img/")
                                      + "; } location /try { try_files "
                                        "/img/$arg_name =404; }"))
                    .applied);
        RawClient client(engine.port());
        QCOMPARE(client.ask(request("GET /i../a.txt")).status(), 403);
        QVERIFY(engine.waitForLog("/img/../a.txt\" leads out of \"" + path("img/") + '"'));
        QCOMPARE(client.ask(request("GET /try?name=../../../../etc/passwd")).status(), 404);
        QCOMPARE(client.ask(request("GET /try?name=../a.txt")).body, QByteArray("0123456789"));
    }

    void aConnectionServesOneFileAfterAnother()
    {
        EngineFixture engine;
        QVERIFY(engine.applyHttp(server()).applied);
        RawClient client(engine.port());
        client.send(request("GET /a.txt") + request("GET /none") + request("GET /a.txt", "Range: bytes=3-\r\n")
                    + request("HEAD /a.txt") + request("GET /bare"));
        QCOMPARE(client.readMessage().body, QByteArray("0123456789"));
        QCOMPARE(client.readMessage().status(), 404);
        QCOMPARE(client.readMessage().body, QByteArray("3456789"));
        QCOMPARE(client.readMessage(false).field("Content-Length"), QByteArray("10"));
        QCOMPARE(client.readMessage().status(), 301);
    }

    void aBigFileThroughASlowReaderKeepsMemoryBounded()
    {
        constexpr qint64 fileBytes = 40'000'000;
        write("big", {});
        QCOMPARE(::truncate(path("big").constData(), fileBytes), 0);
        WorkerFixture worker(server());
        QVERIFY(worker.isOpen());
        RawClient client(worker.port(), "127.0.0.1", 16 * 1024);
        client.send(request("GET /big"));
        QVERIFY(client.readUntil("\r\n\r\n"));
        qint64 seen = client.take().size();
        client.drain([&](QByteArrayView bytes) {
            seen += bytes.size();
            return seen >= fileBytes;
        });
        QVERIFY(seen >= fileBytes);
        QVERIFY(worker.peakLentBytes() <= 3 * qint64(BufferPool::LargeBytes));
        QCOMPARE(client.ask(request("GET /a.txt")).status(), 200); // and the connection goes on
    }

    void offsetsBeyondFourGigabytesAreServed()
    {
        constexpr qint64 fileBytes = 5'000'000'000;
        write("huge", {});
        QCOMPARE(::truncate(path("huge").constData(), fileBytes), 0);
        EngineFixture engine;
        QVERIFY(engine.applyHttp(server()).applied);
        RawClient client(engine.port());
        QCOMPARE(client.ask(request("HEAD /huge"), false).field("Content-Length"), QByteArray("5000000000"));
        const RawMessage last = client.ask(request("GET /huge", "Range: bytes=4999999998-\r\n"));
        QCOMPARE(last.status(), 206);
        QCOMPARE(last.field("Content-Range"), QByteArray("bytes 4999999998-4999999999/5000000000"));
        QCOMPARE(last.body, QByteArray(2, '\0'));
    }

    void aFileThatShrinksWhileItIsSentEndsTheConnection()
    {
        constexpr qint64 fileBytes = 50'000'000;
        write("shrinking", {});
        QCOMPARE(::truncate(path("shrinking").constData(), fileBytes), 0);
        EngineFixture engine;
        QVERIFY(engine.applyHttp(server()).applied);
        RawClient client(engine.port(), "127.0.0.1", 16 * 1024);
        client.send(request("GET /shrinking"));
        QVERIFY(client.readUntil("\r\n\r\n"));
        QCOMPARE(::truncate(path("shrinking").constData(), 10), 0);
        qint64 seen = client.take().size();
        client.drain([&](QByteArrayView bytes) {
            seen += bytes.size();
            return false;
        });
        QVERIFY(seen < fileBytes);
        QVERIFY(engine.waitForLog("[alert]"));
        QVERIFY(engine.waitForLog("pread() read only 0 of 65536 from \"" + path("shrinking") + '"'));
    }

    void aClientThatLeavesInTheMiddleTakesNothingWithIt()
    {
        write("left", {});
        QCOMPARE(::truncate(path("left").constData(), 50'000'000), 0);
        WorkerFixture worker(server());
        for (int i = 0; i < 3; ++i) {
            RawClient client(worker.port(), "127.0.0.1", 16 * 1024);
            client.send(request("GET /left"));
            QVERIFY(client.readUntil("\r\n\r\n"));
            i == 0 ? client.reset() : client.close();
        }
        RawClient next(worker.port());
        QCOMPARE(next.ask(request("GET /a.txt")).status(), 200);
        next.close();
        QVERIFY(waitUntil([&] { return worker.lentBytes() == 0; }));
    }

    void filesAreCaptured()
    {
        EngineFixture engine({.capture = true});
        QVERIFY(engine.applyHttp(server("location /x/ { try_files /none /a.txt; }")).applied);
        RawClient client(engine.port());
        QCOMPARE(client.ask(request("GET /x/y")).status(), 200);
        const ExchangeSummary row = engine.waitForFinishedRow();
        QCOMPARE(row.status, 200);
        QCOMPARE(row.responseBytes, 10);
        const ExchangeDetailPtr detail = engine.fetch(row.id);
        QVERIFY(detail);
        QCOMPARE(detail->responseBody.bytes, QByteArray("0123456789"));
        const bool explained =
            std::any_of(detail->decisions.cbegin(), detail->decisions.cend(), [](const Decision &decision) {
                return decision.step == Decision::Step::Redirect && decision.subject == QStringLiteral("/a.txt");
            });
        QVERIFY(explained);
    }
};

QTEST_GUILESS_MAIN(ProxyFilesTest)
#include "tst_proxy_files.moc"
