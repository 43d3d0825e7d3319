// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/enginefixture.h"
#include "support/rawclient.h"
#include "support/scriptedorigin.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTest>
#include <QUdpSocket>

using namespace portlight;
using namespace portlight::testing;
using namespace Qt::StringLiterals;

// Logs of a running engine: what parity with nginx cannot show, for it is about files, signals and reloads.
class ProxyLogsTest : public QObject
{
    Q_OBJECT

    static QByteArray config(const QByteArray &logs, const QByteArray &http = {})
    {
        return http + " log_format short '$request'; server { listen 127.0.0.1:@port@; server_name a.test; " + logs
               + " location / { return 200 ok; } }";
    }
    static QByteArray content(const EngineFixture &engine, const char *name)
    {
        QFile file(QString::fromUtf8(engine.directory() + '/' + name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : "missing"_ba;
    }
    static bool becomes(const EngineFixture &engine, const char *name, const QByteArray &expected)
    {
        const bool equal = waitUntil([&] { return content(engine, name) == expected; });
        if (!equal)
            qInfo() << name << "holds" << content(engine, name);
        return equal;
    }
    // One request on a connection of its own, which is over when it returns.
    static void get(const EngineFixture &engine, const QByteArray &target)
    {
        RawClient client(engine.port());
        QVERIFY(client.isOpen());
        client.send("GET " + target + " HTTP/1.0\r\n\r\n");
        QVERIFY(client.readUntilClosed());
    }
    static QString path(const EngineFixture &engine, const char *name)
    {
        return QString::fromUtf8(engine.directory() + '/' + name);
    }

private Q_SLOTS:
    void aMovedLogIsLeftOnTheSignal()
    {
        EngineFixture engine;
        QVERIFY(engine.applyHttp(config("access_log @dir@/a.log short;")).applied);
        get(engine, "/1");
        QVERIFY(becomes(engine, "a.log", "GET /1 HTTP/1.0\n"));
        QVERIFY(QFile::rename(path(engine, "a.log"), path(engine, "a.log.1")));
        engine.engine().reopenLogs();
        QVERIFY(waitUntil([&] { return QFile::exists(path(engine, "a.log")); }));
        get(engine, "/2");
        QVERIFY(becomes(engine, "a.log", "GET /2 HTTP/1.0\n"));
        QCOMPARE(content(engine, "a.log.1"), "GET /1 HTTP/1.0\n"_ba);
    }
    void aReloadGoesOnInTheSameFile()
    {
        EngineFixture engine;
        QVERIFY(engine.applyHttp(config("access_log @dir@/a.log short;")).applied);
        get(engine, "/1");
        QVERIFY(engine.applyHttp(config("access_log @dir@/a.log short; access_log @dir@/b.log short;")).applied);
        get(engine, "/2");
        QVERIFY(becomes(engine, "a.log", "GET /1 HTTP/1.0\nGET /2 HTTP/1.0\n"));
        QVERIFY(becomes(engine, "b.log", "GET /2 HTTP/1.0\n"));
    }
    void aBufferIsWrittenWhenItsTimeHasCome()
    {
        EngineFixture engine;
        QVERIFY(engine.applyHttp(config("access_log @dir@/a.log short buffer=64k flush=10ms;")).applied);
        get(engine, "/1");
        QVERIFY(becomes(engine, "a.log", "GET /1 HTTP/1.0\n"));
    }
    void aBufferIsWrittenAtTheEndAndAtReopening()
    {
        EngineFixture engine;
        QVERIFY(engine.applyHttp(config("access_log @dir@/a.log short buffer=64k;")).applied);
        get(engine, "/1");
        QCOMPARE(content(engine, "a.log"), ""_ba);
        engine.engine().reopenLogs();
        QVERIFY(becomes(engine, "a.log", "GET /1 HTTP/1.0\n"));
        get(engine, "/2");
        engine.destroyEngine();
        QCOMPARE(content(engine, "a.log"), "GET /1 HTTP/1.0\nGET /2 HTTP/1.0\n"_ba);
    }
    void compressedLogsAreReadableWhileTheyGrow()
    {
        EngineFixture engine;
        QVERIFY(engine.applyHttp(config("access_log @dir@/a.log.gz short gzip flush=10ms;")).applied);
        get(engine, "/1");
        const auto unzipped = [&] {
            QProcess gzip;
            gzip.start(u"gzip"_s, {u"-dc"_s, path(engine, "a.log.gz")});
            gzip.waitForFinished();
            return gzip.readAllStandardOutput();
        };
        QVERIFY(waitUntil([&] { return unzipped() == "GET /1 HTTP/1.0\n"; }));
    }
    void aLogThatCannotBeOpenedRefusesTheConfiguration()
    {
        EngineFixture engine;
        QVERIFY(engine.applyHttp(config("access_log @dir@/a.log short;")).applied);
        const ApplyOutcome outcome = engine.applyHttp(config("access_log @dir@/no/b.log short;"));
        QVERIFY(!outcome.applied);
        QCOMPARE(outcome.diagnostics.last().message,
                 u"open() \"%1/no/b.log\" failed (2: No such file or directory)"_s.arg(
                     QString::fromUtf8(engine.directory())));
        QVERIFY(outcome.diagnostics.last().where.isKnown());
        get(engine, "/1"); // the old one goes on
        QVERIFY(becomes(engine, "a.log", "GET /1 HTTP/1.0\n"));
    }
    void aFullDiskIsToldOfOnceAndRequestsGoOn()
    {
        EngineFixture engine;
        QVERIFY(engine.applyHttp(config("access_log /dev/full short;")).applied);
        for (const char *target : {"/1", "/2", "/3"})
            get(engine, target);
        QVERIFY(engine.waitForLog("write() to \"/dev/full\" failed (28: No space left on device), client: 127.0.0.1"));
        get(engine, "/4");
        QCOMPARE(engine.errorLog().count("No space left on device"), 1);
    }
    void linesGoToSyslog()
    {
        QUdpSocket server;
        QVERIFY(server.bind(QHostAddress::LocalHost, 0));
        EngineFixture engine;
        QVERIFY(engine
                    .applyHttp(config("access_log syslog:server=127.0.0.1:" + QByteArray::number(server.localPort())
                                      + ",tag=shop,nohostname short;"))
                    .applied);
        get(engine, "/1");
        QVERIFY(waitUntil([&] { return server.hasPendingDatagrams(); }));
        QByteArray datagram(1000, '\0');
        datagram.resize(server.readDatagram(datagram.data(), datagram.size()));
        QVERIFY2(datagram.startsWith("<190>") && datagram.endsWith(" shop: GET /1 HTTP/1.0"), datagram.constData());
    }
    void filesOfVariablePathsAreKeptOpenAndReopened()
    {
        EngineFixture engine;
        QVERIFY(engine
                    .applyHttp(config("root @dir@; access_log @dir@/$arg_f.log short;",
                                      "open_log_file_cache max=2 inactive=60s;"))
                    .applied);
        get(engine, "/?f=a");
        QVERIFY(becomes(engine, "a.log", "GET /?f=a HTTP/1.0\n"));
        QVERIFY(QFile::rename(path(engine, "a.log"), path(engine, "a.log.1")));
        get(engine, "/?f=a"); // the descriptor is still the old file's
        QVERIFY(becomes(engine, "a.log.1", "GET /?f=a HTTP/1.0\nGET /?f=a HTTP/1.0\n"));
        engine.engine().reopenLogs();
        QVERIFY(engine.waitForStatus([](const EngineStatus &) { return true; })); // behind the signal, on its thread
        get(engine, "/?f=a");
        QVERIFY(becomes(engine, "a.log", "GET /?f=a HTTP/1.0\n"));
    }
    void anAbandonedHeadIsLoggedOnceItIsGone()
    {
        EngineFixture engine;
        QVERIFY(engine.applyHttp(config("access_log @dir@/a.log short;")).applied);
        {
            RawClient silent(engine.port());
            QVERIFY(silent.isOpen());
        }
        {
            RawClient client(engine.port());
            client.send("GET /half HTTP/1.1\r\nHo");
        }
        QVERIFY(becomes(engine, "a.log", "GET /half HTTP/1.1\n")); // and nothing of the silent one
    }
    void aHeadThatTakesTooLongIsLoggedAs408()
    {
        EngineFixture engine;
        QVERIFY(engine
                    .applyHttp("log_format status '$status $body_bytes_sent \"$request\"'; client_header_timeout 50ms; "
                               + config("access_log @dir@/a.log status;"))
                    .applied);
        RawClient client(engine.port());
        client.send("GET /slow HT");
        QVERIFY(client.readUntilClosed());
        QVERIFY(becomes(engine, "a.log", "408 0 \"GET /slow HT\"\n"));
    }
    void triesAtSeveralPeersAreListed()
    {
        ScriptedOrigin origin;
        origin.answer(response("ok"));
        ScriptedOrigin gone;
        gone.stopListening();
        const QByteArray refused = QByteArray::number(gone.port());
        EngineFixture engine;
        QVERIFY(engine
                    .applyHttp("upstream pair { server 127.0.0.1:" + refused
                               + "; server 127.0.0.1:" + QByteArray::number(origin.port())
                               + "; } log_format tries '$upstream_addr|$upstream_status|$upstream_response_length|"
                                 "$upstream_connect_time'; server { listen 127.0.0.1:@port@; location / { "
                                 "access_log @dir@/a.log tries; proxy_pass http://pair; } }")
                    .applied);
        get(engine, "/");
        const QByteArray expected =
            "127.0.0.1:" + refused + ", 127.0.0.1:" + QByteArray::number(origin.port()) + "|502, 200|0, 2|-, 0.0";
        QVERIFY(waitUntil([&] { return content(engine, "a.log").startsWith(expected); }));
    }
    void theRequestIdIsOneForTheWholeExchange()
    {
        EngineFixture engine;
        QVERIFY(
            engine
                .applyHttp("log_format id $request_id; server { listen 127.0.0.1:@port@; access_log @dir@/a.log id; "
                           "location / { add_header X-Id $request_id; return 200 $request_id; } }")
                .applied);
        RawClient client(engine.port());
        const RawMessage answer = client.ask(request("GET /"));
        QCOMPARE(answer.field("X-Id").size(), 32);
        QCOMPARE(answer.body, answer.field("X-Id"));
        QVERIFY(becomes(engine, "a.log", answer.body + '\n'));
        QVERIFY(client.ask(request("GET /")).body != answer.body);
    }
};

QTEST_GUILESS_MAIN(ProxyLogsTest)
#include "tst_proxy_logs.moc"
