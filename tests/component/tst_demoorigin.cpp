// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/demoorigin.h"
#include "api/demoroutes.h"
#include "api/demowebsocket.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTcpSocket>
#include <QTest>

using namespace portlight;

namespace {

// A raw client: what it sends and what it gets are bytes.
struct Client {
    explicit Client(quint16 port)
    {
        socket.connectToHost(QHostAddress::LocalHost, port);
        socket.waitForConnected();
    }
    Client &send(const QByteArray &bytes)
    {
        socket.write(bytes);
        socket.flush();
        return *this;
    }
    bool receiveUntil(const QByteArray &part)
    {
        return QTest::qWaitFor(
            [&] {
                received += socket.readAll();
                return received.contains(part);
            },
            20'000);
    }
    bool receiveUntilClosed()
    {
        return QTest::qWaitFor(
            [&] {
                received += socket.readAll();
                return socket.state() == QAbstractSocket::UnconnectedState;
            },
            20'000);
    }
    QByteArray body() const { return received.sliced(received.indexOf("\r\n\r\n") + 4); }
    QTcpSocket socket;
    QByteArray received;
};

QByteArray request(const QByteArray &line, const QByteArray &fields = {})
{
    return line + " HTTP/1.1\r\nHost: demo.localhost\r\n" + fields + "\r\n";
}

} // namespace

class DemoOriginTest : public QObject
{
    Q_OBJECT
    DemoOrigin m_origin;
    quint16 m_port = 0;

    QByteArray fetch(const QByteArray &line, const QByteArray &fields = {}, const QByteArray &body = {})
    {
        Client client(m_port);
        client.send(request(line, fields + "Connection: close\r\n") + body);
        return client.receiveUntilClosed() ? client.received : QByteArray();
    }
    static QJsonObject json(const QByteArray &answer)
    {
        return QJsonDocument::fromJson(answer.sliced(answer.indexOf("\r\n\r\n") + 4)).object();
    }

private Q_SLOTS:
    void initTestCase()
    {
        const auto port = m_origin.start();
        QVERIFY(port.ok());
        m_port = *port;
        QVERIFY(m_port != 0);
        const auto again = m_origin.start();
        QCOMPARE(*again, m_port);
    }

    void thePageNamesEveryRoute()
    {
        const QByteArray answer = fetch("GET /");
        QVERIFY(answer.startsWith("HTTP/1.1 200 OK\r\n"));
        for (const char *route :
             {"/api/time", "/events", "/ws", "/slow", "/fail", "/break", "/upload", "/stream", "/headers"})
            QVERIFY2(answer.contains(route), route);
    }

    void headHasNoBody()
    {
        const QByteArray answer = fetch("HEAD /");
        QVERIFY(answer.contains("\r\nContent-Length: " + QByteArray::number(demoPage().size()) + "\r\n"));
        QVERIFY(answer.endsWith("\r\n\r\n"));
    }

    void timeIsJson() { QVERIFY(json(fetch("GET /api/time")).value(QStringLiteral("epochMs")).toDouble() > 1e12); }

    void failuresHaveTheStatusAskedFor()
    {
        QVERIFY(fetch("GET /fail").startsWith("HTTP/1.1 503 "));
        QVERIFY(fetch("GET /fail?status=418").startsWith("HTTP/1.1 418 "));
        QVERIFY(fetch("GET /fail?status=200").startsWith("HTTP/1.1 400 "));
        QVERIFY(fetch("GET /nowhere").startsWith("HTTP/1.1 404 "));
    }

    void aBrokenAnswerEndsInsideItsHead() { QCOMPARE(fetch("GET /break"), demoBrokenHead()); }

    void uploadsAreCounted()
    {
        const QByteArray body(300'000, 'u');
        const QByteArray sized = fetch("POST /upload", "Content-Length: 300000\r\n", body);
        QCOMPARE(json(sized).value(QStringLiteral("receivedBytes")).toInt(), 300'000);
        const QByteArray chunked =
            fetch("POST /upload", "Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n");
        QCOMPARE(json(chunked).value(QStringLiteral("receivedBytes")).toInt(), 6);
    }

    void aClientThatWaitsIsToldToGoOn()
    {
        Client client(m_port);
        client.send(request("POST /upload", "Content-Length: 2\r\nExpect: 100-continue\r\n"));
        QVERIFY(client.receiveUntil("HTTP/1.1 100 Continue\r\n\r\n"));
        client.send("ab");
        QVERIFY(client.receiveUntil("\"receivedBytes\": 2"));
    }

    void headersComeBackAsSent()
    {
        const QJsonObject answer = json(fetch("GET /headers?x=1", "X-Case: MiXed\r\nx-case: two\r\n"));
        QCOMPARE(answer.value(QStringLiteral("requestLine")).toString(), QStringLiteral("GET /headers?x=1 HTTP/1.1"));
        const QJsonArray fields = answer.value(QStringLiteral("headers")).toArray();
        QVERIFY(fields.contains(QJsonArray({QStringLiteral("X-Case"), QStringLiteral("MiXed")})));
        QVERIFY(fields.contains(QJsonArray({QStringLiteral("x-case"), QStringLiteral("two")})));
    }

    void aStreamComesInChunksAndKeepsTheConnection()
    {
        Client client(m_port);
        client.send(request("GET /stream?pieces=3&ms=1"));
        QVERIFY(client.receiveUntil("\r\n0\r\n\r\n"));
        QVERIFY(client.received.contains("Transfer-Encoding: chunked"));
        QVERIFY(client.received.contains("piece 3 of 3\n"));
        client.received.clear();
        client.send(request("GET /api/time"));
        QVERIFY(client.receiveUntil("epochMs"));
    }

    void anOldClientsStreamEndsByClose()
    {
        Client client(m_port);
        client.send("GET /stream?pieces=2&ms=1 HTTP/1.0\r\n\r\n");
        QVERIFY(client.receiveUntilClosed());
        QCOMPARE(client.body(), QByteArray("piece 1 of 2\npiece 2 of 2\n"));
    }

    void pipelinedRequestsAreAnsweredInOrder()
    {
        Client client(m_port);
        client.send(request("GET /slow?ms=20") + request("GET /stream?pieces=1&ms=0") + request("GET /fail"));
        QVERIFY(client.receiveUntil("asked it to"));
        const qsizetype slow = client.received.indexOf("This took 20 ms");
        const qsizetype stream = client.received.indexOf("piece 1 of 1");
        QVERIFY(slow > 0);
        QVERIFY(stream > slow);
    }

    void eventsKeepComing()
    {
        Client client(m_port);
        client.send(request("GET /events"));
        QVERIFY(client.receiveUntil("text/event-stream"));
        QVERIFY(client.receiveUntil("id: 1\ndata: {\"n\":1,"));
        QVERIFY(client.receiveUntil("id: 2\ndata: {\"n\":2,"));
    }

    void aWebSocketEchoes()
    {
        Client client(m_port);
        client.send(request("GET /ws", "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                                       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"));
        QVERIFY(client.receiveUntil("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
        QVERIFY(client.received.startsWith("HTTP/1.1 101 "));
        client.send(QByteArray::fromHex("818200000000") + "hi");
        QVERIFY(client.receiveUntil("\x81\x02hi"));
        client.send(QByteArray::fromHex("88820000000003e8"));
        QVERIFY(client.receiveUntilClosed());
        QVERIFY(client.received.endsWith(QByteArray::fromHex("880203e8")));
    }

    void plainRequestsToTheWebSocketAreTold() { QVERIFY(fetch("GET /ws").startsWith("HTTP/1.1 426 ")); }

    void garbageGets400AndAClose()
    {
        Client client(m_port);
        client.send("\x16\x03\x01 garbage\r\n\r\n");
        QVERIFY(client.receiveUntilClosed());
        QVERIFY(client.received.startsWith("HTTP/1.1 400 "));
    }

    void oneClientTooManyWaitsForAnother()
    {
        DemoOrigin origin;
        const auto port = origin.start();
        QVERIFY(port.ok());
        std::vector<std::unique_ptr<Client>> clients;
        for (int i = 0; i < DemoConnectionsMax; ++i) {
            clients.push_back(std::make_unique<Client>(*port));
            clients.back()->send(request("GET /api/time"));
            QVERIFY(clients.back()->receiveUntil("epochMs"));
        }
        Client late(*port);
        late.send(request("GET /api/time"));
        clients.back()->received.clear();
        clients.back()->send(request("GET /api/time"));
        QVERIFY(clients.back()->receiveUntil("epochMs"));
        QCOMPARE(late.socket.bytesAvailable(), 0);
        clients.front()->socket.abort();
        QVERIFY(late.receiveUntil("epochMs"));
    }

    void endingItEndsItsConnections()
    {
        auto origin = std::make_unique<DemoOrigin>();
        const auto port = origin->start();
        Client client(*port);
        client.send(request("GET /events"));
        QVERIFY(client.receiveUntil("data:"));
        origin.reset();
        QVERIFY(client.receiveUntilClosed());
    }
};

QTEST_GUILESS_MAIN(DemoOriginTest)
#include "tst_demoorigin.moc"
