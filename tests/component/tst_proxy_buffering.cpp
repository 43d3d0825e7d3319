// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/enginefixture.h"
#include "support/scriptedorigin.h"
#include "support/workerfixture.h"

#include <QDir>
#include <QFile>
#include <QTest>

#include <csignal>
#include <sys/resource.h>
#include <thread>

using namespace portlight;
using namespace portlight::testing;
using namespace Qt::StringLiterals;

namespace {

constexpr qint64 BodyBytes = 30'000'000; // more than both kernels' buffers take
constexpr int SmallWindow = 4096;

// proxy_buffers, what the client's queue holds, and one read of each side.
constexpr qint64 LentBytesMax = 512 * 1024;

QByteArray block(qint64 index)
{
    QByteArray bytes(100'000, Qt::Uninitialized);
    quint32 state = quint32(index) * 2654435761u + 1;
    for (char &byte : bytes) {
        state = state * 1664525u + 1013904223u;
        byte = char(state >> 24);
    }
    return bytes;
}

bool sendBody(RawPeer &backend)
{
    for (qint64 i = 0; i < BodyBytes / 100'000; ++i) {
        if (!backend.send(block(i)))
            return false;
    }
    return true;
}

// Whether what follows the head is the body.
bool bodyIsWhole(RawPeer &client)
{
    if (!client.readUntil("\r\n\r\n"))
        return false;
    QByteArray pending = client.take();
    pending.remove(0, pending.indexOf("\r\n\r\n") + 4);
    qint64 index = 0;
    bool same = true;
    const auto compare = [&] {
        while (pending.size() >= 100'000) {
            same = same && pending.first(100'000) == block(index++);
            pending.remove(0, 100'000);
        }
        return !same || index == BodyBytes / 100'000;
    };
    if (!compare()) {
        client.drain([&](QByteArrayView bytes) {
            pending.append(bytes);
            return compare();
        });
    }
    return same && index == BodyBytes / 100'000 && pending.isEmpty();
}

QByteArray headOf(qint64 length)
{
    return "HTTP/1.1 200 OK\r\nContent-Length: " + QByteArray::number(length) + "\r\n\r\n";
}

QStringList openFiles(const QString &folder)
{
    QStringList names;
    const QDir descriptors(u"/proc/self/fd"_s);
    for (const QString &entry : descriptors.entryList(QDir::Files | QDir::System)) {
        const QString target = QFile::symLinkTarget(descriptors.filePath(entry));
        if (target.startsWith(folder))
            names += target;
    }
    return names;
}

// The program's files may not grow while this lives: what a full disk looks like.
class FullDisk
{
public:
    FullDisk()
    {
        std::signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &m_before);
        const rlimit none{0, m_before.rlim_max};
        setrlimit(RLIMIT_FSIZE, &none);
    }
    ~FullDisk() { setrlimit(RLIMIT_FSIZE, &m_before); }

private:
    rlimit m_before{};
};

} // namespace

// Responses between a fast backend and a slow client, and parts that wait for more.
class ProxyBufferingTest : public QObject
{
    Q_OBJECT

    // A location over an upstream block whose connections are kept, with a log and a folder for temporary files.
    static QByteArray group(const ScriptedOrigin &origin, const QTemporaryDir &folder, const QByteArray &directives)
    {
        return "error_log " + folder.path().toUtf8()
               + "/error.log info; upstream backend { server 127.0.0.1:" + QByteArray::number(origin.port())
               + "; keepalive 4; } server { listen 127.0.0.1:@port@; keepalive_timeout 0; location / { proxy_pass "
                 "http://backend; proxy_http_version 1.1; proxy_set_header Connection \"\"; proxy_temp_path "
               + folder.path().toUtf8() + "/temp 1 2; " + directives + " } }";
    }
    static QByteArray logOf(const QTemporaryDir &folder)
    {
        QFile log(folder.filePath(u"error.log"_s));
        return log.open(QIODevice::ReadOnly) ? log.readAll() : QByteArray();
    }

private Q_SLOTS:
    void aSlowClientFreesItsBackend()
    {
        const QTemporaryDir folder;
        ScriptedOrigin origin;
        WorkerFixture engine(group(origin, folder, {}));
        QVERIFY(engine.isOpen());
        RawClient slow(engine.port(), "127.0.0.1", SmallWindow);
        slow.send(request("GET /slow"));
        RawPeer backend = origin.accept();
        backend.readMessage();
        QVERIFY(backend.send(headOf(BodyBytes)));
        QVERIFY2(sendBody(backend), "the backend gets rid of all of it");
        QTRY_COMPARE(engine.idleConnections(), 1);
        // Its connection is free: another client's request comes over it, while the first one has read nothing.
        RawClient other(engine.port());
        other.send(request("GET /other"));
        QCOMPARE(backend.readMessage().startLine, "GET /other HTTP/1.1");
        QVERIFY(backend.send(response("hello")));
        QCOMPARE(other.readMessage().body, "hello");
        QCOMPARE(origin.connections(), 1);
        // What waits is in a file that nobody can see, and memory holds little.
        const QString temp = folder.path() + u"/temp/"_s;
        const QStringList files = openFiles(temp);
        QCOMPARE(files.size(), 1);
        QVERIFY2(files.first().endsWith(u" (deleted)"_s), qPrintable(files.first()));
        QVERIFY(engine.peakLentBytes() <= LentBytesMax);
        QVERIFY(logOf(folder).contains("[warn]"));
        QVERIFY(logOf(folder).contains("an upstream response is buffered to a temporary file " + folder.path().toUtf8()
                                       + "/temp/"));
        QVERIFY(logOf(folder).contains(" while reading upstream, client: 127.0.0.1"));
        QVERIFY(bodyIsWhole(slow));
        QVERIFY(slow.readUntilEnd());
        QVERIFY(openFiles(temp).isEmpty());
    }

    void withoutAFileTheBackendWaits_data()
    {
        QTest::addColumn<QByteArray>("directives");
        QTest::newRow("no file") << QByteArray("proxy_max_temp_file_size 0;");
        QTest::newRow("a full file") << QByteArray("proxy_max_temp_file_size 1m;");
        QTest::newRow("no buffering") << QByteArray("proxy_buffering off;");
    }
    void withoutAFileTheBackendWaits()
    {
        QFETCH(QByteArray, directives);
        const QTemporaryDir folder;
        ScriptedOrigin origin;
        WorkerFixture engine(group(origin, folder, directives));
        QVERIFY(engine.isOpen());
        RawClient slow(engine.port(), "127.0.0.1", SmallWindow);
        slow.send(request("GET /slow"));
        RawPeer backend = origin.accept();
        backend.readMessage();
        QVERIFY(backend.send(headOf(BodyBytes)));
        QVERIFY(backend.sendUntilFull(block(0), BodyBytes) < BodyBytes);
        QVERIFY(engine.peakLentBytes() <= LentBytesMax);
        QVERIFY(!slow.hasEnded());
    }

    void theResponseThatWaitedGoesOn()
    {
        const QTemporaryDir folder;
        ScriptedOrigin origin;
        WorkerFixture engine(group(origin, folder, "proxy_max_temp_file_size 1m;"));
        QVERIFY(engine.isOpen());
        RawClient slow(engine.port(), "127.0.0.1", SmallWindow);
        slow.send(request("GET /slow"));
        RawPeer backend = origin.accept();
        backend.readMessage();
        bool sent = false;
        std::thread sender([&] { sent = backend.send(headOf(BodyBytes)) && sendBody(backend); });
        const bool whole = bodyIsWhole(slow);
        sender.join();
        QVERIFY(sent);
        QVERIFY(whole);
    }

    void largerBuffersTakeMoreBeforeTheyNeedAFile()
    {
        const QTemporaryDir folder;
        ScriptedOrigin origin;
        WorkerFixture engine(group(origin, folder, "proxy_buffers 64 1m; proxy_busy_buffers_size 1m;"));
        QVERIFY(engine.isOpen());
        RawClient slow(engine.port(), "127.0.0.1", SmallWindow);
        slow.send(request("GET /slow"));
        RawPeer backend = origin.accept();
        backend.readMessage();
        QVERIFY(backend.send(headOf(BodyBytes)));
        QVERIFY(sendBody(backend));
        QTRY_COMPARE(engine.idleConnections(), 1);
        QVERIFY(!logOf(folder).contains("temporary file"));
        QVERIFY(bodyIsWhole(slow));
    }

    void aFullDiskBreaksTheResponseOff()
    {
        const QTemporaryDir folder;
        ScriptedOrigin origin;
        EngineFixture engine({.capture = true});
        QVERIFY(engine
                    .applyHttp(group(origin, folder, {})
                                   .mid(qsizetype(strlen("error_log ")) + folder.path().toUtf8().size()
                                        + qsizetype(strlen("/error.log info;"))))
                    .applied);
        RawClient slow(engine.port(), "127.0.0.1", SmallWindow);
        slow.send(request("GET /slow"));
        RawPeer backend = origin.accept();
        backend.readMessage();
        ExchangeSummary row;
        {
            const FullDisk full;
            QVERIFY(backend.send(headOf(BodyBytes)));
            backend.sendUntilFull(block(0), BodyBytes);
            row = engine.waitForFinishedRow();
        }
        QVERIFY(row.id != 0);
        const ExchangeDetailPtr detail = engine.fetch(row.id);
        QVERIFY(detail);
        QVERIFY(detail->summary.failure.contains(u"could not be kept"_s));
        QVERIFY(slow.readUntilClosed()); // before its end, as the missing bytes tell
        QVERIFY(backend.readUntilClosed());
    }

    void theBackendsEndIsTheClientsOnceItHasTakenAll()
    {
        const QTemporaryDir folder;
        ScriptedOrigin origin;
        WorkerFixture engine(group(origin, folder, {}));
        QVERIFY(engine.isOpen());
        RawClient client(engine.port());
        client.send(request("GET /"));
        RawPeer backend = origin.accept();
        backend.readMessage();
        QVERIFY(backend.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this"));
        backend.close();
        QVERIFY(client.readUntilClosed());
        QVERIFY2(client.received().endsWith("only this"), "what came before the break is passed on, as nginx does");
    }

    void aClientThatLeavesWhileTheFileIsSentEndsIt()
    {
        const QTemporaryDir folder;
        ScriptedOrigin origin;
        WorkerFixture engine(group(origin, folder, {}));
        QVERIFY(engine.isOpen());
        {
            RawClient slow(engine.port(), "127.0.0.1", SmallWindow);
            slow.send(request("GET /slow"));
            RawPeer backend = origin.accept();
            backend.readMessage();
            QVERIFY(backend.send(headOf(BodyBytes)));
            QVERIFY(sendBody(backend));
        }
        QTRY_VERIFY(openFiles(folder.path() + u"/temp/"_s).isEmpty());
        QTRY_COMPARE(engine.lentBytes(), 0);
    }

    // --- parts that wait ---

    void anEventStreamWithoutLengthComesInClumps()
    {
        const QTemporaryDir folder;
        ScriptedOrigin origin;
        WorkerFixture engine(group(origin, folder, {}));
        QVERIFY(engine.isOpen());
        RawClient client(engine.port());
        client.send(request("GET /events"));
        RawPeer backend = origin.accept();
        backend.readMessage();
        const QByteArray head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
        QVERIFY(backend.send(head + QByteArray(4095 - head.size(), 'a')));
        QVERIFY(backend.send("b"));
        QVERIFY(client.readUntil("b\r\n"));
        QVERIFY(backend.send("held"));
        QVERIFY(backend.send(QByteArray(4096 - 4, 'c')));
        QVERIFY(client.readUntil("held"));
        QVERIFY(client.readUntil("c\r\n"));
        backend.close();
        QVERIFY(client.readUntilEnd());
        QVERIFY(client.received().contains("\r\n1000\r\nheld")); // one clump of 4096, though it came in two
    }

    void wholeChunksPassAtOnce()
    {
        const QTemporaryDir folder;
        ScriptedOrigin origin;
        WorkerFixture engine(group(origin, folder, {}));
        QVERIFY(engine.isOpen());
        RawClient client(engine.port());
        client.send(request("GET /events"));
        RawPeer backend = origin.accept();
        backend.readMessage();
        QVERIFY(backend.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));
        for (const QByteArray word : {"one", "two"}) {
            QVERIFY(backend.send("3\r\n" + word + "\r\n"));
            QVERIFY(client.readUntil("3\r\n" + word + "\r\n"));
        }
        QVERIFY(backend.send("0\r\n\r\n"));
        QVERIFY(client.readUntil("0\r\n\r\n"));
    }

    void partsPassAtOnceWhereThatIsAsked_data()
    {
        QTest::addColumn<QByteArray>("directives");
        QTest::addColumn<QByteArray>("field");
        QTest::newRow("proxy_buffering off") << QByteArray("proxy_buffering off;") << QByteArray();
        QTest::newRow("X-Accel-Buffering") << QByteArray() << QByteArray("X-Accel-Buffering: no\r\n");
        QTest::newRow("in other letters") << QByteArray() << QByteArray("x-accel-buffering: NO\r\n");
    }
    void partsPassAtOnceWhereThatIsAsked()
    {
        QFETCH(QByteArray, directives);
        QFETCH(QByteArray, field);
        const QTemporaryDir folder;
        ScriptedOrigin origin;
        WorkerFixture engine(group(origin, folder, directives));
        QVERIFY(engine.isOpen());
        RawClient client(engine.port());
        client.send(request("GET /events"));
        RawPeer backend = origin.accept();
        backend.readMessage();
        QVERIFY(backend.send("HTTP/1.1 200 OK\r\n" + field + "\r\n"));
        QVERIFY(client.readUntil("\r\n\r\n"));
        QVERIFY(!client.received().contains("ccel"));
        QVERIFY(backend.send("one"));
        QVERIFY(client.readUntil("one"));
        QVERIFY(backend.send("two"));
        QVERIFY(client.readUntil("two"));
    }

    void theDecisionTraceNamesTheRemedy_data()
    {
        QTest::addColumn<QByteArray>("directives");
        QTest::addColumn<QByteArray>("field");
        QTest::addColumn<bool>("held");
        QTest::newRow("by default") << QByteArray() << QByteArray() << true;
        QTest::newRow("off") << QByteArray("proxy_buffering off;") << QByteArray() << false;
        QTest::newRow("X-Accel-Buffering: no") << QByteArray() << QByteArray("X-Accel-Buffering: no\r\n") << false;
        QTest::newRow("X-Accel-Buffering: yes")
            << QByteArray("proxy_buffering off;") << QByteArray("X-Accel-Buffering: yes\r\n") << true;
        QTest::newRow("ignored") << QByteArray("proxy_ignore_headers X-Accel-Buffering;")
                                 << QByteArray("X-Accel-Buffering: no\r\n") << true;
    }
    void theDecisionTraceNamesTheRemedy()
    {
        QFETCH(QByteArray, directives);
        QFETCH(QByteArray, field);
        QFETCH(bool, held);
        ScriptedOrigin origin;
        EngineFixture engine({.capture = true});
        QVERIFY(engine.proxyTo(origin.url(), directives).applied);
        RawClient client(engine.port());
        client.send(request("GET /events"));
        RawPeer backend = origin.accept();
        backend.readMessage();
        QVERIFY(backend.send("HTTP/1.1 200 OK\r\n" + field + "\r\none"));
        backend.close();
        QVERIFY(client.readUntil("one"));
        const ExchangeDetailPtr detail = engine.fetch(engine.waitForFinishedRow().id);
        QVERIFY(detail);
        int found = 0;
        for (const Decision &decision : detail->decisions)
            found += decision.step == Decision::Step::Buffering && decision.reason.contains(u"proxy_buffering off"_s);
        QCOMPARE(found, held ? 1 : 0);
    }
};

QTEST_GUILESS_MAIN(ProxyBufferingTest)
#include "tst_proxy_buffering.moc"
