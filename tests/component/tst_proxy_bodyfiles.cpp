// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/enginefixture.h"
#include "support/scriptedorigin.h"

#include <QDir>
#include <QFile>
#include <QTest>

using namespace portlight;
using namespace portlight::testing;

// Request bodies that the configuration wants in files, and the variables that name or show them.
class ProxyBodyFilesTest : public QObject
{
    Q_OBJECT

    static constexpr const char *ShowBody =
        "proxy_set_header X-Body $request_body; proxy_set_header X-File $request_body_file;";

    static QByteArray contentOf(const QByteArray &path)
    {
        QFile file(QString::fromUtf8(path));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("no file");
    }

private Q_SLOTS:
    void aBodyInMemoryIsAVariable()
    {
        ScriptedOrigin origin;
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url(), ShowBody).applied);
        RawClient client(engine.port());
        client.send(request("POST /", "Content-Length: 5\r\n", "hello"));
        RawPeer backend = origin.accept();
        const RawMessage asked = backend.readMessage();
        QCOMPARE(asked.field("X-Body"), QByteArray("hello"));
        QVERIFY(asked.field("X-File").isNull());
        QCOMPARE(asked.body, QByteArray("hello"));
        backend.send(response("ok"));
        QCOMPARE(client.readMessage().body, QByteArray("ok"));
    }

    // A body of known length may exceed client_body_buffer_size by less than a quarter.
    void aBodyThatIsTooLargeForMemoryIsNoVariable_data()
    {
        QTest::addColumn<int>("bytes");
        QTest::addColumn<bool>("inMemory");
        QTest::newRow("a quarter less one") << 124 << true;
        QTest::newRow("a quarter") << 125 << false;
    }
    void aBodyThatIsTooLargeForMemoryIsNoVariable()
    {
        QFETCH(int, bytes);
        QFETCH(bool, inMemory);
        ScriptedOrigin origin;
        EngineFixture engine;
        QVERIFY(engine
                    .proxyTo(origin.url(),
                             QByteArray(ShowBody) + "client_body_buffer_size 100; client_body_temp_path @dir@/temp;")
                    .applied);
        RawClient client(engine.port());
        client.send(request("POST /", "Content-Length: " + QByteArray::number(bytes) + "\r\n", QByteArray(bytes, 'x')));
        RawPeer backend = origin.accept();
        const RawMessage asked = backend.readMessage();
        QCOMPARE(asked.body.size(), bytes);
        QCOMPARE(asked.field("X-Body").isNull(), !inMemory);
        QCOMPARE(asked.field("X-File").isNull(), inMemory);
        if (inMemory)
            return;
        QVERIFY(asked.field("X-File").startsWith(engine.directory() + "/temp/0000000"));
        QVERIFY(!QFile::exists(QString::fromUtf8(asked.field("X-File")))); // open, but without its name
        QVERIFY(engine.waitForLog("[warn]"));
        QVERIFY(engine.waitForLog("a client request body is buffered to a temporary file " + asked.field("X-File")));
    }

    void everyBodyIsKeptInAFile_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::newRow("some bytes") << QByteArray("hello");
        QTest::newRow("no bytes") << QByteArray();
        QTest::newRow("many bytes") << QByteArray(100'000, 'x');
    }
    void everyBodyIsKeptInAFile()
    {
        QFETCH(QByteArray, body);
        ScriptedOrigin origin;
        EngineFixture engine;
        QVERIFY(engine
                    .proxyTo(origin.url(), QByteArray(ShowBody)
                                               + "client_body_in_file_only on; client_body_temp_path @dir@/kept 1 2;")
                    .applied);
        RawClient client(engine.port());
        client.send(request("POST /", "Content-Length: " + QByteArray::number(body.size()) + "\r\n", body));
        RawPeer backend = origin.accept();
        const RawMessage asked = backend.readMessage();
        const QByteArray file = asked.field("X-File");
        QVERIFY(file.startsWith(engine.directory() + "/kept/"));
        QVERIFY(asked.field("X-Body").isNull());
        QCOMPARE(asked.body, body);
        QCOMPARE(contentOf(file), body);
        backend.send(response("ok"));
        QCOMPARE(client.readMessage().body, QByteArray("ok"));
        client.close();
        engine.destroyEngine();
        QCOMPARE(contentOf(file), body); // it stays
    }

    void aCleanFileGoesWithItsRequest()
    {
        ScriptedOrigin origin;
        EngineFixture engine;
        QVERIFY(engine
                    .proxyTo(origin.url(),
                             QByteArray(ShowBody) + "client_body_in_file_only clean; client_body_temp_path @dir@/temp;")
                    .applied);
        RawClient client(engine.port());
        client.send(request("POST /", "Content-Length: 5\r\n", "hello"));
        RawPeer backend = origin.accept();
        const RawMessage asked = backend.readMessage();
        const QByteArray file = asked.field("X-File");
        QCOMPARE(contentOf(file), QByteArray("hello"));
        backend.send(response("ok"));
        QCOMPARE(client.readMessage().body, QByteArray("ok"));
        QVERIFY(waitUntil([&] { return !QFile::exists(QString::fromUtf8(file)); }));
    }

    void aFolderThatCannotBeMadeIsAnInternalError()
    {
        ScriptedOrigin origin;
        EngineFixture engine;
        QVERIFY(
            engine.proxyTo(origin.url(), "client_body_in_file_only on; client_body_temp_path @dir@/error.log/inside;")
                .applied);
        RawClient client(engine.port());
        QCOMPARE(client.ask(request("POST /", "Content-Length: 5\r\n", "hello")).status(), 500);
        QVERIFY(engine.waitForLog("[crit]"));
        QVERIFY(origin.isQuiet());
    }
};

QTEST_GUILESS_MAIN(ProxyBodyFilesTest)
#include "tst_proxy_bodyfiles.moc"
