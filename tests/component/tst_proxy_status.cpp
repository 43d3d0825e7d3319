// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/enginefixture.h"
#include "support/nginxserver.h"
#include "support/scriptedorigin.h"

#include <QTest>

#include <algorithm>

using namespace portlight;
using namespace portlight::testing;

// What the engine tells of itself: stub_status, snapshots, traffic rows and details.
class ProxyStatusTest : public QObject
{
    Q_OBJECT

    // The texts of stub_status while connections are idle, are read from, and are answered.
    static QByteArrayList statusTexts(quint16 port, ScriptedOrigin &origin)
    {
        QByteArrayList texts;
        RawClient watcher(port);
        const auto look = [&] { texts += watcher.ask("GET /status HTTP/1.1\r\nHost: a\r\n\r\n").body; };
        look();
        RawClient idle(port);
        idle.ask("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
        look();
        RawClient waiting(port);
        waiting.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
        RawPeer backend = origin.accept();
        backend.readMessage();
        look();
        backend.send(response("done", "Connection: close\r\n"));
        waiting.readMessage();
        look();
        idle.send("GET /hello HT"); // begun: the idle connection is being read from
        RawClient other(port);
        while (texts.last().contains("Reading: 0"))
            look();
        // The looking itself counts requests: keep only what it shows beside them.
        QByteArray last = texts.takeLast();
        texts += last.mid(last.indexOf("Reading"));
        return texts;
    }
    static QByteArray config(const ScriptedOrigin &origin)
    {
        return "server { listen 127.0.0.1:@port@; location = /status { stub_status; } location = /hello { return 200 "
               "hello; }"
               " location = /slow { proxy_pass "
               + origin.url() + "; } }";
    }

private Q_SLOTS:
    void stubStatusCountsAsNginxDoes()
    {
        ScriptedOrigin origin;
        EngineFixture engine;
        QVERIFY(engine.applyHttp(config(origin)).applied);
        const QByteArrayList ours = statusTexts(engine.port(), origin);
        ScriptedOrigin otherOrigin;
        NginxServer nginx(config(otherOrigin));
        QVERIFY2(nginx.isRunning(), qPrintable(nginx.problem()));
        const QByteArrayList theirs = statusTexts(nginx.port(), otherOrigin);
        QCOMPARE(ours.size(), theirs.size());
        QCOMPARE(ours[0], QByteArray("Active connections: 1 \nserver accepts handled requests\n 1 1 1 \nReading: 0 "
                                     "Writing: 1 Waiting: 0 \n"));
        // nginx has counted the connection that tried whether it listens: compare what follows those counts.
        for (qsizetype i = 0; i < ours.size(); ++i)
            QCOMPARE(ours[i].mid(ours[i].indexOf("Reading")), theirs[i].mid(theirs[i].indexOf("Reading")));
    }

    void snapshotsFollow()
    {
        ScriptedOrigin origin;
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url()).applied);
        RawClient client(engine.port());
        client.send(request("GET /"));
        RawPeer backend = origin.accept();
        backend.readMessage();
        QVERIFY(engine.waitForStatus(
            [](const EngineStatus &s) { return s.running && s.active == 1 && s.writing == 1 && s.requests == 1; }));
        backend.send(response("x", {}, "503 Service Unavailable"));
        client.readMessage();
        QVERIFY(engine.waitForStatus([](const EngineStatus &s) { return s.waiting == 1 && s.writing == 0; }));
        const DomainCounters domain = engine.engine().status().domains.value("shop.localhost");
        QCOMPARE(domain.requests, quint64(1));
        QCOMPARE(domain.failures, quint64(1));
        QCOMPARE(domain.lastStatus, 503);
        client.close();
        QVERIFY(engine.waitForStatus(
            [](const EngineStatus &s) { return s.active == 0 && s.waiting == 0 && s.accepted == 1; }));
    }

    void countersReturnToZeroWhateverEndsAConnection()
    {
        ScriptedOrigin origin;
        EngineFixture engine;
        QVERIFY(engine.proxyTo(origin.url(), {}, "client_max_body_size 1;").applied);
        RawClient(engine.port()).send("GET /");
        RawClient(engine.port()).send("nonsense\r\n\r\n");
        RawClient(engine.port()).send(request("POST /", "Content-Length: 1\r\n"));
        RawClient(engine.port()).send(request("POST /", "Content-Length: 5\r\n"));
        RawClient asks(engine.port());
        asks.send(request("GET /"));
        RawPeer backend = origin.accept();
        backend.readMessage();
        asks.reset();
        QVERIFY(backend.readUntilClosed());
        QVERIFY(engine.waitForStatus([](const EngineStatus &s) {
            return s.accepted == 5 && s.active == 0 && s.reading == 0 && s.writing == 0 && s.waiting == 0;
        }));
    }

    void aRowIsThereBeforeItsExchangeHasEnded()
    {
        ScriptedOrigin origin;
        EngineFixture engine({.capture = true});
        QVERIFY(engine.proxyTo(origin.url()).applied);
        RawClient client(engine.port());
        client.send(request("GET /slow?x=1"));
        RawPeer backend = origin.accept();
        backend.readMessage();
        const ExchangeSummary waiting =
            engine.waitForRow([](const ExchangeSummary &row) { return row.state == ExchangeState::Waiting; });
        QVERIFY(waiting.id);
        QCOMPARE(waiting.target, QByteArray("/slow?x=1"));
        QCOMPARE(waiting.method, QByteArray("GET"));
        QCOMPARE(waiting.host, QByteArray("shop.localhost"));
        QCOMPARE(waiting.domain, QByteArray("shop.localhost"));
        QCOMPARE(waiting.peer, origin.url().mid(7));
        QCOMPARE(waiting.status, 0);
        backend.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nha");
        QVERIFY(engine
                    .waitForRow([](const ExchangeSummary &row) {
                        return row.state == ExchangeState::Streaming && row.status == 200;
                    })
                    .id);
        backend.send("lf");
        client.readMessage();
        const ExchangeSummary done = engine.waitForFinishedRow();
        QCOMPARE(done.id, waiting.id);
        QVERIFY(done.state == ExchangeState::Done);
        QCOMPARE(done.contentType, QByteArray("text/plain"));
        QCOMPARE(done.responseBytes, 4);
        QVERIFY(done.durationUs > 0);
        QCOMPARE(engine.rows().size(), 1);
    }

    void aDetailHasHeadsBodiesTimesAndDecisions()
    {
        ScriptedOrigin origin;
        origin.answer(response("answer", "X-Back: 1\r\n"));
        EngineFixture engine({.capture = true});
        QVERIFY(engine.proxyToGroup(origin.url()).applied);
        RawClient client(engine.port());
        const QByteArray asked = request("POST /path", "Content-Length: 8\r\nX-Front: 1\r\n");
        for (int i = 0; i < 2; ++i)
            QCOMPARE(client.ask(asked + "question").status(), 200);
        const ExchangeDetailPtr detail = engine.fetch(engine.waitForFinishedRow(1).id);
        QVERIFY(detail);
        QCOMPARE(detail->requestHead, asked);
        QCOMPARE(detail->requestBody.bytes, QByteArray("question"));
        QCOMPARE(detail->responseBody.bytes, QByteArray("answer"));
        QVERIFY(detail->upstreamRequestHead.startsWith("POST /path HTTP/1.1\r\nHost: backends\r\n"));
        QVERIFY(detail->upstreamRequestHead.endsWith("X-Front: 1\r\n\r\n"));
        QCOMPARE(detail->upstreamResponseHead, QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 6\r\nX-Back: 1\r\n\r\n"));
        QVERIFY(detail->responseHead.startsWith("HTTP/1.1 200 OK\r\nServer: nginx/1.31.5\r\n"));
        QVERIFY(detail->responseHead.endsWith("X-Back: 1\r\n\r\n"));
        QVERIFY(detail->upstreamReused);
        QCOMPARE(detail->requestOnConnection, quint64(2));
        QCOMPARE(detail->timing.connectStartUs, -1); // an idle connection was taken
        QVERIFY(detail->timing.requestSentUs >= 0);
        QVERIFY(detail->timing.responseHeadUs >= detail->timing.requestSentUs);
        QVERIFY(detail->timing.finishedUs >= detail->timing.responseHeadUs);
        QStringList steps;
        for (const Decision &decision : detail->decisions)
            steps += decisionStepName(decision.step);
        QCOMPARE(steps,
                 QStringList({decisionStepName(Decision::Step::Domain), decisionStepName(Decision::Step::Location),
                              decisionStepName(Decision::Step::Peer), decisionStepName(Decision::Step::Answer)}));
        QVERIFY(detail->decisions[1].where.isKnown());
    }

    void aBodyIsKeptUpToItsBound_data()
    {
        QTest::addColumn<qint64>("bytes");
        QTest::newRow("at it") << CapturedBodyBytesMax;
        QTest::newRow("one past it") << CapturedBodyBytesMax + 1;
        QTest::newRow("far past it") << qint64(1'000'000);
    }
    void aBodyIsKeptUpToItsBound()
    {
        QFETCH(qint64, bytes);
        ScriptedOrigin origin;
        origin.answer(response(QByteArray(bytes, 'r')));
        EngineFixture engine({.capture = true});
        QVERIFY(engine.proxyTo(origin.url()).applied);
        RawClient client(engine.port());
        const QByteArray length = "Content-Length: " + QByteArray::number(bytes) + "\r\n";
        QCOMPARE(client.ask(request("POST /", length, QByteArray(bytes, 'q'))).body.size(), bytes);
        const ExchangeDetailPtr detail = engine.fetch(engine.waitForFinishedRow().id);
        QVERIFY(detail);
        for (const CapturedBody *body : {&detail->requestBody, &detail->responseBody}) {
            QCOMPARE(body->totalBytes, bytes);
            QCOMPARE(body->bytes.size(), qMin(bytes, CapturedBodyBytesMax));
            QCOMPARE(body->truncated(), bytes > CapturedBodyBytesMax);
        }
    }

    void ownAnswersAreRowsToo()
    {
        EngineFixture engine({.capture = true});
        QVERIFY(engine.applyHttp("server { listen 127.0.0.1:@port@; location / { return 200 text; } }").applied);
        RawClient client(engine.port());
        client.ask(request("GET /"));
        client.send("nonsense\r\n\r\n");
        QVERIFY(client.readUntilClosed());
        QCOMPARE(engine.waitForFinishedRow(0).peer, QByteArray("local"));
        QCOMPARE(engine.waitForFinishedRow(1).status, 400);
    }

    void withCaptureOffNothingIsToldAndItCanBeSwitchedOn()
    {
        EngineFixture engine;
        QVERIFY(engine.applyHttp("server { listen 127.0.0.1:@port@; location / { return 200 text; } }").applied);
        RawClient client(engine.port());
        client.ask(request("GET /unseen"));
        engine.engine().setCapture(true);
        QVERIFY(engine.waitForStatus([](const EngineStatus &s) { return s.capturing; }));
        client.ask(request("GET /seen"));
        QCOMPARE(engine.waitForFinishedRow().target, QByteArray("/seen"));
        QCOMPARE(engine.rows().size(), 1);
    }
};

QTEST_GUILESS_MAIN(ProxyStatusTest)
#include "tst_proxy_status.moc"
